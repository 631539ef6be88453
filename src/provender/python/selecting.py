"""Reading a selection that a program gives: the text of a query string or a dict. Floor: python."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from provender.errors import BadRequest, BadValue
from provender.query import cursors
from provender.query.querystring import grammar, relations
from provender.query.querystring.parameter import Parameter, Parameters
from provender.query.querystring.parameters import COUNT, CURSOR, FULL_TYPE, ORDER
from provender.query.querystring.readers import Count
from provender.query.querystring.request import check_size, read_parameters
from provender.query.selection.body import WHERE, Form, read_selection
from provender.query.terms import Operator, Term
from provender.settings import Limits
from provender.translators.selections.said import Said
from provender.translators.selections.selection import Selection
from provender.web.routes.views import NODES

_Value = TypeVar("_Value")
# What chooses nodes: the text of a query string, or a dict as `where` of a posted body.
Chosen = str | Mapping[str, Any] | None
# The keys that a text may have beside filters.
KEYS: tuple[Parameter[Any], ...] = (*relations.KEYS, FULL_TYPE)
SPECIALS: Mapping[str, Parameter[Any]] = {"orderby": ORDER, **{key.name: key for key in KEYS}}
RAW = frozenset(key.name for key in KEYS if key.is_raw)
# Nothing is counted, and pages follow each other by cursors.
WALKED: Mapping[str, object] = {CURSOR.name: cursors.FIRST, COUNT.name: Count.NONE}


@dataclass(frozen=True, slots=True)
class Read:
    """The nodes of a selection, and how its text is said; None for a dict."""

    selection: Selection
    said: Said | None

    @property
    def parameters(self) -> Parameters:
        """The filters and keys of the selection."""
        return self.selection.parameters


def read(chosen: Chosen, limits: Limits, expose: tuple[str, ...]) -> Read:
    """Return a selection.

    Raises:
        BadRequest: with the place, and what would be right.
        LimitExceeded: more than a setting allows.
    """
    if chosen is None or isinstance(chosen, str):
        return _of_text(chosen or "", limits, expose)
    if not isinstance(chosen, Mapping):
        raise BadRequest(
            "A selection is the text of a query string or a dict.",
            hint="'attributes.exit_status=0' or {\"attributes.exit_status\": 0}",
        )
    body = chosen if "path" in chosen else {WHERE: chosen}
    found = read_selection(written(body).encode(), Form(NODES, {}, expose), limits)
    return Read(Selection(NODES, found.parameters, found.where, expose), None)


def _of_text(text: str, limits: Limits, expose: tuple[str, ...]) -> Read:
    terms = grammar.parse_text(text, RAW) if text.strip() else ()
    parameters = check_size(read_parameters(terms, SPECIALS), limits)
    where = relations.where(parameters)
    said = Said.of(text, terms, frozenset({"orderby"}))
    return Read(Selection(NODES, parameters, where, expose), said)


def written(value: object) -> str:
    """Return values of Python as JSON: datetimes and UUIDs as texts, sets as lists.

    Raises:
        BadValue: they hold what JSON has no form for.
    """
    try:
        return json.dumps(value, default=_plain)
    except (TypeError, ValueError, RecursionError):
        raise BadValue("Names are strings, and nothing is inside itself.") from None


def _plain(value: object) -> object:
    """Return a value of Python that JSON does not have as it is written there."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, set | frozenset):
        return list(value)
    raise BadValue(
        f"A selection or template cannot hold a value of the type `{type(value).__name__}`."
    )


def given(parameter: Parameter[_Value], value: str | int) -> _Value:
    """Return the value of a key of a query string; errors as there."""
    written = Decimal(value) if isinstance(value, int) else value
    found: _Value = parameter.read(Term(parameter.name, Operator.EQUAL, (written,)))
    return found


def ordered(names: str | Sequence[str]) -> dict[str, object]:
    """Return an order as a key of a list; errors as in a query string."""
    texts = tuple(listed(names, "orderby"))
    return {ORDER.name: ORDER.read(Term("orderby", Operator.EQUAL, texts))} if texts else {}


def in_order(nodes: Selection, names: str | Sequence[str]) -> Selection:
    """Return a selection in an order; without names in its own; errors as `ordered`."""
    given = {**nodes.parameters.given, **ordered(names)}
    return replace(nodes, parameters=Parameters(nodes.parameters.filters, given))


def listed(given: str | Sequence[str], name: str) -> tuple[str, ...]:
    """Return a text, or several, as a tuple; raises `BadValue` for anything else."""
    texts = [given] if isinstance(given, str) else list(given)
    if not all(isinstance(text, str) for text in texts):
        raise BadValue(f"`{name}` takes a string, or a list of strings.")
    return tuple(texts)
