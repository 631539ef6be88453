"""What a server answers that has many files. Floor: cli."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from provender.cli.meter import Meter
from provender.cli.sources.asked import FolderAsked, ZipAsked
from provender.cli.sources.remote.checking import checked
from provender.cli.sources.remote.folders import Unpacked
from provender.cli.sources.remote.server import Server
from provender.cli.sources.remote.streams import Download
from provender.errors import BadRequest, QueryTimeout
from provender.loading.archives.newfile import errors_of
from provender.query.querystring.selections.files import read_size
from provender.translators.globs import Globs


@dataclass(frozen=True, slots=True)
class RemoteArchive:
    """An archive that a server sends, and how much it holds."""

    download: Download
    figures: Mapping[str, int]

    @property
    def length(self) -> int:
        """The number of its bytes."""
        return self.download.length or self.figures["bytes"]

    def blocks(self) -> Iterator[bytes]:
        """Yield its bytes."""
        return self.download.blocks()


@dataclass(frozen=True, slots=True)
class RemoteBundles:
    """Asks the routes of archives; the bounds are those of the server."""

    server: Server

    @contextmanager
    def portable(self, selection: str, rules: Mapping[str, bool]) -> Iterator[RemoteArchive]:
        """Give an archive for AiiDA; `rules` say which links lead to further nodes."""
        checked(selection)
        query = [selection, *(f"{name}={str(rules[name]).lower()}" for name in rules)]
        with self._archive("nodes/archive.aiida", query) as found:
            yield found

    @contextmanager
    def zipped(self, asked: ZipAsked) -> Iterator[RemoteArchive]:
        """Give a zip of nodes and their files."""
        checked(asked.selection)
        query = [asked.selection, *(f"glob={text}" for text in Globs(asked.glob).texts)]
        query += [f"parts={','.join(asked.parts)}", f"tree={asked.tree}"]
        with self._archive("nodes/archive.zip", query) as found:
            yield found

    @contextmanager
    def folder(self, asked: FolderAsked, near: Path) -> Iterator[Unpacked]:
        """Give the files of a selection as a folder."""
        checked(asked.files.selection)
        query = [asked.files.selection]
        query += [f"glob={text}" for text in Globs(asked.files.glob).texts]
        query += [f"tree={asked.tree}", "described=false"]
        size = read_size(asked.files.min_size)
        query += [f"min_size={size}"] if size else []
        with self._unpacked("nodes/archive.zip", query, near) as found:
            yield found

    @contextmanager
    def process(self, identifier: str | int, near: Path) -> Iterator[Unpacked]:
        """Give a process, with all that it called, as a folder.

        The server reads all files first, so that what is damaged is listed; if that takes it too
        long, a damaged file is an error.
        """
        path = f"processes/{identifier}/archive.zip"
        try:
            download = self._download(path, ["verify=true"])
        except QueryTimeout:
            download = self._download(path, [])
        with self._stored(download, near) as found:
            yield found

    def _download(self, path: str, query: Sequence[str]) -> Download:
        url = self.server.connection.url(path, [text for text in query if text])
        return Download(self.server, url)

    @contextmanager
    def _archive(self, path: str, query: Sequence[str]) -> Iterator[RemoteArchive]:
        figures = self.server.get(path, [*query, "dry_run=true"]).data
        with closing(self._download(path, query)) as download:
            yield RemoteArchive(download, figures)

    @contextmanager
    def _unpacked(self, path: str, query: Sequence[str], near: Path) -> Iterator[Unpacked]:
        with self._stored(self._download(path, query), near) as found:
            yield found

    @contextmanager
    def _stored(self, download: Download, near: Path) -> Iterator[Unpacked]:
        """Give a zip that has been fetched into a file without a name."""
        name = download.name.removesuffix(".zip")
        with _spool(near) as file:
            with closing(download), Meter() as meter:
                got = 0
                for block in download.blocks():
                    with errors_of(near):
                        file.write(block)
                    got += len(block)
                    meter.show("fetching", got, download.length or 0)
            with closing(Unpacked(name, file)) as found:
                yield found


@contextmanager
def _spool(near: Path) -> Iterator[IO[bytes]]:
    """Give a file without a name on the disk of a folder that may not be there yet."""
    folder = near.absolute()
    while not folder.is_dir():
        if folder.parent == folder:
            raise BadRequest(f"There is no folder for {near}.")
        folder = folder.parent
    with errors_of(near):
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed below
    with file:
        yield file
