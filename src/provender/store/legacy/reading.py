"""Reading an older archive with a `data.json` into an entry of the cache. Floor: store.

The members are walked once, in the order in which they stand: `data.json` may come after the files
of nodes, and a compressed tar has no way back. Then the rows are brought up to date.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provender.errors import UnsupportedStore
from provender.store.files.archived import INDEX, INDEX_TABLE, PACK, Spot
from provender.store.layout import METADATA
from provender.store.legacy import entries, rows, staging
from provender.store.legacy.development import Containers
from provender.store.legacy.files import FileTable, Refused, as_json, of_row, placed
from provender.store.legacy.jsontext import JsonText
from provender.store.legacy.members import Found, Members
from provender.store.legacy.origin import Remarks
from provender.store.legacy.steps.node import Surroundings
from provender.store.legacy.versions import BEFORE_CONTAINERS, is_before
from provender.store.progress import Progress
from provender.store.sqlite import archivetables

DATA = "data.json"
CONTAINER = "container/"
STAGED = "staged.sqlite"


@dataclass(slots=True)
class Reading:
    """One older archive on its way into the cache.

    `name` begins the sentences of errors; `time` is that of the archive, which stands for times
    that are missing. What is unpacked out of it may have `most_bytes`.
    """

    members: Members
    version: str
    time: str
    name: str
    most_bytes: int
    progress: Progress
    remarks: Remarks = field(default_factory=Remarks)

    def fill(self, folder: Path) -> None:
        """Make the files of an entry in an empty folder.

        Raises:
            UnsupportedStore: the archive is damaged, or larger than the cache may be.
            CacheError: the folder cannot be written.
        """
        with entries.database(folder, STAGED, INDEX) as connection:
            connection.execute(f"CREATE TABLE objects.{INDEX_TABLE}")
            staging.create(connection)
            files = FileTable(connection, folder / PACK, self.most_bytes, self.remarks)
            with closing(files):
                has_containers = self._walk(connection, files)
                self._write(connection, files, has_containers=has_containers)
        (folder / STAGED).unlink()

    def _walk(self, connection: sqlite3.Connection, files: FileTable) -> bool:
        """Put everything aside; return whether the files are in a container."""
        containers = Containers(self.members.path, files, self.remarks)
        seen = {DATA: 0, METADATA: 0}
        for member in self.members.walk(self.progress):
            if member.name in seen:
                self._count(seen, member.name)
            if member.name == DATA:
                text = JsonText(member.content, self.name, member.seen)
                staging.stage(text, connection, self.remarks)
            elif member.name.startswith(CONTAINER):
                containers.take(member)
            else:
                self._take(member, files)
        if not seen[DATA]:
            raise UnsupportedStore(f"{self.name} is a damaged archive: it has no {DATA}.")
        containers.finish()
        return containers.are_there

    def _count(self, seen: dict[str, int], name: str) -> None:
        """Note a member that there may be once; which of two is meant, readers do not agree."""
        seen[name] += 1
        if seen[name] > 1:
            raise UnsupportedStore(f"{self.name} is a damaged archive: it has {name} twice.")

    def _take(self, member: Found, files: FileTable) -> None:
        """Note a file or folder of a node."""
        place = placed(member.name, is_folder=member.is_folder)
        if member.is_other:
            self.remarks.note("members are links or devices and were left out", member.name)
        elif isinstance(place, Refused):
            self.remarks.note(place.kind, member.name)
        elif place is not None and member.is_folder:
            files.folder(place)
        elif place is not None:
            files.file(place, member.content, member.spot)

    def _write(
        self, connection: sqlite3.Connection, files: FileTable, *, has_containers: bool
    ) -> None:
        """Bring the rows up to date, and write them."""

        def tree(uuid: str, row: dict[str, Any]) -> str:
            found = row.get("repository_metadata")
            if has_containers:
                return as_json(of_row(found, files.has, self.remarks))
            return as_json(files.tree(uuid))

        def whole(spot: Spot) -> bytes:
            with spot.piece(self.members.path, files.pack).open() as stream:
                return stream.readall()

        def content(uuid: str, path: str) -> bytes | None:
            return files.content(uuid, path, whole)

        is_later = has_containers and is_before(BEFORE_CONTAINERS, self.version)
        version = BEFORE_CONTAINERS if is_later else self.version
        around = Surroundings(self.remarks, content, files.drop)
        source = rows.Source(version, self.time, tree, around)
        rows.write(connection, source, self.progress)
        for table in archivetables.finish(connection):
            self.remarks.note("rows have the same label: all are kept", table.removeprefix("db_db"))
