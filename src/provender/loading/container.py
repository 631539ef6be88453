"""Writing the files of an archive into a disk-objectstore container. Floor: loading.

Source: disk-objectstore 1.x, container version 1. All files go into packs. Contents
that are deflated in the archive are not compressed again: with two bytes before it and a checksum
behind it, a raw deflate stream becomes a zlib stream (RFC 1950).
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from provender.errors import ConfigurationError, StoreUnreachable
from provender.loading.pieces import checked, contents, inflated, is_deflated
from provender.loading.sources import Source
from provender.store.files.container import CONTAINER_VERSION
from provender.store.files.streams import Piece
from provender.store.progress import Progress
from provender.store.sqlite.files import MEGABYTE

# A pack that has this size is followed by another; the library's default.
PACK_BYTES = 4 * 1024 * MEGABYTE
# Deflate with a window of 32 KiB.
ZLIB_HEADER = b"\x78\x01"
WRAPPING = len(ZLIB_HEADER) + 4
FOLDERS = ("packs", "loose", "duplicates", "sandbox")
SCHEMA = (
    "CREATE TABLE db_object (id INTEGER NOT NULL, hashkey VARCHAR NOT NULL, "
    'compressed BOOLEAN NOT NULL, size INTEGER NOT NULL, "offset" INTEGER NOT NULL, '
    "length INTEGER NOT NULL, pack_id INTEGER NOT NULL, PRIMARY KEY (id))",
    "CREATE UNIQUE INDEX ix_db_object_hashkey ON db_object (hashkey)",
)
INSERT = (
    'INSERT OR REPLACE INTO db_object (hashkey, compressed, size, "offset", length, pack_id) '
    "VALUES (?, ?, ?, ?, ?, ?)"
)
# 64 MiB: keys come in no order, and the index is written in one transaction.
PAGES = "PRAGMA cache_size = -65536"


@dataclass(frozen=True, slots=True)
class Written:
    """A container that was written: its id, the number of its files, their bytes in the packs."""

    container_id: str
    files: int
    bytes: int


def check_free(folder: Path) -> None:
    """Raise `ConfigurationError` unless a new folder can be made under this name."""
    if not folder.parent.is_dir():
        raise ConfigurationError(f"There is no folder {folder.parent}.")
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        raise ConfigurationError(
            f"{folder} exists and is not an empty folder.",
            hint="Name a new folder; nothing is ever overwritten.",
        )


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Give a new folder next to the future container; it is removed if the block fails."""
    making = folder.with_name(f".{folder.name}.loading-{uuid4().hex[:8]}")
    try:
        making.mkdir()
    except OSError as error:
        raise ConfigurationError(
            f"No folder can be made in {folder.parent}.", reason=error.strerror
        ) from error
    try:
        yield making
    finally:
        shutil.rmtree(making, ignore_errors=True)


def write(
    source: Source, folder: Path, progress: Progress, pack_bytes: int = PACK_BYTES
) -> Written:
    """Write all files of an archive into an empty folder and return their numbers.

    Each content is compared with its key, which is its SHA-256. A pack of `pack_bytes` is
    followed by another.

    Raises:
        CorruptObject: a file of the archive is damaged.
        StoreUnreachable: no room, or the disk fails.
    """
    free = shutil.disk_usage(folder).free
    if free < source.file_bytes:
        raise StoreUnreachable(
            f"{folder.parent} has no room for the files of the archive.",
            reason=f"{source.file_bytes} bytes needed, {free} free",
        )
    try:
        container_id = _lay_out(folder, pack_bytes)
        files, size = _write_packs(source, folder, progress, pack_bytes)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnreachable(
            f"The files cannot be copied into {folder.parent}.", reason=str(error)
        ) from error
    return Written(container_id, files, size)


def _lay_out(folder: Path, pack_bytes: int) -> str:
    """Make the folders and the configuration of a container and return its id."""
    for name in FOLDERS:
        (folder / name).mkdir()
    config = {
        "container_version": CONTAINER_VERSION,
        "loose_prefix_len": 2,
        "pack_size_target": pack_bytes,
        "hash_type": "sha256",
        "container_id": uuid4().hex,
        "compression_algorithm": "zlib+1",
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return str(config["container_id"])


def _write_packs(
    source: Source, folder: Path, progress: Progress, pack_bytes: int
) -> tuple[int, int]:
    """Write packs and their index; return the number of files and their bytes in the packs."""
    path = folder / "packs.idx"
    with closing(sqlite3.connect(path, isolation_level=None)) as index:
        for statement in ("PRAGMA synchronous = OFF", PAGES, *SCHEMA, "BEGIN"):
            index.execute(statement)
        index.executemany(INSERT, _packed(source, folder / "packs", progress, pack_bytes))
        index.execute("COMMIT")
        index.execute("PRAGMA journal_mode = WAL")
        files, size = index.execute("SELECT count(*), sum(length) FROM db_object").fetchone()
    _sync(path)
    return files, size or 0


def _packed(
    source: Source, folder: Path, progress: Progress, pack_bytes: int
) -> Iterator[tuple[object, ...]]:
    """Write the files into packs, one pack after the other, and yield the rows of the index."""
    pieces, done = source.pieces(), 0
    for number in count():
        path = folder / str(number)
        with path.open("xb") as pack:
            for key, piece in pieces:
                yield (key, *_append(pack, key, piece), number)
                done += piece.length
                progress("copying files", done, source.file_bytes)
                if pack.tell() >= pack_bytes:
                    break
            size = pack.tell()
        if not size:
            path.unlink()
            return
        _sync(path)


def _append(pack: BinaryIO, key: str, piece: Piece) -> tuple[bool, int, int, int]:
    """Write one content behind the others; return if deflated, size, offset and length.

    Raises:
        CorruptObject: it is not the content of this key.
    """
    start, size, checksum = pack.tell(), 0, zlib.adler32(b"")
    wrapped = is_deflated(piece) and piece.length + WRAPPING < piece.size
    if wrapped:
        pack.write(ZLIB_HEADER)
    for content in checked(key, inflated(piece, pack) if wrapped else contents(piece)):
        size += len(content)
        if wrapped:
            checksum = zlib.adler32(content, checksum)
        else:
            pack.write(content)
    if wrapped:
        pack.write(checksum.to_bytes(4, "big"))
    return wrapped, size, start, pack.tell() - start


def _sync(path: Path) -> None:
    """Wait until a file is on the disk: the database will be there after a power cut, too."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
