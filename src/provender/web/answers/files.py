"""Answering with a file: never held whole, with ranges and revalidation. Floor: web."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from urllib.parse import quote

from flask import Response, request

from provender.errors import CorruptObject, StoreError, StreamCut
from provender.store.files.reaching import Work, reach
from provender.store.files.streams import ObjectStream
from provender.store.files.verification import WHOLE, checked
from provender.store.precedence import PRECEDENCE
from provender.store.streaming import Paced
from provender.web.answers.conditions import CONDITIONAL, Part, is_known, part_asked, require_match
from provender.web.middleware.handedfile import can_take, hand
from provender.web.middleware.mounts import STREAMED

LOGGER = logging.getLogger(__name__)

OCTETS = "application/octet-stream"
# Should a browser show a file all the same: no script runs, nothing is loaded, no origin of ours.
ISOLATED = "sandbox; default-src 'none'"
# Bytes of a block, which takes a millisecond to decompress.
BLOCK = 1 << 18
# Methods whose answers may be parts: what is posted to choose files is a question, too.
RANGED = ("GET", "POST")
PARTIAL = 206
NOT_MODIFIED = 304


class Blocks(Iterator[bytes]):
    """The blocks of an answer; what ends it too early is logged, and ends the connection.

    Each block is made in a step of `work`. `end` is called when the answer was sent, or given up.
    """

    def __init__(
        self, blocks: Iterator[bytes], end: Callable[[], None], work: Work | None = None
    ) -> None:
        self._blocks = blocks
        self._end = end
        self._is_work = work is not None
        self._step = nullcontext() if work is None else work.places.steps

    def __next__(self) -> bytes:
        """Return the next block."""
        try:
            with self._step:
                if self._is_work:
                    PRECEDENCE.give_way()
                return next(self._blocks)
        except CorruptObject as error:
            LOGGER.exception("a download was cut off: %s (%s)", error.message, error.reason)
            self.close()
            raise
        except (StoreError, StreamCut) as error:
            reason = f" ({' '.join(error.reason.split())})" if error.reason else ""
            LOGGER.warning("a download was cut off: %s%s", error.message, reason)
            self.close()
            raise
        except StopIteration:
            self.close()
            raise

    def close(self) -> None:
        """Give back what making blocks takes."""
        if isinstance(self._blocks, Generator | Paced):
            with suppress(ValueError):  # another thread makes a block: the server ends
                self._blocks.close()
        self._end()


def _read(stream: ObjectStream, length: int) -> Generator[bytes]:
    """Yield so many bytes of a stream."""
    while block := stream.read(min(BLOCK, length)):
        yield block
        length -= len(block)


def verified(stream: ObjectStream, key: str) -> bytes | ObjectStream:
    """Return a small file as verified bytes, and a large file as its stream.

    Raises:
        CorruptObject: the content is damaged, before anything was sent.
    """
    if stream.size > WHOLE:
        return stream
    with stream:
        return checked(stream.readall(), key)


def file_response(
    name: str, content: bytes | ObjectStream, key: str | None = None, work: Work | None = None
) -> Response:
    """Return a file as an attachment, with an ETag where it has a key (its SHA-256).

    `work` bounds what a range of a compressed file may cost.

    Conditions and ranges are those of RFC 9110; several ranges get the whole file.

    Raises:
        PreconditionFailed: `If-Match` names another state of the file.
        RequestedRangeNotSatisfiable: the range has no byte in common with the file.
        CorruptObject: the file is damaged before the range.
        QueryTimeout: the range was not reached in time.
        StoreBusy: other expensive work goes on, and more waits.
        ClientGone: the client went away meanwhile.
    """
    try:
        response = _conditional(content, key, work)
    except BaseException:
        _close(content)
        raise
    response.headers["Accept-Ranges"] = "bytes"
    return _as_file(response, name, key)


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is made while it is sent: its name, its length if it is known, and its ETag.

    `blocks` begins to make it; `close` is called once, when nobody needs it any more. `part` begins
    to make the bytes from one position to before another, if that is possible without the others.
    """

    name: str
    length: int | None
    etag: str
    blocks: Callable[[], Iterator[bytes]]
    close: Callable[[], None]
    part: Callable[[int, int], Iterator[bytes]] | None = None


def made_response(made: Made, work: Work) -> Response:
    """Return a file that is made while it is sent, as an attachment.

    Ranges get the whole file if no part can be made without the others.

    Raises:
        PreconditionFailed: `If-Match` names another state of the file.
        RequestedRangeNotSatisfiable: the range has no byte in common with the file.
    """
    try:
        response = _made(made, work)
    except BaseException:
        made.close()
        raise
    if made.part is not None:
        response.headers["Accept-Ranges"] = "bytes"
    return _as_file(response, made.name, made.etag)


def _made(made: Made, work: Work) -> Response:
    """Return the body that a request gets: all of a file, a part of it, or nothing."""
    environ, part = request.environ, None
    require_match(environ, made.etag)
    if request.method != "POST" and is_known(environ, made.etag):
        made.close()
        return Response(status=NOT_MODIFIED)
    if made.part is not None and made.length is not None:
        part = part_asked(environ, made.etag, made.length, RANGED)
    if request.method == "HEAD":
        made.close()
        response = Response()
    else:
        begun = (
            made.blocks() if part is None or made.part is None else made.part(part.start, part.stop)
        )
        response = Response(Blocks(begun, made.close, work), direct_passthrough=True)
        environ[STREAMED] = True
    if part is not None:
        response.status_code = PARTIAL
        response.headers["Content-Range"] = str(part)
    length = made.length if part is None else part.length
    if length is not None:
        response.content_length = length
    return response


def _as_file(response: Response, name: str, etag: str | None) -> Response:
    """Return an answer with the headers of every file."""
    response.headers["Content-Type"] = OCTETS
    response.headers["Content-Disposition"] = disposition(name)
    response.headers["Content-Security-Policy"] = ISOLATED
    response.headers["Cache-Control"] = "no-cache"
    if etag is not None:
        response.set_etag(etag)
    return response


def _conditional(content: bytes | ObjectStream, key: str | None, work: Work | None) -> Response:
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
        return _body(content, Part(0, size, size), work)
    response = _body(content, part, work)
    response.status_code = PARTIAL
    response.headers["Content-Range"] = str(part)
    return response


def _body(content: bytes | ObjectStream, part: Part, work: Work | None) -> Response:
    if isinstance(content, bytes):
        return Response(content[part.start : part.stop])
    if request.method == "HEAD":
        content.close()
        response = Response()
    else:
        response = Response(_stream(content, part, work), direct_passthrough=True)
        request.environ[STREAMED] = True
    response.content_length = part.length
    return response


def _stream(content: ObjectStream, part: Part, work: Work | None) -> Iterable[bytes]:
    """Return a part of a stream; of a plain file, as a file that the server may send by itself."""
    if content.is_plain and can_take(request.environ):
        return hand(request.environ, content, part.start, part.length)
    if work is None:
        content.seek(part.start)
    else:
        reach(content, part.start, work)
    work = None if content.is_plain else work
    return Blocks(_read(content, part.length), content.close, work)


def _close(content: bytes | ObjectStream) -> None:
    if not isinstance(content, bytes):
        content.close()


def disposition(name: str, *, is_attachment: bool = True) -> str:
    """Return the `Content-Disposition` of a file (RFC 6266): a plain name, and the exact one.

    An attachment is saved; other files may be shown.

    Example:
        `naïve.txt` gives `attachment; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt`.
    """
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "_" for letter in name)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    header = f'{"attachment" if is_attachment else "inline"}; filename="{escaped}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
