"""Answering with a table of any size, made while it is sent. Floor: web."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request

from provender.errors import ClientGone
from provender.store.streaming import Stream
from provender.translators.selections.sending import Sending
from provender.web.answers.conditions import is_known, require_match
from provender.web.answers.files import ISOLATED, NOT_MODIFIED, Blocks, disposition
from provender.web.middleware.mounts import STREAMED


@dataclass(frozen=True, slots=True)
class Sent:
    """A table that is sent in the place of a stream: its name, and the type of its content.

    `etag` gives the ETag of the table made of the data that a token names.
    """

    sending: Sending
    stream: Stream
    name: str
    media: str
    etag: Callable[[str], str]


def table_response(sent: Sent) -> Response:
    """Return a table as an attachment, or 304 if the client has it.

    What can be wrong before the first row is an error with a status. Later the answer breaks off.

    Raises:
        PreconditionFailed: `If-Match` names another state of the data.
        StoreError: the store cannot be read.
    """
    try:
        response = _response(sent)
    except BaseException:
        sent.sending.close()
        sent.stream.close()
        raise
    response.headers["Content-Type"] = sent.media
    response.headers["Content-Disposition"] = disposition(sent.name)
    response.headers["Content-Security-Policy"] = ISOLATED
    response.headers["Cache-Control"] = "no-cache"
    return response


def _response(sent: Sent) -> Response:
    """Return the table, or an answer without one; then nothing goes on."""
    token = sent.sending.prepare().token
    etag = None if token is None or request.method == "POST" else sent.etag(token)
    require_match(request.environ, etag)
    if etag is not None and is_known(request.environ, etag):
        response = Response(status=NOT_MODIFIED)
    elif request.method == "HEAD":
        response = Response(iter(()))  # of no known length
    else:
        return _with_etag(_body(sent.stream, sent.sending), etag)
    sent.sending.close()
    sent.stream.close()
    return _with_etag(response, etag)


def _body(stream: Stream, sending: Sending) -> Response:
    """Return the answer whose body is the table."""
    sending.start()
    stream.stopping(lambda: sending.stop(stream.error or ClientGone()))
    blocks = stream.paced(sending.blocks(), sending.mark)

    def end() -> None:
        blocks.close()
        sending.close()

    request.environ[STREAMED] = True
    return Response(Blocks(blocks, end), direct_passthrough=True)


def _with_etag(response: Response, etag: str | None) -> Response:
    if etag is not None:
        response.set_etag(etag)
    return response
