"""Writing the archive of a process into a folder. Floor: cli."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from provender.cli.desk.opening import naming, read_identifier
from provender.cli.writing import opened
from provender.errors import BadRequest, CorruptObject, StoreError
from provender.loading.wording import size
from provender.plurals import counted
from provender.settings import Settings
from provender.store.profiles import Profile
from provender.store.stores import Store
from provender.translators import inquiry
from provender.translators.archive.layout import MANIFEST
from provender.translators.archive.packing import Packing
from provender.translators.archive.reading import TreeOfProcess
from provender.translators.zips.archive import Archive
from provender.translators.zips.bounds import Bounds
from provender.translators.zips.items import Item
from provender.web.routes import views

BLOCK = 1 << 18
# Redraws of a bar.
STEPS = 500
STOPPED = "Stopped: nothing was left."

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the folder, the number of files, their bytes, and how many are missing."""

    folder: Path
    files: int
    size: int
    missing: int

    @property
    def told(self) -> str:
        """What was written, in a sentence."""
        return f"Wrote {counted(self.files, 'files')} ({size(self.size)}) into {self.folder}."

    @property
    def warning(self) -> str:
        """What could not be written, in a sentence."""
        return f"{counted(self.missing, 'files')} could not be read: see {self.folder / MANIFEST}."


def dump(profile: Profile, settings: Settings, uuid: str, folder: Path | None) -> Written:
    """Write a process into a folder, which is there at the end, or not at all.

    Raises:
        ProvenderError: no such process, a folder that is not empty, no room.
    """
    identifier = read_identifier(views.PROCESSES, uuid)
    if folder is not None:
        _check_free(folder)
    with (
        opened(profile, settings, STOPPED) as (_, store),
        naming(store, views.PROCESSES, identifier),
    ):
        return _dump(store, identifier, folder)


def _dump(store: Store, identifier: str | int, folder: Path | None) -> Written:
    """Write a process of an open store."""
    bounds = Bounds()  # of one who has the machine for himself there are none
    tree = inquiry.answer(TreeOfProcess(views.PROCESSES, identifier, bounds), store)
    with closing(Packing(tree, store, bounds)) as packing:
        packing.write()
        target = folder if folder is not None else Path(packing.name)
        _check_free(target)
        with _made(target) as place:
            total = sum(item.size for item in packing.items.present())
            with _bar(total) as progress:
                for item in packing.items.present():
                    _write(packing, item, place, progress)
            archive = packing.finished()
            for item in filter(None, (archive.readme, archive.manifest)):
                _copy(archive, item, place, _unseen)
        return _told(archive, target)


def _told(archive: Archive, folder: Path) -> Written:
    sizes = [item.size for item in archive.present()]
    return Written(folder, len(sizes), sum(sizes), archive.missing)


def _check_free(folder: Path) -> None:
    """Refuse a folder that holds something, and a file."""
    try:
        is_free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError as error:
        raise _unwritable(folder, error) from error
    if not is_free:
        what = "is not empty" if folder.is_dir() else "is a file"
        raise BadRequest(f"{folder} {what}.", hint="Name a new folder, or an empty one.")


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """Give a new folder, which becomes this one if nothing fails, and is removed otherwise."""
    place = None
    try:
        folder = folder.absolute()
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".part", dir=folder.parent))
        place.chmod(0o777 & ~_mask())
        yield place
        if folder.exists():
            folder.rmdir()
        place.rename(folder)
    except BaseException as error:
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)
        if isinstance(error, OSError):
            raise _unwritable(folder, error) from error
        raise


def _write(packing: Packing, item: Item, folder: Path, progress: Progress) -> None:
    """Write a file; one that is damaged is listed as missing."""
    try:
        _copy(packing, item, folder, progress)
    except CorruptObject:
        (folder / item.path).unlink()
        packing.spoil(item)


def _copy(source_of: Packing | Archive, item: Item, folder: Path, progress: Progress) -> None:
    path = folder / item.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file, closing(source_of.open(item)) as source:
        while block := source.read(BLOCK):
            file.write(block)
            progress(len(block))
        if file.tell() != item.size:
            raise CorruptObject(f"`{item.path}` does not have its {item.size} bytes.")


@contextmanager
def _bar(total: int) -> Iterator[Progress]:
    """Give a function that is told of written bytes, and shows them on a terminal."""
    if not sys.stderr.isatty():
        yield _unseen
        return
    with click.progressbar(
        length=total,
        label=f"writing {size(total)}",
        file=sys.stderr,
        update_min_steps=max(1, total // STEPS),
    ) as bar:
        yield bar.update


def _unseen(number: int) -> None:
    """Show nothing of written bytes."""


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(f"{folder} cannot be written.", reason=str(error))


def _mask() -> int:
    """Return which permissions new folders do not get: temporary ones are private."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
