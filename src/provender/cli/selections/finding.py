"""What `provender files` does: which files nodes have, or all of them in a folder. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import click

from provender.cli.desk.paper import Head, cell, paper
from provender.cli.options import Options
from provender.cli.selections.choosing import chosen
from provender.cli.selections.commands import FILES_SHOWN
from provender.cli.selections.texts import print_csv, print_document
from provender.cli.sources.asked import FilesAsked
from provender.cli.sources.opening import opened
from provender.errors import ConflictingParameters

COLUMNS = ("uuid", "label", "path", "size", "sha256")
HEADS = (Head("uuid"), Head("size"), Head("path", may_shrink=True))


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command."""

    selection: str
    where: str
    glob: tuple[str, ...]
    min_size: str
    limit: int | None
    is_all: bool
    form: str | None
    folder: Path | None
    tree: str

    @property
    def chosen(self) -> str:
        """The selection: as an argument or as an option.

        Raises:
            ConflictingParameters: both are given.
        """
        return chosen(self.selection, self.where)

    @property
    def most(self) -> int | None:
        """How many files are shown; None is all."""
        return None if self.is_all else self.limit or FILES_SHOWN

    def check(self) -> None:
        """Raise `ConflictingParameters` for what says how files are shown, if they are written."""
        if self.folder is not None and (self.form or self.limit or self.is_all):
            raise ConflictingParameters(
                "-o writes all files, and shows none: leave --limit, --all, --json and --csv out."
            )


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Print the files of a selection while they are found, or take them away."""
    selection = asked.chosen
    asked.check()
    wanted = FilesAsked(selection, asked.glob, asked.min_size)
    if asked.folder is not None:
        from provender.cli.selections import taking  # noqa: PLC0415 - loaded for this only

        taking.run(options, store, repository, taking.Asked(wanted, asked.tree, asked.folder))
        return
    with opened(options, store, repository) as source:
        found = source.nodes.files(wanted)
        some = islice(found, asked.most)
        if asked.form == "json":
            print_document({"files": list(some)})
        elif asked.form == "csv":
            print_csv(COLUMNS, ([file[name] for name in COLUMNS] for file in some))
        else:
            _print(found, asked.most)


def _print(files: Iterator[dict[str, Any]], limit: int | None) -> None:
    found = list(islice(files, limit))
    sheet = paper()
    if not found:
        sheet.aside("No file is like that.")
        return
    sheet.columns(HEADS, [[cell(file[head.text]) for head in HEADS] for file in found])
    if limit is not None and next(files, None) is not None:
        click.echo(f"There are more files than {limit}; --all shows them.", err=True)
