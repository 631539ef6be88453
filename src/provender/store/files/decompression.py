"""The forms of compression, and decompressing each of them step by step. Floor: store.

Source: PKWARE's APPNOTE, section 4.4.5 and, for LZMA, 5.8.
"""

from __future__ import annotations

import bz2
import importlib
import lzma
import zlib
from collections.abc import Callable
from enum import Enum
from typing import Any, Protocol

# Bytes before the length of the properties: the version of the program that compressed.
LZMA_VERSION = 2
LZMA_PROPERTIES = 5
# Bytes that LZMA may take for one stream; programs use 64 MiB and less, hostile files 4 GiB.
LARGEST_DICTIONARY = 256 << 20
SMALLEST_DICTIONARY = 4096


class Form(Enum):
    """How a content lies in a file."""

    PLAIN = "plain"
    ZLIB = "zlib"
    DEFLATE = "deflate"
    BZIP2 = "bzip2"
    LZMA = "LZMA"
    ZSTANDARD = "Zstandard"


class DecompressionError(Exception):
    """The bytes are not of their form."""


class Decompressor(Protocol):
    """A decompressor: takes compressed bytes, returns at most the wanted bytes of their content."""

    @property
    def eof(self) -> bool:
        """Whether the end of the content was marked and reached."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether the decompressor needs more input."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most so many bytes of content; `data` is empty unless input is needed."""
        ...


def decompressor(form: Form, size: int) -> Decompressor:
    """Return a new decompressor for a content of `size` bytes; raises `DecompressionError`."""
    return _MAKERS[form](size)


def can_read(form: Form) -> bool:
    """Return whether this Python can decompress a form; Zstandard came with 3.14."""
    return form is not Form.ZSTANDARD or _ZSTANDARD is not None


def can_copy(form: Form) -> bool:
    """Return whether the state of a decompressor of a form can be copied."""
    return form in (Form.ZLIB, Form.DEFLATE)


def copied(using: Decompressor) -> Decompressor | None:
    """Return a decompressor that goes on from the same place; None if its form has no copies."""
    return using.copy() if isinstance(using, _Zlib) else None


def decompress(using: Decompressor, data: bytes, most: int) -> bytes:
    """Return the result of a decompressor; raises `DecompressionError` for all its errors."""
    try:
        return using.decompress(data, most)
    except _FAILURES as error:
        raise DecompressionError(str(error)) from error


class _Zlib:
    """Zlib with the interface of the others: it holds the input that it has not used."""

    def __init__(self, inflate: Any, rest: bytes = b"") -> None:  # noqa: ANN401 - it has no type
        self._inflate = inflate
        self._rest = rest

    def copy(self) -> _Zlib:
        return _Zlib(self._inflate.copy(), self._rest)

    @property
    def eof(self) -> bool:
        return bool(self._inflate.eof)

    @property
    def needs_input(self) -> bool:
        return not self._rest and not self._inflate.eof

    def decompress(self, data: bytes, max_length: int) -> bytes:
        content: bytes = self._inflate.decompress(self._rest or data, max_length)
        self._rest = self._inflate.unconsumed_tail
        return content


class _ZippedLzma:
    """LZMA in the form of zip files: the properties come before the stream."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._head = b""
        self._inner: lzma.LZMADecompressor | None = None

    @property
    def eof(self) -> bool:
        return self._inner is not None and self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._inner is None or self._inner.needs_input

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._inner is None:
            self._head += data
            start = LZMA_VERSION + 2
            end = start + int.from_bytes(self._head[LZMA_VERSION:start], "little")
            if len(self._head) < max(start, end):
                return b""
            self._inner = self._begin(self._head[start:end])
            data, self._head = self._head[end:], b""
        return self._inner.decompress(data, max_length)

    def _begin(self, properties: bytes) -> lzma.LZMADecompressor:
        """Return the decompressor for the properties: three numbers in a byte, and a size."""
        if len(properties) != LZMA_PROPERTIES:
            raise DecompressionError("its properties have another length")
        rest, lc = divmod(properties[0], 9)
        pb, lp = divmod(rest, 5)
        dictionary = min(int.from_bytes(properties[1:], "little"), self._size)
        if dictionary > LARGEST_DICTIONARY:
            raise DecompressionError(f"it takes {dictionary} bytes of memory")
        size = max(dictionary, SMALLEST_DICTIONARY)
        chain = [{"id": lzma.FILTER_LZMA1, "dict_size": size, "lc": lc, "lp": lp, "pb": pb}]
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)


def _find_zstandard() -> Any | None:  # noqa: ANN401 - a module that few Pythons have
    try:
        return importlib.import_module("compression.zstd")
    except ImportError:
        return None


_ZSTANDARD = _find_zstandard()
_FAILURES: tuple[type[Exception], ...] = (
    zlib.error,
    lzma.LZMAError,
    OSError,  # of bzip2
    EOFError,
    ValueError,
    *([_ZSTANDARD.ZstdError] if _ZSTANDARD is not None else []),
)


def _new_zstandard(_: int) -> Decompressor:
    if _ZSTANDARD is None:
        raise DecompressionError("Zstandard needs Python 3.14 or later")
    made: Decompressor = _ZSTANDARD.ZstdDecompressor()
    return made


_MAKERS: dict[Form, Callable[[int], Decompressor]] = {
    Form.ZLIB: lambda _: _Zlib(zlib.decompressobj(zlib.MAX_WBITS)),
    Form.DEFLATE: lambda _: _Zlib(zlib.decompressobj(-zlib.MAX_WBITS)),
    Form.BZIP2: lambda _: bz2.BZ2Decompressor(),
    Form.LZMA: _ZippedLzma,
    Form.ZSTANDARD: _new_zstandard,
}
