"""Opened stores, and how each kind is opened. Floor: store."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from provender.errors import (
    ProvenderError,
    StoreMisconfigured,
    StoreUnreachable,
    UnsupportedStore,
)
from provender.schema.statements import Record, Statement
from provender.settings import Settings
from provender.store.archive import open_archive
from provender.store.cache import CacheFolder
from provender.store.cacheentry import CacheEntry
from provender.store.database import engines
from provender.store.database.faults import unopened
from provender.store.database.memory import Memory
from provender.store.database.reader import Reader
from provender.store.files.checksums import CachedChecksums
from provender.store.files.container import Container
from provender.store.files.streams import ObjectStore
from provender.store.hashindex import HashIndex
from provender.store.inspection import Inspection, check_database, check_tables, inspect
from provender.store.layout import ARCHIVE_DATABASE
from provender.store.legacy.origin import Origin
from provender.store.places import Places
from provender.store.profiles import Profile, ProfileKind
from provender.store.progress import Progress
from provender.store.regular import Identity, identity
from provender.store.sqlite.files import SqliteFile

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Store:
    """An opened store.

    `objects` holds the contents of files; None with a `repository_problem` if they cannot be
    read, while the database still answers. `checksums` are those that were computed before,
    `hashes` knows which nodes name which contents.
    `origin` tells what an archive was written as.
    """

    profile: Profile
    reader: Reader
    revision: str
    objects: ObjectStore | None
    checksums: CachedChecksums
    hashes: HashIndex
    repository_problem: ProvenderError | None = None
    origin: Origin | None = None
    identity: Identity = ()
    cached: CacheEntry | None = field(default=None, repr=False)
    watched: tuple[Path | SqliteFile, ...] = field(default=(), repr=False)

    @property
    def aiida_version(self) -> str | None:
        """The AiiDA that wrote the store, if that is known."""
        return self.origin.aiida_version if self.origin is not None else None

    @property
    def name(self) -> str:
        """The name of the opened files or database: unique, and equal in every process."""
        return f"{self.profile.location} {self.identity}"

    def stream(self, statement: Statement) -> Iterator[Record]:
        """Yield the rows of a statement from one snapshot; a few of them are held at a time.

        The connection is used until the last row is taken or the iterator is closed. A lost
        connection is replaced only before the first row.
        """
        return self.reader.stream(lambda snapshot: snapshot.stream(statement))

    def files(self) -> ObjectStore:
        """Return the contents of files; raises the `repository_problem` if they cannot be read."""
        if self.objects is None:
            raise self.repository_problem or StoreUnreachable("The store has no file repository.")
        return self.objects

    def is_current(self) -> bool:
        """Return whether the opened files are still those on disk, in the cache as well."""
        try:
            is_same = _identity(self.watched) == self.identity
            return is_same and (self.cached is None or self.cached.was_intact())
        except OSError:
            return False

    def close(self) -> None:
        """Close the connections and release the cached database of an archive."""
        self.reader.close()
        self.hashes.close()
        if self.objects is not None:
            self.objects.close()


def open_store(
    profile: Profile,
    settings: Settings,
    cache: CacheFolder,
    progress: Progress | None = None,
    memory: Memory | None = None,
    places: Places | None = None,
) -> Store:
    """Return an opened store: connected, and checked that Provender can read it.

    Raises:
        StoreUnreachable: no connection, no file, no permission, no room.
        UnsupportedStore: not a store, damaged, or of an unsupported version.
    """
    name = f"The store `{profile.name}`"
    if profile.kind is ProfileKind.ARCHIVE and profile.path is not None:
        return _open_archive(profile, settings, cache, progress, memory, places)
    if profile.kind is ProfileKind.POSTGRESQL:
        engine = engines.postgresql(profile.dsn, settings.pool, settings.limits)
        watched: tuple[Path | SqliteFile, ...] = ()
    elif profile.kind is ProfileKind.SQLITE and profile.path is not None:
        file = SqliteFile(profile.database)
        engine = engines.sqlite(file, settings.pool, settings.limits)
        watched = (file,)
    else:
        raise UnsupportedStore(
            profile.problem or f"{name} has a storage backend that Provender does not read."
        )
    identity = _stamp(watched, name)
    reader = Reader(engine, profile.name, memory, places)
    try:
        found = reader.within(lambda snapshot: inspect(snapshot, engine.backend))
        check_database(found, name)
    except BaseException:
        reader.close()
        raise
    if found.is_elsewhere:
        reader = Reader(engine.unnamed(), profile.name, memory, places)
    objects, problem = _container(profile, found)
    revision = found.revision or ""
    checksums = CachedChecksums(cache)
    hashes = HashIndex(cache, f"{profile.location} {found.repository_id}", is_fixed=False)
    return Store(
        profile,
        reader,
        revision,
        objects,
        checksums,
        hashes,
        problem,
        None,
        identity,
        watched=watched,
    )


def _open_archive(
    profile: Profile,
    settings: Settings,
    cache: CacheFolder,
    progress: Progress | None,
    memory: Memory | None,
    places: Places | None,
) -> Store:
    name, path = f"The store `{profile.name}`", profile.path or Path()
    is_folder = path.is_dir()
    watched = (path, SqliteFile(path / ARCHIVE_DATABASE)) if is_folder else (path,)
    identity = _stamp(watched, name)
    archive = open_archive(path, name, cache, progress)
    engine = engines.sqlite(archive.database, settings.pool, settings.limits)
    reader = Reader(engine, profile.name, memory, places)
    try:
        check_tables(reader.within(lambda snapshot: inspect(snapshot, engine.backend)), name)
    except BaseException:
        reader.close()
        archive.objects.close()
        raise
    return Store(
        profile,
        reader,
        archive.revision,
        archive.objects,
        CachedChecksums(cache),
        HashIndex(cache, archive.identity, is_fixed=archive.entry is not None),
        None,
        archive.origin,
        identity,
        archive.entry,
        watched,
    )


def _container(
    profile: Profile, found: Inspection
) -> tuple[ObjectStore | None, ProvenderError | None]:
    """Return the container of a profile, or why its files cannot be read."""
    if profile.repository is None:
        return None, StoreMisconfigured(
            "The file repository of this store is not configured.",
            hint="Name the container folder (`repository`, or --repository).",
        )
    try:
        container = Container.at(profile.repository)
    except ProvenderError as error:
        LOGGER.warning("store %s: %s %s", profile.name, error.message, error.reason)
        return None, error
    if found.repository_id is not None and found.repository_id != container.container_id:
        LOGGER.warning(
            "store %s: the container %s does not belong to the database", profile.name,
            profile.repository,
        )  # fmt: skip
    return container, None


def _stamp(watched: tuple[Path | SqliteFile, ...], name: str) -> Identity:
    try:
        return _identity(watched)
    except OSError as error:
        raise unopened(name, error) from error


def _identity(watched: tuple[Path | SqliteFile, ...]) -> Identity:
    figures: list[int] = []
    for item in watched:
        if isinstance(item, SqliteFile):
            figures.extend(item.stamp())
        else:
            figures.extend(identity(item.stat()))
    return tuple(figures)
