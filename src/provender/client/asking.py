"""What is asked for: a query string, or a body for what has no form there. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provender.client import conditions
from provender.client.answers import Answer
from provender.client.conditions import Where, option
from provender.client.connection import Connection
from provender.client.lists import Source
from provender.client.options import FILTERS

# Keys that are repeated in a query string, once for each value.
REPEATED = ("facet", "stats")


def source(
    connection: Connection,
    route: str,
    where: Where,
    options: Mapping[str, Any],
    *,
    posted_to: str | None = None,
    is_counted: bool = True,
) -> Source:
    """Return what asks for a list: a GET, or a POST to `posted_to` where only a body can say it.

    Options that are columns are conditions, and several values of one are any of them; other
    options are keys of the route. None leaves an option out.

    Raises:
        BadQuery: the conditions have no form, or none in a query string and there is no POST.
    """
    filters, keys = split(options)
    choice = conditions.joined(where, filters)
    if choice.is_posted and posted_to is not None:
        body = {"where": choice.body(), **conditions.plain(keys)}
        return Source(connection, posted_to, (), body, is_counted=is_counted)
    asked = (*choice.query(route), *query(keys))
    return Source(connection, route, asked, is_counted=is_counted)


def answer(connection: Connection, route: str, where: Where, options: Mapping[str, Any]) -> Answer:
    """Return the answer to a question about a selection, which is a GET or a POST."""
    asked = source(connection, route, where, options, posted_to=route)
    if asked.body is not None:
        return connection.post(asked.path, asked.body)
    return connection.get(asked.path, asked.query)


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
        elif value is not None:
            parts.append(option(name, value))
    return parts
