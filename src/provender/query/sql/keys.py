"""The keys of the objects that a plan finds inside JSON. Floor: query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, literal_column, select

from provender.caching import cached
from provender.query.plan.plan import Plan
from provender.query.sql.compiler import LARGEST_KEPT, values_of
from provender.query.sql.forms import DIALECTS, forms
from provender.query.sql.groups import GROUPS
from provender.query.sql.shapes import shape_of
from provender.query.sql.sources import tables_of
from provender.schema.entities import Kind
from provender.schema.statements import Backend, Statement

# A key, a type of its values, the nodes that have one, the least number and the least text.
KEYS = (Kind.TEXT, Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.TEXT)
# Characters of a text that are shown.
SHOWN = 200


def compile_keys(plan: Plan, most: int, backend: Backend) -> Statement:
    """Return the statement of the keys of what a plan gives, with the types of their values.

    The most frequent ones come first, so many at most.
    """
    shape = shape_of(plan)
    text = _compiled(shape.plan, most, backend, len(shape.operands))
    return Statement(text, values_of(shape, backend), KEYS, wide=(0, 4))


def _is_large(plan: Plan, most: int, backend: Backend, operands: int) -> bool:
    return operands > LARGEST_KEPT


@cached(128, unless=_is_large)
def _compiled(plan: Plan, most: int, backend: Backend, operands: int) -> str:
    del operands
    return str(_statement(plan, most, backend).compile(dialect=DIALECTS[backend]))


def _statement(plan: Plan, most: int, backend: Backend) -> Select[Any]:
    writer, groups = forms(backend), GROUPS[backend]
    tables = tables_of(plan, writer)
    inside = tables.predicates.inside(plan.outputs[0].target)
    joined, key, value = groups.entries(inside, tables.joined)
    kind, number, text = groups.shown(value)
    short = func.substr(text, literal_column("1"), literal_column(str(SHOWN)))
    number_of = func.count().label("n")
    columns = (
        key.label("name"),
        kind.label("kind"),
        number_of,
        func.min(number).label("number"),
        writer.largest(short, Kind.TEXT, "min").label("text"),
    )
    where = [tables.predicates.write(part) for part in plan.condition.conditions]
    counted = select(*columns).select_from(joined).where(*where).group_by(key, kind)
    found = counted.subquery("counted")
    order = (
        found.c.n.desc(),
        writer.ordered(found.c.name, Kind.TEXT, nullable=False, descending=False),
        writer.ordered(found.c.kind, Kind.TEXT, nullable=False, descending=False),
    )
    shown = [column.label(f"c{place}") for place, column in enumerate(found.c)]
    limited = select(*shown).order_by(*order).limit(literal_column(str(most)))
    return limited.offset(literal_column("0"))
