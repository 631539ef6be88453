"""From a typed request to the query dict. Floor: query."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from provender.errors import BadRequest, BadValue
from provender.query.plan.operators import ORDERED
from provender.query.plan.patterns import escape
from provender.query.plan.plan import INNER_KINDS
from provender.query.plan.views import Constant, View
from provender.query.querydict import (
    TYPE_OF_ENTITY,
    Dotted,
    Filter,
    Folded,
    Name,
    QueryDict,
    Stored,
)
from provender.query.querystring.fulltypes import full_type_filter
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import CONTENTS, FULL_TYPE, ORDER
from provender.query.querystring.readers import OrderTerm
from provender.query.querystring.request import ListRequest
from provender.query.terms import Interval, Operator, Term, Value, Word
from provender.schema.entities import FieldName

NAMES = {
    Operator.EQUAL: "==",
    Operator.LESS: "<",
    Operator.LESS_EQUAL: "<=",
    Operator.GREATER: ">",
    Operator.GREATER_EQUAL: ">=",
    Operator.LIKE: "like",
    Operator.ILIKE: "ilike",
    Operator.IN: "in",
    Operator.NOT_EQUAL: "!==",
    Operator.NOT_IN: "!in",
    Operator.CONTAINS: "contains",
}
# Operators that take no datetimes.
TEXTUAL = (Operator.LIKE, Operator.ILIKE, Operator.CONTAINS)


def from_list(request: ListRequest) -> QueryDict:
    """Return the question of a list.

    Example:
        `nodes?id>5&orderby=-ctime` becomes
        `{"path": [{"entity_type": "", "tag": "nodes"}], "filters": {"nodes": {"and": [{"id":
        {">": 5}}]}}, "project": {"nodes": ["id", ...]}, "order_by": [{"nodes": [{"ctime":
        "desc"}, {"id": "asc"}]}], "limit": 400, "offset": 0}`.
    """
    view, parameters = request.view, request.parameters
    return {
        "path": [{"entity_type": TYPE_OF_ENTITY[view.entity.name], "tag": view.name}],
        "filters": {view.name: {"and": filters_of(view, parameters)}},
        "project": {view.name: projection(view, parameters)},
        "order_by": [{view.name: ordering(view, parameters[ORDER])}],
        "limit": request.limit,
        "offset": request.offset,
    }


def filters_of(view: View, parameters: Parameters) -> list[Filter]:
    """Return what the keys of a query string ask of the rows of a view."""
    filters = [*subset(view), *(term_filter(view, term) for term in parameters.filters)]
    full_type = parameters[FULL_TYPE]
    if full_type is not None:
        filters.append(full_type_filter(full_type))
    return filters


def subset(view: View) -> list[Filter]:
    """Return the filter that restricts a view to its types of node."""
    if not view.subset:
        return []
    return [{"or": [{Stored("node_type"): {"like": f"{escape(text)}%"}} for text in view.subset]}]


def projection(view: View, parameters: Parameters) -> list[FieldName]:
    """Return the fields that an answer needs: those shown, and the contents asked for."""
    fields = [field for field in view.shown.values() if not isinstance(field, Constant)]
    for contents in CONTENTS if view.has_contents else ():
        if parameters[contents.shown]:
            column, names = contents.column, parameters[contents.names]
            fields += [column] if names is None else [f"{column}.{name}" for name in names]
    return fields


def ordering(view: View, terms: tuple[OrderTerm, ...]) -> list[dict[Any, Any]]:
    """Return the order of a list, completed by `id` so that it is total.

    A column given twice counts at its first place with its last direction.
    """
    chosen: dict[FieldName, tuple[Name, bool]] = {}
    for term in terms:
        key = view.keys.get(term.key)
        if key is not None and key.absent is not None:
            raise BadRequest(key.absent)
        field = term.key if key is None else key.field
        named = Dotted(term.key.partition(".")[0], term.path) if term.path else term.key
        first = chosen.get(field, (named, False))[0]
        chosen[field] = (first, term.descending)
    chosen.setdefault("id", (Stored("id"), False))
    return [item for name, descending in chosen.values() for item in _criteria(name, descending)]


def _criteria(name: Name, descending: bool) -> Iterator[dict[Any, Any]]:
    """Yield the criteria of a key: inside JSON numbers come first, then strings, then booleans."""
    direction = "desc" if descending else "asc"
    if not isinstance(name, Dotted):
        yield {name: direction}
        return
    for cast in INNER_KINDS:
        yield {name: {"order": direction, "cast": cast}}


def term_filter(view: View, term: Term) -> Filter:
    """Return what a term of the query string asks for."""
    if term.path:
        return plain_filter(Dotted(term.key, term.path), term)
    key = view.keys.get(term.key)
    if key is not None and key.absent is not None:
        raise BadRequest(key.absent)
    if key is not None and key.spelling is not None:
        return key.spelling(term)
    return plain_filter(term.key, term)


def plain_filter(name: Name, term: Term) -> Filter:
    """Return a term as a filter on the field of this name."""
    if term.operator is Operator.EXISTS:
        return _exists(name, term.values[0])
    if any(isinstance(value, Interval) for value in term.values):
        return _time_filter(name, term)
    values = [_plain(value) for value in term.values]
    if term.operator is Operator.CONTAINS and not isinstance(name, Dotted):
        return {name: {"like": _around(values[0])}}
    if term.operator in (Operator.IN, Operator.NOT_IN):
        return {name: {NAMES[term.operator]: tuple(values)}}
    operator = NAMES[term.operator]
    is_folded = operator in ORDERED and isinstance(values[0], str)
    return {name: {Folded(operator) if is_folded else operator: values[0]}}


def _around(value: object) -> object:
    """Return the pattern of strings that contain a string; other values as they are."""
    return f"%{escape(value)}%" if isinstance(value, str) else value


def _exists(name: Name, value: object) -> Filter:
    """Return the filter on whether there is a value: no key and `null` are none."""
    if not isinstance(value, bool):
        raise BadValue("`=exists=` takes true or false.")
    if isinstance(name, Dotted):
        return {name: {"!of_type" if value else "of_type": "null"}}
    return {name: {"!==" if value else "==": None}}


def _plain(value: Value) -> str | bool | Decimal:
    if isinstance(value, Word):
        return value.text
    if isinstance(value, Interval):
        raise TypeError(value)
    return value


def _time_filter(name: Name, term: Term) -> Filter:
    """Return comparisons with the ends of an interval: exactly one of `<`, `=`, `>` holds."""
    if term.operator in (Operator.IN, Operator.NOT_IN):
        inside = {"or": [_inside(name, value) for value in term.values]}
        return inside if term.operator is Operator.IN else {"!or": inside["or"]}
    value = term.values[0]
    if not isinstance(value, Interval) or term.operator in TEXTUAL:
        return {name: {NAMES[term.operator]: getattr(value, "start", value)}}
    if term.operator is Operator.EQUAL:
        return _inside(name, value)
    if term.operator is Operator.NOT_EQUAL:
        return {"!and": [_inside(name, value)]}
    if term.operator in (Operator.LESS, Operator.GREATER_EQUAL):
        return {name: {NAMES[term.operator]: value.start}}
    return _after(name, value, term.operator is Operator.GREATER)


def _inside(name: Name, value: Value) -> Filter:
    if not isinstance(value, Interval):
        return {name: {"==": _plain(value)}}
    conditions: Filter = {">=": value.start}
    if value.stop is not None:
        conditions["<"] = value.stop
    return {name: conditions}


def _after(name: Name, value: Interval, after: bool) -> Filter:
    if value.stop is not None:
        return {name: {">=" if after else "<": value.stop}}
    return {name: {"in": ()}} if after else {name: {"!==": None}}
