"""Archives (`.aiida`): opened in place, the database extracted once into the cache. Floor: store.

Source: AiiDA's archive format `main_0001`: a zip file of `metadata.json`, `db.sqlite3` and
`repo/<sha256>`. An unpacked folder with the same names is read as well.
"""

from __future__ import annotations

import hashlib
import json
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
from provender.schema.tables import check_archive_revision
from provender.store.cache import CacheFolder
from provender.store.cacheentry import CacheEntry, CacheError
from provender.store.database.faults import unopened
from provender.store.files import zipindex
from provender.store.files.archived import INDEX, FolderObjects, ZipObjects, index_objects
from provender.store.files.extraction import SQLITE_HEADER, Copy, check_size, extract
from provender.store.files.heldfile import HeldFile, held_again
from provender.store.files.streams import ObjectStore, Piece, damaged
from provender.store.files.tars import UNREADABLE_TAR, tarred
from provender.store.files.zipindex import Member, NotAZipError, UnreadableMemberError
from provender.store.layout import ARCHIVE_DATABASE, METADATA
from provender.store.legacy.origin import Origin
from provender.store.preparing import is_prepared, prepare
from provender.store.progress import Progress
from provender.store.regular import (
    NotRegularError,
    TooLargeError,
    identity,
    open_regular,
    read_whole,
)
from provender.store.sqlite.files import MEGABYTE, SqliteFile

# `creation_parameters` may list the uuid of every exported node: 43 bytes and a comma each.
LARGEST_METADATA = 32 * MEGABYTE
MOST_VALUES = 1_000_000
# Letters of a version that are repeated.
LONGEST_VERSION = 40
# Bytes of a tar file, unpacked, in which its metadata is searched.
TAR_HEAD = 64 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Archive:
    """An opened archive: its database, its files, its metadata, and what it was written as.

    `entry` is the part of the cache that it uses; None for an unpacked archive.
    """

    database: SqliteFile
    objects: ObjectStore
    metadata: dict[str, Any]
    identity: str
    origin: Origin
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
            return _open_zip(held, path, name, cache, progress)
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
        raise _refusal(path, name, b"PK", str(error)) from error
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
        raise _too_large(name) from error
    metadata = _check_metadata(content, name)
    database = path / ARCHIVE_DATABASE
    if not os.path.lexists(database):
        raise UnsupportedStore(f"{name} is a damaged archive: it has no database.")
    os.close(open_regular(database, below=path))
    return Archive(
        SqliteFile(database), FolderObjects(path), metadata, str(path), _origin(metadata)
    )


def _open_zip(
    held: HeldFile, path: Path, name: str, cache: CacheFolder, progress: Progress | None
) -> Archive:
    found = _read_zip(held, path, name)

    status = held.status

    def fill(folder: Path, told: Progress) -> None:
        check_size(found.member, cache, name)
        with held_again(path, status, name) as file:
            with _piece(file, found.member, name).open() as stream:
                extract(stream, folder / ARCHIVE_DATABASE, name, told)
            index_objects(file, folder / INDEX, told)

    names = (ARCHIVE_DATABASE, INDEX)
    entry = prepare(cache, found.identity, fill, names, progress, called=name)
    copy = entry.folder / ARCHIVE_DATABASE
    database = SqliteFile(
        copy,
        at_rest=True,
        expected=entry.files[ARCHIVE_DATABASE],
        content=found.identity,
        is_broken=Copy(entry, copy, found.member.crc).is_broken,
    )
    objects = ZipObjects(held, entry)
    return Archive(
        database, objects, found.metadata, found.identity, _origin(found.metadata), entry
    )


def _origin(metadata: dict[str, Any]) -> Origin:
    writer = str(metadata.get("aiida_version") or "")[:LONGEST_VERSION]
    return Origin(str(metadata["export_version"])[:LONGEST_VERSION], writer or None)


