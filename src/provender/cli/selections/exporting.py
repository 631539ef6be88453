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
from provender.cli.selections.filling import template
from provender.cli.selections.opening import chosen
from provender.cli.writing import opened
from provender.errors import BadValue, QueryTimeout, StoreError
from provender.loading.archives.newfile import check_free, placed
from provender.loading.wording import size
from provender.plurals import counted
from provender.python import tables
from provender.python.selecting import in_order, read
from provender.python.store import OpenStore
from provender.settings import Settings
from provender.store.database.copying import show_uncaught
from provender.store.registry import StoreRegistry

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
    def wanted(self) -> tables.Wanted:
        """What the table shows."""
        return tables.Wanted(
            self.fields,
            template(self.want) if self.want else "",
            dict(map(_type, self.types)),
            self.format,
            self.limit,
            self.csv_safe,
            self.trailer,
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
    settings = options.settings()
    profile = options.select(settings, store, repository).profile
    try:
        with opened(profile, settings, asked.stopped) as (registry, _):
            _export(registry, settings, asked)
    except BrokenPipeError:
        _forget_output()
        raise StoreError("Nobody takes the table any more.") from None


def _export(registry: StoreRegistry, settings: Settings, asked: Asked) -> None:
    """Write a table of an open store."""
    expose = registry.profiles.choose(None).expose
    orderby = [key.strip() for key in asked.orderby.split(",") if key.strip()]
    nodes = in_order(read(asked.chosen, settings.limits, expose).selection, orderby)
    table, how = tables.prepared(nodes, asked.wanted, settings.limits, asked.ending)
    path = asked.path
    if path is not None:
        check_free(path)
    number = _number(OpenStore(registry, settings), asked)

    def into(file: tables.Writable) -> int:
        with Meter() as meter:
            return tables.written(table, how, registry.get(), file, _shown(meter, number))

    if path is None:
        into(sys.stdout.buffer)
        sys.stdout.flush()
        return
    with placed(path) as file:
        rows, length = into(file), file.tell()
    click.echo(f"Wrote {path} ({size(length)}): {counted(rows, 'rows')}.")


def _shown(meter: Meter, number: int | None) -> tables.Progress:
    """Return a function that is told of written rows, and shows them if their number is known."""

    def show(rows: int, size: int) -> None:
        del size
        meter.show("writing rows", min(rows, number or 0), number or 0)

    return show


def _forget_output() -> None:
    """Let nothing be written at the end to who is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _number(opened: OpenStore, asked: Asked) -> int | None:
    """Return how many rows there will be, for somebody who sees it; None if that takes long."""
    if not sys.stderr.isatty():
        return None
    try:
        found = opened.number(asked.chosen)
    except QueryTimeout:
        return asked.limit
    return found if asked.limit is None else min(found, asked.limit)
