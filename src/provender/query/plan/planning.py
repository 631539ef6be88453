"""Checking a query dict against the names of its entities; all "unknown" errors. Floor: query.

A checked query can fail only in the database: it may cost too much, or a cast may not fit a stored
value. The SQL step cannot fail. Errors say where in the query dict they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from provender.errors import BadRequest, BadValue, LimitExceeded, UnknownField
from provender.query.plan.conditions import Condition, Conjunction, Operand, Target, targets
from provender.query.plan.filters import check_filter
from provender.query.plan.joins import JOINS, edge_entity
from provender.query.plan.plan import CAST_KINDS, Join, Ordering, Output, Plan, Source
from provender.query.plan.vocabulary import Vocabulary, edge_vocabulary
from provender.query.querydict import ENTITY_TYPES, Dotted, Item, QueryDict, Vertex
from provender.schema.entities import CLOSURE, FieldName, Kind

# Names that stand for all columns.
ALL = ("*", "**")
# Offset from which on a query skips ids first, and reads the rows of a page afterwards.
DEEP = 1000
FUNCTIONS = ("max", "min", "count")
# The types that have a largest value on both databases.
COMPARABLE = (Kind.INTEGER, Kind.TEXT, Kind.TIME, Kind.NUMBER, Kind.LOCAL_TIME)
# Most conditions, columns and criteria of a query: SQLite nests at most 1000 expressions,
# PostgreSQL returns at most 1664 columns.
MOST_PARTS = 800
DIRECTIONS = {"asc": False, "desc": True}

Names = Mapping[str, Vocabulary]


def check(query: QueryDict, vocabularies: Names) -> Plan:
    """Return the plan of a query; `vocabularies` holds the names of each entity.

    Raises:
        UnknownField: a name that its entity does not have.
        BadValue, BadOperator: a condition that does not fit the type of its field.
        BadRequest: projections, orders and functions that do not go together.
        LimitExceeded: more conditions, columns and criteria than databases take.
    """
    names: dict[str, Vocabulary] = {}
    sources = []
    for vertex in query["path"]:
        source = _source(vertex, names, vocabularies)
        sources.append(source)
        own, edge = vocabularies[source.entity.name], None
        if source.join is not None:
            edge = edge_vocabulary(edge_entity(source.join.rule))
            if source.join.outer:
                own, edge = own.nullable(), edge.nullable()
            names[source.join.edge] = edge
        names[source.tag] = own
    conditions = [
        check_filter(filters, tag, _named(tag, names, "filters"), ("filters", tag))
        for tag, filters in query.get("filters", {}).items()
    ]
    outputs = tuple(_outputs(query, names))
    distinct = query.get("distinct", False)
    limit, offset = query.get("limit"), query.get("offset")
    plan = Plan(
        tuple(sources),
        Conjunction(tuple(_flatten(conditions))),
        outputs,
        tuple(_orders(query, names, outputs if distinct else None)),
        None if limit is None else Operand(limit, Kind.INTEGER),
        None if limit is None and not offset else Operand(offset or 0, Kind.INTEGER),
        distinct,
        is_deep=len(sources) == 1 and not distinct and (offset or 0) >= DEEP,
    )
    _check_functions(plan)
    check_size(plan)
    return replace(plan, is_deep=False) if outputs and outputs[0].function else plan


def _source(vertex: Vertex, names: Names, vocabularies: Names) -> Source:
    """Return a vertex with its join."""
    entity = vocabularies[ENTITY_TYPES[vertex["entity_type"]]].entity
    keyword = vertex.get("joining_keyword")
    if keyword is None:
        return Source(vertex["tag"], entity)
    partner = vertex["joining_value"]
    rule = JOINS[entity.name, keyword, names[partner].entity.name]
    edge = vertex.get("edge_tag") or f"{partner}--{vertex['tag']}"
    return Source(vertex["tag"], entity, Join(rule, partner, edge, vertex.get("outerjoin", False)))


def _named(tag: str, names: Names, *section: str | int) -> Vocabulary:
    found = names.get(tag)
    if found is None:
        raise UnknownField(f"Unknown tag `{tag}`.", name=tag, valid=names).under(*section, tag)
    return found


def _flatten(conditions: Iterable[Condition | None]) -> Iterator[Condition]:
    for condition in conditions:
        if isinstance(condition, Conjunction):
            yield from _flatten(condition.conditions)
        elif condition is not None:
            yield condition


def _outputs(query: QueryDict, names: Names) -> Iterator[Output]:
    for tag, items in query.get("project", {}).items():
        known = _named(tag, names, "project")
        if not any(isinstance(item, dict | Dotted) or "." in str(item) for item in items):
            yield from _columns(tag, tuple(items), known)
            continue
        keys: set[str] = set()
        for index, item in enumerate(items):
            try:
                found = list(_output(tag, item, known))
                _check_keys(found, keys)
                yield from found
            except BadRequest as error:
                error.under("project", tag, index)
                raise


@lru_cache(maxsize=256)
def _columns(tag: str, columns: tuple[FieldName, ...], names: Vocabulary) -> tuple[Output, ...]:
    """Return plain columns, cached because most requests show the same ones."""
    return tuple(Output(str(name), names.to_show(tag, name)) for name in columns)


def _check_keys(found: list[Output], keys: set[str]) -> None:
    for output in found:
        if output.key in keys:
            raise BadRequest(f"`{output.key}` is projected twice.")
        keys.add(output.key)


def _output(tag: str, item: Item, names: Vocabulary) -> Iterator[Output]:
    """Yield the outputs of a projection: a name, or names with a cast or a function."""
    if not isinstance(item, dict):
        yield Output(str(item), names.to_show(tag, item))
        return
    for name, options in item.items():
        if name in ALL:
            yield from _all(tag, name, options, names)
            continue
        target = names.to_show(tag, name)
        cast, function = options.get("cast"), options.get("func")
        if target.field.kind is not Kind.JSON:
            cast = None
        output = Output(name, target, cast, function)
        if function in ("max", "min") and _kind_inside(output) not in COMPARABLE:
            raise BadValue(
                f"`{function}` of `{name}` cannot be computed: it is {_kind_inside(output).value}.",
                hint='A cast may help: {"cast": "f"}' if target.field.kind is Kind.JSON else None,
            ).under(name, "func")
        yield output


def _all(tag: str, stars: str, options: dict[str, str], names: Vocabulary) -> Iterator[Output]:
    """Yield an output for every column of a vertex or an edge."""
    columns = names.all_columns()
    if options.get("func"):
        raise BadRequest("A function takes one column, not all.").under(stars, "func")
    if not columns:
        names.to_show(tag, "**")
    for name in columns:
        yield Output(name, names.to_show(tag, name))


def _kind_inside(output: Output) -> Kind:
    return CAST_KINDS[output.cast] if output.cast else output.target.field.kind


def _orders(
    query: QueryDict, names: Names, outputs: tuple[Output, ...] | None
) -> Iterator[Ordering]:
    """Yield the criteria; with `outputs` each must be one of them."""
    for index, group in enumerate(query.get("order_by", [])):
        for tag, items in group.items():
            known = _named(tag, names, "order_by", index)
            for position, item in enumerate(items):
                try:
                    yield from _order(tag, item, known, outputs)
                except BadRequest as error:
                    error.under("order_by", index, tag, position)
                    raise


def _order(
    tag: str, item: dict[Any, Any], names: Vocabulary, outputs: tuple[Output, ...] | None
) -> Iterator[Ordering]:
    for name, options in item.items():
        target = names.to_ask(tag, name)
        direction, cast = options, None
        if isinstance(options, dict):
            direction, cast = options.get("order", "asc"), options.get("cast")
        if target.field.kind is not Kind.JSON:
            cast = None
        elif cast is None and names.entity != CLOSURE:
            raise BadRequest(
                f"`{name}` is JSON: an order needs a cast.",
                hint='{"cast": "f"}; casts are t, f, i, b, j, d.',
            ).under(name)
        place = None if outputs is None else _place(target, cast, name, outputs)
        yield Ordering(target, DIRECTIONS[direction], cast, place)


def _place(target: Target, cast: str | None, name: str, outputs: tuple[Output, ...]) -> int:
    """Return the index of the output that a criterion of a distinct query equals.

    With `SELECT DISTINCT` PostgreSQL orders only by expressions that it selects. It compares them
    as text, and two bound parameters are two expressions even if their values are equal, as in the
    paths of JSON columns. So the criterion refers to the output by its index.
    """
    for place, output in enumerate(outputs):
        if (output.target, output.cast) == (target, cast) and not output.function:
            return place
    raise BadRequest(
        f"With `distinct`, an order needs a projection: `{name}` is not projected."
    ).under(name)


def check_size(plan: Plan) -> Plan:
    """Return a plan; raises `LimitExceeded` if it has more parts than databases take."""
    parts = len(plan.outputs) + len(plan.order) + sum(1 for _ in targets(plan.condition))
    if parts > MOST_PARTS:
        raise LimitExceeded(
            f"The query has more than {MOST_PARTS} conditions, columns and criteria.",
            hint="`in` compares one name with many values.",
        )
    return plan


def _check_functions(plan: Plan) -> None:
    """Refuse functions next to columns or with an order: there is no grouping."""
    with_function = [output for output in plan.outputs if output.function]
    if with_function and (len(with_function) < len(plan.outputs) or plan.order):
        raise BadRequest(
            f"`{with_function[0].function}` of `{with_function[0].key}` gives one row, so "
            "columns and orders cannot stand next to it."
        ).under("project", with_function[0].target.tag)
