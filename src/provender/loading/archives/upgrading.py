"""`archive upgrade`: an archive of any version as a new one of today's. Floor: loading.

The new archive has the members of AiiDA's, in their order: what it says of itself, the database,
and each content once, named by its SHA-256. AiiDA looks for the first two at the beginning of the
directory.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from provender.loading.archives.completeness import check_complete
from provender.loading.archives.metadata import renewed
from provender.loading.archives.newfile import check_free, errors_of, no_room, placed, unnamed
from provender.loading.archives.zipwriter import ZipWriter
from provender.loading.pieces import checked, contents, inflated, is_deflated
from provender.loading.sources import Source, opened
from provender.settings import Settings
from provender.store.files.streams import Piece
from provender.store.layout import ARCHIVE_DATABASE, METADATA
from provender.store.legacy.origin import Origin
from provender.store.progress import Progress

# Pages that are copied before Ctrl-C is heard.
PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A new archive: its size, what the old one was written as, and how much it holds.

    `counts` are the rows by table, `files` the contents that were copied.
    """

    size: int
    origin: Origin
    counts: dict[str, int]
    files: int
    seconds: float


def upgrade(archive: str, path: Path, settings: Settings, progress: Progress) -> Upgraded:
    """Write an archive anew, beside the old one.

    Raises:
        ConfigurationError: not the name of an archive, or the new one exists.
        CorruptObject: a file of the archive is damaged or missing.
        StoreError: the archive cannot be read, or the new one not be written.
    """
    begun, path = time.monotonic(), path.absolute()
    check_free(path)  # at once, not after the database was extracted
    with opened(archive, settings, progress) as source:
        check_complete(source, progress)
        with placed(path) as file, unnamed(path) as directory:
            writer = ZipWriter(file, directory)
            text = json.dumps(renewed(source.archive.metadata)).encode()
            writer.add(METADATA, len(text), lambda: (text,))
            _add_database(writer, source, path, progress)
            files = _add_files(writer, source, progress)
            size = writer.finish()
            source.confirm()
        seconds = time.monotonic() - begun
        return Upgraded(size, source.archive.origin, source.counts, files, seconds)


def _add_database(writer: ZipWriter, source: Source, path: Path, progress: Progress) -> None:
    with _at_rest(source, path) as database:
        size = database.stat().st_size

        def content() -> Iterator[bytes]:
            done = 0
            for block in contents(Piece(database, 0, size, size)):
                yield block
                done += len(block)
                progress("copying the database", done, size)

        writer.add(ARCHIVE_DATABASE, size, content)


@contextmanager
def _at_rest(source: Source, path: Path) -> Iterator[Path]:
    """Give the database as a file that nobody writes: that of an unpacked archive is copied."""
    database = source.archive.database
    if database.at_rest:
        yield database.path
        return
    with errors_of(path):
        folder = tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent)
    with folder as name, closing(database.connect()) as reading:
        copy = Path(name) / ARCHIVE_DATABASE
        try:
            with closing(sqlite3.connect(copy)) as writing:
                reading.backup(writing, pages=PAGES)
                writing.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if "full" not in str(error):
                raise
            raise no_room(path, str(error)) from error
        yield copy


def _add_files(writer: ZipWriter, source: Source, progress: Progress) -> int:
    """Write every content, compared with its key; return their number."""
    done = files = 0
    for key, piece in source.pieces():
        _add_file(writer, key, piece)
        done, files = done + piece.length, files + 1
        progress("copying files", done, source.file_bytes)
    return files


def _add_file(writer: ZipWriter, key: str, piece: Piece) -> None:
    """Write one content; what is deflated already is taken over as it is."""
    name = f"repo/{key}"
    if is_deflated(piece) and piece.crc is not None:
        sink = writer.announce(name, piece.size, piece.crc, piece.length)
        for _ in checked(key, inflated(piece, sink)):
            pass
    else:
        writer.add(name, piece.size, lambda: checked(key, contents(piece)))
