"""`provender archive`: writing archives. Floor: cli."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provender.cli.console import HELP, Group, examples, table
from provender.cli.meter import Meter
from provender.cli.options import Options
from provender.errors import StoreError
from provender.loading.wording import duration, size
from provender.logs import printable
from provender.plurals import counted, noun
from provender.store.inspection import COUNTED
from provender.store.legacy.schema import REVISION

if TYPE_CHECKING:
    from provender.loading.archives.upgrading import Upgraded


@click.group(cls=Group, context_settings=HELP)
def archive() -> None:
    """Write archives for AiiDA, always as new files."""


@examples(
    """
    provender archive upgrade old.aiida new.aiida
    provender archive upgrade unpacked/ packed.aiida
    verdi archive import new.aiida
    """
)
@archive.command("upgrade", context_settings=HELP)
@click.argument("old")
@click.argument("new", type=click.Path(path_type=Path))
@click.pass_obj
def upgrade(options: Options, old: str, new: Path) -> None:
    """Write the archive OLD anew as NEW, in the version that AiiDA 2 imports.

    OLD is an archive of any version that Provender reads, a file or an unpacked folder; it is left
    as it is. NEW must not exist. Every file is compared with its SHA-256. After an error or Ctrl-C
    nothing is left of NEW.
    """
    from provender.loading.archives import upgrading  # noqa: PLC0415 - for this only

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Meter() as meter:
            done = upgrading.upgrade(old, new, options.settings(), meter.show)
    except KeyboardInterrupt:
        raise StoreError(f"Stopped: nothing is left of {new}.") from None
    click.echo(_summary(new, done))


def _summary(path: Path, done: Upgraded) -> str:
    """Return what was written, what was lost, and what to do with it."""
    origin = done.origin
    made = "" if origin.version == REVISION else f", made of version {printable(origin.version)}"
    held = [
        (done.counts[item.name], noun(done.counts[item.name], name))
        for name, item in COUNTED.items()
    ]
    lines = [
        f"Wrote {path} ({size(done.size)}) in {duration(done.seconds)}: version {REVISION}{made}.",
        "",
        table(held),
        "",
        f"{counted(done.files, 'files')}, each compared with its SHA-256.",
    ]
    if origin.remarks:
        rows = [(item.count, item.kind, printable(item.example)) for item in origin.remarks]
        lines += ["Some things were left out or changed; how many, and the first:", table(rows)]
    return "\n".join([*lines, "", f"Import it:   verdi archive import {path}"])
