"""The records of a zip file, as bytes. Floor: exports.

Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5. Members are stored, or deflated by whoever
writes them. Every member has the same time, the first that the format knows, so that bytes depend
on members alone.
"""

from __future__ import annotations

import struct

LOCAL = struct.Struct("<4s5H3L2H")
ENTRY = struct.Struct("<4s6H3L5H2L")
DESCRIPTOR, DESCRIPTOR64 = struct.Struct("<4s3L"), struct.Struct("<4sL2Q")
END, END64, LOCATOR = (
    struct.Struct("<4s4H2LH"),
    struct.Struct("<4sQ2H2L4Q"),
    struct.Struct("<4sLQL"),
)
EXTRA = struct.Struct("<2H")
ZIP64_EXTRA = 1
# Values that do not fit are written as these, and stand in a zip64 record.
MOST_16, MOST_32 = 0xFFFF, 0xFFFFFFFF
# Version of the format that a reader needs: 2.0, or 4.5 for zip64.
PLAIN_VERSION, ZIP64_VERSION = 20, 45
UNIX = 3 << 8
# A regular file that its owner writes and everybody reads.
ATTRIBUTES = 0o100644 << 16
HAS_DESCRIPTOR, IS_UTF8 = 0x8, 0x800
STORED, DEFLATED = 0, 8
TIME, DATE = 0, 1 << 5 | 1  # midnight of 1 January 1980


def header(name: bytes, size: int, crc: int | None, deflated: int | None = None) -> bytes:
    """Return what stands in front of a member; without its CRC-32 a descriptor follows it.

    The size is told here even so: then a reader that cannot go back finds the end of a member
    that is a zip file itself. `deflated` is the length of a deflated member in the file.
    """
    length = size if deflated is None else deflated
    is_large = max(size, length) >= MOST_32
    extra = _extra(size, length) if is_large else b""
    return (
        LOCAL.pack(
            b"PK\3\4",
            ZIP64_VERSION if is_large else PLAIN_VERSION,
            IS_UTF8 | (HAS_DESCRIPTOR if crc is None else 0),
            STORED if deflated is None else DEFLATED,
            TIME,
            DATE,
            crc or 0,
            MOST_32 if is_large else length,
            MOST_32 if is_large else size,
            len(name),
            len(extra),
        )
        + name
        + extra
    )


def descriptor_size(size: int) -> int:
    """Return the length of a descriptor."""
    return DESCRIPTOR.size if size < MOST_32 else DESCRIPTOR64.size


def header_size(name: bytes, size: int) -> int:
    """Return the length of a header."""
    return LOCAL.size + len(name) + (_extra_size(2) if size >= MOST_32 else 0)


def descriptor(size: int, crc: int) -> bytes:
    """Return what follows a member whose CRC-32 was not known in front of it."""
    form = DESCRIPTOR if size < MOST_32 else DESCRIPTOR64
    return form.pack(b"PK\7\x08", crc, size, size)


def entry(
    name: bytes,
    size: int,
    crc: int,
    offset: int,
    *,
    has_descriptor: bool = False,
    deflated: int | None = None,
) -> bytes:
    """Return the line of a member in the directory; `offset` is that of its header."""
    length = size if deflated is None else deflated
    beyond = [number for number in (size, length, offset) if number >= MOST_32]
    extra = _extra(*beyond) if beyond else b""
    version = ZIP64_VERSION if beyond else PLAIN_VERSION
    return (
        ENTRY.pack(
            b"PK\1\2",
            UNIX | version,
            version,
            IS_UTF8 | (HAS_DESCRIPTOR if has_descriptor else 0),
            STORED if deflated is None else DEFLATED,
            TIME,
            DATE,
            crc,
            min(length, MOST_32),
            min(size, MOST_32),
            len(name),
            len(extra),
            0,  # no comment
            0,  # on the first disk
            0,  # no text
            ATTRIBUTES,
            min(offset, MOST_32),
        )
        + name
        + extra
    )


def entry_size(name: bytes, size: int, offset: int) -> int:
    """Return the length of a line of the directory."""
    beyond = 2 * (size >= MOST_32) + (offset >= MOST_32)
    return ENTRY.size + len(name) + (_extra_size(beyond) if beyond else 0)


def end(count: int, start: int, length: int) -> bytes:
    """Return the end of a zip file: `length` bytes of directory at `start`, of so many members."""
    last = END.pack(
        b"PK\5\6",
        0,
        0,
        min(count, MOST_16),
        min(count, MOST_16),
        min(length, MOST_32),
        min(start, MOST_32),
        0,
    )
    if count < MOST_16 and length < MOST_32 and start < MOST_32:
        return last
    version, rest = ZIP64_VERSION, END64.size - 12  # what follows the field itself
    full = END64.pack(b"PK\6\6", rest, UNIX | version, version, 0, 0, count, count, length, start)
    return full + LOCATOR.pack(b"PK\6\7", 0, start + length, 1) + last


def _extra_size(values: int) -> int:
    return EXTRA.size + 8 * values


def _extra(*values: int) -> bytes:
    """Return the extra field with values that are too large for their places."""
    return EXTRA.pack(ZIP64_EXTRA, 8 * len(values)) + struct.pack(f"<{len(values)}Q", *values)
