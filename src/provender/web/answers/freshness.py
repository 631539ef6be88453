"""ETags and cached answers, made of the token of the snapshot they were read from. Floor: web.

The token of a snapshot, the request, the version of Provender and the settings decide every byte of
an answer. So an ETag made of them is strong and exact, and no cached answer is ever out of date.
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
from provender.web.current import current_request

# Largest answer that is cached, in bytes.
LARGEST_CACHED = 1 << 16
# Bytes that the headers of an answer take, about.
OF_HEADERS = 2000
NOT_MODIFIED = 304
OK = 200


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A cached answer: its ETag, body and headers."""

    etag: str
    body: bytes
    headers: tuple[tuple[str, str], ...]

    def response(self) -> Response:
        """Return the answer with its ETag."""
        return marked(Response(self.body, headers=list(self.headers)), self.etag)


def fingerprint(settings: Settings) -> str:
    """Return a fingerprint of the settings: different settings have different ones."""
    return hashlib.sha256(repr(settings).encode()).hexdigest()


class Freshness:
    """The cached answer to the current request, and the comparison with the client's copy.

    `store` is the name of the store, `settings` the fingerprint of the settings. `moment` names the
    time of an answer that depends on it. Requests with the same `key` have the same answer, as long
    as the data is the same.
    """

    def __init__(self, store: str, settings: str, memory: Memory, moment: str = "") -> None:
        now = current_request()
        parts = (store, settings, __version__, root_url(), now.path, *filter(None, (moment,)))
        self.key = "\n".join((*parts, now.query_string.decode("latin-1")))
        self._memory = memory
        self._asked = now.if_none_match if "HTTP_IF_NONE_MATCH" in now.environ else None
        self._cached: CachedAnswer | None = None if self._asked else memory.get(self.key)

    @property
    def may_know(self) -> bool:
        """Whether the client or the cache has an answer, which may be of another snapshot."""
        return self._asked is not None or self._cached is not None

    def etag(self, token: str) -> str:
        """Return the ETag of the answer from the snapshot with this token."""
        return hashlib.sha256(f"{token}\n{self.key}".encode()).hexdigest()[:32]

    def answer(self, etag: str) -> Response | None:
        """Return 304 if the client has the answer, or the cached answer if there is one.

        Raises:
            PreconditionFailed: `If-Match` names another state.
        """
        asked = self._asked
        if asked is not None:
            if asked.contains_weak(etag) and not asked.star_tag:
                return marked(Response(status=NOT_MODIFIED), etag)
            self._cached = self._memory.get(self.key)
        if self._cached is not None and self._cached.etag == etag:
            return self._unless_any(self._cached.response(), etag)
        return None

    def _unless_any(self, response: Response, etag: str) -> Response:
        """Return 304 instead of an answer if the client has any (`If-None-Match: *`).

        The answer is made all the same: only then is it known not to be an error.
        """
        if self._asked is None or not self._asked.star_tag or response.status_code != OK:
            return response
        return marked(Response(status=NOT_MODIFIED), etag)

    def keep(self, response: Response, etag: str) -> Response:
        """Return an answer with its ETag; a small answer is cached."""
        marked(response, etag)
        if response.status_code == OK and (response.content_length or 0) <= LARGEST_CACHED:
            body = bytes(memoryview(response.get_data()))  # a copy: the buffer of orjson is larger
            cached = CachedAnswer(etag, body, tuple(response.headers.items()))
            self._memory.put(self.key, cached, len(body) + len(self.key) + OF_HEADERS)
        return self._unless_any(response, etag)


def marked(response: Response, etag: str) -> Response:
    """Return a response with its ETag; every cache must revalidate it.

    Raises:
        PreconditionFailed: `If-Match` names another state.
    """
    if "HTTP_IF_MATCH" in request.environ:
        require_match(request.environ, etag)
    response.set_etag(etag)
    response.headers["Cache-Control"] = "no-cache"
    return response
