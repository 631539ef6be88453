"""Reading one member of a tar file that may be hostile, from its first bytes. Floor: store."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

UNREADABLE_TAR = (tarfile.TarError, OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)
COMPRESSED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}


class _Head:
    """The first bytes of a file; after them it is at its end."""

    def __init__(self, file: Any, most: int) -> None:  # noqa: ANN401 - any file
        self._file = file
        self._left = most

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes."""
        data: bytes = self._file.read(min(size, self._left))
        self._left -= len(data)
        return data


def tarred(path: Path, name: str, most: int) -> bytes | None:
    """Return a member of a tar file, or None if the first `most` unpacked bytes do not hold it.

    Raises:
        UNREADABLE_TAR: not a tar file, or a damaged one.
    """
    with ExitStack() as stack:
        file: Any = stack.enter_context(path.open("rb"))
        unpack = COMPRESSED.get(file.read(2))
        file.seek(0)
        if unpack is not None:
            file = stack.enter_context(unpack(file))
        head: Any = _Head(file, most)
        tar = stack.enter_context(tarfile.open(fileobj=head, mode="r|"))
        for member in tar:
            if member.name.removeprefix("./") == name:
                found = tar.extractfile(member)
                return found.read(member.size) if found is not None else None
    return None
