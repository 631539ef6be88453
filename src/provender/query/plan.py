"""Checking a query dict against the names of its entities; the only "unknown name". Floor: query.

After this step nothing can be wrong with a query but its cost: the SQL step cannot fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provender.query import operators
from provender.query.conditions import (
    Condition,
    Conjunction,
    Disjunction,
    IsNull,
    Negation,
    Never,
    Operand,
    Target,
    operands,
)
from provender.query.joins import JOINS, EdgeJoin, JoinRule
from provender.query.operators import Use
from provender.query.querydict import ENTITY_TYPES, Filter, QueryDict, Vertex
from provender.query.vocabulary import Vocabulary
from provender.store.catalogue import LINK, Entity, Kind

NEGATIONS = "!~"
EDGE_NAMES = Vocabulary(LINK, LINK.fields, LINK.fields)
"""The names of a link between two nodes."""
JUNCTIONS: dict[str, type[Conjunction | Disjunction]] = {"and": Conjunction, "or": Disjunction}


@dataclass(frozen=True, slots=True)
class Join:
    """How a vertex is joined to an earlier one (`partner`), and the tag of the edge between."""

    rule: JoinRule
    partner: str
    edge: str


@dataclass(frozen=True, slots=True)
class Source:
    """A vertex of the path: the table of an entity under a tag."""

    tag: str
    entity: Entity
    join: Join | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the answer: `key` is its name there."""

    key: str
    target: Target


@dataclass(frozen=True, slots=True)
class Ordering:
    """A criterion of the order; no value comes last when ascending, first when descending."""

    target: Target
    descending: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked query: every name resolved, every value typed. Equal plans differ in values."""

    sources: tuple[Source, ...]
    condition: Conjunction
    outputs: tuple[Output, ...]
    order: tuple[Ordering, ...]
    limit: Operand | None
    offset: Operand | None

    def operands(self) -> Iterator[Operand]:
        """Yield the operands, in the same order for every equal plan."""
        yield from operands(self.condition)
        for output in self.outputs:
            if output.target.path is not None:
                yield output.target.path
        for operand in (self.limit, self.offset):
            if operand is not None:
                yield operand


def check(query: QueryDict, vocabularies: Mapping[str, Vocabulary]) -> Plan:
    """Return the plan of a query; `vocabularies` holds the names of each entity.

    Raises:
        UnknownField: a name that its entity does not have.
        BadValue, BadOperator: a condition that does not fit the type of its field.
    """
    names: dict[str, Vocabulary] = {}
    sources = []
    for vertex in query["path"]:
        source = _source(vertex, names, vocabularies)
        sources.append(source)
        names[source.tag] = vocabularies[source.entity.name]
        if source.join is not None and isinstance(source.join.rule, EdgeJoin):
            names[source.join.edge] = EDGE_NAMES
    conditions = [
        _filter(filters, tag, names[tag]) for tag, filters in query.get("filters", {}).items()
    ]
    limit, offset = query.get("limit"), query.get("offset")
    return Plan(
        tuple(sources),
        Conjunction(tuple(_flatten(conditions))),
        tuple(
            Output(name, _shown(tag, name, names[tag]))
            for tag, columns in query.get("project", {}).items()
            for name in columns
        ),
        tuple(_orders(query, names)),
        None if limit is None else Operand(limit, Kind.INTEGER),
        None if limit is None and not offset else Operand(offset or 0, Kind.INTEGER),
    )


def _source(
    vertex: Vertex, names: Mapping[str, Vocabulary], vocabularies: Mapping[str, Vocabulary]
) -> Source:
    """Return a vertex with its join."""
    entity = vocabularies[ENTITY_TYPES[vertex["entity_type"]]].entity
    keyword = vertex.get("joining_keyword")
    if keyword is None:
        return Source(vertex["tag"], entity)
    partner = vertex["joining_value"]
    rule = JOINS[entity.name, keyword, names[partner].entity.name]
    edge = vertex.get("edge_tag") or f"{partner}--{vertex['tag']}"
    return Source(vertex["tag"], entity, Join(rule, partner, edge))


def _flatten(conditions: list[Condition]) -> Iterator[Condition]:
    for condition in conditions:
        if isinstance(condition, Conjunction):
            yield from _flatten(list(condition.conditions))
        else:
            yield condition


def _shown(tag: str, name: str, names: Vocabulary) -> Target:
    """Return the target of a projected name; a dot begins a path into JSON."""
    column, dot, path = name.partition(".")
    segments = Operand(tuple(path.split(".")), Kind.JSON) if dot else None
    return Target(tag, names.to_show(column), segments)


def _orders(query: QueryDict, names: Mapping[str, Vocabulary]) -> Iterator[Ordering]:
    for group in query.get("order_by", []):
        for tag, items in group.items():
            for item in items:
                for name, direction in item.items():
                    target = Target(tag, names[tag].to_ask(name))
                    yield Ordering(target, direction == "desc")


def _filter(filters: Filter, tag: str, names: Vocabulary) -> Condition:
    """Return the conjunction of a filter's entries: conditions on columns, `and`, `or`."""
    found: list[Condition] = []
    for key, value in filters.items():
        plain = key.lstrip(NEGATIONS)
        if plain in JUNCTIONS:
            parts = tuple(_filter(part, tag, names) for part in value)
            found.append(_negated(_joined(JUNCTIONS[plain], parts), key != plain))
        else:
            target = Target(tag, names.to_ask(key))
            found.extend(
                _condition(key, target, operator, operand, names)
                for operator, operand in value.items()
            )
    return _joined(Conjunction, tuple(found))


def _condition(
    name: str,
    target: Target,
    operator: str,
    operand: Any,  # noqa: ANN401 - whatever a client wrote; `operators` checks it
    names: Vocabulary,
) -> Condition:
    plain = operator.lstrip(NEGATIONS)
    if operand is None and plain == "==":
        return _negated(IsNull(target), operator != plain)
    if plain == "in" and not operand:
        return _negated(Never(target), operator != plain)
    use = Use(name, target, plain, operand, names.origin)
    return _negated(operators.condition(use), operator != plain)


def _joined(kind: type[Conjunction | Disjunction], conditions: tuple[Condition, ...]) -> Condition:
    return conditions[0] if len(conditions) == 1 else kind(conditions)


def _negated(condition: Condition, negate: bool) -> Condition:
    return Negation(condition) if negate else condition
