"""From a plan to SQL: one statement for the rows, one for their number. Floor: query.

A plan is compiled once for each shape; the values are bound each time. Only `select` is ever
built.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.sql.expression import Label

from provender.query.backends import DIALECTS, SqlForms, bound, forms
from provender.query.computed import computed
from provender.query.conditions import (
    Comparison,
    Condition,
    Conjunction,
    Disjunction,
    IsNull,
    Membership,
    Negation,
    Never,
    Operand,
    Pattern,
    Span,
    Target,
)
from provender.query.joins import ColumnJoin
from provender.query.plan import Plan, Source
from provender.store.catalogue import Kind
from provender.store.engines import Backend
from provender.store.reader import Statement, Statements

SHAPES_KEPT = 1000
"""Compiled shapes kept in memory, about 4 kB each."""


def compile_plan(plan: Plan, backend: Backend, *, with_count: bool = True) -> Statements:
    """Return the statements of a plan for one kind of database.

    Example:
        `nodes?id>5&limit=2` gives `SELECT … FROM db_dbnode WHERE db_dbnode.id > 5 ORDER BY
        db_dbnode.id LIMIT 2` and `SELECT count(*) FROM db_dbnode WHERE db_dbnode.id > 5`, both
        with named values.
    """
    rows, count, kinds = _compile_shape(plan, backend)
    operands = list(plan.operands())
    values = {f"p{index}": bound(operand, backend) for index, operand in enumerate(operands)}
    return Statements(
        Statement(rows, values, kinds),
        Statement(count, values) if with_count else None,
        None if plan.limit is None else _integer(plan.limit),
        0 if plan.offset is None else _integer(plan.offset),
    )


def compile_groups(plan: Plan, backend: Backend) -> Statement:
    """Return the statement that counts the rows of each combination of the plan's outputs.

    Example:
        the output `node_type` gives `SELECT node_type, count(*) … GROUP BY node_type`.
    """
    text = _compile_groups(plan, backend)
    operands = enumerate(plan.operands())
    return Statement(text, {f"p{index}": bound(operand, backend) for index, operand in operands})


@lru_cache(maxsize=SHAPES_KEPT)
def _compile_groups(plan: Plan, backend: Backend) -> str:
    return _text(_Writer(plan, backend).groups(), backend)


def _integer(operand: Operand) -> int:
    return int(operand.value)  # type: ignore[call-overload, no-any-return]


@lru_cache(maxsize=SHAPES_KEPT)
def _compile_shape(plan: Plan, backend: Backend) -> tuple[str, str, tuple[Kind, ...]]:
    """Return the SQL of rows and count and the types of the columns."""
    writer = _Writer(plan, backend)
    rows, count = writer.rows(), writer.count()
    kinds = tuple(output.target.field.kind for output in plan.outputs)
    return _text(rows, backend), _text(count, backend), kinds


def _text(statement: Select[Any], backend: Backend) -> str:
    return str(statement.compile(dialect=DIALECTS[backend]))


class _Writer:
    """Writes the parts of one plan as SQL expressions."""

    def __init__(self, plan: Plan, backend: Backend) -> None:
        self._plan = plan
        self._forms: SqlForms = forms(backend)
        self._names = {id(operand): f"p{i}" for i, operand in enumerate(plan.operands())}
        self._tables: dict[str, Any] = {}
        self._from: Any = None
        for index, source in enumerate(plan.sources):
            self._add(source, index)

    def _add(self, source: Source, index: int) -> None:
        """Add a vertex to the FROM clause, joined as the plan says."""
        table: Any = source.entity.table
        if len(self._plan.sources) > 1:
            table = table.alias(f"t{index}")
        self._tables[source.tag] = table
        if source.join is None:
            self._from = table
            return
        partner = self._tables[source.join.partner]
        rule = source.join.rule
        if isinstance(rule, ColumnJoin):
            self._from = self._from.join(table, table.c[rule.own] == partner.c[rule.partner])
            return
        edge = rule.table.alias(f"e{index}")
        self._tables[source.join.edge] = edge
        self._from = self._from.join(edge, edge.c[rule.partner] == partner.c.id)
        self._from = self._from.join(table, table.c.id == edge.c[rule.own])

    def rows(self) -> Select[Any]:
        """Return the statement of the rows."""
        plan = self._plan
        columns = [self._shown(output.target, i) for i, output in enumerate(plan.outputs)]
        statement = select(*columns).select_from(self._from)
        statement = statement.where(*self._where())
        for ordering in plan.order:
            column = self._column(ordering.target)
            field = ordering.target.field
            statement = statement.order_by(
                self._forms.ordered(column, field, descending=ordering.descending)
            )
        if plan.limit is not None:
            statement = statement.limit(self._bind(plan.limit))
        if plan.offset is not None:
            statement = statement.offset(self._bind(plan.offset))
        return statement

    def count(self) -> Select[Any]:
        """Return the statement of the number of rows before limit and offset."""
        counted = select(func.count()).select_from(self._from)
        return counted.where(*self._where())

    def groups(self) -> Select[Any]:
        """Return the statement of the number of rows of each combination of the outputs."""
        columns = [self._column(output.target) for output in self._plan.outputs]
        counted = select(*columns, func.count()).select_from(self._from)
        return counted.where(*self._where()).group_by(*columns)

    def _where(self) -> list[ColumnElement[bool]]:
        return [self._write(part) for part in self._plan.condition.conditions]

    def _bind(self, operand: Operand) -> Any:  # noqa: ANN401 - a bind parameter of any type
        return bindparam(self._names[id(operand)])

    def _column(self, target: Target) -> ColumnElement[Any]:
        table = self._tables[target.tag]
        if target.field.computed:
            return computed(target.field.name, self._forms, table)
        column: ColumnElement[Any] = table.c[target.field.name]
        return column

    def _shown(self, target: Target, index: int) -> Label[Any]:
        column = self._column(target)
        if target.field.kind is Kind.JSON:
            column = self._forms.json_text(
                column, None if target.path is None else self._bind(target.path)
            )
        return column.label(f"c{index}")

    def _write(self, condition: Condition) -> ColumnElement[bool]:
        """Return a condition as SQL."""
        if isinstance(condition, Conjunction):
            return and_(true(), *(self._write(part) for part in condition.conditions))
        if isinstance(condition, Disjunction):
            return or_(false(), *(self._write(part) for part in condition.conditions))
        if isinstance(condition, Negation):
            return self._write_negation(condition.condition)
        column = self._column(condition.target)
        if isinstance(condition, IsNull):
            return column.is_(None)
        if isinstance(condition, Never):
            return false()
        return self._write_match(condition, column)

    def _write_negation(self, condition: Condition) -> ColumnElement[bool]:
        if isinstance(condition, Never):
            return self._column(condition.target).is_not(None)
        return not_(self._write(condition))

    def _write_match(
        self, condition: Comparison | Membership | Pattern | Span, column: ColumnElement[Any]
    ) -> ColumnElement[bool]:
        write = self._forms
        kind = condition.target.field.kind
        if isinstance(condition, Membership):
            return column.in_([self._bind(operand) for operand in condition.operands])
        if isinstance(condition, Pattern):
            return write.like(
                cast(column, Text) if kind is Kind.UUID else column,
                self._bind(condition.operand),
                fold=condition.fold,
            )
        if isinstance(condition, Span):
            high = None if condition.high is None else self._bind(condition.high)
            return write.span(column, self._bind(condition.low), high, kind)
        return write.compared(column, condition, self._bind(condition.operand))
