"""The hint of an unknown name: what is meant, among the names that the route takes. Floor: web."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import request

from provender.errors import UnknownField
from provender.query.querystring.keys import meant
from provender.web.routes.route import Dialect, Route

PAGE_END = re.compile(r"/page(?:/<int:page>)?$")


def hint(error: UnknownField, dialect: Dialect, routes: Mapping[str, Route]) -> str | None:
    """Return the hint of an unknown name in a request that is not posted.

    Special keys are suggested for a key of the query string only, and only those of the route:
    the names that `orderby` or `facet` take are others. `routes` are those of the application, by
    their endpoints.
    """
    route = routes.get(request.endpoint or "")
    if error.is_strict or not _is_key(error.name):
        return meant(error, ()) or error.hint
    if route is None:
        return meant(error, dialect.specials) or error.hint
    keys = route.keys(dialect)
    pages = f"{PAGE_END.sub('', route.path)}/page"
    has_pages = any(other.path == pages for other in routes.values())
    return meant(error, keys, has_pages=has_pages) or error.hint


def _is_key(name: str) -> bool:
    query = request.query_string.decode("latin-1")
    return bool(name) and re.search(rf"(?:^|&)\s*{re.escape(name)}(?!\w)", query) is not None
