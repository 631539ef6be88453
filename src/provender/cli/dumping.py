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

from provender.cli.desk.naming import naming
from provender.cli.options import Options
from provender.cli.sources.opening import opened
from provender.cli.sources.processes import read_identifier
from provender.cli.sources.source import Contents
from provender.cli.sources.stopping import Writing
from provender.errors import BadRequest, CorruptObject, StoreError
from provender.loading.wording import size
from provender.plurals import counted
from provender.translators.archive.layout import MANIFEST
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


def dump(
    options: Options, store: str | None, repository: Path | None, uuid: str, folder: Path | None
) -> Written:
    """Write a process into a folder, which is there at the end, or not at all.

    Raises:
        ProvenderError: no such process, a folder that is not empty, no room.
    """
    identifier = read_identifier(views.PROCESSES, uuid)
    if folder is not None:
        _check_free(folder)
    with (
        opened(options, store, repository, Writing(STOPPED)) as source,
        naming(source, identifier),
        source.bundles.process(identifier, folder or Path()) as contents,
    ):
        return _dump(contents, folder)


def _dump(contents: Contents, folder: Path | None) -> Written:
    """Write files into a folder."""
    target = folder if folder is not None else Path(contents.name)
    _check_free(target)
    with _made(target) as place:
        number, length = 0, 0
        with _bar(sum(item.size for item in contents.files())) as progress:
            for item in contents.files():
                if _write(contents, item, place, progress):
                    number, length = number + 1, length + item.size
        for item in contents.last():
            _copy(contents, item, place, _unseen)
            number, length = number + 1, length + item.size
    return Written(target, number, length, contents.missing)


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


def _write(contents: Contents, item: Item, folder: Path, progress: Progress) -> bool:
    """Write a file, and return whether it is there; one that is damaged is listed as missing."""
    try:
        _copy(contents, item, folder, progress)
    except CorruptObject:
        (folder / item.path).unlink()
        contents.spoil(item)
        return False
    return True


def _copy(contents: Contents, item: Item, folder: Path, progress: Progress) -> None:
    path = folder / item.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file, closing(contents.open(item)) as source:
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
