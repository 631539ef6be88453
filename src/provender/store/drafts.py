"""The database of an archive that is made of rows of a store, in the cache folder. Floor: store.

Rows get new ids, in the order of their times, so that equal rows make an equal file whatever the
store. What has to be known before is put aside in a scratch database: memory is constant. What a
killed process leaves in the folder is removed with what it left of other entries.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from provender.errors import CannotExport, SelectionTooLarge, StoreBusy
from provender.plurals import counted
from provender.store.cache import CacheFolder
from provender.store.cacheentry import CacheError, blamed
from provender.store.claims import MAKING, Claim
from provender.store.layout import ARCHIVE_DATABASE
from provender.store.sqlite import archivetables
from provender.store.sqlite.drafttables import ADDED, ASIDE, NUMBERING, OWNERS, SCRATCH, TAKEN

Row = Sequence[object]
PAGE, CACHE_KIB = 4096, 8192
LEAST = -(1 << 63)
# Bytes of a disk that is not full.
ROOM = 1 << 20


class Draft:
    """A database that is written: `path` is its file, whole when it was finished.

    It may have `most_bytes`; None is no bound. Its methods raise:
        SelectionTooLarge: it becomes larger.
        CannotExport: a row lacks a value that every row of an archive has.
        StoreBusy: the cache folder has no room, or cannot be written.
    """

    def __init__(self, cache: CacheFolder, most_bytes: int | None = None) -> None:
        self._most = most_bytes
        folder, self._remove = _folder(cache, self)
        self.path = folder / ARCHIVE_DATABASE
        self._scratch = folder / "scratch.sqlite"
        with self._writing():
            self._made = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            self._prepare(self._made)

    def put_aside(self, table: str, rows: Iterable[Row]) -> None:
        """Keep rows of a scratch table; one whose key is there already is left out."""
        marks = ", ".join("?" * len(ASIDE[table]))
        text = f"INSERT OR IGNORE INTO scratch.{table} VALUES ({marks})"  # noqa: S608 - our names
        self._insert(text, rows)

    def number(self, table: str) -> None:
        """Give new ids to the nodes or groups that were put aside."""
        with self._writing():
            self._made.execute(NUMBERING[table])

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """Write rows of users or computers, with new ids in this order; or nodes that have some."""
        if table not in ASIDE:
            self._insert(NUMBERING[table], [row[:1] for row in rows])
        self._insert(ADDED[table], rows)

    def finish(self) -> None:
        """Write all that was put aside, and the indexes."""
        with self._writing():
            for statement in TAKEN:
                self._made.execute(statement)
            archivetables.finish(self._made)
            self._made.execute("COMMIT")

    def pks(self, size: int, *, by_new_id: bool = False) -> Iterator[list[int]]:
        """Yield the ids in the store of all nodes of the archive, so many at a time."""
        table, order, last = ("node_id", "id", LEAST) if by_new_id else ("node", "pk", LEAST)
        text = f"SELECT {order}, pk FROM scratch.{table} WHERE {order} > ? ORDER BY 1 LIMIT ?"  # noqa: S608 - ours
        while rows := self._rows(text, (last, size)):
            last = rows[-1][0]
            yield [pk for _, pk in rows]

    def owners(self, table: str) -> list[int]:
        """Return the ids in the store of all computers, or users, of what was put aside."""
        return sorted(pk for (pk,) in self._rows(OWNERS[table]) if pk is not None)

    def chosen(self) -> Iterator[str]:
        """Yield the uuids of the nodes that were chosen, in the order of their creation."""
        text = "SELECT uuid FROM scratch.node WHERE is_chosen ORDER BY ctime, uuid"
        yield from (uuid for (uuid,) in self._walk(text))

    def files(self) -> Iterator[tuple[str, str, str]]:
        """Yield each content: its key, and uuid and path of a file that has it."""
        yield from self._walk("SELECT key, uuid, path FROM scratch.file ORDER BY key")

    def number_of(self, table: str) -> int:
        """Return the number of rows of a table of the archive."""
        return int(self._rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - our names

    def settle(self) -> None:
        """Forget what was put aside; the database stays."""
        with self._writing():
            self._made.close()
            self._scratch.unlink()

    def close(self) -> None:
        """Remove the database; a second time does nothing."""
        with suppress(sqlite3.Error):
            self._made.close()
        self._remove()

    def _prepare(self, made: sqlite3.Connection) -> None:
        """Create the tables of an empty database."""
        made.execute("ATTACH ? AS scratch", (str(self._scratch),))
        made.execute(f"PRAGMA main.page_size = {PAGE}")
        for part in ("main", "scratch"):
            # a file that is not whole is never used
            made.execute(f"PRAGMA {part}.journal_mode = OFF")
            made.execute(f"PRAGMA {part}.synchronous = OFF")
            made.execute(f"PRAGMA {part}.cache_size = -{CACHE_KIB}")
        if self._most is not None:
            made.execute(f"PRAGMA main.max_page_count = {max(1, self._most // PAGE)}")
        made.execute("BEGIN")
        archivetables.create(made)
        for statement in SCRATCH:
            made.execute(statement)

    def _insert(self, text: str, rows: Iterable[Row]) -> None:
        with self._writing():
            self._made.executemany(text, rows)

    def _rows(self, text: str, values: Row = ()) -> list[tuple[Any, ...]]:
        with self._writing():
            return self._made.execute(text, values).fetchall()

    def _walk(self, text: str) -> Iterator[tuple[Any, ...]]:
        with self._writing():
            yield from self._made.execute(text)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn errors of the database in the block into those of the class."""
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise CannotExport(
                "A row of the store lacks a value without which AiiDA imports no archive.",
                hint="`provender check` lists the rows of a store that cannot be read.",
                reason=str(error),
            ) from error
        except (sqlite3.Error, OSError) as error:
            if self._most is not None and "full" in str(error) and self._has_room():
                raise SelectionTooLarge(
                    f"The database of the archive would be larger than "
                    f"{counted(self._most, 'bytes')} (`limits.members_text_bytes`).",
                    hint="Choose fewer nodes.",
                ) from error
            raise _no_room(error) from error

    def _has_room(self) -> bool:
        """Return whether the disk has room: then it is the bound that was reached."""
        return shutil.disk_usage(self.path.parent).free > ROOM


def _no_room(error: Exception) -> StoreBusy:
    return StoreBusy(
        "There is no room for the archive in the cache folder.",
        hint="Try again later.",
        reason=str(error),
    )


def _folder(cache: CacheFolder, owner: object) -> tuple[Path, Any]:
    """Return a new folder of the cache, and what removes it: at the latest the end of its owner."""
    try:
        target = cache.folder / f"export-{uuid4().hex}"
        claim = Claim.take(target)
        with blamed(cache.folder):
            folder = Path(tempfile.mkdtemp(prefix=f"{target.name}{MAKING}-", dir=cache.folder))
    except CacheError as error:
        raise _no_room(error) from error
    return folder, weakref.finalize(owner, _remove, folder, claim)


def _remove(folder: Path, claim: Claim | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if claim is not None:
        claim.close()
