"""The keys of a query string: read for a route, and refused where it takes none. Floor: web."""

from __future__ import annotations

from typing import Any

from provender.caching import cached
from provender.errors import ConflictingParameters, UnknownField
from provender.query.querystring import grammar
from provender.query.querystring.parameter import Parameter, Parameters
from provender.query.querystring.parameters import FULL_TYPE
from provender.query.querystring.request import read_parameters
from provender.web.routes.route import Dialect, Route

# Longest query string whose parameters are cached, in characters.
LONGEST_KEPT = 200


def read(query: str, dialect: Dialect, route: Route | None) -> Parameters:
    """Return the parameters of a query string for a route; None for a path without one.

    Raises:
        UnknownField: a key that a strict route does not use.
        BadRequest: as `parse_text` and `read_parameters`.
    """
    if route is None:
        return _parsed(query, dialect, ())
    parameters = _parsed(query, dialect, route.own, route.orders_inside)
    if route.is_strict:
        _check_keys(parameters, route, dialect)
    return parameters


def _is_long(
    query: str, dialect: Dialect, own: tuple[Parameter[Any], ...], orders_inside: bool = False
) -> bool:
    return len(query) > LONGEST_KEPT


@cached(512, unless=_is_long)
def _parsed(
    query: str, dialect: Dialect, own: tuple[Parameter[Any], ...], orders_inside: bool = False
) -> Parameters:
    """Return the parameters of a query string, cached: clients repeat them with other paths."""
    raw = frozenset(item.name for item in own if item.is_raw)
    dotted = frozenset({grammar.ORDER} if orders_inside else ())
    documents = frozenset(item.name for item in own if item.is_document)
    terms = grammar.parse_text(query, raw, dotted, documents) if query else ()
    specials = {**dialect.specials, **{item.name: item for item in own}}
    return read_parameters(terms, specials, dialect.refused)


def _check_keys(parameters: Parameters, route: Route, dialect: Dialect) -> None:
    """Raise `UnknownField` for a key that a strict route does not use."""
    used = {item.name for item in (*route.parameters, *route.own)}
    ignored = [name for name in parameters.given if name not in used]
    if not route.has_filters:
        ignored += [".".join((term.key, *term.path)) for term in parameters.filters]
    if ignored:
        keys = (key for key, item in dialect.specials.items() if item.name == ignored[0])
        name = next(keys, ignored[0])
        raise UnknownField(
            f"This path takes no key `{name}`.",
            name=name,
            valid=route.keys(dialect),
            is_strict=True,
        )


def refuse_filters(parameters: Parameters) -> None:
    """Raise `ConflictingParameters` if a request for a single object has a filter."""
    if parameters.filters or parameters[FULL_TYPE] is not None:
        raise ConflictingParameters("selecting a specific id does not allow to specify filters")
