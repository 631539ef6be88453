"""ETags of answers that depend on less than the whole store. Floor: web.

They last while others write to the store: so a poll of what did not change costs few bytes.
"""

from __future__ import annotations

import hashlib

from flask import Response, request

from provender.version import __version__
from provender.web.answers.conditions import is_known
from provender.web.answers.freshness import NOT_MODIFIED, marked
from provender.web.answers.responses import root_url


def etag_of(*parts: str) -> str:
    """Return the ETag of the answer to this request that some names of contents decide."""
    asked = (root_url(), request.path, request.query_string.decode("latin-1"))
    return hashlib.sha256("\n".join((__version__, *asked, *parts)).encode()).hexdigest()[:32]


def named_by_content(response: Response) -> Response:
    """Return an answer with an ETag of its bytes, or a 304 if the client has it.

    Raises:
        PreconditionFailed: `If-Match` names another state.
    """
    etag = hashlib.sha256(response.get_data()).hexdigest()[:32]
    return unchanged(etag) or marked(response, etag)


def unchanged(etag: str) -> Response | None:
    """Return a 304 if the client has the answer with this ETag, else None.

    Raises:
        PreconditionFailed: `If-Match` names another state.
    """
    if "HTTP_IF_NONE_MATCH" in request.environ and is_known(request.environ, etag):
        return marked(Response(status=NOT_MODIFIED), etag)
    return None
