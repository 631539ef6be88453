"""Answers named by the snapshot they were read from: ETags, and cached answers. Floor: web.

The name of a snapshot, the request, this version and the settings decide every byte of an answer,
so an ETag made of them is strong and exact: nothing expires, nothing is ever out of date.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Response, request

from provender.settings import Settings
from provender.store.database.memory import Memory
from provender.version import __version__
from provender.web.answers.conditions import require_match
from provender.web.answers.responses import root_url

LARGEST_CACHED = 1 << 16
"""Bytes of an answer that is cached."""
NOT_MODIFIED = 304
OK = 200


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer that was given: its ETag, its body and the headers that go with it."""

    etag: str
    body: bytes
    headers: tuple[tuple[str, str], ...]

    def response(self) -> Response:
        """Return the answer again."""
        return marked(Response(self.body, headers=list(self.headers)), self.etag)


def fingerprint(settings: Settings) -> str:
    """Return a string that differs between settings."""
    return hashlib.sha256(repr(settings).encode()).hexdigest()


class Freshness:
    """What is known of the answer to the current request before the store is read.

    `store` names the store, `settings` is their fingerprint.
    """

    def __init__(self, store: str, settings: str, memory: Memory) -> None:
        parts = (store, settings, __version__, root_url(), request.path)
        self._key = "\n".join((*parts, request.query_string.decode("latin-1")))
        self._memory = memory
        self._asked = request.if_none_match if "HTTP_IF_NONE_MATCH" in request.environ else None
        self._cached: CachedAnswer | None = None if self._asked else memory.get(self._key)

    @property
    def may_know(self) -> bool:
        """Whether the client or the cache may have the answer: it depends on the snapshot."""
        return self._asked is not None or self._cached is not None

    def etag(self, token: str) -> str:
        """Return the ETag of the answer from the data with this name."""
        return hashlib.sha256(f"{token}\n{self._key}".encode()).hexdigest()[:32]

    def answer(self, etag: str) -> Response | None:
        """Return the answer if the client has it, or if it is cached.

        Raises:
            PreconditionFailed: the client wants the answer in another state.
        """
        asked = self._asked
        if asked is not None:
            if asked.contains_weak(etag) and not asked.star_tag:
                return marked(Response(status=NOT_MODIFIED), etag)
            self._cached = self._memory.get(self._key)
        if self._cached is not None and self._cached.etag == etag:
            return self._cached.response()
        return None

    def keep(self, response: Response, etag: str) -> Response:
        """Return an answer with its ETag; a small one is cached for the next one who asks."""
        marked(response, etag)
        if response.status_code == OK and (response.content_length or 0) <= LARGEST_CACHED:
            body = bytes(memoryview(response.get_data()))  # a copy: orjson's own has room behind
            cached = CachedAnswer(etag, body, tuple(response.headers.items()))
            self._memory.put(self._key, cached, len(body) + 1000)
        return response


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
