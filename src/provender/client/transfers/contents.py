"""A content by its SHA-256, whatever files have it. Floor: client."""

from __future__ import annotations

import os
import re
from typing import IO

from provender.client.errors import BadQuery
from provender.client.queries.lists import Listing, Source
from provender.client.rows.meter import Advance
from provender.client.rows.results import Record
from provender.client.transfers import remotefile
from provender.client.transfers.downloads import Download, Wanted
from provender.client.transfers.saving import save
from provender.client.transport.connection import Connection

SHA256 = re.compile(r"[0-9a-f]{64}")


class Content:
    """A content of a store by its SHA-256; nothing is asked before it is used.

    Raises:
        BadQuery: this is no SHA-256.
    """

    def __init__(self, connection: Connection, sha256: str) -> None:
        key = sha256.strip().lower()
        if not SHA256.fullmatch(key):
            raise BadQuery(f"`{sha256}` is no SHA-256.", hint="64 digits of 0-9 and a-f.")
        self.sha256 = key
        self._connection, self._path = connection, f"files/{key}"

    def nodes(self) -> Listing[Record]:
        """Return the nodes that have it, each with `uuid`, `label`, `node_type` and its `files`."""
        source = Source(self._connection, f"{self._path}/nodes", is_counted=False)
        return Listing(source, Record)

    def open(self) -> IO[bytes]:
        """Return it as a seekable file that is read from the server."""
        return remotefile.opened(self._connection, self._connection.url(self._path))

    def read(self) -> bytes:
        """Return all of it."""
        with self.open() as file:
            return file.read()

    def download(
        self,
        dest: str | os.PathLike[str] = ".",
        *,
        progress: bool | Advance = False,
    ) -> Download:
        """Write it into a file, or into a folder under its SHA-256; as `Files.download`."""
        wanted = Wanted(self._connection.url(self._path), sha256=self.sha256, is_file=True)
        return save(self._connection, wanted, dest, self.sha256, progress=progress)

    def __repr__(self) -> str:
        return f"<content {self.sha256} of {self._connection.base}>"
