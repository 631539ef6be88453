"""Zip and tar files that no honest writer makes."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile

CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def zipped(path, members, method=zipfile.ZIP_DEFLATED):
    """Write a zip of pairs of name and content; a name may come twice."""
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members:
            item = zipfile.ZipInfo(name)
            item.compress_type = method
            file.writestr(item, content)
    return path


def tarred(path, members, mode="w"):
    """Write a tar of pairs of name, or header, and content; return its path."""
    with tarfile.open(path, mode) as file:
        for name, content in members:
            item = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            if content is not None:
                item.size = len(content)
            file.addfile(item, None if content is None else io.BytesIO(content))
    return path


def entry(name, kind, target=""):
    """Return the header of a member of a tar that is no file."""
    item = tarfile.TarInfo(name)
    item.type, item.linkname = kind, target
    return item


def patched(path, name, *, size=None, flags=0, method=None, crc=None):
    """Change what the directory and the header of a member of a zip say."""
    content = bytearray(path.read_bytes())
    fields = {
        CENTRAL: {"flags": 8, "method": 10, "crc": 16, "size": 24, "length": 28, "name": 46},
        LOCAL: {"flags": 6, "method": 8, "crc": 14, "size": 22, "length": 26, "name": 30},
    }
    for mark, places in fields.items():
        start = 0
        while (start := content.find(mark, start)) >= 0:
            (length,) = struct.unpack_from("<H", content, start + places["length"])
            text = bytes(content[start + places["name"] :][:length])
            if text == name.encode():
                content[start + places["flags"]] |= flags
                for field, form, value in (
                    ("size", "<L", size),
                    ("method", "<H", method),
                    ("crc", "<L", crc),
                ):
                    if value is not None:
                        struct.pack_into(form, content, start + places[field], value)
            start += 4
    path.write_bytes(content)
    return path


def bomb(path, blocks, others, method=zipfile.ZIP_DEFLATED):
    """Write a zip whose `data.json` is made of blocks, which are never in memory together."""
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in others.items():
            file.writestr(name, content)
        with file.open("data.json", "w") as member:
            for block in blocks:
                member.write(block)
    return path


def multiplied(path, name, names):
    """Add entries to the directory of a zip: other names for a member, which is there once."""
    content = path.read_bytes()
    start = content.index(CENTRAL)
    end = content.rindex(b"PK\x05\x06")
    entries, place = [content[start:end]], start
    while content[place : place + 4] == CENTRAL:
        lengths = struct.unpack_from("<3H", content, place + 28)
        rest = 46 + lengths[0]
        if content[place + 46 : place + rest] == name.encode():
            break
        place += 46 + sum(lengths)
    for other in names:
        head = bytearray(content[place : place + 46])
        struct.pack_into("<3H", head, 28, len(other), 0, 0)
        entries.append(bytes(head) + other.encode())
    directory = b"".join(entries)
    (count,) = struct.unpack_from("<H", content, end + 10)
    counts, length = [count + len(names)] * 2, len(directory)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, *counts, length, start, 0)
    path.write_bytes(content[:start] + directory + tail)
    return path
