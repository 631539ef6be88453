"""What `provender files -o FOLDER` does: the files of a selection in a folder. Floor: cli.

A second run goes on where the first one ended.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

import click

from provender.cli.meter import Meter
from provender.cli.options import Options
from provender.cli.selections.placing import Placing, alone
from provender.cli.sources.asked import FilesAsked, FolderAsked
from provender.cli.sources.opening import opened
from provender.cli.sources.stopping import Writing
from provender.plurals import counted
from provender.query.querystring.selections.files import read_size
from provender.translators.archive.layout import MANIFEST
from provender.translators.globs import Globs

STOPPED = "Stopped: the files so far are whole."


@dataclass(frozen=True, slots=True)
class Asked:
    """What is taken, and into which folder."""

    files: FilesAsked
    tree: str
    folder: Path


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Write the files of a selection into a folder, as far as they are not there."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    Globs(asked.files.glob)  # what is wrong is told before a store is opened
    read_size(asked.files.min_size)
    writing = Writing(STOPPED, hint="The same command goes on.")
    with (
        opened(options, store, repository, writing) as source,
        source.bundles.folder(FolderAsked(asked.files, asked.tree), asked.folder) as found,
        Meter() as meter,
        alone(asked.folder),
    ):
        taken = Placing(found, asked.folder, meter).place()
    click.echo(taken.told(asked.folder))
    if found.missing:
        words = (
            f"{counted(found.missing, 'files')} could not be read: see {asked.folder / MANIFEST}."
        )
        click.secho(words, fg="yellow", err=True)
        raise SystemExit(1)
