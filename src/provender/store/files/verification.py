"""Whether a content is that of its key, its SHA-256. Floor: store."""

from __future__ import annotations

import hashlib

from provender.store.files.streams import ObjectStream, damaged

# Bytes up to which a file is read and verified before any of it is used.
WHOLE = 1 << 20


def checked(content: bytes, key: str) -> bytes:
    """Return a content; raises `CorruptObject` if its SHA-256 is another one."""
    if hashlib.sha256(content).hexdigest() != key:
        raise damaged("fails its checksum")
    return content


def check_small(stream: ObjectStream, key: str) -> None:
    """Verify a small file at whose beginning a stream is, and stays.

    Raises:
        CorruptObject: the content is damaged.
    """
    if stream.size <= WHOLE:
        checked(stream.readall(), key)
        stream.seek(0)
