"""Answers named by the snapshot they were read from: ETags, and answers kept. Floor: web.

The name of a snapshot, the request, this version and the settings decide every byte of an answer,
so an ETag made of them is strong and exact: nothing expires, nothing is ever out of date.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Response, request
from werkzeug.exceptions import abort

from provender.settings import Settings
from provender.store.database.memory import Memory
from provender.version import __version__
from provender.web.answers.conditions import require_match
from provender.web.answers.responses import root_url

LARGEST_KEPT = 1 << 16
"""Bytes of an answer that is kept."""
NOT_MODIFIED = 304
OK = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was given: its body and the headers that go with it."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


def fingerprint(settings: Settings) -> str:
    """Return a text that differs between settings."""
    return hashlib.sha256(repr(settings).encode()).hexdigest()


def name_answer(token: str, settings: str) -> str:
    """Return the ETag of the answer to the current request; `settings` is their fingerprint."""
    parts = (token, settings, __version__, root_url(), request.path)
    query = request.query_string.decode("latin-1")
    return hashlib.sha256("\n".join((*parts, query)).encode()).hexdigest()[:32]


def answer_early(etag: str, memory: Memory) -> None:
    """End the request if the client has the answer, or if it was given before.

    Raises:
        HTTPException: with the answer.
    """
    if "HTTP_IF_NONE_MATCH" in request.environ:
        asked = request.if_none_match
        if asked.contains_weak(etag) and not asked.star_tag:
            abort(marked(Response(status=NOT_MODIFIED), etag))
    kept: Kept | None = memory.get(etag)
    if kept is not None:
        response = Response(kept.body, headers=list(kept.headers))
        abort(marked(response, etag))


def marked(response: Response, etag: str) -> Response:
    """Return a response with its ETag; every cache must ask whether it still holds.

    Raises:
        PreconditionFailed: the client wants the answer in another state.
    """
    if "HTTP_IF_MATCH" in request.environ:
        require_match(request.environ, etag)
    response.set_etag(etag)
    response.headers["Cache-Control"] = "no-cache"
    return response


def keep(response: Response, etag: str, memory: Memory) -> None:
    """Keep a small answer for the next one who asks."""
    if response.status_code == OK and (response.content_length or 0) <= LARGEST_KEPT:
        body = bytes(memoryview(response.get_data()))  # a copy: orjson leaves room behind its own
        memory.put(etag, Kept(body, tuple(response.headers.items())), len(body) + 1000)
