"""A zip that was fetched, as files that are written into a folder. Floor: cli."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import PurePosixPath
from typing import IO, Any

from provender.errors import CorruptObject, StoreError
from provender.exports.zips.members import Source as Stream
from provender.logs import printable
from provender.translators.archive.layout import MANIFEST, README
from provender.translators.zips.items import Item

# What tells of the other files.
TEXTS = (README, MANIFEST)
BROKEN = (zipfile.BadZipFile, OSError, EOFError)


class Unpacked:
    """The files of a zip that a server has made.

    What the server could not read is listed in the manifest, and what arrives is compared with its
    checksum.
    """

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(file)
        except BROKEN:
            raise StoreError("What the server sent is no zip.") from None

    def files(self) -> Iterator[Item]:
        """Yield all files but those that tell of the others.

        Raises:
            StoreError: a name would lead out of the folder.
        """
        return (item for item in self._items() if item.path not in TEXTS)

    def open(self, item: Item) -> Stream:
        """Return the bytes of a file, compared with its checksum at the end."""
        return _Member(self._zip, item.path)

    def spoil(self, item: Item) -> None:
        """Raise `CorruptObject`: the server has listed what it could not read."""
        raise CorruptObject(f"`{item.path}` is not what the server has.")

    def last(self) -> Sequence[Item]:
        """Return the files that tell of the others, the manifest at the end."""
        found = {item.path: item for item in self._items() if item.path in TEXTS}
        return tuple(found[name] for name in TEXTS if name in found)

    @property
    def missing(self) -> int:
        """How many files the server could not read."""
        return len(self._manifest.get("skipped") or self._manifest.get("missing") or ())

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()

    def _items(self) -> Iterator[Item]:
        keys = self._keys
        for place, member in enumerate(self._zip.infolist()):
            path = _safe(member.filename)
            is_text = path in TEXTS
            key = keys.get(path, "")
            yield Item(path, member.file_size, key, offset=place if is_text else None)

    @cached_property
    def _manifest(self) -> Mapping[str, Any]:
        try:
            found = json.loads(self._zip.read(MANIFEST))
        except (KeyError, ValueError, *BROKEN):
            raise StoreError("What the server sent has no manifest.") from None
        if not isinstance(found, dict):
            raise StoreError("What the server sent has no manifest.")
        return found

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        """The SHA-256 of each file that the manifest tells."""
        return dict(_told(self._manifest))


class _Member:
    """A file of a zip."""

    def __init__(self, archive: zipfile.ZipFile, path: str) -> None:
        self._path = path
        with _named(path):
            self._file = archive.open(path)

    def read(self, size: int, /) -> bytes:
        """Return the next bytes; raises `CorruptObject` if they fail their checksum."""
        with _named(self._path):
            return self._file.read(size)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@contextmanager
def _named(path: str) -> Iterator[None]:
    """Say of a damaged member which file it is."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise CorruptObject(f"`{path}` did not arrive as it is on the server.") from None


def _safe(name: str) -> str:
    """Return a path; raises `StoreError` for one that leads out of the folder."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise StoreError(f"The server sent a file with a name that is none: `{printable(name)}`.")
    return name


def _told(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield path and SHA-256 of the files that a manifest tells, of either kind of zip."""
    nodes = manifest.get("nodes") or ()
    for files in (manifest.get("files") or (), *(node["files"] for node in nodes)):
        for file in files:
            yield file["path"], file["sha256"]
