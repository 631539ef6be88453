"""What is asked about a selection: in a query string, or in a body. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provender.client import conditions
from provender.client.answers import Answer
from provender.client.asking import split
from provender.client.conditions import Where, option
from provender.client.connection import Connection, encoded
from provender.client.downloads import Wanted
from provender.client.lists import Source

# Keys that a query string repeats, once for each value.
REPEATED = ("glob",)
# Keys whose values a query string has without quotes.
COLUMNS, TYPES = "fields", "types"


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a selection; `body` is None where a query string says it."""

    route: str
    query: tuple[str, ...] = ()
    body: Mapping[str, Any] | None = None

    def source(self, connection: Connection) -> Source:
        """Return the pages of the answer; they are not counted."""
        return Source(connection, self.route, self.query, self.body, is_counted=False)

    def wanted(self, connection: Connection) -> Wanted:
        """Return the answer as a file."""
        url = connection.url(self.route, self.query)
        return Wanted(url, None if self.body is None else encoded(self.body))

    def answer(self, connection: Connection) -> Answer:
        """Return the answer, which is JSON."""
        if self.body is None:
            return connection.get(self.route, self.query)
        return connection.post(self.route, self.body)


def question(route: str, where: Where, options: Mapping[str, Any]) -> Question:
    """Return a question about what `where` and the options that are conditions choose.

    None leaves an option out.
    """
    filters, keys = split(options)
    given = {name: _told(name, value) for name, value in keys.items()}
    choice = conditions.joined(where, filters)
    if choice.is_posted:
        return Question(route, (), {"where": choice.body(), **given})
    return Question(route, (*choice.query(route), *written(given)))


def written(options: Mapping[str, Any]) -> list[str]:
    """Return options as the parts of a query string; None leaves one out."""
    parts = []
    for name, value in options.items():
        if name in REPEATED and not isinstance(value, str):
            parts += [option(name, item) for item in value]
        elif name == COLUMNS:
            parts.append(f"{name}={','.join(value)}")
        elif name == TYPES:
            parts.append(f"{name}={','.join(f'{key}:{kind}' for key, kind in value.items())}")
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
