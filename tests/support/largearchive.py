"""An archive whose database takes seconds to extract, made in much less."""

from __future__ import annotations

import hashlib
import struct
import time
import zipfile
import zlib

MEGABYTE = 1 << 20
DEFLATED = 8
LOCAL = struct.Struct("<4s5H3L2H")
ENTRY = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")


BLOCK = hashlib.shake_128(b"rows").hexdigest(MEGABYTE // 2).encode()


def megabytes(seconds):
    """Return how many megabytes take so long to extract here, if nothing else is done."""
    packed = zlib.compress(BLOCK)
    begun, number = time.thread_time(), 20
    for _ in range(number):
        zlib.decompress(packed)
    return int(seconds * number / (time.thread_time() - begun))


def make(source, target, padding):
    """Write a copy of an archive whose database is followed by so many megabytes.

    SQLite reads no further than the header of the database says. What follows is one block,
    compressed once: a deflate stream may be put together of blocks that were flushed.
    """
    members = []
    with zipfile.ZipFile(source) as zipped, target.open("wb") as file:
        for name in zipped.namelist():
            content = zipped.read(name)
            added = padding if name == "db.sqlite3" else 0
            members.append(_written(file, name, content, added))
        start = file.tell()
        for member in members:
            file.write(_entry(*member))
        length = file.tell() - start
        number = len(members)
        file.write(END.pack(b"PK\5\6", 0, 0, number, number, length, start, 0))
    return target


def _written(file, name, content, padding):
    """Write a member; return name, place, checksum, and both lengths."""
    place = file.tell()
    file.seek(LOCAL.size + len(name), 1)
    compressor = zlib.compressobj(6, zlib.DEFLATED, -15)
    begun = file.tell()
    file.write(compressor.compress(content) + compressor.flush(zlib.Z_FULL_FLUSH))
    compressed = compressor.compress(BLOCK) + compressor.flush(zlib.Z_FULL_FLUSH)
    checksum = zlib.crc32(content)
    for _ in range(padding):
        file.write(compressed)
        checksum = zlib.crc32(BLOCK, checksum)
    last = zlib.compressobj(6, zlib.DEFLATED, -15)
    file.write(last.flush())
    length, size = file.tell() - begun, len(content) + padding * MEGABYTE
    end = file.tell()
    file.seek(place)
    known = (0, DEFLATED, 0, 0x21, checksum, length, size, len(name), 0)
    file.write(LOCAL.pack(b"PK\3\4", 20, *known) + name.encode())
    file.seek(end)
    return name, place, known


def _entry(name, place, known):
    return ENTRY.pack(b"PK\1\2", 20, 20, *known, 0, 0, 0, 0, place) + name.encode()
