"""Bytes that slow clients have not taken: in memory, then on disk, and bounded. Floor: web."""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from typing import IO

from waitress.buffers import ReadOnlyFileBasedBuffer

# Bytes that are held in memory for all clients together; what is more goes to a temporary file.
MEMORY_BYTES = 64 << 20


class NoRoomError(Exception):
    """The process holds as many unsent bytes as it may."""


class Held(ReadOnlyFileBasedBuffer):
    """Unsent bytes of one answer; `spooled` of them lie on disk."""

    def __init__(
        self, file: IO[bytes], size: int, spooled: int, release: Callable[[], None]
    ) -> None:
        super().__init__(file)
        self.remain = size
        self.spooled = spooled
        self._release: Callable[[], None] | None = release

    def close(self) -> None:
        """Forget the bytes."""
        super().close()
        release, self._release = self._release, None
        if release is not None:
            release()


class Spool:
    """The unsent bytes of all answers of a process; every thread may use it."""

    def __init__(self, most_bytes: int, memory_bytes: int = MEMORY_BYTES) -> None:
        self._most = most_bytes
        self._most_in_memory = memory_bytes
        self._in_memory = 0
        self._on_disk = 0
        self._room = threading.Condition()

    def hold(self, data: bytes) -> Held:
        """Return a buffer of some bytes; in memory they are not copied.

        Raises:
            NoRoomError: they fit neither into the memory nor onto the disk.
        """
        size = len(data)
        with self._room:
            in_memory = self._in_memory + size <= self._most_in_memory
            if in_memory:
                self._in_memory += size
            elif self._on_disk + size <= self._most:
                self._on_disk += size
            else:
                raise NoRoomError
        release = partial(self._release, size, in_memory=in_memory)
        if in_memory:
            return Held(io.BytesIO(data), size, 0, release)
        try:
            return Held(_written(data), size, size, release)
        except OSError as error:  # the disk is full
            release()
            raise NoRoomError from error

    def wait_for_room(self, seconds: float) -> None:
        """Wait until some bytes are sent or given up, at most so long."""
        with self._room:
            self._room.wait(seconds)

    def _release(self, size: int, *, in_memory: bool) -> None:
        with self._room:
            if in_memory:
                self._in_memory -= size
            else:
                self._on_disk -= size
            self._room.notify_all()


def _written(data: bytes) -> IO[bytes]:
    """Return a temporary file with some bytes."""
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - the buffer closes it
    try:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file
