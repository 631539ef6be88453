"""Stored files in a folder, each whole or not there. Floor: cli.

A file is written under another name and renamed when it is whole. Nothing that is there is
overwritten, but for a manifest.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from provender.cli.meter import Meter
from provender.cli.sources.source import Contents
from provender.errors import BadRequest, CorruptObject
from provender.loading.archives.newfile import errors_of
from provender.loading.wording import size
from provender.plurals import counted
from provender.translators.archive.layout import MANIFEST
from provender.translators.zips.items import Item

BLOCK = 1 << 18
# Where a file is written until it is whole.
PART = ".provender.part"
STEP = "writing files"


@dataclass(slots=True)
class Taken:
    """How many files were written, with their bytes; how many were there."""

    written: int = 0
    bytes: int = 0
    there: int = 0

    def told(self, folder: Path) -> str:
        """What was done, in a sentence."""
        were = "was" if self.there == 1 else "were"
        before = f" {counted(self.there, 'files')} {were} there." if self.there else ""
        return f"Wrote {counted(self.written, 'files')} ({size(self.bytes)}) into {folder}.{before}"


class Placing:
    """The writing of files into a folder into which no other writes."""

    def __init__(self, contents: Contents, folder: Path, meter: Meter) -> None:
        self._contents = contents
        self._folder = folder
        self._meter = meter
        self._total = sum(item.size for item in contents.files())
        self._done = 0
        self._taken = Taken()

    def place(self) -> Taken:
        """Write all files that are not there, and the manifest at the end.

        Raises:
            BadRequest: another file has the place of one.
            StoreError: a file cannot be written.
        """
        for item in self._contents.files():
            self._place(item)
        for item in self._contents.last():
            self._place(item)
        return self._taken

    def _place(self, item: Item) -> None:
        """Write a file unless it is there."""
        place, before = self._folder / item.path, self._done
        if _is_there(place, item, is_ours=item.path == MANIFEST and item.span is not None):
            self._taken.there += item.span is None
        else:
            self._write(item, place)
        self._done = before
        self._go_on(item.size)

    def _write(self, item: Item, place: Path) -> None:
        """Write a file; one that is damaged in the store is told."""
        part = self._folder / PART
        with errors_of(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._copy(item, part)
                part.replace(place)
            except CorruptObject as error:
                click.echo(f"{item.path}: {error.message}", err=True)
                self._contents.spoil(item)
                return
            finally:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
        if item.span is None:
            self._taken.written += 1
            self._taken.bytes += item.size

    def _copy(self, item: Item, part: Path) -> None:
        with part.open("wb") as file, closing(self._contents.open(item)) as source:
            while block := source.read(BLOCK):
                file.write(block)
                self._go_on(len(block))
            if file.tell() != item.size:
                raise CorruptObject(f"It does not have its {item.size} bytes.")

    def _go_on(self, number: int) -> None:
        """Show that so many more bytes are there."""
        self._done = min(self._total, self._done + number)
        self._meter.show(STEP, self._done, self._total)


def _is_there(place: Path, item: Item, *, is_ours: bool) -> bool:
    """Return whether a file is there already; a manifest of before is written anew.

    Raises:
        BadRequest: something else is there.
    """
    if not os.path.lexists(place):
        return False
    with errors_of(place):
        is_same = place.is_file() and place.stat().st_size == item.size
        if is_same and _sha256(place) == item.key:
            return True
    if is_ours and place.is_file():
        return False
    raise BadRequest(
        f"{place} is there, and is another file.", hint="Name a new folder, or an empty one."
    )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
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
