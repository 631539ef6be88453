"""Answering with a file: never held whole, with ranges and revalidation. Floor: web."""

from __future__ import annotations

import hashlib
import logging
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from provender.errors import CorruptObject
from provender.store.files.streams import ObjectStream, damaged
from provender.web.middleware.mounts import STREAMED

LOGGER = logging.getLogger(__name__)

OCTETS = "application/octet-stream"
WHOLE = 1 << 20
"""Bytes up to which a file is read and verified before the status is sent."""
BLOCK = 1 << 16
NOT_MODIFIED = 304
CONDITIONS = (
    *("HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"),
    *("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"),
)
"""What a request says in which not the whole file is meant, or not in every case."""


class Blocks(FileWrapper):
    """The blocks of a stream; damage that shows on the way is logged, and ends the connection."""

    def __next__(self) -> bytes:
        """Return the next block."""
        try:
            return super().__next__()
        except CorruptObject as error:
            LOGGER.exception("a download broke off: %s (%s)", error.message, error.reason)
            raise


def verified(stream: ObjectStream, key: str) -> bytes | ObjectStream:
    """Return a small file whole, compared with its SHA-256, and a large one as its stream.

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

    Ranges, `If-Range` and `If-None-Match` are honoured; a request for several ranges gets the
    whole file, as RFC 9110 (section 14.2) allows.
    """
    response = _body(content)
    response.headers["Content-Disposition"] = disposition(name)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Accept-Ranges"] = "bytes"
    if key is not None:
        response.set_etag(key)
    if any(name in request.environ for name in CONDITIONS):
        _make_conditional(response)
    if request.method == "HEAD" or response.status_code == NOT_MODIFIED:
        response.close()  # nobody iterates over it
    return response


def _body(content: bytes | ObjectStream) -> Response:
    if isinstance(content, bytes):
        return Response(content, content_type=OCTETS)
    response = Response(Blocks(content, BLOCK), content_type=OCTETS, direct_passthrough=True)  # type: ignore[arg-type]
    response.content_length = content.size
    request.environ[STREAMED] = True
    return response


def _make_conditional(response: Response) -> None:
    """Answer a part, or that nothing changed, where the request asks for that."""
    environ = dict(request.environ)
    if "," in environ.get("HTTP_RANGE", ""):
        del environ["HTTP_RANGE"]
    try:
        response.make_conditional(
            environ, accept_ranges=True, complete_length=response.content_length
        )
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    del response.headers["Date"]  # the server writes it, as that of every answer


def disposition(name: str) -> str:
    """Return the `Content-Disposition` of a file (RFC 6266): a plain name, and the exact one.

    Example:
        `naïve.txt` gives `attachment; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt`.
    """
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "_" for letter in name)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    header = f'attachment; filename="{escaped}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
