"""The files of nodes: listed, found, read, downloaded. Floor: client."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from provender.client.queries.conditions import Where, option
from provender.client.queries.identifiers import Identifier, named
from provender.client.queries.lists import Listing
from provender.client.queries.questions import query, question
from provender.client.rows.meter import Advance, gauge
from provender.client.rows.results import Record, Rows, found
from provender.client.transfers import remotefile
from provender.client.transfers.bulk import WORKERS, Bulk, Fetched, Remote
from provender.client.transfers.contents import Content
from provender.client.transfers.downloads import Download, Wanted
from provender.client.transfers.filetrees import Tree
from provender.client.transfers.folders import Folder
from provender.client.transfers.folders import named as named_in
from provender.client.transfers.saving import Place, save
from provender.client.transport.connection import Connection, encoded
from provender.safenames import Names

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
FILE = "FILE"


class Files:
    """The files of all nodes of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __repr__(self) -> str:
        return f"<files of {self._connection.base}>"

    def list(self, node: Identifier, folder: str = "", *, long: bool = False) -> Rows:
        """Return the entries of a folder: `name`, and `type`, which is FILE or DIRECTORY.

        With `long` files have `size` (bytes), `sha256`, `mime_type` and `binary` too, where the
        server tells it. The node is named by its uuid, the beginning of it, or its pk.

        Raises:
            NotFound: there is no such node or folder.
        """
        metadata = "1" if long and self._connection.has_cursors else None
        asked = query({"filename": folder.strip("/") or None, "metadata": metadata})
        answer = self._connection.get(f"nodes/{named(node)}/repo/list", asked)
        rows: Rows = found(answer.data["repo_list"])
        return rows

    def tree(self, node: Identifier) -> Tree:
        """Return all files of a node, which are printed as a tree; errors as `list`."""
        uuid = self._uuid(node)
        return Tree(uuid, list(self._every(uuid)))

    def find(
        self,
        where: Where = None,
        *,
        glob: str | Sequence[str] | None = None,
        min_size: int | str | None = None,
        limit: int | None = None,
        progress: bool = False,
        **options: Any,  # noqa: ANN401 - keys of the route
    ) -> Listing[Record]:
        """Return the files of the nodes that `where` chooses: `uuid`, `path`, `size`, `sha256`.

        Args:
            where: See `provender.client.queries.conditions.read`.
            glob: Patterns, one of which has to match: `*.out` a name, `out/*` a path.
            min_size: Bytes, or a text such as `1.5M`.
            limit: The most files.
            progress: Whether to show how many there were.
            options: Other keys of the route.
        """
        asked = question("nodes/files", where, {"glob": glob, "min_size": min_size, **options})
        return Listing(asked.source(self._connection), Record, limit=limit, is_shown=progress)

    def by_content(self, sha256: str) -> Content:
        """Return a content by its SHA-256, with the nodes that have it."""
        return Content(self._connection, sha256)

    def open(self, node: Identifier, path: str) -> IO[bytes]:
        """Return a file as one that can be read and sought, for example by `zipfile`.

        Only what is read is fetched. A server without ranges sends all of it first.

        Raises:
            NotFound: there is no such node or file.
        """
        return remotefile.opened(self._connection, self._address(node, path))

    def read(self, node: Identifier, path: str) -> bytes:
        """Return the content of a file; errors as `open`."""
        with self.open(node, path) as file:
            return file.read()

    def download(
        self,
        node: Identifier,
        path: str,
        dest: Place = ".",
        *,
        progress: bool | Advance = False,
    ) -> Download:
        """Write a file into a file, or into a folder under its own name.

        It is `DEST.part` until it is whole. A broken download goes on where it broke, also in a
        later call. The result says what the file was compared with. `progress` shows a bar, or is
        called with the number of each further bytes.

        Raises:
            NotFound: there is no such node or file.
            Damaged: what arrived has another SHA-256 than the server says.
            OSError: the file cannot be written.
        """
        wanted = Wanted(self._address(node, path), is_file=True)
        name = path.rstrip("/").rpartition("/")[2]
        return save(self._connection, wanted, dest, name, progress=progress)

    def download_all(
        self,
        node: Identifier,
        folder: Place,
        *,
        inside: str = "",
        glob: str | Sequence[str] | None = None,
        progress: bool | Advance = False,
        workers: int = WORKERS,
    ) -> Fetched:
        """Write the files of a node, or of the folder `inside` of it, into a folder.

        Files have their paths as names, made safe for every system. Those that are there with the
        right content are not fetched.

        Raises:
            NotFound: there is no such node.
            Incomplete: some files could not be had; all others are there.
        """
        inside = inside.strip("/")
        start = f"{inside}/" if inside else ""
        every = self._every(self._uuid(node), glob)
        files = [file for file in every if file.path.startswith(start)]
        return self._fetch(files, folder, progress, workers, start=start)

    def fetch(
        self,
        where: Where,
        folder: Place,
        *,
        glob: str | Sequence[str] | None = None,
        min_size: int | str | None = None,
        progress: bool | Advance = False,
        workers: int = WORKERS,
    ) -> Fetched:
        """Write the files of all nodes that `where` chooses into a folder, each node in its own.

        The folders have the uuids as names; all else as `download_all`.
        """
        files = self.find(where, glob=glob, min_size=min_size)
        return self._fetch(files, folder, progress, workers, start=None)

    def archive(
        self,
        node: Identifier,
        dest: Place = ".",
        *,
        inside: str | None = None,
        glob: str | Sequence[str] | None = None,
        progress: bool | Advance = False,
    ) -> Download:
        """Write the files of a node, or of the folder `inside` of it, into one zip."""
        asked = query({"path": inside, "glob": glob or ()})
        wanted = Wanted(self._connection.url(f"nodes/{named(node)}/repo/archive.zip", asked))
        return save(self._connection, wanted, dest, f"{named(node)}.zip", progress=progress)

    def archive_named(
        self,
        files: Iterable[tuple[str, str]],
        dest: Place = "files.zip",
        *,
        progress: bool | Advance = False,
    ) -> Download:
        """Write files that are named by whole uuids and paths into one zip."""
        body = {"files": [{"uuid": uuid, "path": path} for uuid, path in files]}
        wanted = Wanted(self._connection.url("files/archive.zip"), encoded(body))
        return save(self._connection, wanted, dest, "files.zip", progress=progress)

    def link(self, node: Identifier, path: str) -> Record:
        """Return a link to a file, for those without a token: `url`, and when it `expires`."""
        address = self._address(node, path).removeprefix(self._connection.root)
        record: Record = found(self._connection.post("download_links", {"path": address}).data)
        return record

    def _address(self, node: Identifier, path: str) -> str:
        return self._connection.url(
            f"nodes/{named(node)}/repo/contents", (option("filename", path.strip("/")),)
        )

    def _uuid(self, node: Identifier) -> str:
        """Return the whole uuid of a node."""
        text = named(node)
        if UUID.fullmatch(text):
            return text
        rows = self._connection.get(f"nodes/{text}").rows
        return str(rows[0]["uuid"])

    def _every(self, uuid: str, glob: str | Sequence[str] | None = None) -> Iterator[Record]:
        """Yield all files of a node in the order of their paths."""
        if self._connection.has_cursors:
            yield from self.find({"uuid": uuid}, glob=glob)
        else:
            yield from self._below(uuid, "")

    def _below(self, uuid: str, folder: str) -> Iterator[Record]:
        """Yield the files below a folder, by asking for each folder."""
        for entry in self.list(uuid, folder):
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.type == FILE:
                yield Record({"uuid": uuid, "path": path})
            else:
                yield from self._below(uuid, path)

    def _fetch(
        self,
        files: Iterable[Record],
        folder: Place,
        progress: bool | Advance,
        workers: int,
        *,
        start: str | None,
    ) -> Fetched:
        """Fetch files; `start` is left out of their paths, None puts each node in a folder."""
        place = Folder(folder)
        with place.alone(), gauge(os.fspath(folder), progress) as counted:
            if isinstance(files, Sequence):
                counted.expect(sum(file.get("size") or 0 for file in files))
            bulk = Bulk(self._connection, place, counted, workers)
            fetched = bulk.run(remotes(files, place, start))
        fetched.check()
        return fetched


def remotes(files: Iterable[Record], folder: Folder, start: str | None) -> Iterator[Remote]:
    """Yield where files are and will be; no two will be at the same place, and none outside."""
    names = Names()
    for file in files:
        uuid, path = file["uuid"], file["path"]
        shown = f"{uuid}/{path}" if start is None else path.removeprefix(start)
        target = folder.path / named_in(names, shown)
        yield Remote(uuid, path, target, file.get("size"), file.get("sha256"))
