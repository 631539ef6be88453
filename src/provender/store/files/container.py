"""Reading a disk-objectstore container without writing to it. Floor: store.

Source: disk-objectstore 1.x, container version 1. Objects are loose files, or pieces of pack
files that a SQLite index (`packs.idx`) names. A container may be packed while it is read:
offsets are looked up in the present index for every request.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from provender.errors import (
    StoreError,
    StoreMisconfigured,
    StoreUnreachable,
    UnsupportedStore,
)
from provender.store.files.checkpoints import Checkpoints
from provender.store.files.decompression import Form
from provender.store.files.streams import (
    KEY,
    ObjectStream,
    Piece,
    Totals,
    batches,
    damaged,
    missing,
)
from provender.store.layout import CONFIGURATION, CONTAINER, is_container, is_so, read_json
from provender.store.regular import NotRegularError, size_of
from provender.store.sqlite.files import SqliteFile
from provender.store.sqlite.index import Lookup, unreadable

CONTAINER_VERSION = 1
# Packing may move an object between two looks, and packing anew gives the name of a pack to a file
# with other offsets: what was opened counts if the object is still there afterwards.
LOOKS = 10
# What every container has.
PARTS = (CONFIGURATION, "packs.idx", "loose", "packs")
# Loose objects that are counted one by one.
MOST_LOOSE = 10_000
# Letters of a key that name the folder of a loose object; 64 would leave none for its file.
PREFIX_LENGTHS = range(64)


@dataclass(frozen=True, slots=True)
class Container:
    """A container folder; every thread may use it."""

    folder: Path
    container_id: str
    prefix_length: int
    compression: str
    index: Lookup
    checkpoints: Checkpoints = field(default_factory=Checkpoints)

    @classmethod
    def at(cls, folder: Path) -> Container:
        """Return the container in a folder.

        Raises:
            StoreUnreachable: the folder or its configuration cannot be read.
            UnsupportedStore: it is not a container, or of an unsupported version.
        """
        config = _configuration(folder)
        return cls(
            folder,
            str(config.get("container_id", "")),
            config.get("loose_prefix_len", 2),
            str(config.get("compression_algorithm", "zlib+1")).partition("+")[0],
            Lookup(SqliteFile(folder / "packs.idx", is_store=False)),
        )

    def open(self, key: str) -> ObjectStream:
        """Return a stream over the content of a key; see `ObjectStore.open`."""
        if not KEY.fullmatch(key):
            raise damaged("has no valid key", key)
        for _ in range(LOOKS):
            for find in (self._loose, self._packed):
                piece = find(key)
                stream = _opened(piece, self.checkpoints)
                if stream is not None:
                    if find(key) == piece:
                        return stream
                    stream.close()
        self.confirm()
        raise missing(key, "repository")

    def sizes(self, keys: Collection[str]) -> dict[str, int]:
        """Return the length in bytes of each key that is present."""
        wanted = [key for key in keys if KEY.fullmatch(key)]
        found: dict[str, int] = {}
        for some in batches(wanted):
            marks = ",".join("?" * len(some))
            sql = f"SELECT hashkey, size FROM db_object WHERE hashkey IN ({marks})"  # noqa: S608 - `?`
            found |= {key: size for key, size in self._query(sql, some) if isinstance(size, int)}
        for key in wanted:
            if key not in found and (piece := self._loose(key)) is not None:
                found[key] = piece.size
        if len(found) < len(wanted):
            self.confirm()
        return found

    def checksums(self, keys: Collection[str]) -> dict[str, int]:
        """Return nothing: a container keeps no CRC-32."""
        del keys
        return {}

    def totals(self) -> Totals | None:
        """Return the number of objects and their bytes; None if many of them are loose."""
        loose = list(islice(self._loose_keys(), MOST_LOOSE + 1))
        if len(loose) > MOST_LOOSE:
            return None
        packed: set[str] = set()
        for some in batches(loose):
            marks = ",".join("?" * len(some))
            sql = f"SELECT hashkey FROM db_object WHERE hashkey IN ({marks})"  # noqa: S608 - `?`
            packed.update(key for (key,) in self._query(sql, some))
        pieces = [self._loose(key) for key in loose if key not in packed]
        sizes = [piece.size for piece in pieces if piece is not None]
        rows = self._query("SELECT count(*), coalesce(sum(size), 0) FROM db_object", ())
        number, size = rows[0] if rows else (0, 0)
        return Totals(number + len(sizes), int(size) + sum(sizes))

    def _loose_keys(self) -> Iterator[str]:
        """Yield the keys of loose objects."""
        pattern = "*/*" if self.prefix_length else "*"
        folder = self.folder / "loose"
        for path in folder.glob(pattern):
            key = "".join(path.relative_to(folder).parts)
            if KEY.fullmatch(key):
                yield key

    def close(self) -> None:
        """Close the index."""
        self.index.close()

    def confirm(self) -> None:
        """Raise `StoreUnreachable` if a part of the container is away: then nothing is missing."""
        for name in PARTS:
            if not is_so((self.folder / name).exists):
                raise StoreUnreachable(
                    "The file repository of the store cannot be reached.",
                    hint="Try again later.",
                    reason=f"There is no {self.folder / name}.",
                )

    def _loose(self, key: str) -> Piece | None:
        cut = self.prefix_length
        name = f"{key[:cut]}/{key[cut:]}" if cut else key
        loose = self.folder / "loose"
        size = size_of(path := loose / name)
        return Piece(path, 0, size, size, below=loose) if size is not None else None

    def _packed(self, key: str) -> Piece | None:
        rows = self._query(
            'SELECT pack_id, "offset", length, size, compressed FROM db_object WHERE hashkey = ?',
            (key,),
        )
        packs = self.folder / "packs"
        for pack, offset, length, size, compressed in rows:
            # The pack is -1 while its objects are packed anew; any text could name another file.
            figures = (offset, length, size)
            if not all(isinstance(item, int) for item in (pack, *figures)) or min(figures) < 0:
                raise damaged("is at no possible place", f"pack {pack!r}, {figures!r}")
            if compressed and self.compression != "zlib":
                raise damaged("has an unknown compression", self.compression)
            form = Form.ZLIB if compressed else Form.PLAIN
            return Piece(packs / str(pack), offset, length, size, form, below=packs)
        return None

    def _query(self, sql: str, values: tuple[str, ...]) -> list[Any]:
        try:
            return self.index.rows(sql, values)
        except FileNotFoundError:
            return []
        except (OSError, sqlite3.Error) as error:
            raise unreadable("The index of the file repository", error) from error


def _opened(piece: Piece | None, checkpoints: Checkpoints) -> ObjectStream | None:
    try:
        return piece.open(checkpoints) if piece is not None else None
    except NotRegularError as error:
        raise damaged("is a link or no file at all", str(error)) from error
    except OSError:
        return None


def _configuration(folder: Path) -> dict[str, Any]:
    """Return the configuration of a container; errors as `at`."""
    try:
        config: Any = read_json(folder / CONFIGURATION)
    except OSError as error:
        raise _unread(folder, error) from error
    except ValueError as error:
        raise _foreign(f"The config.json of {folder} is not valid JSON.") from error
    if not isinstance(config, dict) or "container_version" not in config:
        raise _foreign(f"The config.json of {folder} is not that of a container.")
    if config["container_version"] != CONTAINER_VERSION:
        raise _foreign(f"{folder} is a container of version {config['container_version']!r}.")
    if config.get("hash_type", "sha256") != "sha256":
        raise _foreign(f"{folder} is a container with the hash {config['hash_type']!r}.")
    length = config.get("loose_prefix_len", 2)
    if not isinstance(length, int) or length not in PREFIX_LENGTHS:
        raise _foreign(f"The config.json of {folder} is not that of a container.")
    return config


def _unread(folder: Path, error: OSError) -> StoreError:
    """Return the error of a folder whose configuration cannot be read."""
    message = "The file repository of the store cannot be reached."
    if isinstance(error, PermissionError):
        return StoreMisconfigured(message, reason=f"{folder} cannot be read: {error.strerror}.")
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        return StoreUnreachable(message, reason=f"{folder}: {error.strerror}.")
    if not folder.exists():
        return StoreUnreachable(message, reason=f"There is no folder {folder}.")
    reason = f"{folder} is not a container: it has no {CONFIGURATION}."
    meant = next(filter(is_container, (folder / CONTAINER, folder.parent)), None)
    return _foreign(reason if meant is None else f"{reason} Is {meant} meant?")


def _foreign(reason: str) -> UnsupportedStore:
    """Return the error of a folder that is not a supported container."""
    return UnsupportedStore(
        "The file repository of the store is not a container that this server reads.",
        reason=reason,
    )
