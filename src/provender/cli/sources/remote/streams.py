"""The bytes of a file that a server sends; a broken connection is made anew. Floor: cli."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from email.message import Message
from typing import TYPE_CHECKING

from provender.cli.sources.remote.failures import translated
from provender.cli.sources.remote.server import Server
from provender.client import Busy, ClientError, Outdated, Retries, Unreachable
from provender.client.transport.connection import told
from provender.client.transport.retrying import Attempts
from provender.errors import CorruptObject

if TYPE_CHECKING:
    import httpx

PARTIAL = 206
# A server that was stopped and started again is waited for.
PATIENT = Retries(tries=10)
CHANGED = "The file has changed on the server while it was fetched."


class Download:
    """The bytes of a file. Whoever made it closes it.

    `length` is their number, None if the server does not say it; `etag` names their state.
    """

    def __init__(self, server: Server, url: str) -> None:
        self._server, self._url = server, url
        self._attempts = Attempts(PATIENT)
        self._open = ExitStack()
        self.length: int | None = None
        self.etag = ""
        self._got = 0
        self._pieces = self._received()
        self._left = b""
        self._begin()

    @property
    def name(self) -> str:
        """The name under which the server would save the file."""
        message = Message()
        message["Content-Disposition"] = self._response.headers.get("Content-Disposition", "")
        return message.get_filename() or ""

    @property
    def sha256(self) -> str | None:
        """The SHA-256 that a stored file should have: its strong ETag."""
        name = self.etag.strip('"')
        return name if len(name) == hashlib.sha256().digest_size * 2 else None

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none at the end.

        Raises:
            StoreError: the connection broke, and could not be made again; or the file changed.
        """
        if not self._left:
            self._left = next(self._pieces, b"")
        found, self._left = self._left[:size], self._left[size:]
        return found

    def blocks(self) -> Iterator[bytes]:
        """Yield all bytes; errors as `read`."""
        while block := self.read(1 << 20):
            yield block

    def close(self) -> None:
        """Close the connection."""
        self._open.close()

    def _begin(self) -> None:
        """Ask for the file; what the server refuses is an error here."""
        while True:
            try:
                self._response = self._asked({})
            except ClientError as error:
                self._again(error)
            else:
                break
        length = self._response.headers.get("Content-Length", "")
        self.length = int(length) if length.isdigit() else None
        self.etag = self._response.headers.get("ETag", "")

    def _asked(self, headers: dict[str, str]) -> httpx.Response:
        """Ask for the file, or the rest of it."""
        self._open.close()
        headers = {**headers, "Accept-Encoding": "identity"}
        found: httpx.Response = self._open.enter_context(
            self._server.connection.stream(self._url, headers)
        )
        return found

    def _received(self) -> Iterator[bytes]:
        """Yield the bytes as they come, those behind a break by further requests."""
        while self.length is None or self._got < self.length:
            try:
                with told(self._url):
                    for piece in self._response.iter_raw():
                        self._got += len(piece)
                        self._attempts.succeeded()
                        yield piece
            except ClientError as error:
                self._reconnect(error)
                continue
            if self.length is None:
                return
            if self._got < self.length:
                self._reconnect(Unreachable("The connection ended early.", url=self._url))

    def _reconnect(self, error: ClientError) -> None:
        """Ask for the bytes behind those that are here."""
        while True:
            if not self.etag or self.etag.startswith("W/"):
                raise translated(error, self._server.name)  # nothing names the rest
            self._again(error)
            try:
                asked = {"Range": f"bytes={self._got}-", "If-Range": self.etag}
                self._response = self._asked(asked)
            except ClientError as further:
                error = further
                continue
            if self._response.status_code != PARTIAL:
                raise translated(Outdated(CHANGED), self._server.name)
            return

    def _again(self, error: ClientError) -> None:
        """Wait, if it makes sense to ask again."""
        if not isinstance(error, Busy | Unreachable):
            raise translated(error, self._server.name)
        try:
            self._attempts.failed(error)
        except ClientError:
            raise translated(error, self._server.name) from None


class Compared:
    """A download whose bytes are compared with the SHA-256 that they should have."""

    def __init__(self, download: Download) -> None:
        self._download = download
        self._digest = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        """Return the next bytes.

        Raises:
            CorruptObject: they are others; said at the end.
        """
        found = self._download.read(size)
        self._digest.update(found)
        wanted = self._download.sha256
        if not found and wanted is not None and self._digest.hexdigest() != wanted:
            raise CorruptObject("What arrived is not what the server has: another SHA-256.")
        return found

    def close(self) -> None:
        """Close the connection."""
        self._download.close()
