"""The list of all files of a zip of nodes, at its end. Floor: translators.

It holds no time and nothing of the store, so that equal files give an equal zip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

import orjson

from provender.query.querystring.advice import Note
from provender.translators.zips.items import Item, Items

FORMAT, VERSION = "provender nodes", 1


def manifest(
    head: Mapping[str, object], items: Items, first: Item | None, notes: Iterable[Note]
) -> Iterator[bytes]:
    """Yield the parts of the manifest; `first` is the README, if there is one.

    Shape: `{"format", "version", ...head, "nodes": [{"uuid", "files": [{"path", "size", "sha256",
    "stored_as"}]}], "files": [those of no node], "skipped": [{"uuid", "path", "reason",
    "sha256"}], "notes"}`; keys without a value are left out. What was skipped has its path in the
    store.
    """
    yield orjson.dumps({"format": FORMAT, "version": VERSION, **head})[:-1] + b',\n"nodes": ['
    mark = b"\n"
    for uuid, files in groupby(items.present(), key=lambda item: item.node):
        yield mark + b'{"uuid": ' + orjson.dumps(uuid) + b', "files": ['
        yield from _lines(_present(item) for item in files)
        yield b"]}"
        mark = b",\n"
    yield b'],\n"files": ['
    yield from _lines(_present(item) for item in (first,) if item is not None)
    yield b'],\n"skipped": ['
    yield from _lines(_skipped(item) for item in items.absent())
    yield b'],\n"notes": ['
    yield from _lines(note.record() for note in notes)
    yield b"]}\n"


def _lines(records: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """Yield the items of a list, each on a line of its own."""
    mark = b"\n"
    for record in records:
        yield mark + orjson.dumps(record)
        mark = b",\n"


def _present(item: Item) -> dict[str, object]:
    is_renamed = item.stored is not None and not f"/{item.path}".endswith(f"/{item.stored}")
    name = {"stored_as": item.stored} if is_renamed else {}
    return {"path": item.path, "size": item.size, "sha256": item.key, **name}


def _skipped(item: Item) -> dict[str, object]:
    known: dict[str, object] = {"sha256": item.key} if item.key else {}
    return {"uuid": item.node, "path": item.path, "reason": item.problem} | known
