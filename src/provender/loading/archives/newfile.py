"""A new file that is there whole, or not at all. Floor: loading.

It is written beside its place under another name, and gets its own when it is on the disk.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import uuid4

from provender.errors import ConfigurationError, StoreError
from provender.loading.interruptions import unstoppable
from provender.store.cacheentry import FULL

# A file system without hard links: FAT, and some that are mounted over a network.
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


class NewFile:
    """A file that is written; its errors name its place, and are no errors of what is read."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file = file
        self._path = path

    def write(self, data: bytes | memoryview, /) -> int:
        """Write all bytes, and return their number."""
        try:  # called three times for each of a million files
            return self._file.write(data)
        except OSError as error:
            raise _translated(self._path, error) from error

    def read(self, size: int, /) -> bytes:
        """Return bytes that were written."""
        with errors_of(self._path):
            return self._file.read(size)

    def seek(self, position: int) -> None:
        """Go to a position."""
        with errors_of(self._path):
            self._file.seek(position)

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()

    def cut(self, position: int) -> None:
        """Go back to a position, and forget what was written behind it."""
        with errors_of(self._path):
            self._file.seek(position)
            self._file.truncate()


@contextmanager
def errors_of(path: Path) -> Iterator[None]:
    """Turn errors of the system in the block into those of a file that is written."""
    try:
        yield
    except OSError as error:
        raise _translated(path, error) from error


def _translated(path: Path, error: OSError) -> StoreError:
    reason = error.strerror or str(error)
    if error.errno in FULL:
        return no_room(path, reason)
    return StoreError(f"{path} cannot be written.", reason=reason)


def no_room(path: Path, reason: str) -> StoreError:
    """Return the error of a disk that is full."""
    return StoreError(
        f"There is no room for {path}.",
        hint="Nothing is left of it. Free some space, or name a file on another disk.",
        reason=reason,
    )


def check_free(path: Path) -> None:
    """Raise `ConfigurationError` unless a new file can have this name."""
    if not path.parent.is_dir():
        raise ConfigurationError(f"There is no folder {path.parent}.")
    if os.path.lexists(path):
        raise ConfigurationError(
            f"{path} exists.", hint="Name a new file; nothing is ever overwritten."
        )


@contextmanager
def placed(path: Path) -> Iterator[NewFile]:
    """Give a new file, which gets this path if nothing fails; otherwise nothing is left of it.

    Raises:
        ConfigurationError: there is something at this path, or no folder for it.
        StoreError: the file cannot be written.
    """
    check_free(path)
    part = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
    with ExitStack() as cleaning:
        # Before there is a file, since Ctrl-C may come as soon as it is there.
        cleaning.callback(part.unlink, missing_ok=True)
        with errors_of(path):
            file = part.open("xb")
        cleaning.callback(_closed, file)
        yield NewFile(file, path)
        with errors_of(path):
            file.flush()
            os.fsync(file.fileno())
            with unstoppable():
                _name(part, path)


@contextmanager
def unnamed(path: Path) -> Iterator[NewFile]:
    """Give a file without a name, on the disk of a new file, that can be read again."""
    with errors_of(path):
        file = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 - closed below
    try:
        yield NewFile(file, path)
    finally:
        _closed(file)


def _closed(file: IO[bytes]) -> None:
    """Close a file; what its buffer holds may find no room, as what was written before."""
    with suppress(OSError):
        file.close()


def _name(part: Path, path: Path) -> None:
    """Give a file its name, unless another file got it meanwhile."""
    try:
        os.link(part, path)
    except FileExistsError:
        check_free(path)
        raise
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        check_free(path)
        part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    with suppress(OSError):  # not all file systems do that for folders
        os.fsync(folder)
    os.close(folder)
