"""The list of routes that the base URL of a dialect shows, and rules of paths. Floor: web."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

from werkzeug.routing import Rule

from provender.web.routes.route import Route

NAME_WIDTH = 15
METHODS_WIDTH = 20


def endpoint_line(name: str, methods: Iterable[str], path: str) -> str:
    """Return the line of a route: resource, methods and path."""
    listed = ",".join(sorted({*methods, "HEAD", "OPTIONS"}))
    return f"{name:<{NAME_WIDTH}} {listed:<{METHODS_WIDTH}} {path.rstrip('/')}/"


@dataclass(slots=True)
class Endpoints:
    """The lines of all routes of an application by prefix, including those of extensions.

    `routes` has the routes of the dialects by the names that Flask knows them by, `versions`
    the versions of the dialects by their prefixes.
    """

    default: str
    by_prefix: dict[str, list[str]] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def add(self, prefix: str, name: str, methods: Iterable[str], path: str) -> None:
        """Add the line of a route; `path` includes the prefix."""
        line = endpoint_line(name, methods, path)
        lines = self.by_prefix.setdefault(prefix, [])
        if line not in lines:
            insort(lines, line)

    def lines(self, prefix: str | None = None) -> list[str]:
        """Return the lines below a prefix, by default that of today's clients."""
        return self.by_prefix.get(prefix or self.default, [])


class LazyRule(Rule):
    """A rule whose code that builds URLs is compiled when a URL is first built.

    Matching paths does not need this code, and compiling it takes three quarters of the time of a
    rule: 60 ms at the start for all routes. werkzeug itself compiles the code at once.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, **values: object) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build
