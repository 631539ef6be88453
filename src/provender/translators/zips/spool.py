"""Texts that wait to be sent: in memory while they are small, then on disk. Floor: translators.

What an archive holds of texts is known before its first byte is sent, and may be large.
"""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from typing import NamedTuple

from provender.errors import StoreBusy
from provender.translators.zips.bounds import Bounds

# Bytes that stay in memory.
IN_MEMORY = 1 << 18
# Bytes of lines that are read at once.
SOME = 1 << 16


class Span(NamedTuple):
    """The place of a text in a spool."""

    offset: int
    size: int


class Spool:
    """Texts one behind the other; one request uses it, and closes it.

    A client of tests that drops an answer unread closes nothing, so the file is closed with it.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - `close` closes it
        weakref.finalize(self, self._file.close).atexit = False
        self._added = bytearray()  # what is not in the file yet: most texts are short
        self.size = 0

    def add(self, text: bytes) -> Span:
        """Keep a text.

        Raises:
            LimitExceeded: the texts are larger than the bounds.
            StoreBusy: the disk is full.
        """
        self._bounds.check_bytes(self.size + len(text))
        span = Span(self.size, len(text))
        self._added += text
        self.size += len(text)
        if len(self._added) >= SOME:
            self._write()
        return span

    def _write(self) -> None:
        """Write what was added to the file."""
        try:
            self._file.seek(self.size - len(self._added))
            self._file.write(self._added)
        except OSError as error:
            raise StoreBusy(
                "There is no room for the archive in the folder of temporary files.",
                hint="Try again later.",
                reason=str(error),
            ) from error
        self._added.clear()

    def read(self, span: Span) -> bytes:
        """Return a text."""
        if self._added:
            self._write()
        self._file.seek(span.offset)
        return self._file.read(span.size)

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of all texts; other texts may be read meanwhile."""
        position = 0
        while position < self.size:
            if self._added:
                self._write()
            self._file.seek(position)
            found = self._file.readlines(SOME)
            position = self._file.tell()
            yield from found

    def source(self, span: Span) -> SpoolSource:
        """Return a source of the bytes of a text."""
        return SpoolSource(self, span)

    def close(self) -> None:
        """Forget the texts."""
        self._file.close()


class SpoolSource:
    """A text of a spool, read piece by piece."""

    def __init__(self, spool: Spool, span: Span) -> None:
        self._spool = spool
        self._left = span

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        offset, left = self._left
        taken = min(size, left)
        self._left = Span(offset + taken, left - taken)
        return self._spool.read(Span(offset, taken))

    def close(self) -> None:
        """Do nothing: the spool is closed by whoever made it."""
