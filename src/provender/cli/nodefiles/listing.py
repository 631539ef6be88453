"""What `provender ls` does: the files of a node. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provender.cli.desk.paper import Cell, Head, cell, paper, print_json
from provender.cli.nodefiles.entries import FOLDER, below, entries, file_at
from provender.cli.nodefiles.target import Place
from provender.cli.sources.source import Record, Source
from provender.errors import NoSuchFile
from provender.logs import printable

HEADS = (Head("size"), Head("type", may_go=True), Head("name"))


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command."""

    long: bool
    recursive: bool
    as_json: bool


def run(place: Place, asked: Asked) -> None:
    """Print the entries of a folder; of a file, the file."""
    with place.opened() as source:
        found = list(_found(source, place, asked))
    if asked.as_json:
        print_json({"repo_list": found})
    elif not found:
        paper().aside("There are no files.")
    elif asked.long:
        paper().columns(HEADS, [_row(entry) for entry in found])
    else:
        for entry in found:
            paper().line(_name(entry))


def _found(source: Source, place: Place, asked: Asked) -> Iterator[Record]:
    try:
        if asked.recursive:
            yield from below(source, place.uuid, place.path, long=asked.long)
        else:
            yield from entries(source, place.uuid, place.path, long=asked.long)
    except NoSuchFile:
        yield file_at(source, place.uuid, place.path, long=asked.long)


def _row(entry: Record) -> tuple[Cell, ...]:
    return cell(entry.get("size")), cell(entry.get("mime_type")), Cell(_name(entry))


def _name(entry: Record) -> str:
    return printable(entry["name"]) + ("/" if entry["type"] == FOLDER else "")
