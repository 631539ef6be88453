"""The list of routes that the base URL of a dialect shows, and rules of paths. Floor: web."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from werkzeug.routing import BaseConverter, Map, Rule, UnicodeConverter

from provender.web.routes.route import Route

NAME_WIDTH = 15
METHODS_WIDTH = 20
NAMED = re.compile(r"<(\w+)>")


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


class Besides(UnicodeConverter):
    """The converter of a part of a path that is anything but some words."""

    def __init__(self, routes: Map, words: Collection[str]) -> None:
        super().__init__(routes)
        self.regex = rf"(?!(?:{'|'.join(map(re.escape, words))})\Z){self.regex}"


class LazyRule(Rule):
    """A rule whose code that builds URLs is compiled when a URL is first built.

    Matching paths does not need this code, and compiling it takes three quarters of the time of a
    rule: 60 ms at the start for all routes. werkzeug itself compiles the code at once.

    `besides` has, by the name of a part of the path, words that it cannot be (`literals`).
    """

    def __init__(
        self,
        *values: Any,  # noqa: ANN401 - as werkzeug's
        besides: Mapping[str, Collection[str]] | None = None,
        **options: Any,  # noqa: ANN401 - as werkzeug's
    ) -> None:
        super().__init__(*values, **options)
        self._besides = besides or {}

    def get_empty_kwargs(self) -> Mapping[str, Any]:
        """Return what makes a copy of the rule."""
        return {**super().get_empty_kwargs(), "besides": self._besides}

    def get_converter(
        self,
        variable_name: str,
        converter_name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> BaseConverter:
        """Return the converter of a part of the path."""
        if variable_name in self._besides:
            return Besides(self.map, self._besides[variable_name])
        return super().get_converter(variable_name, converter_name, args, kwargs)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, **values: object) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build


def literals(route: Route, routes: Iterable[Route]) -> dict[str, set[str]]:
    """Return by the names of parts of a path the words that other paths have in these places.

    Only those of paths without some method of the route: `id` in `/nodes/<id>` is never `search`,
    since `GET /nodes/search`, which is only posted to, would be taken for a node.
    """
    found: dict[str, set[str]] = {}
    parts = route.path.split("/")
    for other in routes:
        words = other.path.split("/")
        apart = [pair for pair in zip(parts, words, strict=False) if pair[0] != pair[1]]
        if len(parts) != len(words) or len(apart) != 1 or set(route.methods) <= set(other.methods):
            continue
        named, word = NAMED.fullmatch(apart[0][0]), apart[0][1]
        if named and not word.startswith("<"):
            found.setdefault(named[1], set()).add(word)
    return found
