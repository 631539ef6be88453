"""What `provender export` does: a table of any size, as a file. Floor: cli."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from provender.cli.meter import Meter
from provender.cli.options import Options
from provender.cli.selections.choosing import chosen
from provender.cli.selections.filling import keys_of, template
from provender.cli.sources.asked import TableAsked
from provender.cli.sources.opening import opened
from provender.cli.sources.source import Source, Told, Writable
from provender.cli.sources.stopping import Writing
from provender.errors import BadValue, StoreError
from provender.loading.archives.newfile import check_free, placed
from provender.loading.wording import size
from provender.plurals import counted
from provender.python import tables
from provender.store.database.copying import show_uncaught

# The name of the standard output.
OUTPUT = "-"


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments and options of the command."""

    selection: str
    where: str
    fields: str
    want: str
    types: tuple[str, ...]
    orderby: str
    format: str | None
    limit: int | None
    csv_safe: bool
    trailer: bool
    output: str

    @property
    def chosen(self) -> str:
        """Which nodes."""
        return chosen(self.selection, self.where)

    @property
    def path(self) -> Path | None:
        """The file; None for the standard output."""
        return None if self.output == OUTPUT else Path(self.output)

    @property
    def ending(self) -> str:
        """The format that the name of the file tells."""
        return "csv" if self.path is None else tables.ending(self.path)

    @property
    def stopped(self) -> str:
        """What Ctrl-C leaves."""
        return "Stopped." if self.path is None else f"Stopped: nothing is left of {self.path}."

    @property
    def table(self) -> TableAsked:
        """The table."""
        return TableAsked(
            self.chosen,
            keys_of(self.orderby),
            self.fields,
            template(self.want) if self.want else "",
            dict(map(_type, self.types)),
            self.format,
            self.limit,
            self.csv_safe,
            self.trailer,
            self.ending,
        )


def _type(text: str) -> tuple[str, str]:
    name, colon, kind = text.rpartition(":")
    if not colon:
        raise BadValue(f"`{text}` has no type.", hint="--type attributes.energy:number")
    return name, kind


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Write a table; after an error or Ctrl-C there is no file."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.excepthook = show_uncaught
    try:
        with opened(options, store, repository, Writing(asked.stopped)) as source:
            _export(source, asked)
    except BrokenPipeError:
        _forget_output()
        raise StoreError("Nobody takes the table any more.") from None


def _export(source: Source, asked: Asked) -> None:
    """Write a table of an open store."""
    table = source.nodes.table(asked.table)
    path = asked.path
    if path is not None:
        check_free(path)
    number = table.number() if sys.stderr.isatty() else None  # for somebody who sees it

    def into(file: Writable) -> int | None:
        with Meter() as meter:
            return table.write(file, _shown(meter, number))

    if path is None:
        into(sys.stdout.buffer)
        sys.stdout.flush()
        return
    with placed(path) as file:
        rows, length = into(file), file.tell()
    held = "" if rows is None else f": {counted(rows, 'rows')}"
    click.echo(f"Wrote {path} ({size(length)}){held}.")


def _shown(meter: Meter, number: int | None) -> Told:
    """Return a function that is told of written rows, and shows them if their number is known."""

    def show(rows: int, size: int) -> None:
        del size
        meter.show("writing rows", min(rows, number or 0), number or 0)

    return show


def _forget_output() -> None:
    """Let nothing be written at the end to who is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
