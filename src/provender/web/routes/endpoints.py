"""The list of routes that the base URL of a dialect shows. Floor: web."""

from __future__ import annotations

from functools import lru_cache

from provender.web.routes.dialects import Dialect

NAME_WIDTH = 15
METHODS_WIDTH = 20


@lru_cache(maxsize=8)
def endpoint_lines(dialect: Dialect) -> list[str]:
    """Return a line for each route: resource, methods and path, sorted."""
    return sorted(
        f"{route.resource:<{NAME_WIDTH}} "
        f"{','.join(sorted({*route.methods, 'HEAD', 'OPTIONS'})):<{METHODS_WIDTH}} "
        f"{dialect.prefix}{route.path}/"
        for route in dialect.routes
    )
