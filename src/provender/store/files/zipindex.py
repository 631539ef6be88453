"""Reading the directory of a zip file entry by entry, in constant memory. Floor: store.

`zipfile` reads the whole directory into objects (115 MiB for 200,000 members, measured) and
would do so in every worker. Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from provender.store.files.decompression import Form, can_read
from provender.store.files.streams import Piece

END = struct.Struct("<4s4H2LH")
END_SIGNATURE = b"PK\x05\x06"
LOCATOR = struct.Struct("<4sLQL")
LOCATOR_SIGNATURE = b"PK\x06\x07"
END64 = struct.Struct("<4sQ2H2L4Q")
END64_SIGNATURE = b"PK\x06\x06"
ENTRY = struct.Struct("<4s4B4HL2L5H2L")
ENTRY_SIGNATURE = b"PK\x01\x02"
LOCAL = struct.Struct("<4s2B4HL2L2H")
LOCAL_SIGNATURE = b"PK\x03\x04"
# Identifier and length of an extra field.
EXTRA = struct.Struct("<HH")
LARGEST_COMMENT = 0xFFFF
IN_EXTRA = 0xFFFFFFFF
ZIP64_EXTRA = 1
# How members are compressed (APPNOTE 4.4.5): all that Python's module reads, which AiiDA uses.
FORMS = {
    0: Form.PLAIN,
    8: Form.DEFLATE,
    12: Form.BZIP2,
    14: Form.LZMA,
    93: Form.ZSTANDARD,
}
# Bytes of a member that is read at once, and those that its header may take beyond its own.
SMALL, SLACK = 1 << 18, 1024
# Its forms: stored, and deflate.
WHOLE = (0, 8)
ENCRYPTED_METHOD = 99
OTHER_METHODS = {6: "Implode", 9: "Deflate64", 20: "Zstandard (old)", 95: "XZ", 98: "PPMd"}
ENCRYPTED, UTF8_NAME = 0x1, 0x800


class NotAZipError(Exception):
    """The file has no readable zip directory."""


class UnreadableMemberError(NotAZipError):
    """A member is where it should be, but in an unknown form, which the message names."""


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of the directory; `offset` is that of its local header.

    `written` is the time of its file as MS-DOS writes it, without a time zone: date and clock.
    """

    name: str
    offset: int
    length: int
    size: int
    method: int
    crc: int
    is_encrypted: bool
    written: tuple[int, int] = (0, 0)


def number(file: BinaryIO) -> int:
    """Return the number of members that the directory claims; errors as `members`."""
    return _locate(file)[0]


def members(file: BinaryIO) -> Iterator[Member]:
    """Yield the members in the order of the directory.

    Raises:
        NotAZipError: no directory, or a damaged one.
    """
    count, start, shift = _locate(file)
    file.seek(start)
    for _ in range(count):
        header = file.read(ENTRY.size)
        if len(header) < ENTRY.size or header[:4] != ENTRY_SIGNATURE:
            raise NotAZipError("its directory is damaged")
        values = ENTRY.unpack(header)
        name_length, extra_length, comment_length = values[12:15]
        name = file.read(name_length)
        extra = file.read(extra_length)
        file.seek(comment_length, 1)
        size, length, offset = _zip64(extra, values[11], values[10], values[18])
        yield Member(
            name.decode("utf-8" if values[5] & UTF8_NAME else "cp437", "replace"),
            offset + shift,
            length,
            size,
            values[6],
            values[9],
            bool(values[5] & ENCRYPTED),
            (values[8], values[7]),
        )


def least_bytes(member: Member) -> int:
    """Return the bytes that a member takes in a zip at least: entry, header and content."""
    return ENTRY.size + LOCAL.size + 2 * len(member.name) + member.length


