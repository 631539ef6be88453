"""The size of every configured store, and whether it answers. Floor: store.

A few threads examine the stores, each with connections of its own. So the list of stores neither
closes a store that is in use nor waits for a store that hangs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from provender.errors import ProvenderError, QueryTimeout, StorePreparing, UnsupportedStore
from provender.schema.entities import Kind
from provender.schema.statements import Statement
from provender.settings import Limits, Pool
from provender.store.archive import Glance, glance, is_quick_to_open, open_archive
from provender.store.cache import CacheFolder
from provender.store.database import engines
from provender.store.database.engines import Engine
from provender.store.database.faults import unopened
from provender.store.database.reader import Reader
from provender.store.layout import ARCHIVE_DATABASE
from provender.store.legacy.origin import Origin
from provender.store.profiles import Profile, ProfileKind, Profiles
from provender.store.regular import Identity, identity
from provender.store.sqlite.files import SqliteFile

LOGGER = logging.getLogger(__name__)

# Number of stores that are examined at the same time.
THREADS = 4
# Seconds for which it counts as fresh that a store is being prepared.
PREPARING_SECONDS = 1.0
ONE = Pool(size=1, connect_seconds=2)
QUICK = Limits(statement_seconds=2)
SIZE_AND_ESTIMATE = (
    "SELECT pg_database_size(current_database()), reltuples "
    "FROM pg_class WHERE oid = 'db_dbnode'::regclass"
)
NUMBER = "SELECT count(*) FROM db_dbnode"
CHANGED = Statement("SELECT max(mtime) FROM db_dbnode", {}, (Kind.TIME,))


@dataclass(frozen=True, slots=True)
class Effort:
    """How long the list of stores waits for them, and how much is done to count their nodes.

    `patience` are the seconds that the list waits, so that it answers within one second. A
    result counts as fresh for `fresh_seconds`. A database of at most `largest_extracted` bytes is
    extracted from its archive just to count its nodes (in about 0.3 s). PostgreSQL counts at most
    `most_counted` rows (in 0.1 to 0.4 s); larger tables are estimated by the server.
    """

    patience: float = 0.7
    fresh_seconds: float = 10.0
    largest_extracted: int = 64 << 20
    most_counted: int = 1_000_000


USUAL = Effort()


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of examining a store.

    `size` is that of the archive or database in bytes, `nodes` the number of nodes, `changed` when
    a node last changed; None when unknown. `problem` is the error that a request would get.
    `origin` is what an archive was written as.
    """

    size: int | None = None
    nodes: int | None = None
    changed: datetime | None = None
    is_reachable: bool = False
    problem: ProvenderError | None = None
    origin: Origin | None = None


@dataclass(slots=True)
class _Entry:
    """A profile with the result of its last check, and the result so far of a running check.

    `counted` is the identity of an archive whose nodes were counted, with what was found, `glanced`
    the same of what is known without opening it.
    """

    profile: Profile
    found: Finding | None = None
    so_far: Finding = Finding()
    looked: float = float("-inf")
    is_asked: bool = False
    counted: tuple[Identity, Finding] | None = None
    glanced: tuple[Identity, Glance] | None = None


