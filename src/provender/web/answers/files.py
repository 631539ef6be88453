"""Answering with a file: never held whole, with ranges and revalidation. Floor: web."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from flask import Response, request

from provender.errors import CorruptObject
from provender.store.files.streams import ObjectStream, damaged
from provender.web.answers.conditions import CONDITIONAL, Part, is_known, part_asked, require_match
from provender.web.middleware.handedfile import can_take, hand
from provender.web.middleware.mounts import STREAMED

LOGGER = logging.getLogger(__name__)

OCTETS = "application/octet-stream"
# Bytes up to which a file is read and verified before the status is sent.
WHOLE = 1 << 20
BLOCK = 1 << 16
PARTIAL = 206
NOT_MODIFIED = 304


class Blocks(Iterator[bytes]):
    """The blocks of a stream; damage found while sending is logged and ends the connection."""

    def __init__(self, stream: ObjectStream, length: int) -> None:
        self._stream = stream
        self._left = length

    def __next__(self) -> bytes:
        """Return the next block."""
        try:
            block = self._stream.read(min(BLOCK, self._left))
        except CorruptObject as error:
            LOGGER.exception("a download was cut off: %s (%s)", error.message, error.reason)
            raise
        if not block:
            raise StopIteration
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()


def verified(stream: ObjectStream, key: str) -> bytes | ObjectStream:
    """Return a small file as verified bytes, and a large file as its stream.

    Raises:
        CorruptObject: the content is damaged, before anything was sent.
    """
    if stream.size > WHOLE:
        return stream
    with stream:
        content = stream.readall()
    if hashlib.sha256(content).hexdigest() != key:
        raise damaged("fails its checksum")
    return content


def file_response(name: str, content: bytes | ObjectStream, key: str | None = None) -> Response:
    """Return a file as an attachment, with an ETag where it has a key (its SHA-256).

    Conditions and ranges are those of RFC 9110; several ranges get the whole file.

    Raises:
        PreconditionFailed: `If-Match` names another state of the file.
        RequestedRangeNotSatisfiable: the range has no byte in common with the file.
        CorruptObject: the file is damaged before the range.
    """
    try:
        response = _conditional(content, key)
    except BaseException:
        _close(content)
        raise
    response.headers["Content-Type"] = OCTETS
    response.headers["Content-Disposition"] = disposition(name)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Accept-Ranges"] = "bytes"
    if key is not None:
        response.set_etag(key)
    return response


def _conditional(content: bytes | ObjectStream, key: str | None) -> Response:
    """Return the body that a request gets: all of a file, a part of it, or nothing."""
    size = len(content) if isinstance(content, bytes) else content.size
    environ, part = request.environ, None
    if any(name in environ for name in CONDITIONAL):
        require_match(environ, key)
        if is_known(environ, key):
            _close(content)
            return Response(status=NOT_MODIFIED)
        part = part_asked(environ, key, size)
    if part is None:
        return _body(content, Part(0, size, size))
    response = _body(content, part)
    response.status_code = PARTIAL
    response.headers["Content-Range"] = str(part)
    return response


def _body(content: bytes | ObjectStream, part: Part) -> Response:
    if isinstance(content, bytes):
        return Response(content[part.start : part.stop])
    if request.method == "HEAD":
        content.close()
        response = Response()
    else:
        response = Response(_stream(content, part), direct_passthrough=True)
        request.environ[STREAMED] = True
    response.content_length = part.length
    return response


def _stream(content: ObjectStream, part: Part) -> Iterable[bytes]:
    """Return a part of a stream; of a plain file, as a file that the server may send by itself."""
    if content.is_plain and can_take(request.environ):
        return hand(request.environ, content, part.start, part.length)
    content.seek(part.start)
    return Blocks(content, part.length)


def _close(content: bytes | ObjectStream) -> None:
    if not isinstance(content, bytes):
        content.close()


def disposition(name: str) -> str:
    """Return the `Content-Disposition` of a file (RFC 6266): a plain name, and the exact one.

    Example:
        `naïve.txt` gives `attachment; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt`.
    """
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "_" for letter in name)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    header = f'attachment; filename="{escaped}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