def piece(path: Path, member: Member) -> Piece:
    """Return the place of the content of a member.

    Raises:
        NotAZipError: the local header is not where the directory says.
        UnreadableMemberError: the member is encrypted, or has an unsupported compression.
        OSError: the file cannot be read.
    """
    form = _form(member)
    if member.offset < 0 or member.offset + member.length > path.stat().st_size:
        raise NotAZipError("a member is not inside the file")
    if form is Form.PLAIN and member.length != member.size:
        raise NotAZipError("a member that is not compressed has two lengths")
    with path.open("rb") as file:
        file.seek(member.offset)
        header = file.read(LOCAL.size)
    if len(header) < LOCAL.size or header[:4] != LOCAL_SIGNATURE:
        raise NotAZipError("a member is not at the place that the directory names")
    name_length, extra_length = LOCAL.unpack(header)[-2:]
    start = member.offset + LOCAL.size + name_length + extra_length
    return Piece(path, start, member.length, member.size, form, member.crc)


def whole(descriptor: int, member: Member) -> bytes | None:
    """Return the content of a small member, read at once: an eighth of the time of a stream.

    None if it is large, damaged or in another form: then `piece` tells what is wrong.
    """
    if member.is_encrypted or member.method not in WHOLE or member.size > SMALL:
        return None
    if member.length > member.size + SLACK or member.offset < 0:
        return None
    data = os.pread(descriptor, LOCAL.size + member.length + SLACK, member.offset)
    if len(data) < LOCAL.size or data[:4] != LOCAL_SIGNATURE:
        return None
    start = LOCAL.size + sum(LOCAL.unpack_from(data)[-2:])
    content = data[start : start + member.length]
    if member.method:
        try:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, member.size + 1)
        except zlib.error:
            return None
    is_sound = len(content) == member.size and zlib.crc32(content) == member.crc
    return content if is_sound else None


def _form(member: Member) -> Form:
    if member.is_encrypted or member.method == ENCRYPTED_METHOD:
        raise UnreadableMemberError("is encrypted")
    form = FORMS.get(member.method)
    if form is None or not can_read(form):
        known = form.value if form is not None else OTHER_METHODS.get(member.method)
        raise UnreadableMemberError(f"is compressed with {known or f'method {member.method}'}")
    return form


def _locate(file: BinaryIO) -> tuple[int, int, int]:
    """Return the number of members, where the directory starts, and what to add to offsets."""
    end = file.seek(0, 2)
    tail_start = max(0, end - END.size - LARGEST_COMMENT)
    file.seek(tail_start)
    tail = file.read()
    place = tail.rfind(END_SIGNATURE)
    if place < 0 or len(tail) - place < END.size:
        raise NotAZipError("it has no directory at its end")
    _, _, _, _, count, length, offset, _ = END.unpack_from(tail, place)
    position = tail_start + place
    file.seek(max(0, position - LOCATOR.size))
    locator = file.read(LOCATOR.size)
    if locator[:4] == LOCATOR_SIGNATURE:
        position -= LOCATOR.size + END64.size
        file.seek(max(0, position))
        record = file.read(END64.size)
        if len(record) < END64.size or record[:4] != END64_SIGNATURE:
            raise NotAZipError("its directory is damaged")
        count, length, offset = END64.unpack(record)[-3:]
    start = position - length
    if start < 0:
        raise NotAZipError("its directory is damaged")
    return count, start, start - offset


def _zip64(extra: bytes, size: int, length: int, offset: int) -> tuple[int, int, int]:
    """Return the three numbers; those too large for 32 bits come from the extra field."""
    figures = [size, length, offset]
    place = 0 if IN_EXTRA in figures else len(extra)
    while place + EXTRA.size <= len(extra):
        kind, span = EXTRA.unpack_from(extra, place)
        place += EXTRA.size
        if kind == ZIP64_EXTRA:
            body = extra[place : place + span]
            for index, figure in enumerate(figures):
                if figure == IN_EXTRA and len(body) >= 8:  # noqa: PLR2004 - a 64-bit figure
                    figures[index] = int.from_bytes(body[:8], "little")
                    body = body[8:]
        place += span
    return figures[0], figures[1], figures[2]
