"""Tables of the routes for the documentation. Floor: web."""

from __future__ import annotations

import re
from dataclasses import dataclass

from provender.web.dialects import DIALECTS
from provender.web.routes.route import Dialect, Route

# The place of the table of a dialect in a page.
MARKED = re.compile(r"(<!-- routes of (\w+) -->\n).*?(<!-- end of routes -->)", re.DOTALL)
# Pages of neighbours; the tables leave them out, because their lists have the same rows.
PAGES = re.compile(r"^/\w+/<id>/.*/page")
GENERIC = "RESOURCE"
HEAD = "| path | of | answer | special keys |\n|---|---|---|---|\n"


@dataclass(frozen=True, slots=True)
class Row:
    """Routes that differ in their resource only."""

    path: str
    answer: str
    keys: str


def filled(page: str) -> str:
    """Return a page with its marked tables made anew from the routes."""
    by_name = {dialect.name: dialect for dialect in DIALECTS}
    return MARKED.sub(lambda found: found[1] + table(by_name[found[2]]) + found[3], page)


def table(dialect: Dialect) -> str:
    """Return the table of the routes of a dialect, as Markdown."""
    resources: dict[Row, list[str]] = {}
    for route in dialect.routes:
        if not PAGES.match(route.path):
            resources.setdefault(_row(route, dialect), []).append(route.name)
    every = list(dict.fromkeys(route.name for route in dialect.routes if route.view))
    return HEAD + "".join(_line(row, names, every) for row, names in resources.items())


def _row(route: Route, dialect: Dialect) -> Row:
    keys = [f"`{key}`" for key in route.keys(dialect)]
    if route.has_filters:
        keys += [f"`{key}`" for key in route.filters] or ["filters"]
    path = route.path.replace(f"/{route.name}", f"/{GENERIC}", 1) or "/"
    return Row(path, route.answer.text, ", ".join(keys))


def _line(row: Row, names: list[str], every: list[str]) -> str:
    """Return the line of a row; a row of most resources lists the exceptions."""
    if len(names) == 1:
        return f"| `{row.path.replace(GENERIC, names[0])}` |  | {row.answer} | {row.keys} |\n"
    others = [name for name in every if name not in names]
    shown = _named(names)
    if len(others) < len(names):
        shown = f"all but {_named(others)}" if others else "all"
    return f"| `{row.path}` | {shown} | {row.answer} | {row.keys} |\n"


def _named(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
