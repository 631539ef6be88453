"""A copy of a selection in a folder that follows what changes. Floor: client.

    FOLDER/mirror.json             which selection it is, and how far
    FOLDER/<uuid>/record.json      what the server knows of a node; it is there when its files are
    FOLDER/<uuid>/files/...        the files of the node

The nodes of a page of `/nodes/changes` are fetched, then the cursor behind the page is kept. So an
interrupted mirror begins with the page again; what is there of it is not fetched again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from provender.client.errors import (
    Busy,
    ClientError,
    NotFound,
    NotServed,
    Outdated,
    ServerError,
    Unreachable,
)
from provender.client.queries.conditions import Where
from provender.client.queries.lists import Listing
from provender.client.queries.questions import question
from provender.client.rows.meter import Gauge
from provender.client.rows.results import Record
from provender.client.transfers import mirrorstates
from provender.client.transfers.bulk import WORKERS, Bulk, Remote
from provender.client.transfers.folders import Folder, named
from provender.client.transfers.mirrorstates import BEGINNING, State
from provender.client.transport import jsontexts
from provender.client.transport.answers import Answer
from provender.client.transport.connection import Connection
from provender.safenames import Names

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
RECORD, FILES = "record.json", "files"
# Nodes of a page: what is looked at again after an interruption.
PAGE = 500
CUT = "part-cut"


@dataclass(slots=True)
class Mirrored:
    """What a run of a mirror did.

    Attributes:
        nodes: How many nodes were told, and written.
        files: How many files were fetched.
        size: Their bytes.
        removed: The uuids of nodes that are gone.
        failed: What could not be had, by its place: it is asked for in the next run.
        is_anew: Whether the server had lost track, so that all nodes were told again.
    """

    nodes: int = 0
    files: int = 0
    size: int = 0
    removed: list[str] = field(default_factory=list)
    failed: dict[str, ClientError] = field(default_factory=dict)
    is_anew: bool = False


class Mirror:
    """One run of a mirror of a selection into a folder."""

    def __init__(self, connection: Connection, where: Where, folder: Folder, gauge: Gauge) -> None:
        self._connection, self._where, self._folder = connection, where, folder
        self._gauge = gauge
        self.done = Mirrored()

    def run(self, *, is_pruned: bool = False) -> Mirrored:
        """Bring the folder up to date, and return what was done.

        Raises:
            NotServed: the server does not tell what changes.
            BadQuery: the folder has another selection.
            ClientError: the server refuses, or cannot be reached.
            OSError: the disk is full.
        """
        if not self._connection.has_cursors:
            raise NotServed("AiiDA's own server does not tell what changes.")
        with self._folder.alone():
            state = mirrorstates.load(self._folder, self._connection, self._where)
            if state.again:
                self._take(state.again)
                self._keep(state)
            while self._page(state):
                pass
            if is_pruned:
                self._prune()
        return self.done

    def _page(self, state: State) -> bool:
        """Take one page of changes; return whether there are more."""
        asked = question("nodes/changes", self._where, {"since": state.since, "limit": PAGE})
        try:
            answer = asked.answer(self._connection)
        except Outdated:
            if state.since == BEGINNING:
                raise
            self.done.is_anew, state.since = True, BEGINNING
            return True
        self._take([change["uuid"] for change in answer.data["changes"]])
        state.since = str(answer.next)
        self._keep(state)
        return bool(answer.document.get("has_more"))

    def _keep(self, state: State) -> None:
        state.again = sorted({place.partition("/")[0] for place in self.done.failed})
        mirrorstates.save(self._folder, state)

    def _take(self, uuids: Iterable[str]) -> None:
        """Fetch nodes: their records, then their files; then the records are written."""
        with ThreadPoolExecutor(WORKERS, "provender-records") as pool:
            asked = list(pool.map(self._record, uuids))
        found = [answer for answer in asked if answer is not None]
        kept = [list(self._files(answer)) for answer in found]
        bulk = Bulk(self._connection, self._folder, self._gauge)
        fetched = bulk.run(remote for files in kept for remote in files)
        for answer, files in zip(found, kept, strict=True):
            self._write(answer.data["record"], files)
        self.done.nodes += len(found)
        self.done.files += fetched.files
        self.done.size += fetched.size
        self.done.failed |= fetched.failed

    def _record(self, uuid: str) -> Answer | None:
        """Return the record of a node; None if it is gone, or cannot be had."""
        if not UUID.fullmatch(uuid):
            raise ServerError(f"The server calls a node `{uuid}`, which is no uuid.")
        self.done.failed.pop(uuid, None)
        try:
            return self._connection.get(f"nodes/{uuid}/record")
        except NotFound:
            self._remove(uuid)
        except (Busy, Unreachable):
            raise
        except ServerError as error:
            self.done.failed[uuid] = error
        return None

    def _files(self, answer: Answer) -> Iterator[Remote]:
        """Yield the files of a node, and where they will be."""
        record = answer.data["record"]
        uuid, names = record["uuid"], Names()
        for file in self._named(uuid, record, answer.notes):
            place = named(names, file["path"])
            target = self._folder.path / uuid / FILES / place
            yield Remote(uuid, file["path"], target, file["size"], file["sha256"])

    def _named(self, uuid: str, record: Any, notes: Iterable[Any]) -> Iterable[Any]:  # noqa: ANN401 - JSON
        """Return all files of a node; a record of very many has not all of them."""
        if record["files"] is not None and not any(note.get("code") == CUT for note in notes):
            files: Iterable[Any] = record["files"]
            return files
        return Listing(question("nodes/files", {"uuid": uuid}, {}).source(self._connection), Record)

    def _write(self, record: Any, files: list[Remote]) -> None:  # noqa: ANN401 - JSON
        """Write the record of a node, and take away the files that it has no more."""
        place = self._folder.path / record["uuid"]
        known = {remote.target for remote in files}
        for path in (place / FILES).rglob("*"):
            if path not in known and not path.is_dir():
                path.unlink()
        text = jsontexts.write(record, str, is_indented=True)
        self._folder.write(place / RECORD, text + b"\n")

    def _remove(self, uuid: str) -> None:
        place = self._folder.path / uuid
        if place.is_dir() and not place.is_symlink():
            with suppress(FileNotFoundError):
                (place / RECORD).unlink()  # first, so that half a node is none
            shutil.rmtree(place)
            self.done.removed.append(uuid)

    def _prune(self) -> None:
        """Take away the nodes that are not in the selection any more."""
        asked = question("nodes/select", self._where, {"want": {"uuid": "*"}})
        rows = Listing(asked.source(self._connection), Record)
        known = {row["uuid"] for row in rows}
        for path in list(self._folder.path.iterdir()):
            if UUID.fullmatch(path.name) and path.name not in known:
                self._remove(path.name)
