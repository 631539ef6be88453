"""Which nodes name a content: an index by SHA-256, in the cache folder. Floor: store.

    index.open(fill, progress, "The store `lab`")
    index.pks(key, after=0, most=10)

It has the first bytes of each hash, so it says which nodes may name a content: whether they do is
asked of the database. What is added later, since the store goes on, is in a scratch file of this
process.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from provender.errors import StoreUnreachable
from provender.store.cache import CacheFolder
from provender.store.cacheentry import (
    PRIVATE_FILE,
    CacheEntry,
    CacheError,
    blamed,
    blamed_for_sqlite,
)
from provender.store.claims import Fill
from provender.store.files.streams import KEY, batches
from provender.store.preparing import Recipe, prepare
from provender.store.progress import Progress
from provender.store.sqlite.files import SqliteFile
from provender.store.sqlite.index import Lookup

LOGGER = logging.getLogger(__name__)

# Another form of the index gets another name.
FORMAT, FILE = "hashes 1", "hashes.sqlite"
TABLES = (
    "CREATE TABLE {}node (pk INTEGER PRIMARY KEY)",
    "CREATE TABLE {}named (prefix INTEGER, pk INTEGER, PRIMARY KEY (prefix, pk)) WITHOUT ROWID",
)
STATE = "CREATE TABLE state (highest INTEGER, number INTEGER, newest TEXT)"
NODES = "INSERT OR IGNORE INTO {}node VALUES (?)"
NAMED = "INSERT OR IGNORE INTO {}named VALUES (?, ?)"
SORTED = "INSERT OR IGNORE INTO named SELECT prefix, pk FROM scratch.unsorted ORDER BY prefix, pk"
FOUND = "SELECT pk FROM named WHERE prefix = ? AND pk > ? ORDER BY pk LIMIT ?"
# Steps of SQLite between two words about the sorting: some milliseconds.
STEPS = 100_000
# A node by its pk, and the SHA-256 of all that it names.
Row = tuple[int, Collection[str]]


@dataclass(frozen=True, slots=True)
class Known:
    """The nodes that an index knows: the highest pk, how many, and the newest time of change."""

    highest: int
    number: int
    newest: str | None


def prefix(key: str) -> int:
    """Return the first bytes of a SHA-256 as an integer of SQLite."""
    return int.from_bytes(bytes.fromhex(key[:16]), "big", signed=True)


class HashWriter:
    """Writes an index in the order in which nodes come."""

    def __init__(self, path: Path, told: Progress) -> None:
        self._told = told
        self._connection = sqlite3.connect(path, isolation_level=None)
        with blamed(path.parent.parent):
            path.chmod(PRIVATE_FILE)
        for text in ("PRAGMA journal_mode = OFF", *(one.format("") for one in TABLES), STATE):
            self._connection.execute(text)
        self._connection.execute("ATTACH '' AS scratch")
        self._connection.execute("CREATE TABLE scratch.unsorted (prefix INTEGER, pk INTEGER)")
        self._connection.execute("BEGIN")

    def add(self, rows: Sequence[Row]) -> None:
        """Add nodes."""
        self._connection.executemany(NODES.format(""), ((pk,) for pk, _ in rows))
        text = "INSERT INTO scratch.unsorted VALUES (?, ?)"
        self._connection.executemany(text, _named(rows))

    def finish(self, known: Known) -> None:
        """Sort what was added, and write what is known."""
        self._connection.set_progress_handler(self._watch, STEPS)
        self._connection.execute(SORTED)
        self._connection.set_progress_handler(None, 0)
        values = (known.highest, known.number, known.newest)
        self._connection.execute("INSERT INTO state VALUES (?, ?, ?)", values)
        self._connection.execute("COMMIT")

    def _watch(self) -> int:
        """Let the process end meanwhile."""
        try:
            self._told("sorting the hashes", 0, 0)
        except Exception:
            return 1
        return 0

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def write_index(
    path: Path, rows: Iterable[Sequence[Row]], known: Callable[[], Known], told: Progress
) -> None:
    """Write an index of nodes; `known` returns what is known once all rows were taken.

    Raises:
        CacheError: the file cannot be written. What the rows raise passes, too.
    """
    with blamed_for_sqlite(path):
        writer = HashWriter(path, told)
    with closing(writer):
        for some in rows:
            with blamed_for_sqlite(path):
                writer.add(some)
        with blamed_for_sqlite(path):
            writer.finish(known())


class HashIndex:
    """The index of a store, made at its first use; every thread may use it.

    A store that `is_fixed` never changes; `content` names what it holds. `turn` is for one who
    brings the index up to date, `token` names the data with which that was done last, `added` are
    the nodes that were.
    """

    def __init__(self, cache: CacheFolder, content: str, *, is_fixed: bool) -> None:
        self._cache = cache
        self._key = hashlib.sha256(f"{FORMAT} {content}".encode()).hexdigest()[:32]
        self.is_fixed = is_fixed
        self.turn = threading.Lock()
        self._lock = threading.RLock()
        self.token: str | None = None
        self.added = 0
        self._entry: CacheEntry | None = None
        self._lookup: Lookup | None = None
        self._later: sqlite3.Connection | None = None
        self._known = Known(0, 0, None)

    @property
    def known(self) -> Known:
        """The nodes that the index knows."""
        return self._known

    def open(self, fill: Fill, progress: Progress | None, called: str) -> None:
        """Open the index; if there is none, `fill` makes it.

        Raises:
            StorePreparing: it is made, and that takes a while.
            StoreUnreachable: it cannot be kept or read.
        """
        with self._lock:
            if self._entry is not None and self._entry.was_intact():
                return
            self.close()
            recipe = Recipe(self._key, (FILE,), fill)
            try:
                entry = prepare(self._cache, recipe, progress, called)
            except CacheError as error:
                raise StoreUnreachable(
                    f"{called} cannot be searched by contents: the cache has no index of them.",
                    hint="Try again later.",
                    reason=str(error),
                ) from error
            self._open(entry)

    def _open(self, entry: CacheEntry) -> None:
        file = SqliteFile(
            entry.folder / FILE, at_rest=True, is_store=False, expected=entry.files[FILE]
        )
        self._entry, self._lookup = entry, Lookup(file)
        self._later = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for text in TABLES:
            self._later.execute(text.format(""))
        self._known = Known(*self._read("SELECT highest, number, newest FROM state", ())[0])
        self.token, self.added = None, 0

    def pks(self, key: str, after: int, most: int) -> list[int]:
        """Return nodes that may name a content, behind a pk and in their order."""
        if not KEY.fullmatch(key):
            return []
        values = (prefix(key), after, most)
        with self._lock:
            rows = chain(self._read(FOUND, values), self._written(FOUND, values))
            return sorted({pk for (pk,) in rows})[:most]

    def add(self, rows: Sequence[Row], known: Known) -> None:
        """Add nodes that were read later, or read again."""
        with self._lock:
            if self._later is None:
                return
            self._later.execute("BEGIN")
            self._later.executemany(NODES.format(""), ((pk,) for pk, _ in rows))
            self._later.executemany(NAMED.format(""), _named(rows))
            self._later.execute("COMMIT")
            self.added += len(rows)
            self._known = known

    def unknown(self, pks: Collection[int]) -> list[int]:
        """Return which nodes are not in the index."""
        found: set[int] = set()
        with self._lock:
            for some in batches([str(pk) for pk in pks]):
                marks = ",".join("?" * len(some))
                sql = f"SELECT pk FROM node WHERE pk IN ({marks})"  # noqa: S608 - marks
                numbers = tuple(map(int, some))
                found.update(pk for (pk,) in self._read(sql, numbers))
                found.update(pk for (pk,) in self._written(sql, numbers))
        return [pk for pk in pks if pk not in found]

    def drop(self) -> None:
        """Remove the index: whoever needs it makes it anew."""
        with self._lock:
            if self._entry is not None:
                self._entry.drop()
            self.close()

    def close(self) -> None:
        """Close the files, and let the cache evict the index."""
        with self._lock:
            if self._lookup is not None:
                self._lookup.close()
            if self._later is not None:
                self._later.close()
            if self._entry is not None:
                self._entry.close()
            self._entry = self._lookup = self._later = None

    def _read(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """Return rows of the index in the cache."""
        try:
            return [] if self._lookup is None else self._lookup.rows(sql, values)
        except (OSError, sqlite3.Error) as error:
            LOGGER.warning("the index of hashes is made anew: %s", error)
            self.drop()
            raise StoreUnreachable(
                "The index of contents cannot be read.", hint="Try again.", reason=str(error)
            ) from error

    def _written(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """Return rows of what was added later."""
        return [] if self._later is None else self._later.execute(sql, values).fetchall()


def _named(rows: Iterable[Row]) -> Iterator[tuple[int, int]]:
    """Yield the beginning of each hash that nodes name, with their pks."""
    for pk, keys in rows:
        for key in keys:
            if KEY.fullmatch(key):
                yield prefix(key), pk
