"""Files that are being downloaded: a part beside its place until it is whole. Floor: client."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from provender.client.errors import ClientError

try:
    import fcntl

    HAS_LOCKS = True
except ImportError:  # pragma: no cover - Windows, where two downloads are not told apart
    HAS_LOCKS = False

ENDING = ".part"
# Beside a part: which state of which file it is the beginning of.
NOTE = ".json"
BLOCK = 1 << 20
# A part is never a link to another place; Windows has neither flag, or the second alone.
FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Part:
    """The beginning of a file, in `NAME.part`; a block of `with` ends the work on it.

    It is kept after an interruption if it can be resumed, and taken away otherwise, also where the
    disk is full. `NAME` itself is not touched before `finish`.

    Args:
        target: Where the file will be.
        source: What tells it from other downloads to the same place: its URL.

    Raises:
        ClientError: another download writes it.
        OSError: the folder cannot be written.
    """

    def __init__(self, target: Path, source: str) -> None:
        if target.is_dir():
            raise ClientError(f"`{target}` is a folder, no file.")
        self._target, self._source = target, source
        self._path = target.with_name(target.name + ENDING)
        self._note = target.with_name(target.name + ENDING + NOTE)
        self._file = _locked(self._path)
        self._is_open = True
        self.etag: str | None = None
        self.size = 0
        self._digest = hashlib.sha256()
        self._take_up()

    def _take_up(self) -> None:
        """Go on with what an earlier download left, if it was of the same source."""
        try:
            noted = json.loads(self._note.read_text())
        except (OSError, ValueError):
            noted = {}
        if isinstance(noted, dict) and noted.get("source") == self._source:
            self.etag = noted.get("etag")
        if self.etag is None:
            os.ftruncate(self._file, 0)
            return
        while block := os.read(self._file, BLOCK):
            self._digest.update(block)
            self.size += len(block)

    @property
    def sha256(self) -> str:
        """The SHA-256 of what is there."""
        return self._digest.hexdigest()

    def begin(self, etag: str | None) -> None:
        """Begin anew; `etag` is the strong ETag by which the rest may be asked for later."""
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        self.size, self._digest, self.etag = 0, hashlib.sha256(), etag
        if etag is None:
            self._note.unlink(missing_ok=True)
        else:
            self._note.write_text(json.dumps({"source": self._source, "etag": etag}))

    def write(self, block: bytes) -> None:
        """Add bytes; raises `OSError` that names the file, for example on a full disk."""
        rest = memoryview(block)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise OSError(error.errno, os.strerror(error.errno or 0), str(self._target)) from None
        self._digest.update(block)
        self.size += len(block)

    def tail(self, size: int) -> bytes:
        """Return the last bytes of what is there."""
        os.lseek(self._file, max(0, self.size - size), os.SEEK_SET)
        return os.read(self._file, size)

    def finish(self, *, is_synced: bool = True) -> None:
        """Give the file its name: it is whole, and on the disk."""
        if is_synced:
            os.fsync(self._file)
        self._path.replace(self._target)
        self._close()
        self._note.unlink(missing_ok=True)
        if is_synced:
            sync(self._target.parent)

    def discard(self) -> None:
        """Take away all that was written."""
        for path in (self._path, self._note):
            with suppress(OSError):
                path.unlink()
        self._close()

    def _close(self) -> None:
        if self._is_open:
            self._is_open = False
            os.close(self._file)

    def __enter__(self) -> Part:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._is_open:
            return
        if self.etag is None or not self.size or isinstance(error, OSError):
            self.discard()
        self._close()


def _locked(path: Path) -> int:
    """Open a part that no other download writes."""
    while True:
        file = os.open(path, FLAGS, 0o666)
        try:
            _lock(file, path)
            if _is_same(file, path):
                return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # another download has just given it its name


def _lock(file: int, path: Path) -> None:
    if not HAS_LOCKS:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ClientError(f"Another download writes `{path}`.") from None
    except OSError:  # a file system without locks
        return


def _is_same(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def sync(folder: Path) -> None:
    """See to it that the names in a folder are on the disk."""
    with suppress(OSError):  # not every system opens folders
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
