"""What an archive says of itself: its container, metadata, version and identity. Floor: store.

Only as much is read as names the archive: the directory of a zip up to its database, a tar up to
its metadata.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provender.errors import UnsupportedStore
from provender.schema.tables import check_revision
from provender.store.files import tars, zipindex
from provender.store.files.extraction import SQLITE_HEADER, piece_of
from provender.store.files.heldfile import HeldFile
from provender.store.files.zipindex import Member, NotAZipError
from provender.store.layout import ARCHIVE_DATABASE, METADATA
from provender.store.legacy.entries import READER
from provender.store.legacy.fields import dos_time, unix_time
from provender.store.legacy.origin import Origin
from provender.store.legacy.reading import DATA
from provender.store.legacy.versions import DATABASE_VERSIONS, JSON_VERSIONS, is_legacy
from provender.store.regular import identity
from provender.store.sqlite.files import MEGABYTE

# `creation_parameters` may list the uuid of every exported node: 43 bytes and a comma each.
LARGEST_METADATA = 32 * MEGABYTE
MOST_VALUES = 1_000_000
# Letters of a version that are repeated.
LONGEST_VERSION = 40
# Bytes of a tar, unpacked, in which its metadata is searched while it is not opened: 0.1 s.
GLANCED = 16 * MEGABYTE
# Of a zip, what names it: in most archives they come first.
NAMING = (METADATA, ARCHIVE_DATABASE, DATA)


@dataclass(frozen=True, slots=True)
class Head:
    """What an archive says of itself.

    `member` is its database or its `data.json`; None in a tar. `time` is that of the archive, as
    SQLite archives hold times. `identity` names this very file.
    """

    metadata: dict[str, Any]
    identity: str
    time: str
    member: Member | None

    @property
    def version(self) -> str:
        """The version that it was written as."""
        version: str = self.metadata["export_version"]
        return version

    @property
    def origin(self) -> Origin:
        """What the archive was written as."""
        return origin(self.metadata)

    @property
    def is_legacy(self) -> bool:
        """Whether the archive is brought up to date in the cache."""
        return is_legacy(self.version)


def origin(metadata: dict[str, Any]) -> Origin:
    """Return what an archive with this metadata was written as."""
    writer = str(metadata.get("aiida_version") or "")[:LONGEST_VERSION]
    return Origin(metadata["export_version"], writer or None)


def read_head(held: HeldFile, path: Path, name: str, most_bytes: int) -> Head:
    """Return what an archive says of itself; `most_bytes` are those that a tar may unpack to.

    Raises:
        UnsupportedStore: not an archive, damaged, or of an unsupported version.
        CorruptObject: its metadata cannot be read.
    """
    if (key := tar_identity(held, path)) is not None:
        return _of_tar(held, path, name, key, most_bytes)
    with held.path.open("rb") as file:
        head = file.read(len(SQLITE_HEADER))
        try:
            found = _first_members(file)
        except NotAZipError as error:
            raise refusal(name, head, str(error)) from error
    written = _read_member(held.path, found[METADATA], name) if METADATA in found else None
    metadata = check_metadata(written, name)
    version = metadata["export_version"]
    needed = DATA if version in JSON_VERSIONS else ARCHIVE_DATABASE
    if needed not in found:
        what = "database" if needed == ARCHIVE_DATABASE else needed
        raise UnsupportedStore(f"{name} is a damaged archive: it has no {what}.")
    member = found[needed]
    reader = (f"reader {READER}",) if is_legacy(version) else ()
    key = _named(path, held, member.crc, member.size, *reader)
    return Head(metadata, key, dos_time(*found[METADATA].written), member)


def _of_tar(held: HeldFile, path: Path, name: str, key: str, most_bytes: int) -> Head:
    found = _metadata_of_tar(held, path, name, most_bytes)
    metadata = _check_tar(found, name)
    return Head(metadata, key, unix_time(found.time if found else 0), None)


def early_origin(held: HeldFile, path: Path, name: str) -> Origin | None:
    """Return what a tar was written as, None if that does not stand at its beginning.

    Errors as `read_head`.
    """
    found = _metadata_of_tar(held, path, name, GLANCED)
    return None if found is None else origin(_check_tar(found, name))


def _metadata_of_tar(
    held: HeldFile, path: Path, name: str, most_bytes: int
) -> tars.TarMember | None:
    try:
        return tars.first(held.path, METADATA, LARGEST_METADATA, most_bytes)
    except tars.UNREADABLE_TAR as error:
        raise UnsupportedStore(
            f"{name} is not a readable archive: the tar file is truncated or damaged.",
            reason=f"{path}: {error}",
        ) from error


def _check_tar(found: tars.TarMember | None, name: str) -> dict[str, Any]:
    metadata = check_metadata(found.content.read(found.size) if found else None, name)
    version = metadata["export_version"]
    if version not in JSON_VERSIONS:
        raise UnsupportedStore(f"{name} is not an archive: those of version {version} are no tar.")
    return metadata


def tar_identity(held: HeldFile, path: Path) -> str | None:
    """Return the identity of an archive that is a tar; None of any other."""
    return _named(path, held, f"reader {READER}") if tars.is_tar(held.path) else None


def _named(path: Path, held: HeldFile, *more: object) -> str:
    """Return the name of what is made of this very file, for the cache."""
    parts = (path.resolve(), *identity(held.status), *more)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]


def _first_members(file: Any) -> dict[str, Member]:  # noqa: ANN401 - a binary file
    """Return the entries of metadata and data, reading no further than both are found."""
    found: dict[str, Member] = {}
    for member in zipindex.members(file):
        name = tars.normalised(member.name)
        if name in NAMING and not member.name.startswith("/"):
            found[name] = member
            if METADATA in found and len(found) > 1:
                break
    return found


def refusal(name: str, head: bytes, reason: str) -> UnsupportedStore:
    """Return why a file without a zip directory, which begins with `head`, is refused."""
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
    return UnsupportedStore(f"{name} is not an AiiDA archive.")


def _read_member(path: Path, member: Member, name: str) -> bytes:
    if max(member.size, member.length) > LARGEST_METADATA:
        raise too_large(name)
    with piece_of(path, member, name).open() as stream:
        return stream.readall()


def check_metadata(content: bytes | None, name: str) -> dict[str, Any]:
    """Return the metadata of an archive whose version is read; raises `UnsupportedStore`."""
    if content is None:
        raise UnsupportedStore(f"{name} is not an AiiDA archive: it has no {METADATA}.")
    if sum(content.count(mark) for mark in b",[{") > MOST_VALUES:
        raise too_large(name)
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
    version = metadata["export_version"]
    if not isinstance(version, str):
        raise UnsupportedStore(
            f"{name} is not a valid AiiDA archive: its version is no string: "
            f"{str(version)[:LONGEST_VERSION]}."
        )
    if version not in JSON_VERSIONS + DATABASE_VERSIONS:
        check_revision(version[:LONGEST_VERSION], name)
    return metadata


def too_large(name: str) -> UnsupportedStore:
    """Return the error of an archive whose metadata are larger than any real ones."""
    return UnsupportedStore(f"{name} is a damaged archive: its {METADATA} is too large.")