class Census:
    """The results for all stores; results that are not fresh are renewed at the next request."""

    def __init__(self, profiles: Profiles, cache: CacheFolder, effort: Effort = USUAL) -> None:
        self._cache = cache
        self._effort = effort
        self._entries = {name: _Entry(item) for name, item in profiles.by_name.items()}
        self._queue: deque[_Entry] = deque()
        self._threads = 0
        self._changed = threading.Condition(threading.Lock())

    def take(self, names: Collection[str] | None = None) -> dict[str, Finding]:
        """Return what is known of each profile after at most `patience` seconds, by its name.

        Results that come later are there for the next request. Only the profiles with one of the
        `names` are waited for, by default all.
        """
        awaited = [e for name, e in self._entries.items() if names is None or name in names]
        with self._changed:
            self._ask()
            self._changed.wait_for(
                lambda: not any(entry.is_asked for entry in awaited),
                self._effort.patience,
            )
            return {
                name: entry.so_far if entry.is_asked or entry.found is None else entry.found
                for name, entry in self._entries.items()
            }

    def known(self) -> dict[str, Finding]:
        """Return the last results, by name of the profile, without waiting."""
        with self._changed:
            self._ask()
            return {
                name: entry.found
                for name, entry in self._entries.items()
                if entry.found is not None
            }

    def _ask(self) -> None:
        """Start examining the stores whose results are not fresh. Under the lock."""
        oldest = time.monotonic() - self._effort.fresh_seconds
        due = [
            entry
            for entry in self._entries.values()
            if not entry.is_asked and entry.looked < oldest
        ]
        for entry in sorted(due, key=lambda entry: entry.profile.path is None):  # files are quick
            entry.is_asked, entry.so_far = True, Finding()
            self._queue.append(entry)
        for _ in range(min(len(due), THREADS - self._threads)):
            self._threads += 1
            threading.Thread(target=self._work, name="census", daemon=True).start()

    def _work(self) -> None:
        """Examine one store after the other until the queue is empty."""
        while (entry := self._next()) is not None:
            try:
                for finding in self._look(entry):
                    entry.so_far = finding
            except QueryTimeout:
                pass  # the result so far stands
            except ProvenderError as error:
                LOGGER.debug("store %s: %s %s", entry.profile.name, error, error.reason)
                entry.so_far = Finding(problem=error)
            except OSError as error:
                entry.so_far = Finding(problem=unopened(_called(entry.profile), error))
            except Exception:  # the other stores must still be examined
                LOGGER.exception("store %s cannot be examined", entry.profile.name)
                entry.so_far = Finding()
            with self._changed:
                entry.found, entry.looked, entry.is_asked = entry.so_far, time.monotonic(), False
                if isinstance(entry.found.problem, StorePreparing):  # that changes quickly
                    entry.looked -= max(0, self._effort.fresh_seconds - PREPARING_SECONDS)
                self._changed.notify_all()

    def _next(self) -> _Entry | None:
        with self._changed:
            if self._queue:
                return self._queue.popleft()
            self._threads -= 1
            return None

    def _look(self, entry: _Entry) -> Iterator[Finding]:
        """Yield results for a store: first that it answers, then all of it."""
        profile = entry.profile
        name, path = profile.name, profile.path or Path()
        if profile.kind is ProfileKind.ARCHIVE:
            yield from self._look_at_archive(entry, path)
        elif profile.kind is ProfileKind.SQLITE:
            file = profile.database
            yield from _look_at_file(engines.sqlite(SqliteFile(file), ONE, QUICK), file, name)
        elif profile.kind is ProfileKind.POSTGRESQL:
            engine = engines.postgresql(profile.dsn, ONE, QUICK)
            yield from _look_at_server(engine, name, self._effort.most_counted)
        else:
            raise UnsupportedStore(profile.problem or f"{_called(profile)} is not read.")

    def _look_at_archive(self, entry: _Entry, path: Path) -> Iterator[Finding]:
        name = entry.profile.name
        status = (path / ARCHIVE_DATABASE if path.is_dir() else path).stat()
        found = identity(status)
        if entry.counted is not None and entry.counted[0] == found:
            yield entry.counted[1]
            return
        called = _called(entry.profile)
        if entry.glanced is None or entry.glanced[0] != found:
            entry.glanced = (found, glance(path, called, self._effort.largest_extracted))
        glanced = entry.glanced[1]
        known = Finding(status.st_size, is_reachable=True, origin=glanced.origin)
        try:
            is_quick = is_quick_to_open(path, called, glanced, self._cache)
            yield known
            archive = open_archive(path, called, self._cache) if is_quick else None
        except StorePreparing as error:
            yield replace(known, is_reachable=False, problem=error)
            return
        if archive is not None:
            try:
                engine = engines.sqlite(archive.database, ONE, QUICK)
                *_, last = _looks(engine, name, status.st_size)
            finally:
                archive.objects.close()
            last = replace(last, origin=archive.origin)
            entry.counted = (found, last)
            yield last


def _called(profile: Profile) -> str:
    return f"The store `{profile.name}`"


def _look_at_file(engine: Engine, file: Path, name: str) -> Iterator[Finding]:
    size = file.stat().st_size
    yield Finding(size, is_reachable=True)
    yield from _looks(engine, name, size)


def _looks(engine: Engine, name: str, size: int) -> Iterator[Finding]:
    """Yield what is found in an SQLite database: the number of nodes, then all."""
    with closing(Reader(engine, name)) as reader:
        yield from _look_at_nodes(reader, Finding(size, is_reachable=True))


def _look_at_server(engine: Engine, name: str, most_counted: int) -> Iterator[Finding]:
    with closing(Reader(engine, name)) as reader:
        size, estimate = reader.within(lambda snapshot: snapshot.read(SIZE_AND_ESTIMATE))[0]
        found = Finding(size, is_reachable=True)
        yield found
        nodes = int(estimate) if estimate > most_counted else None
        yield from _look_at_nodes(reader, replace(found, nodes=nodes))


def _look_at_nodes(reader: Reader, found: Finding) -> Iterator[Finding]:
    """Yield what was found with the number of nodes, if it was not known, then with all."""
    if found.nodes is None:
        nodes = reader.within(lambda snapshot: snapshot.read(NUMBER))[0][0]
        found = replace(found, nodes=nodes)
    yield found
    yield replace(found, changed=reader.within(lambda snapshot: snapshot.run(CHANGED))[0][0])
