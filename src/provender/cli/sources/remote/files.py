"""What a server answers about the files of one node. Floor: cli."""

from __future__ import annotations

from dataclasses import dataclass

from provender.cli.sources.remote.server import Server
from provender.cli.sources.remote.streams import Compared, Download
from provender.cli.sources.source import Opened, Page
from provender.client.queries.conditions import option


@dataclass(frozen=True, slots=True)
class RemoteFiles:
    """Asks the routes of the repository of a node."""

    server: Server

    def listed(self, uuid: str, path: str, *, long: bool) -> Page:
        """Return the entries of a folder."""
        query = [option("filename", path)] if path else []
        query += ["metadata=true"] if long else []
        found = self.server.get(f"nodes/{uuid}/repo/list", query)
        records = found.shown["repo_list"]
        return Page(records, len(records), found.notes)

    def opened(self, uuid: str, path: str) -> Opened:
        """Open a file, whose bytes are compared with its SHA-256 while they are read."""
        where = f"nodes/{uuid}/repo/contents"
        url = self.server.connection.url(where, [option("filename", path)])
        found = Download(self.server, url)
        return Opened(Compared(found), found.length, found.sha256)
