"""An older archive as an entry of the cache. Floor: store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provender.errors import UnsupportedStore
from provender.store.files.archived import INDEX, index_objects
from provender.store.files.extraction import extract
from provender.store.files.streams import Piece
from provender.store.files.tars import is_tar
from provender.store.legacy import databases, entries
from provender.store.legacy.members import Members, TarMembers, ZipMembers
from provender.store.legacy.origin import Origin, Remarks
from provender.store.legacy.reading import Reading
from provender.store.progress import Progress

OLD_DATABASE = "old.sqlite"


@dataclass(frozen=True, slots=True)
class Older:
    """An older archive: its metadata, and what it was written as.

    `name` begins the sentences of errors; `time` is that of the archive. What is unpacked may have
    `most_bytes`. The methods make the files of its entry in an empty folder.

    Raises:
        UnsupportedStore: the archive is damaged, or larger than the cache may be.
        CorruptObject: a part of it cannot be read.
        CacheError: the folder cannot be written.
    """

    name: str
    metadata: dict[str, Any]
    origin: Origin
    time: str
    most_bytes: int

    def read(self, path: Path, folder: Path, told: Progress) -> None:
        """Read an archive with a `data.json`."""
        remarks = Remarks()
        members: Members = ZipMembers(path, self.name, self.most_bytes)
        if is_tar(path):
            members = TarMembers(path, self.name, self.most_bytes)
        Reading(
            members, self.origin.version, self.time, self.name, self.most_bytes, told, remarks
        ).fill(folder)
        self._complete(folder, remarks)

    def copy(self, path: Path, database: Piece, folder: Path, told: Progress) -> None:
        """Read an archive with a database, whose place is given."""
        remarks, old = Remarks(), folder / OLD_DATABASE
        with database.open() as stream:
            extract(stream, old, self.name, told)
        try:
            with entries.database(folder) as made:
                databases.upgrade(old, made, self.time, remarks, told)
        except databases.DamagedError as error:
            raise UnsupportedStore(
                f"{self.name} is a damaged archive: its database cannot be read.", reason=str(error)
            ) from error
        old.unlink()
        index_objects(path, folder / INDEX, told)
        self._complete(folder, remarks)

    def _complete(self, folder: Path, remarks: Remarks) -> None:
        origin = Origin(self.origin.version, self.origin.aiida_version, remarks.all())
        entries.complete(folder, self.metadata, origin)
