"""The different texts of a column, found by jumping from one to the next. Floor: query.

An index gives each next value at once, however many rows have the value before it. Grouping would
read all rows.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, Text, bindparam, literal_column, select

from provender.query.plan.conditions import Relation
from provender.query.plan.patterns import after_prefix
from provender.query.sql.forms import DIALECTS, SqlForms, forms
from provender.schema.entities import ENTITIES, Entity, Kind
from provender.schema.statements import Backend, Statement


def compile_distinct(
    entity: Entity, column: str, prefix: str, most: int, backend: Backend
) -> Statement:
    """Return the statement of the first texts of a column but the empty one, by code point.

    Only texts that begin with `prefix` are given, so many at most.
    """
    high = after_prefix(prefix) if prefix else None
    text = _compiled(entity.name, column, high is not None, backend)
    values: dict[str, object] = {"low": prefix or "\x01", "most": most}
    if high is not None:
        values["high"] = high
    return Statement(text, values, (Kind.TEXT,), wide=(0,))


@lru_cache(maxsize=64)
def _compiled(entity: str, column: str, has_end: bool, backend: Backend) -> str:
    statement = _walk(ENTITIES[entity], column, has_end, forms(backend))
    return str(statement.compile(dialect=DIALECTS[backend]))


def _walk(entity: Entity, column: str, has_end: bool, writer: SqlForms) -> Select[Any]:
    table: Any = entity.table
    least, most = bindparam("low", type_=Text), bindparam("most", type_=Integer)

    def following(relation: Relation, value: Any) -> Any:  # noqa: ANN401 - an expression
        """Return the first text behind a value."""
        behind = table.alias("behind")
        text = behind.c[column]
        conditions = [writer.by_code_point(text, relation, value)]
        if has_end:
            high = bindparam("high", type_=Text)
            conditions.append(writer.by_code_point(text, Relation.LESS, high))
        order = writer.ordered(text, Kind.TEXT, nullable=False, descending=False)
        first = select(text).where(*conditions).order_by(order).limit(literal_column("1"))
        return first.offset(literal_column("0")).scalar_subquery()

    start = select(
        following(Relation.GREATER_EQUAL, least).label("value"),
        literal_column("1", Integer).label("place"),
    )
    seen = start.cte("seen", recursive=True)
    later = select(
        following(Relation.GREATER, seen.c.value),
        seen.c.place + literal_column("1", Integer),
    ).where(seen.c.value.is_not(None), seen.c.place < most)
    every = seen.union_all(later)
    shown = every.c.value.label("c0")
    return select(shown).where(every.c.value.is_not(None)).order_by(every.c.place)
