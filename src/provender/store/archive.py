"""Archives (`.aiida`): opened in place, the database extracted once into the cache. Floor: store.

Source: AiiDA's archive format `main_0001`: a zip file of `metadata.json`, `db.sqlite3` and
`repo/<sha256>`. An unpacked folder with the same names is read as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provender.errors import (
    ConfigurationError,
    CorruptObject,
    StoreMisconfigured,
    StoreUnreachable,
    UnsupportedStore,
)
from provender.store.archivehead import (
    LARGEST_METADATA,
    check_metadata,
    early_origin,
    origin,
    read_head,
    refusal,
    tar_identity,
    too_large,
)
from provender.store.archiverecipe import is_small, recipe_of_tar, recipe_of_zip
from provender.store.cache import CacheFolder
from provender.store.cacheentry import CacheEntry, CacheError
from provender.store.database.faults import unopened
from provender.store.files.archived import (
    ArchiveObjects,
    FolderObjects,
    ObjectSource,
)
from provender.store.files.extraction import Copy
from provender.store.files.heldfile import HeldFile
from provender.store.files.zipindex import NotAZipError
from provender.store.layout import ARCHIVE_DATABASE, METADATA
from provender.store.legacy import entries
from provender.store.legacy.origin import Origin
from provender.store.legacy.versions import is_legacy
from provender.store.preparing import is_prepared, prepare
from provender.store.progress import Progress
from provender.store.regular import (
    NotRegularError,
    TooLargeError,
    open_regular,
    read_whole,
)
from provender.store.sqlite.archivetables import REVISION
from provender.store.sqlite.files import SqliteFile


@dataclass(frozen=True, slots=True)
class Archive:
    """An opened archive: its database, its files, its metadata, and what it was written as.

    `entry` is the part of the cache that it uses; None for an unpacked archive.
    """

    database: SqliteFile
    objects: ObjectSource
    metadata: dict[str, Any]
    identity: str
    origin: Origin
    revision: str
    entry: CacheEntry | None = None


def open_archive(
    path: Path, name: str, cache: CacheFolder, progress: Progress | None = None
) -> Archive:
    """Return an opened archive; nothing is ever written next to the archive.

    `name` begins the sentences of errors ("The store `lab`").

    Raises:
        StoreUnreachable: no such file, no permission, or no room for the database.
        UnsupportedStore: not an archive, damaged, or of an unsupported version.
    """
    with _errors_of(path, name):
        if path.is_dir():
            return _open_folder(path, name)
        held = HeldFile(path)
        try:
            return _open_file(held, path, name, cache, progress)
        except BaseException:
            held.close()  # the error may be kept, and the file with it
            raise


@contextmanager
def _errors_of(path: Path, name: str) -> Iterator[None]:
    """Turn errors of a file in the block into errors of the store."""
    try:
        yield
    except NotRegularError as error:
        raise UnsupportedStore(
            f"{name} is not an archive that is read: a part of it is a link, or no file at all.",
            reason=str(error),
        ) from error
    except OSError as error:
        raise unopened(name, error, path) from error
    except NotAZipError as error:
        raise refusal(name, b"PK", str(error)) from error
    except CorruptObject as error:
        raise UnsupportedStore(
            f"{name} is a damaged archive: a part of it cannot be read.",
            reason=f"{path}: {error.message}",
        ) from error
    except CacheError as error:
        raise _of_cache(name, error) from error
    except ConfigurationError as error:  # of the cache: not for clients
        reason = " ".join(filter(None, (error.message, error.hint)))
        raise StoreMisconfigured(f"{name} cannot be opened.", reason=reason) from error


def _of_cache(name: str, error: CacheError) -> StoreUnreachable:
    """Return the error of a store whose archive is sound, while the cache is not."""
    if error.is_full:
        return StoreUnreachable(
            f"{name} cannot be opened: the cache has no room for its database.",
            hint="Free some space, or set `cache.folder` to a folder on another disk.",
            reason=str(error),
        )
    if error.is_lasting:
        message = f"{name} cannot be opened: the cache of the server cannot be written."
        return StoreMisconfigured(message, reason=str(error))
    message = f"{name} cannot be opened: the cache of the server cannot be used."
    return StoreUnreachable(message, hint="Try again later.", reason=str(error))


def _open_folder(path: Path, name: str) -> Archive:
    try:
        content = read_whole(path / METADATA, LARGEST_METADATA, below=path)
    except FileNotFoundError:
        content = None
    except TooLargeError as error:
        raise too_large(name) from error
    metadata = check_metadata(content, name)
    version = metadata["export_version"]
    if is_legacy(version):
        raise UnsupportedStore(
            f"{name} is an unpacked archive of version {version}, which is read as a file only.",
            hint="Zip it: cd FOLDER && zip -r ../archive.aiida .",
        )
    database = path / ARCHIVE_DATABASE
    if not os.path.lexists(database):
        raise UnsupportedStore(f"{name} is a damaged archive: it has no database.")
    os.close(open_regular(database, below=path))
    return Archive(
        SqliteFile(database),
        FolderObjects(path),
        metadata,
        str(path),
        origin(metadata),
        version,
    )


def _open_file(
    held: HeldFile, path: Path, name: str, cache: CacheFolder, progress: Progress | None
) -> Archive:
    if (key := tar_identity(held, path)) is not None:
        recipe = recipe_of_tar(key, held, path, name, cache)
        return _older(held, prepare(cache, recipe, progress, name), key)
    head = read_head(held, path, name, cache.max_bytes)
    entry = prepare(cache, recipe_of_zip(head, held, path, name, cache), progress, name)
    if head.member is None or head.is_legacy:
        return _older(held, entry, head.identity)
    return Archive(
        _database(entry, head.identity, head.member.crc),
        ArchiveObjects(held, entry),
        head.metadata,
        head.identity,
        head.origin,
        head.version,
        entry,
    )


def _older(held: HeldFile, entry: CacheEntry, key: str) -> Archive:
    """Return an archive that was brought up to date in the cache."""
    kept = entries.kept(entry)
    database, objects = _database(entry, key, kept.checksum), ArchiveObjects(held, entry)
    return Archive(database, objects, kept.metadata, key, kept.origin, REVISION, entry)


def _database(entry: CacheEntry, content: str, crc: int) -> SqliteFile:
    """Return the database in an entry of the cache."""
    path = entry.folder / ARCHIVE_DATABASE
    return SqliteFile(
        path,
        at_rest=True,
        expected=entry.files[ARCHIVE_DATABASE],
        content=content,
        is_broken=Copy(entry, path, crc).is_broken,
    )


@dataclass(frozen=True, slots=True)
class Glance:
    """What is known of an archive that is not opened.

    `identity` names it in the cache; None for an unpacked one, which needs none. `origin` is what
    it was written as, None if it does not tell that at its beginning.
    """

    identity: str | None
    is_small: bool
    origin: Origin | None = None


def glance(path: Path, name: str, most_bytes: int) -> Glance:
    """Return what is known of an archive without opening it; errors as `open_archive`.

    A database of at most `most_bytes` is small.
    """
    if path.is_dir():
        return Glance(None, is_small=True)
    with _errors_of(path, name), closing(HeldFile(path)) as held:
        size, key = held.status.st_size, tar_identity(held, path)
        if key is not None:
            early = early_origin(held, path, name)
            return Glance(key, is_small(None, size, most_bytes), early)
        head = read_head(held, path, name, most_bytes)
        return Glance(head.identity, is_small(head, size, most_bytes), head.origin)


def is_quick_to_open(path: Path, name: str, found: Glance, cache: CacheFolder) -> bool:
    """Return whether the database of an archive is cached or small; errors as `open_archive`.

    Raises:
        StorePreparing: somebody prepares it.
    """
    if found.identity is None:
        return True
    with _errors_of(path, name):
        return is_prepared(cache, found.identity, name) or found.is_small
