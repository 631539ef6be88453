"""From a plan to SQL: one statement for the rows, one for their number. Floor: query.

A plan is compiled once for each shape; the values are bound each time. Only `select` is ever
built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.sql.expression import Label

from provender.caching import cached
from provender.query.plan.conditions import Operand, targets
from provender.query.plan.joins import ColumnJoin, EdgeJoin
from provender.query.plan.plan import INNER_KINDS, Ordering, Output, Plan, Source
from provender.query.sql.forms import DIALECTS, SqlForms, bound, forms
from provender.query.sql.jsonforms import ours
from provender.query.sql.shapes import Shape, shape_of
from provender.query.sql.sources import tables_of
from provender.schema.entities import Kind
from provender.schema.statements import Backend, Statement, Statements

# Functions of the numbers inside JSON, and what they are in SQL; only groups have them.
OF_NUMBERS: dict[str, Callable[[ColumnElement[Any]], ColumnElement[Any]]] = {
    "sum": func.sum,
    "numbers": func.count,
}
# Joins along foreign keys that are never null.
ALWAYS_NAMED = [ColumnJoin("id", column) for column in ("user_id", "dbnode_id", "aiidauser_id")]
# Number of compiled shapes that are cached, about 4 kB each.
SHAPES_KEPT = 1000
# Columns of strings that have no length on PostgreSQL; the others have 255 characters at most.
LONG = ("description", "content", "message")
# So many rows without long strings are small in any answer.
FEW = 1000
# What a group takes in memory, as a part of a tree of types.
GROUP_BYTES = 1000
# Largest number of values of a shape that is cached: 800 conditions take half a MiB.
LARGEST_KEPT = 100


def compile_plan(plan: Plan, backend: Backend, *, with_count: bool = True) -> Statements:
    """Return the statements of a plan for one kind of database.

    Example:
        `nodes?id>5&limit=2` gives `SELECT … FROM db_dbnode WHERE db_dbnode.id > 5 ORDER BY
        db_dbnode.id LIMIT 2` and `SELECT count(*) FROM db_dbnode WHERE db_dbnode.id > 5`, both
        with named values.
    """
    shape = shape_of(plan)
    values = values_of(shape, backend)
    kinds = tuple([output.kind for output in plan.outputs])
    limit = None if plan.limit is None else _integer(plan.limit)
    text, wide = _compiled(_rows, shape, backend), _wide(plan, kinds)
    return Statements(
        Statement(text, values, kinds, limit, wide, _row_bytes(plan, limit), plan.outputs),
        _count_statement(shape, values, backend) if with_count else None,
        limit,
        0 if plan.offset is None else _integer(plan.offset),
    )


def _wide(plan: Plan, kinds: tuple[Kind, ...]) -> tuple[int, ...]:
    """Return the places of the columns whose values may have any size."""
    return tuple(
        [
            place
            for place, kind in enumerate(kinds)
            if kind is Kind.JSON or (kind is Kind.TEXT and _is_wide(plan.outputs[place]))
        ]
    )


def _is_wide(output: Output) -> bool:
    """Return whether a string may have any size: one of JSON, or of a column without a length."""
    return output.target.field.name in LONG or output.target.field.kind is Kind.JSON


def _row_bytes(plan: Plan, limit: int | None) -> int:
    """Return the least size of a row in an answer, without long strings; 0 for few rows.

    Each value has a name with quotes, a colon and a comma, and is at least one character.
    """
    if limit is not None and limit <= FEW:
        return 0
    return sum(len(output.key) + 5 for output in plan.outputs)


def compile_rows(plan: Plan, backend: Backend) -> Statement:
    """Return the statement of the rows of a plan."""
    return compile_plan(plan, backend, with_count=False).rows


def compile_count(plan: Plan, backend: Backend) -> Statement:
    """Return the statement of the number of rows before limit and offset."""
    shape = shape_of(plan)
    return _count_statement(shape, values_of(shape, backend), backend)


def compile_groups(plan: Plan, backend: Backend) -> Statement:
    """Return the statement that counts the rows of each combination of the plan's outputs.

    Example:
        the output `node_type` gives `SELECT node_type, count(*) … GROUP BY node_type`.
    """
    shape = shape_of(plan)
    text = _compiled(_groups, shape, backend)
    kinds = (*(output.kind for output in plan.outputs), Kind.INTEGER)
    values = values_of(shape, backend)
    wide = _wide(plan, kinds[:-1])
    return Statement(text, values, kinds, None, wide, GROUP_BYTES, plan.outputs)


def compile_number(plan: Plan, backend: Backend) -> Statement:
    """Return the statement of the number of rows after limit and offset."""
    shape = shape_of(plan)
    return Statement(_compiled(_number, shape, backend), values_of(shape, backend))


def compile_by(write: Write, plan: Plan, backend: Backend) -> Statement:
    """Return the statement that a function writes with the writer of a plan; its SQL is cached."""
    shape = shape_of(plan)
    return Statement(_compiled(write, shape, backend), values_of(shape, backend))


def values_of(shape: Shape, backend: Backend) -> dict[str, object]:
    """Return the values of a shape by the names that they are bound to."""
    return {f"p{index}": bound(item, backend) for index, item in enumerate(shape.operands)}


def _count_statement(shape: Shape, values: dict[str, object], backend: Backend) -> Statement:
    asked = dict(islice(values.items(), shape.asked))
    return Statement(_compiled(_count, shape, backend), asked)


def _integer(operand: Operand) -> int:
    return int(operand.value)  # type: ignore[call-overload, no-any-return]


Write = Callable[["Writer"], Select[Any]]


def _compiled(write: Write, shape: Shape, backend: Backend) -> str:
    """Return the SQL of a shape, compiled once unless it is very large."""
    return _compile(write, shape.plan, backend, len(shape.operands))


def _is_large(write: Write, shape: Plan, backend: Backend, operands: int) -> bool:
    return operands > LARGEST_KEPT


@cached(4 * SHAPES_KEPT, unless=_is_large)
def _compile(write: Write, shape: Plan, backend: Backend, operands: int) -> str:
    """Return the SQL of a shape with this number of operands."""
    del operands
    counted = _without_needless_joins(shape) if write is _count else shape
    return str(write(Writer(counted, backend)).compile(dialect=DIALECTS[backend]))


def _without_needless_joins(plan: Plan) -> Plan:
    """Return a plan with the same number of rows, without vertices that do not change the number.

    Those are vertices that a foreign key of each row names, and far ends of links or memberships.
    """
    asked = {target.tag for part in plan.condition.conditions for target in targets(part)}
    kept: list[Source] = []
    for source in reversed(plan.sources):
        partners = {item.join.partner for item in kept if item.join}
        join = source.join
        if join is None or join.outer or source.tag in asked | partners:
            kept.append(source)
        elif isinstance(join.rule, EdgeJoin):
            kept.append(replace(source, join=replace(join, is_bare=True)))
        elif join.rule not in ALWAYS_NAMED:
            kept.append(source)
    return replace(
        plan, sources=tuple(reversed(kept)), outputs=(), order=(), limit=None, offset=None
    )


class Writer:
    """Writes the statements of one shape."""

    def __init__(self, plan: Plan, backend: Backend) -> None:
        self._plan = plan
        self.backend = backend
        self._forms: SqlForms = forms(backend)
        self._tables = tables_of(plan, self._forms)
        self._predicates = self._tables.predicates

    def rows(self) -> Select[Any]:
        """Return the statement of the rows."""
        plan = self._plan
        if plan.is_deep:
            return self._deep_rows()
        columns = [self._output(output).label(f"c{i}") for i, output in enumerate(plan.outputs)]
        statement = select(*columns).select_from(self._tables.joined).where(*self._where())
        if plan.distinct:
            statement = self._different(statement, columns)
        statement = statement.order_by(*(self._ordered(item, columns) for item in plan.order))
        if plan.limit is not None:
            statement = statement.limit(self._predicates.bind(plan.limit))
        if plan.offset is not None:
            statement = statement.offset(self._predicates.bind(plan.offset))
        return statement

    def _deep_rows(self) -> Select[Any]:
        """Return the statement that first skips ids, and then joins the rows of the page."""
        plan, table = self._plan, self._tables.joined
        order = [self._ordered(item, []) for item in plan.order]
        ids = select(table.c.id).where(*self._where()).order_by(*order)
        ids = ids.limit(self._predicates.bind(plan.limit)) if plan.limit else ids
        ids = ids.offset(self._predicates.bind(plan.offset)) if plan.offset else ids
        found = ids.subquery("found")
        columns = [self._output(output).label(f"c{i}") for i, output in enumerate(plan.outputs)]
        joined = table.join(found, found.c.id == table.c.id)
        return select(*columns).select_from(joined).order_by(*order)

    def count(self) -> Select[Any]:
        """Return the statement of the number of rows before limit and offset."""
        counted = select(func.count()).select_from(self._tables.joined)
        return counted.where(*self._where())

    def number(self) -> Select[Any]:
        """Return the statement of the number of rows after limit and offset."""
        return select(func.count()).select_from(self.rows().order_by(None).subquery())

    def groups(self) -> Select[Any]:
        """Return the statement of the number of rows of each combination of the outputs.

        Those with a function are no part of the combination: they say something of its rows.
        """
        outputs = self._plan.outputs
        columns = [self._output(output).label(f"c{i}") for i, output in enumerate(outputs)]
        number = func.count().label(f"c{len(columns)}")
        counted = select(*columns, number).select_from(self._tables.joined).where(*self._where())
        pairs = zip(columns, outputs, strict=True)
        return counted.group_by(*(column.element for column, of in pairs if not of.function))

    def _where(self) -> list[ColumnElement[bool]]:
        return [self._predicates.write(part) for part in self._plan.condition.conditions]

    def _output(self, output: Output) -> ColumnElement[Any]:
        """Return a column of the answer; times without a UTC offset as strings."""
        if output.function in OF_NUMBERS:
            return OF_NUMBERS[output.function](self._predicates.inside(output.target).number())
        column = self._value(output)
        if output.function == "count":
            return func.count(column)
        if output.function is not None:
            column = self._forms.largest(column, output.kind, output.function)
        if output.kind is Kind.LOCAL_TIME:
            return self._forms.local_text(column)
        return column

    def _value(self, item: Output | Ordering) -> ColumnElement[Any]:
        """Return the value of an output or criterion: a column, JSON, or a cast of JSON."""
        target = item.target
        if target.field.kind is not Kind.JSON or target.field.computed:
            return self._predicates.column(target)
        inside = self._predicates.inside(target)
        if item.cast in INNER_KINDS:
            return inside.inner(item.cast)
        return inside.document() if item.cast is None else inside.cast(item.cast)

    def _different(self, statement: Select[Any], columns: list[Label[Any]]) -> Select[Any]:
        """Return a statement of distinct rows; SQLite compares JSON by value, not as a string."""
        kinds = [output.kind for output in self._plan.outputs]
        if self.backend is Backend.POSTGRESQL or Kind.JSON not in kinds:
            return statement.distinct()
        return statement.group_by(
            *(
                ours("json_key", column.element) if kind is Kind.JSON else column.element
                for column, kind in zip(columns, kinds, strict=True)
            )
        )

    def _ordered(self, ordering: Ordering, columns: list[Label[Any]]) -> ColumnElement[Any]:
        nullable = ordering.target.field.nullable or ordering.target.path is not None
        column = self._value(ordering) if ordering.output is None else columns[ordering.output]
        return self._forms.ordered(
            column, ordering.kind, nullable=nullable, descending=ordering.descending
        )


_rows: Write = Writer.rows
_count: Write = Writer.count
_number: Write = Writer.number
_groups: Write = Writer.groups