def is_quick_to_open(path: Path, name: str, cache: CacheFolder, most_bytes: int) -> bool:
    """Return whether the database of an archive is cached or small; errors as `open_archive`.

    Raises:
        StorePreparing: somebody prepares it.
    """
    if path.is_dir():
        return True
    with _errors_of(path, name):
        with closing(HeldFile(path)) as held:
            found = _read_zip(held, path, name)
        return is_prepared(cache, found.identity, name) or found.member.size <= most_bytes


@dataclass(frozen=True, slots=True)
class _Zip:
    """The place of the database in an archive, and what identifies the archive."""

    member: Member
    metadata: dict[str, Any]
    identity: str


def _read_zip(held: HeldFile, path: Path, name: str) -> _Zip:
    with held.path.open("rb") as file:
        head = file.read(len(SQLITE_HEADER))
        try:
            found = _first_members(file)
        except NotAZipError as error:
            raise _refusal(path, name, head, str(error)) from error
    metadata = _check_metadata(
        _read_member(held.path, found[METADATA], name) if METADATA in found else None, name
    )
    if ARCHIVE_DATABASE not in found:
        raise UnsupportedStore(f"{name} is a damaged archive: it has no database.")
    member = found[ARCHIVE_DATABASE]
    text = "|".join(map(str, (path.resolve(), *identity(held.status), member.crc, member.size)))
    return _Zip(member, metadata, hashlib.sha256(text.encode()).hexdigest()[:32])


def _first_members(file: Any) -> dict[str, Member]:  # noqa: ANN401 - a binary file
    """Return the entries of metadata and database, reading no further than both are found."""
    found: dict[str, Member] = {}
    for member in zipindex.members(file):
        if member.name in (METADATA, ARCHIVE_DATABASE):
            found[member.name] = member
            if len(found) == 2:  # noqa: PLR2004 - both
                break
    return found


def _refusal(path: Path, name: str, head: bytes, reason: str) -> UnsupportedStore:
    """Return why a file without a zip directory is refused."""
    if not head:
        return UnsupportedStore(f"{name} is not an archive: the file is empty.")
    if head == SQLITE_HEADER:
        return UnsupportedStore(
            f"{name} is not an archive: the file is a SQLite database.",
            hint="Of a SQLite profile, name the folder that holds database.sqlite and container.",
        )
    if head.startswith(b"PK"):
        return UnsupportedStore(
            f"{name} is not a readable archive: the file is truncated or damaged.", reason=reason
        )
    try:
        _check_metadata(tarred(path, METADATA, TAR_HEAD), name)
    except UnsupportedStore as error:
        return error
    except UNREADABLE_TAR:
        pass
    return UnsupportedStore(f"{name} is not an AiiDA archive.")


def _piece(path: Path, member: Member, name: str) -> Piece:
    """Return the place of a member; raises if the member cannot be read."""
    try:
        return zipindex.piece(path, member)
    except UnreadableMemberError as error:
        raise UnsupportedStore(
            f"{name} cannot be read: its {member.name} {error}.",
            hint="Unpack it and zip it again: deflate, bzip2 and LZMA are read.",
        ) from error
    except NotAZipError as error:
        raise damaged("is damaged", str(error)) from error


def _read_member(path: Path, member: Member, name: str) -> bytes:
    if max(member.size, member.length) > LARGEST_METADATA:
        raise _too_large(name)
    with _piece(path, member, name).open() as stream:
        return stream.readall()


def _check_metadata(content: bytes | None, name: str) -> dict[str, Any]:
    if content is None:
        raise UnsupportedStore(f"{name} is not an AiiDA archive: it has no {METADATA}.")
    if sum(content.count(mark) for mark in b",[{") > MOST_VALUES:
        raise _too_large(name)
    try:
        metadata = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnsupportedStore(
            f"{name} is not a valid AiiDA archive: its {METADATA} is not JSON."
        ) from error
    if not isinstance(metadata, dict) or "export_version" not in metadata:
        raise UnsupportedStore(
            f"{name} is not a valid AiiDA archive: its {METADATA} names no version."
        )
    check_archive_revision(str(metadata["export_version"])[:LONGEST_VERSION], name)
    return metadata


def _too_large(name: str) -> UnsupportedStore:
    return UnsupportedStore(f"{name} is a damaged archive: its {METADATA} is too large.")
