"""The only place where PostgreSQL and SQLite differ: how an expression is written. Floor: query."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Date,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    nulls_first,
    nulls_last,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg2
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from provender.query.conditions import Comparison, Operand, Relation
from provender.store.catalogue import Field, Kind
from provender.store.engines import Backend

Expression = ColumnElement[Any]

DIALECTS: dict[Backend, Dialect] = {
    Backend.POSTGRESQL: psycopg2.dialect(paramstyle="pyformat"),  # type: ignore[no-untyped-call]
    Backend.SQLITE: sqlite.dialect(paramstyle="named"),
}
CODE_POINT = {
    Relation.LESS: "~<~",
    Relation.LESS_EQUAL: "~<=~",
    Relation.GREATER: "~>~",
    Relation.GREATER_EQUAL: "~>=~",
}
"""PostgreSQL's comparison by code point, which its pattern indexes serve."""
TIME_FORM = "YYYY-MM-DD HH:MM:SS.ffffff"
"""How SQLite stores keep times, in UTC: the order of the texts is that of the times."""


def bound(operand: Operand, backend: Backend) -> object:
    """Return the value of an operand as the driver takes it."""
    value = operand.value
    if isinstance(value, tuple):  # a JSON path
        return json.dumps(value) if backend is Backend.SQLITE else list(value)
    if backend is Backend.SQLITE and isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat(" ", "microseconds")[: len(TIME_FORM)]
    return value


class SqlForms(ABC):
    """How expressions are written for one kind of database."""

    lower: ClassVar[Callable[..., Expression]]

    @abstractmethod
    def ordered(self, column: Expression, field: Field, *, descending: bool) -> Expression:
        """Return an order criterion: texts by code point, no value last when ascending."""

    @abstractmethod
    def json_text(self, column: Expression, path: Expression | None) -> Expression:
        """Return the JSON text of a column, or of what a path finds in it (else NULL)."""

    @abstractmethod
    def like(self, column: Expression, pattern: Expression, *, fold: bool) -> Expression:
        """Return the match of a whole text with a pattern."""

    @abstractmethod
    def by_code_point(self, left: Expression, relation: Relation, right: Expression) -> Expression:
        """Return the comparison of two texts by code point."""

    @abstractmethod
    def day(self, column: Expression) -> Expression:
        """Return the day in UTC of a time, as `YYYY-MM-DD`."""

    @abstractmethod
    def process_state(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return the upper-case state of a process, NULL for data."""

    def span(
        self, column: Expression, low: Expression, high: Expression | None, kind: Kind
    ) -> Expression:
        """Return the range from `low` to before `high`; for a uuid `high` is included."""
        if kind is Kind.UUID:
            return and_(column >= low, column <= high)
        above = self.by_code_point(column, Relation.GREATER_EQUAL, low)
        if high is None:
            return above
        return and_(above, self.by_code_point(column, Relation.LESS, high))

    def compared(self, column: Expression, condition: Comparison, value: Expression) -> Expression:
        """Return a comparison."""
        if condition.as_text:
            return self.by_code_point(cast(column, Text), condition.relation, value)
        if condition.relation is Relation.EQUAL:
            return column == value
        if condition.fold:
            column, value = self.lower(column), self.lower(value)
        if condition.target.field.kind is Kind.TEXT:
            return self.by_code_point(column, condition.relation, value)
        return column.op(condition.relation.value, is_comparison=True)(value)

    def is_process(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return whether a node is a process."""
        return self.span(
            table.c.node_type, text_literal("process."), text_literal("process/"), Kind.TEXT
        )


class PostgresqlForms(SqlForms):
    """PostgreSQL: JSON is `jsonb`, texts have a collation that must not show."""

    lower = func.lower

    def ordered(self, column: Expression, field: Field, *, descending: bool) -> Expression:
        """Return a criterion; `USING ~<~` is code-point order, served by the pattern indexes."""
        if field.kind is Kind.TEXT:
            using: custom_op[Any] = custom_op("USING ~>~" if descending else "USING ~<~")
            return UnaryExpression(column, modifier=using)
        return column.desc() if descending else column.asc()

    def json_text(self, column: Expression, path: Expression | None) -> Expression:
        """Return `column::text`, or that of `column #> path`."""
        return cast(column if path is None else column.op("#>")(path), Text)

    def like(self, column: Expression, pattern: Expression, *, fold: bool) -> Expression:
        """Return `LIKE` or `ILIKE` on the text of a column; backslash escapes by default."""
        return column.op("ILIKE" if fold else "LIKE", is_comparison=True)(pattern)

    def by_code_point(self, left: Expression, relation: Relation, right: Expression) -> Expression:
        """Return `~<~` and its kin, whatever the collation of the database."""
        return left.op(CODE_POINT[relation], is_comparison=True)(right)

    def day(self, column: Expression) -> Expression:
        """Return the day; the transaction's time zone is UTC."""
        return cast(cast(column, Date), Text)

    def process_state(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return the state from `attributes`."""
        state = table.c.attributes.op("->")(text_literal("process_state"))
        is_text = func.jsonb_typeof(state) == text_literal("string")
        text = table.c.attributes.op("->>")(text_literal("process_state"))
        return case((and_(self.is_process(table), is_text), func.upper(text)))


class SqliteForms(SqlForms):
    """SQLite: JSON and times are texts, and texts compare by code point by themselves."""

    lower = func.provender_lower

    def ordered(self, column: Expression, field: Field, *, descending: bool) -> Expression:
        """Return a criterion; where NULL can occur its place is written out."""
        if not field.nullable:
            return column.desc() if descending else column.asc()
        return nulls_first(column.desc()) if descending else nulls_last(column.asc())

    def json_text(self, column: Expression, path: Expression | None) -> Expression:
        """Return the stored text, or what our own function finds in it."""
        return column if path is None else func.provender_json_get(column, path)

    def like(self, column: Expression, pattern: Expression, *, fold: bool) -> Expression:
        """Return `LIKE`, made case-sensitive on every connection, of the folded texts if asked."""
        if fold:
            column, pattern = self.lower(column), self.lower(pattern)
        return column.like(pattern, escape="\\")

    def by_code_point(self, left: Expression, relation: Relation, right: Expression) -> Expression:
        """Return the plain comparison: the binary collation orders UTF-8 bytes."""
        return left.op(relation.value, is_comparison=True)(right)

    def day(self, column: Expression) -> Expression:
        """Return the first ten characters of the stored text."""
        return func.substr(column, literal_column("1"), literal_column("10"))

    def process_state(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return the state from `attributes`."""
        path = text_literal("$.process_state")
        is_text = func.json_type(table.c.attributes, path) == text_literal("text")
        state = func.upper(func.json_extract(table.c.attributes, path))
        return case((and_(self.is_process(table), is_text), state))


_FORMS: dict[Backend, SqlForms] = {
    Backend.POSTGRESQL: PostgresqlForms(),
    Backend.SQLITE: SqliteForms(),
}


def forms(backend: Backend) -> SqlForms:
    """Return how expressions are written for a kind of database."""
    return _FORMS[backend]


def text_literal(constant: str) -> Expression:
    """Return one of our own constants as an SQL literal."""
    return literal_column(f"'{constant}'", Text)
