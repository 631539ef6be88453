"""Facets: how the rows of a plan are counted by the values of one name. Floor: query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from provender.query.plan.conditions import Conjunction, Related, Target, targets
from provender.query.plan.joins import JOINS
from provender.query.plan.plan import Join, Output, Plan, Source
from provender.schema.entities import ENTITIES


class Form(Enum):
    """What makes a bucket: a value, a member of a list, a part of a time, a range of numbers."""

    VALUE = "value"
    ARRAY = "array"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    HISTOGRAM = "histogram"


# What a facet of the groups of nodes is asked by, and the tags of its group and membership.
GROUP = "group"
_MEMBERSHIP = "membership of a group"
TIMES = (Form.DAY, Form.MONTH, Form.YEAR)


@dataclass(frozen=True, slots=True)
class Facet:
    """Rows by the values that a target has, in a form; `plan` has the target as its output.

    With `things`, the different values of that are counted, not rows.
    """

    plan: Plan
    form: Form
    bins: int = 0
    things: Target | None = None

    @property
    def target(self) -> Target:
        """What the rows are counted by."""
        return self.plan.outputs[0].target


@dataclass(frozen=True, slots=True)
class Walk:
    """A page of all values: those behind `after` (type, number, text), with conditions.

    `contains` is a text in them whatever its case, `least` the fewest rows that have the value.
    """

    size: int
    after: tuple[str, float | None, str | None] | None = None
    contains: str = ""
    least: int = 1
    has_samples: bool = False


def facet_of(plan: Plan, target: Target, form: Form, bins: int = 0) -> Facet:
    """Return the facet of the rows of a plan."""
    return Facet(replace(plan, outputs=(Output("value", target),), order=()), form, bins)


def of_groups(plan: Plan, tag: str) -> Facet:
    """Return the facet of the nodes with this tag by the labels of the groups that they are in."""
    entity = ENTITIES[GROUP]
    join = Join(JOINS[GROUP, "with_node", "node"], tag, _MEMBERSHIP)
    joined = replace(plan, sources=(*plan.sources, Source(GROUP, entity, join)))
    facet = facet_of(joined, Target(GROUP, entity.fields["label"]), Form.VALUE)
    return replace(facet, things=plan.column(tag, "id"))


def nodes_of(facet: Facet) -> Plan:
    """Return the plan of the nodes that a facet of groups counts, and of those in no group."""
    return replace(facet.plan, sources=facet.plan.sources[:-1])


def members_of(facet: Facet) -> Facet:
    """Return the facet of the ids of the nodes that a facet of groups counts."""
    if facet.things is None:
        raise ValueError("The facet counts rows.")
    return facet_of(facet.plan, facet.things, Form.VALUE)


def without(plan: Plan, target: Target) -> Plan:
    """Return a plan without the conditions on a target alone; relations to other nodes stay."""
    kept = tuple(
        part
        for part in plan.condition.conditions
        if isinstance(part, Related) or {*targets(part)} != {target}
    )
    return replace(plan, condition=Conjunction(kept))
