"""A checked query, free of names and of any database. Floor: query."""

from __future__ import annotations

from dataclasses import dataclass, replace

from provender.query.plan.conditions import (
    Condition,
    Conjunction,
    Operand,
    Part,
    Target,
    targets,
)
from provender.query.plan.joins import JoinRule
from provender.schema.entities import Entity, Kind

# The types that a cast gives.
CAST_KINDS = {
    "t": Kind.TEXT,
    "f": Kind.NUMBER,
    "i": Kind.INTEGER,
    "b": Kind.BOOLEAN,
    "j": Kind.JSON,
    "d": Kind.LOCAL_TIME,
}
# The types of what is ordered by inside JSON: the numbers, strings and booleans of a path, one
# after the other, each without a value where something else is stored. Unlike a cast they never
# fail, and no client can name them.
INNER_KINDS = {"number": Kind.NUMBER, "string": Kind.TEXT, "boolean": Kind.TEXT}
KINDS = CAST_KINDS | INNER_KINDS
# The types of what functions give, whatever they are of.
FUNCTION_KINDS = {"count": Kind.INTEGER, "numbers": Kind.INTEGER, "sum": Kind.NUMBER}


@dataclass(frozen=True, slots=True)
class Join:
    """How a vertex is joined to an earlier one (`partner`), and the tag of the edge between.

    A bare join has the edge alone, without the vertex.
    """

    rule: JoinRule
    partner: str
    edge: str
    outer: bool = False
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A vertex of the path: the table of an entity under a tag."""

    tag: str
    entity: Entity
    join: Join | None = None


@dataclass(frozen=True, slots=True)
class Output(Part):
    """A column of the answer: `key` is its name there, `function` an aggregate.

    One that `is_hidden` is not part of the answer: a cursor is made of it.
    """

    key: str
    target: Target
    cast: str | None = None
    function: str | None = None
    is_hidden: bool = False

    @property
    def kind(self) -> Kind:
        """The type of its values."""
        if self.function in FUNCTION_KINDS:
            return FUNCTION_KINDS[self.function]
        return KINDS[self.cast] if self.cast else self.target.field.kind


@dataclass(frozen=True, slots=True)
class Ordering(Part):
    """A criterion of the order; no value comes last when ascending, first when descending.

    `output` is the index of the output that the criterion equals, if the rows are distinct.
    """

    target: Target
    descending: bool
    cast: str | None = None
    output: int | None = None

    @property
    def kind(self) -> Kind:
        """The type of its values."""
        return KINDS[self.cast] if self.cast else self.target.field.kind


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked query: all names are resolved, all values are typed. Equal plans have equal rows.

    A plan is deep if it skips so many rows of one table that skipping ids first is faster.
    """

    sources: tuple[Source, ...]
    condition: Conjunction
    outputs: tuple[Output, ...]
    order: tuple[Ordering, ...]
    limit: Operand | None
    offset: Operand | None
    distinct: bool = False
    is_deep: bool = False

    def conditions_on(self, tags: set[str]) -> list[Condition]:
        """Return the parts of the condition that concern these tags only."""
        return [
            part
            for part in self.condition.conditions
            if (found := {target.tag for target in targets(part)}) and found <= tags
        ]

    def having(self, condition: Condition) -> Plan:
        """Return a plan of those rows that fulfil one more condition, which stands first."""
        every = (condition, *self.condition.conditions)
        return replace(self, condition=Conjunction(every))

    def column(self, tag: str, name: str) -> Target:
        """Return a stored column of the thing with this tag."""
        entity = next(source.entity for source in self.sources if source.tag == tag)
        return Target(tag, entity.fields[name])

    def window(self, offset: int, rows: int) -> Plan:
        """Return a plan that gives these rows only, whatever limit it has."""
        limit, start = Operand(rows, Kind.INTEGER), Operand(offset, Kind.INTEGER)
        return replace(self, limit=limit, offset=start)

    def at_most(self, rows: int) -> Plan:
        """Return a plan that gives no more rows than this."""
        limit = None if self.limit is None else self.limit.value
        if isinstance(limit, int) and limit <= rows:
            return self
        offset = self.offset or Operand(0, Kind.INTEGER)  # a limit comes with an offset
        return replace(self, limit=Operand(rows, Kind.INTEGER), offset=offset)
