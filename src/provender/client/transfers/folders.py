"""Folders into which files of a server are written, and never beside them. Floor: client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from provender.client.errors import ClientError
from provender.client.transfers.parts import ENDING, HAS_LOCKS, NOTE
from provender.safenames import Names

if HAS_LOCKS:
    import fcntl

FLAGS = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_TRUNC
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)


class Folder:
    """A folder of downloads; it is made if it is not there.

    Threads may share it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self._ready: set[Path] = set()

    def prepare(self, target: Path) -> Path:
        """Make the folders of a file, and return its place.

        Raises:
            ClientError: there is a link, perhaps to another place, where a folder should be.
        """
        self._make(target.parent)
        return target

    def _make(self, folder: Path) -> None:
        if folder == self.path or folder in self._ready:
            return
        self._make(folder.parent)
        try:
            folder.mkdir()
        except FileExistsError:
            if folder.is_symlink() or not folder.is_dir():
                raise ClientError(f"`{folder}` is a link or a file, and no folder.") from None
        self._ready.add(folder)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other downloads of many files out; raises `ClientError` if there is one."""
        if not HAS_LOCKS:  # pragma: no cover - Windows
            yield
            return
        opened = os.open(self.path, os.O_RDONLY)
        try:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ClientError(f"Another download writes into `{self.path}`.") from None
            yield
        finally:
            os.close(opened)

    def write(self, target: Path, content: bytes) -> None:
        """Write a small file, whole or not at all; raises `OSError` that names it."""
        part = self.prepare(target).with_name(target.name + ENDING)
        try:
            file = os.open(part, FLAGS, 0o666)
            try:
                rest = memoryview(content)
                while rest:
                    rest = rest[os.write(file, rest) :]
            finally:
                os.close(file)
            part.replace(target)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise OSError(error.errno, os.strerror(error.errno or 0), str(target)) from None


def named(names: Names, path: str) -> str:
    """Return the name of a file among `names`; none is like that of a part of another one."""
    is_like_part = path.casefold().endswith((ENDING, ENDING + NOTE))
    return names.file(f"{path}_" if is_like_part else path)
