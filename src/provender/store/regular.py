"""Opening regular files only, no links, pipes or devices. Floor: store."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

# Without O_NONBLOCK the opening of a pipe waits for a writer; regular files ignore it.
READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
FOLDER = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY
NOT_REGULAR = "Not a regular file"

# Numbers of the system that change if a file is changed or replaced.
Identity = tuple[int, ...]


def identity(status: os.stat_result) -> Identity:
    """Return the identity of a file: inode, size, and the times of its last changes."""
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def fingerprint(place: Path | str | int) -> Identity:
    """Return a value that changes whenever the content of a file does, also by `cp -p`.

    `place` is its path or a descriptor of it; the time of its last change comes last.
    """
    status = os.stat(place)  # noqa: PTH116 - half the time of Path.stat, and takes descriptors
    return (status.st_dev, *identity(status))


class NotRegularError(OSError):
    """A link where none may be, a folder, a pipe or a device."""

    def __init__(self, path: object) -> None:
        super().__init__(errno.EINVAL, NOT_REGULAR, str(path))


class TooLargeError(OSError):
    """A file that is read whole is larger than it may be."""

    def __init__(self, path: object, most: int) -> None:
        super().__init__(errno.EFBIG, f"Larger than {most} bytes", str(path))


def open_regular(path: Path, below: Path | None = None) -> int:
    """Return a descriptor of a regular file, for reading.

    `below` is a folder above the file: it may be reached through links, but no name below it may be
    a link.

    Raises:
        NotRegularError: it is something else than a regular file.
        OSError: there is no such file, or no permission.
    """
    try:
        descriptor = os.open(path, READ) if below is None else _open_below(path, below)
    except OSError as error:
        if below is not None and error.errno == errno.ELOOP:
            raise NotRegularError(path) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegularError(path)
    return descriptor


def read_whole(path: Path, most: int, below: Path | None = None) -> bytes:
    """Return the content of a file of at most `most` bytes; errors as `open_regular`.

    Raises:
        TooLargeError: it is larger; little more than `most` bytes were read.
    """
    with open(open_regular(path, below), "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise TooLargeError(path, most)
    return content


def size_of(path: Path) -> int | None:
    """Return the size of a regular file; None for a link, anything else, or nothing."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _open_below(path: Path, below: Path) -> int:
    """Open a path name by name, following no link below the folder."""
    *folders, name = path.relative_to(below).parts
    place = os.open(below, FOLDER)
    try:
        for folder in folders:
            inner = os.open(folder, FOLDER | os.O_NOFOLLOW, dir_fd=place)
            os.close(place)
            place = inner
        return os.open(name, READ | os.O_NOFOLLOW, dir_fd=place)
    finally:
        os.close(place)
