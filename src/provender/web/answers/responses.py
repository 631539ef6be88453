"""Building answers: the envelope, the totals, the links of pages. Floor: web."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import Response, request
from werkzeug.sansio.utils import get_current_url
from werkzeug.urls import iri_to_uri

from provender.errors import LimitExceeded
from provender.query.querystring.request import Page
from provender.web.answers.encoding import written
from provender.web.current import current_request

JSON = "application/json"
PAGE_END = re.compile(r"/page(/[0-9]+)?/?$")
# A key of a query with its value, or a quoted text, in which nothing is a key.
KEY = r"""("(?:[^"]|"")*")|(^|&)\s*{name}\s*=[^&]*"""
# Characters of a query that stand for themselves in a `Link` target.
LINK_SAFE = "/:;,=&!*()'~-._@$?"


def json_response(value: object, *, status: int = 200, total: int | None = None) -> Response:
    """Return a JSON answer, with the number of matches in both headers that clients read."""
    blocks = written(value)
    if len(blocks) == 1:
        response = Response(blocks[0], status=status, content_type=JSON)
    else:  # sent one after the other
        response = Response(blocks, status=status, content_type=JSON)
        response.content_length = sum(map(len, blocks))
    if total is not None:
        count(response, total)
    return response


def count(response: Response, total: int) -> None:
    """Add the number of matches to an answer, in both headers that clients read."""
    response.headers["X-Total-Count"] = response.headers["X-Total-Counts"] = str(total)


def root_url() -> str:
    """Return the URL of the application, as `request.url_root`."""
    asked = current_request()
    return _root_url(asked.scheme, asked.host, asked.root_path)


@lru_cache(maxsize=256)
def _root_url(scheme: str, host: str, path: str) -> str:
    """Return a root URL, cached because building it takes 15 µs."""
    return get_current_url(scheme, host, path)


@lru_cache(maxsize=256)
def _ascii(root: str) -> str:
    """Return a root URL as a header can hold it: names of hosts may have any letters."""
    return iri_to_uri(root)


def envelope(
    data: object, resource_type: str, query: str, identity: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the success envelope.

    Shape: `data`, `method`, `path`, `query_string`, `resource_type`, `url`, `url_root`, and what
    `identity` holds (`id` or `pk`). `query` is the decoded query string.
    """
    asked = current_request()
    root, path = root_url(), asked.path
    return {
        "data": data,
        **(identity or {}),
        "method": asked.method if asked.method != "HEAD" else "GET",
        "path": path,
        "query_string": query,
        "resource_type": resource_type,
        "url": root[:-1] + path + (f"?{query}" if query else ""),
        "url_root": root,
    }


def bounded(response: Response, limit: int) -> Response:
    """Return a response; raises `LimitExceeded` if it is larger than the setting allows."""
    size = response.content_length or 0
    if size > limit:
        raise LimitExceeded(
            f"The answer would be {size} bytes long, more than `limits.answer_bytes` ({limit}).",
            hint="Ask for fewer rows (`limit`), or for fewer columns or attributes.",
        )
    return response


def next_link(cursor: str, query: str, name: str) -> str:
    """Return the `Link` header of a page of a walk: the next one, whose key has this name."""
    written = re.compile(KEY.format(name=name))
    following = written.sub(lambda found: found[1] or f"{found[2]}{name}={cursor}", query)
    if following == query:  # the first page of what is always walked
        following = f"{query}&{name}={cursor}" if query else f"{name}={cursor}"
    target = quote(following, safe=LINK_SAFE)
    base = _ascii(root_url())[:-1] + quote(request.path, safe="/:@")
    return f'<{base}?{target}>; rel="next"'


def page_links(page: Page, total: int, query: str) -> str:
    """Return the `Link` header of a page (RFC 8288): prev, next, first and last."""
    last = max(1, -(-total // page.size))
    targets = {"prev": page.number - 1, "next": page.number + 1, "first": 1, "last": last}
    base = _ascii(root_url())[:-1] + quote(PAGE_END.sub("/page", request.path), safe="/:@")
    suffix = f"?{quote(query, safe=LINK_SAFE)}" if query else ""
    return ", ".join(
        f'<{base}/{number}{suffix}>; rel="{relation}"'
        for relation, number in targets.items()
        if 1 <= number <= last
    )
