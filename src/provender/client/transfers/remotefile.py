"""Files on a server, read and sought like files on the disk. Floor: client."""

from __future__ import annotations

import io
import tempfile
from typing import IO

import httpx

from provender.client.errors import Busy, ClientError, Outdated, Unreachable
from provender.client.transfers.downloads import PARTIAL, PLAIN
from provender.client.transport.connection import Connection

# Bytes of the first request at a place; those that follow it are twice as long each.
FIRST, MOST = 1 << 16, 1 << 23
BUFFER = 1 << 13


class RemoteFile(io.RawIOBase):
    """A file on a server that is read by ranges; `io.BufferedReader` makes it one of bytes.

    Raises while it is read:
        Outdated: the file has changed since it was opened.
        ClientError: the server refuses, or cannot be reached.
    """

    def __init__(self, connection: Connection, url: str, size: int, etag: str) -> None:
        super().__init__()
        self._connection, self._url, self._etag = connection, url, etag
        self._size, self._place = size, 0
        self._held, self._held_at, self._ahead = b"", 0, FIRST
        self.name = url

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place; nothing is asked for."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("There is nothing before the beginning of a file.")
        self._place = start + offset
        return self._place

    def tell(self) -> int:
        """Return the place."""
        return self._place

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read the next bytes into a buffer, and return how many."""
        found = self._next(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def readall(self) -> bytes:
        """Return all that follows."""
        pieces = []
        while found := self._next(MOST):
            pieces.append(found)
        return b"".join(pieces)

    def _next(self, size: int) -> bytes:
        """Return some of the next bytes, none at the end of the file."""
        if self.closed:
            raise ValueError("The file is closed.")
        left = self._size - self._place
        if left <= 0 or not size:
            return b""
        if not self._held_at <= self._place < self._held_at + len(self._held):
            is_next = self._place == self._held_at + len(self._held)
            self._ahead = min(MOST, self._ahead * 2) if is_next and self._held else FIRST
            wanted = min(left, max(size, self._ahead))
            self._held, self._held_at = self._fetched(self._place, wanted), self._place
        start = self._place - self._held_at
        found = self._held[start : start + size]
        self._place += len(found)
        return found

    def _fetched(self, start: int, size: int) -> bytes:
        headers = PLAIN | {"Range": f"bytes={start}-{start + size - 1}", "If-Match": self._etag}

        def ask() -> bytes:
            with self._connection.stream(self._url, headers) as response:
                _check_part(response, start, self._size)
                found: bytes = response.read()
                return found

        return self._connection.patiently(ask)


def _check_part(response: httpx.Response, start: int, size: int) -> None:
    told = response.headers.get("Content-Range", "")
    is_asked = told.startswith(f"bytes {start}-") and told.endswith(f"/{size}")
    if response.status_code != PARTIAL or not is_asked:
        raise Outdated("The file has changed since it was opened.", url=str(response.url))


def opened(connection: Connection, url: str) -> IO[bytes]:
    """Return a file on a server as a seekable one; where there are no ranges it is fetched whole.

    Raises:
        NotFound: there is no such file.
        ClientError: the server refuses, or cannot be reached.
    """
    headers = _head(connection, url)
    etag, length = headers.get("ETag", ""), headers.get("Content-Length", "")
    has_ranges = headers.get("Accept-Ranges") == "bytes" and etag.startswith('"')
    if has_ranges and length.isdigit():
        return io.BufferedReader(RemoteFile(connection, url, int(length), etag), BUFFER)
    return _spooled(connection, url)


def _head(connection: Connection, url: str) -> httpx.Headers:
    def ask() -> httpx.Headers:
        with connection.stream(url, PLAIN, method="HEAD") as response:
            return response.headers

    try:
        return connection.patiently(ask)
    except (Busy, Unreachable):
        raise
    except ClientError:  # whose reason the answer to a GET has
        return httpx.Headers()


def _spooled(connection: Connection, url: str) -> IO[bytes]:
    """Return a file that is held on the disk, without a name."""
    held: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it is returned

    def ask() -> None:
        held.seek(0)
        held.truncate()
        with connection.stream(url) as response:
            for block in response.iter_bytes():
                held.write(block)
        held.seek(0)

    try:
        connection.patiently(ask)
    except BaseException:
        held.close()
        raise
    return held
