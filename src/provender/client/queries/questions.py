"""What is asked: a query string, or a body for what has no form there. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provender.client.queries import conditions
from provender.client.queries.conditions import Where, option
from provender.client.queries.lists import Source
from provender.client.queries.options import FILTERS
from provender.client.transport.answers import Answer
from provender.client.transport.connection import Connection

# Keys that a query string repeats, once for each value.
REPEATED = ("facet", "stats", "glob")
# Keys whose values a query string has without quotes.
COLUMNS, TYPES = "fields", "types"
# The route of a list is often that of its POST, too.
SAME = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a route; `body` is None where a query string says it."""

    route: str
    query: tuple[str, ...] = ()
    body: Mapping[str, Any] | None = None

    def source(self, connection: Connection, *, is_counted: bool = False) -> Source:
        """Return the pages of the answer, and whether the server counts such a list."""
        return Source(connection, self.route, self.query, self.body, is_counted=is_counted)

    def answer(self, connection: Connection) -> Answer:
        """Return the answer, which is JSON."""
        if self.body is None:
            return connection.get(self.route, self.query)
        return connection.post(self.route, self.body)


def question(
    route: str, where: Where, options: Mapping[str, Any], *, posted_to: str | None = SAME
) -> Question:
    """Return a question about what `where` and the options that are conditions choose.

    Options that are columns are conditions, and several values of one are any of them; other
    options are keys of the route. None leaves an option out. `posted_to` is the route of the POST,
    None if there is none.

    Raises:
        BadQuery: the conditions have no form, or none in a query string and there is no POST.
    """
    filters, keys = split(options)
    choice = conditions.joined(where, filters)
    if choice.is_posted and posted_to is not None:
        given = {name: _told(name, conditions.plain(value)) for name, value in keys.items()}
        return Question(posted_to or route, (), {"where": choice.body(), **given})
    return Question(route, (*choice.query(route), *query(keys)))


def split(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options that are conditions, and the others; those that are None in neither."""
    given = {name: value for name, value in options.items() if value is not None}
    filters = {name: value for name, value in given.items() if name in FILTERS or "." in name}
    return filters, {name: value for name, value in given.items() if name not in filters}


def query(options: Mapping[str, Any]) -> list[str]:
    """Return keys of a route as parts of a query string; None leaves a key out."""
    parts: list[str] = []
    for name, value in options.items():
        if name in REPEATED and isinstance(value, list | tuple):
            parts += [option(name, item) for item in value]
        elif name == COLUMNS:
            columns = _told(name, value)
            parts.append(f"{name}={','.join(columns)}")
        elif name == TYPES:
            types = _told(name, value)
            parts.append(f"{name}={','.join(f'{key}:{kind}' for key, kind in types.items())}")
        elif value is not None:
            parts.append(option(name, value))
    return parts


def _told(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the columns of a table, and their types, as a body has them."""
    if name == COLUMNS:
        return value.split(",") if isinstance(value, str) else list(value)
    if name == TYPES and isinstance(value, str):
        return {key: kind for key, _, kind in (item.rpartition(":") for item in value.split(","))}
    return value
