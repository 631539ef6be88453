"""The only place where PostgreSQL and SQLite differ: how an expression is written. Floor: query."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Double,
    Text,
    and_,
    case,
    cast,
    column,
    func,
    literal_column,
    nulls_first,
    nulls_last,
    or_,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import ARRAY, UUID, psycopg2
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from provender.query.plan.conditions import Comparison, Operand, Path, Relation
from provender.query.sql.jsonforms import (
    JsonForms,
    PostgresqlJson,
    SqliteJson,
    ours,
    valid,
)
from provender.schema.entities import Kind
from provender.schema.processes import FAILED, FAILURES
from provender.schema.statements import Backend

Expression = ColumnElement[Any]

DIALECTS: dict[Backend, Dialect] = {
    Backend.POSTGRESQL: psycopg2.dialect(paramstyle="pyformat"),  # type: ignore[no-untyped-call]
    Backend.SQLITE: sqlite.dialect(paramstyle="named"),
}
# PostgreSQL's comparison by code point, which its pattern indexes serve.
# Characters from which on SQLite matches a string with a pattern by a function of ours.
LONG = 10_000
CODE_POINT = {
    Relation.LESS: "~<~",
    Relation.LESS_EQUAL: "~<=~",
    Relation.GREATER: "~>~",
    Relation.GREATER_EQUAL: "~>=~",
}
# The format of times in SQLite stores, in UTC: the order of the strings is that of the times.
TIME_FORM = "YYYY-MM-DD HH:MM:SS.ffffff"


def bound(operand: Operand, backend: Backend) -> object:
    """Return the value of an operand as the driver takes it."""
    value = operand.value
    if backend is Backend.POSTGRESQL:
        return list(value) if isinstance(value, tuple) else value
    if isinstance(operand, Path) and operand.plain:
        return "$" + "".join(f'."{segment}"' for segment in operand.segments)
    if isinstance(value, tuple):
        return json.dumps([_stored(member) for member in value])
    return _stored(value)


def _stored(value: object) -> object:
    """Return a value as SQLite stores it."""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat(" ", "microseconds")[: len(TIME_FORM)]
    return value


class SqlForms(ABC):
    """How expressions are written for one kind of database."""

    lower: ClassVar[Callable[..., Expression]]

    @abstractmethod
    def ordered(
        self, column: Expression, kind: Kind, *, nullable: bool, descending: bool
    ) -> Expression:
        """Return an order criterion: strings by code point, no value last when ascending."""

    json: ClassVar[type[JsonForms]]

    @abstractmethod
    def as_text(self, column: Expression, kind: Kind) -> Expression:
        """Return a value as a string, as PostgreSQL writes it."""

    @abstractmethod
    def local_text(self, column: Expression) -> Expression:
        """Return a time without offset as `YYYY-MM-DD HH:MM:SS.ffffff`."""

    @abstractmethod
    def member(self, column: Expression, values: Expression, kind: Kind) -> Expression:
        """Return whether a column equals one of a bound list of values."""

    @abstractmethod
    def largest(self, column: Expression, kind: Kind, function: str) -> Expression:
        """Return `max` or `min` of a column, strings by code point."""

    @abstractmethod
    def like(
        self, column: Expression, pattern: Expression, *, fold: bool, is_short: bool = False
    ) -> Expression:
        """Return the match of a whole text with a pattern; `is_short` if no text is long."""

    def like_inside(self, text: Expression, pattern: Expression, *, fold: bool) -> Expression:
        """Return the match of a string inside JSON with a pattern."""
        return self.like(text, pattern, fold=fold)

    @abstractmethod
    def by_code_point(self, left: Expression, relation: Relation, right: Expression) -> Expression:
        """Return the comparison of two strings by code point."""

    @abstractmethod
    def day(self, column: Expression) -> Expression:
        """Return the day in UTC of a time: a string `YYYY-MM-DD`, or a value that becomes one."""

    @abstractmethod
    def process_state(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return the upper-case state of a process, NULL for data."""

    @abstractmethod
    def failure(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return `FAILED` for a process that was broken off or did not exit with 0, or NULL.

        It is compared with a string, so that PostgreSQL takes failures to be few (0.5 %), as it
        does of any expression that it knows nothing about. Of a condition alone it would expect
        half of all rows, and read the rows in the order of their ids.
        """

    @abstractmethod
    def writer(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return the last 32 bits of the number of the transaction that wrote a row."""

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
    """PostgreSQL: JSON is `jsonb`; the collation of strings must have no effect."""

    lower = func.lower
    json = PostgresqlJson

    def ordered(
        self, column: Expression, kind: Kind, *, nullable: bool, descending: bool
    ) -> Expression:
        """Return a criterion; `USING ~<~` is code-point order, served by the pattern indexes."""
        if kind is Kind.TEXT:
            using: custom_op[Any] = custom_op("USING ~>~" if descending else "USING ~<~")
            return UnaryExpression(column, modifier=using)
        return column.desc() if descending else column.asc()

    def as_text(self, column: Expression, kind: Kind) -> Expression:
        """Return `column::text`."""
        return column if kind is Kind.TEXT else cast(column, Text)

    def local_text(self, column: Expression) -> Expression:
        """Return `to_char`."""
        return func.to_char(column, text_literal("YYYY-MM-DD HH24:MI:SS.US"))

    def member(self, column: Expression, values: Expression, kind: Kind) -> Expression:
        """Return `= ANY(array)`, which an index serves."""
        types = {Kind.UUID: UUID, Kind.NUMBER: Double}
        bound_list = cast(values, ARRAY(types[kind])) if kind in types else values
        # Not `==`, of which SQLAlchemy 2.0 takes `!= ANY` to be the negation.
        return column.op("=", is_comparison=True)(func.any(bound_list))

    def largest(self, column: Expression, kind: Kind, function: str) -> Expression:
        """Return the aggregate in the collation of code points."""
        ordered = column.collate("C") if kind is Kind.TEXT else column
        found: Expression = getattr(func, function)(ordered)
        return found

    def like(
        self, column: Expression, pattern: Expression, *, fold: bool, is_short: bool = False
    ) -> Expression:
        """Return `LIKE` or `ILIKE` on a column as a string; backslash escapes by default."""
        del is_short
        return column.op("ILIKE" if fold else "LIKE", is_comparison=True)(pattern)

    def by_code_point(self, left: Expression, relation: Relation, right: Expression) -> Expression:
        """Return `~<~` and its kin, whatever the collation of the database."""
        return left.op(CODE_POINT[relation], is_comparison=True)(right)

    def day(self, column: Expression) -> Expression:
        """Return the day; the transaction's time zone is UTC."""
        return cast(column, Date)

    def process_state(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return the state from `attributes`."""
        state = table.c.attributes.op("->")(text_literal("process_state"))
        is_text = func.jsonb_typeof(state) == text_literal("string")
        text = table.c.attributes.op("->>")(text_literal("process_state"))
        return case((and_(self.is_process(table), is_text), func.upper(text)))

    def failure(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return the failure from `attributes`, which each `->` decompresses anew."""
        state = func.upper(table.c.attributes.op("->>")(text_literal("process_state")))
        status = table.c.attributes.op("->")(text_literal("exit_status"))
        is_wrong = and_(
            status.op("<>", is_comparison=True)(literal_column("'0'::jsonb")),
            func.jsonb_typeof(status) == text_literal("number"),
        )
        return _failed(self.is_process(table), state, is_wrong)

    def writer(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return `xmin`, which can be cast to a string only."""
        return cast(cast(column("xmin", _selectable=table), Text), BigInteger)


class SqliteForms(SqlForms):
    """SQLite: JSON and times are strings, and strings compare by code point by default."""

    lower = partial(ours, "lower")
    json = SqliteJson

    def ordered(
        self, column: Expression, kind: Kind, *, nullable: bool, descending: bool
    ) -> Expression:
        """Return a criterion; where NULL can occur its place is written out."""
        if kind is Kind.JSON:
            column = ours("json_key", column)
        if not nullable:
            return column.desc() if descending else column.asc()
        return nulls_first(column.desc()) if descending else nulls_last(column.asc())

    def as_text(self, column: Expression, kind: Kind) -> Expression:
        """Return a cast, or the string that PostgreSQL would write."""
        if kind is Kind.TIME:
            zero, point, zone = text_literal("0"), text_literal("."), text_literal("+00")
            return func.rtrim(func.rtrim(column, zero), point).concat(zone)
        if kind is Kind.BOOLEAN:
            truth = (column, text_literal("true")), (column.is_not(None), text_literal("false"))
            return case(*truth)
        return column if kind in (Kind.TEXT, Kind.UUID) else cast(column, Text)

    def local_text(self, column: Expression) -> Expression:
        """Return the result of our own function."""
        return column

    def member(self, column: Expression, values: Expression, kind: Kind) -> Expression:
        """Return `IN` of the members of a JSON list."""
        del kind  # SQLite's values have types of their own
        return column.in_(select(func.json_each(values).table_valued("value").c.value))

    def largest(self, column: Expression, kind: Kind, function: str) -> Expression:
        """Return the aggregate."""
        del kind
        found: Expression = getattr(func, function)(column)
        return found

    def like(
        self, column: Expression, pattern: Expression, *, fold: bool, is_short: bool = False
    ) -> Expression:
        """Return `LIKE`, case-sensitive on every connection; with `fold`, of the folded strings.

        A long string is matched by a function of ours, which can be stopped.
        """
        is_long = func.length(column) > literal_column(str(LONG))
        slowly = self.like_inside(column, pattern, fold=fold)
        if fold:
            column, pattern = self.lower(column), self.lower(pattern)
        found = column.like(pattern, escape="\\")
        return found if is_short else case((is_long, slowly), else_=found)

    def like_inside(self, text: Expression, pattern: Expression, *, fold: bool) -> Expression:
        """Return our own function: a string inside JSON may be long, and is read once."""
        return ours("ilike" if fold else "like", text, pattern, type_=Boolean)

    def by_code_point(self, left: Expression, relation: Relation, right: Expression) -> Expression:
        """Return the plain comparison: the binary collation orders UTF-8 bytes."""
        return left.op(relation.value, is_comparison=True)(right)

    def day(self, column: Expression) -> Expression:
        """Return the first ten characters of the stored text."""
        return func.substr(column, literal_column("1"), literal_column("10"))

    def process_state(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return the state from `attributes`."""
        path = text_literal("$.process_state")
        is_text = func.json_type(valid(table.c.attributes), path) == text_literal("text")
        state = func.upper(func.json_extract(table.c.attributes, path))
        return case((and_(self.is_process(table), is_text), state))

    def failure(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return the failure from `attributes`."""
        path, document = text_literal("$.exit_status"), valid(table.c.attributes)
        numbers = [text_literal("integer"), text_literal("real")]
        is_wrong = and_(
            func.json_type(document, path).in_(numbers),
            func.json_extract(document, path) != literal_column("0"),
        )
        return _failed(self.is_process(table), self.process_state(table), is_wrong)

    def writer(self, table: Any) -> Expression:  # noqa: ANN401 - a table or an alias
        """Return 0: SQLite notes no transaction."""
        del table
        return literal_column("0", BigInteger)


def _failed(is_process: Expression, state: Expression, is_wrong: Expression) -> Expression:
    """Return `FAILED` for a process in a state of failure or with a wrong exit status, or NULL."""
    is_broken = state.in_([text_literal(name) for name in FAILURES])
    return case((and_(is_process, or_(is_broken, is_wrong)), text_literal(FAILED)))


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
