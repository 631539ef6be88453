"""A file that the web server itself sends, so that no thread waits for a slow client. Floor: web.

A server that offers `wsgi.file_wrapper` (PEP 3333) takes the file as it is. Nothing may then stand
between the application and the server: the file calls back when the answer ends.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from contextvars import copy_context
from typing import TYPE_CHECKING, Protocol

from provender.errors import CorruptObject
from provender.web.middleware.clients import WAITRESS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LOGGER = logging.getLogger(__name__)

# Where the environment of a request holds the file that is handed to the server.
HANDED = "provender.handed"
WRAPPER = "wsgi.file_wrapper"


class Source(Protocol):
    """A stream with positions."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Return at most so many bytes; none at the end."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a position."""
        ...

    def close(self) -> None:
        """Close the stream."""
        ...


class HandedFile:
    """A part of a stream as a file of its own: `length` bytes from `start`.

    It has no descriptor, on purpose: a server would send from there, past the start and the
    checksum. Damage found while it is sent is logged and ends the connection.
    """

    def __init__(self, source: Source, start: int, length: int) -> None:
        self._source = source
        self._start = start
        self._length = length
        self._position = 0
        self._context = copy_context()
        self._at_end = ExitStack()
        self._at_end.callback(source.close)
        self.body: Iterable[bytes] = ()

    def at_end(self, function: Callable[[], None]) -> None:
        """Call a function once the file was sent or given up."""
        self._at_end.callback(function)

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes; none at the end."""
        left = self._length - self._position
        wanted = left if size < 0 else min(size, left)
        try:
            self._source.seek(self._start + self._position)
            data = self._source.read(wanted) or b""
        except CorruptObject as error:
            text = "a download was cut off: %s (%s)"
            self._context.run(LOGGER.exception, text, error.message, error.reason)
            raise
        self._position += len(data)
        return data

    def seekable(self) -> bool:
        """Return true: the file has positions."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position in the part."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = max(0, min(self._length, start + offset))
        return self._position

    def tell(self) -> int:
        """Return the position: the number of bytes that were sent."""
        return self._position

    def close(self) -> None:
        """Close the stream, and call the functions of `at_end`, once."""
        self._context.run(self._at_end.close)


def handed(environ: WSGIEnvironment, body: Iterable[bytes]) -> HandedFile | None:
    """Return the file if a body is the one that the server itself sends, otherwise None."""
    file: HandedFile | None = environ.get(HANDED)
    return file if file is not None and file.body is body else None


def hand(environ: WSGIEnvironment, source: Source, start: int, length: int) -> Iterable[bytes]:
    """Return the body of an answer for a server that `can_take` files."""
    file = environ[HANDED] = HandedFile(source, start, length)
    body: Iterable[bytes] = environ[WRAPPER](file)
    file.body = body
    return body


def can_take(environ: WSGIEnvironment) -> bool:
    """Return whether the server sends files without a thread: waitress does.

    Its wrapper reads and seeks, and never asks for a descriptor. The wrappers of other servers send
    from a thread as well, or from the start of a descriptor.
    """
    return WAITRESS in environ and WRAPPER in environ
