"""What `provender files -o FOLDER` does: the files of a selection in a folder. Floor: cli.

A second run goes on where the first one ended.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from provender.cli.meter import Meter
from provender.cli.options import Options
from provender.cli.selections.placing import Placing
from provender.cli.writing import opened, packed
from provender.errors import BadRequest
from provender.loading.archives.newfile import errors_of
from provender.plurals import counted
from provender.query.querystring.selections.files import read_size
from provender.query.querystring.selections.zips import FILES
from provender.translators.archive.layout import MANIFEST
from provender.translators.bundles.choosing import Matching
from provender.translators.bundles.manifest import manifest
from provender.translators.bundles.wanted import Wanted
from provender.translators.globs import Globs

STOPPED = "Stopped: the files so far are whole."


@dataclass(frozen=True, slots=True)
class Asked:
    """What is taken, and into which folder."""

    selection: str
    glob: tuple[str, ...]
    min_size: str
    tree: str
    folder: Path


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Write the files of a selection into a folder, as far as they are not there."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = options.settings()
    profile = options.select(settings, store, repository).profile
    globs, min_size = Globs(asked.glob), read_size(asked.min_size)
    told = {"glob": globs.texts, "tree": asked.tree, "min_size": min_size}
    wanted = Wanted(
        "files",
        Matching(globs),
        (FILES,),
        asked.tree,
        {"selection": asked.selection, "options": told},
        has_nodes=False,
        min_size=min_size,
    )
    with (
        opened(profile, settings, STOPPED, hint="The same command goes on.") as (_, source),
        packed(source, settings, asked.selection, wanted) as (found, nodes),
        Meter() as meter,
        _ours(asked.folder),
    ):
        listed = partial(manifest, wanted.head, notes=nodes.notes)
        taken = Placing(found.archive, asked.folder, meter).place(listed)
    click.echo(taken.told(asked.folder))
    if taken.damaged or found.size.skipped:
        missing = counted(taken.damaged + found.size.skipped, "files")
        words = f"{missing} could not be read: see {asked.folder / MANIFEST}."
        click.secho(words, fg="yellow", err=True)
        raise SystemExit(1)


@contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """Make a folder, and keep other commands out of it.

    Raises:
        BadRequest: another command writes into it.
    """
    with errors_of(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise BadRequest(f"Another command writes into {folder}.") from None
    except OSError:
        pass  # some file systems have no locks
    try:
        yield
    finally:
        os.close(lock)
