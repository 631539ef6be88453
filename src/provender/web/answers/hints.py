"""The hint of an unknown name: what is meant, among the names that the route takes. Floor: web."""

from __future__ import annotations

from provender.errors import UnknownField
from provender.query.querystring.keys import meant
from provender.web.routes.route import Dialect, Route

# The part of a question in which keys of a query string stand.
FILTERS = "filters"


def hint(error: UnknownField, dialect: Dialect, route: Route | None) -> str | None:
    """Return the hint of an unknown name in a request that is not posted.

    Special keys are suggested for a key of the query string only, and only those of the route:
    the names that `orderby` or `facet` take are others. Paths of extensions have no route.
    """
    if error.is_strict or error.place[:1] != (FILTERS,):
        found = meant(error, ())
    elif route is None:
        found = meant(error, dialect.specials)
    else:
        found = meant(error, route.keys(dialect), has_pages=dialect.has_pages(route))
    return found or error.hint
