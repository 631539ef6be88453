"""Rows below given ids, a few for each: where PostgreSQL and SQLite differ. Floor: query."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    cast,
    func,
    literal_column,
    null,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from provender.schema.entities import Kind
from provender.schema.statements import Backend

Expression = ColumnElement[Any]
# The types of NULL in a union, without which it is a string.
TYPES = {
    Kind.INTEGER: "bigint",
    Kind.TEXT: "text",
    Kind.JSON: "jsonb",
    Kind.UUID: "uuid",
    Kind.TIME: "timestamptz",
}


class Given(ABC):
    """How a list of ids is joined with other tables."""

    @abstractmethod
    def table(self, values: Expression) -> Any:  # noqa: ANN401 - a function as a table
        """Return a bound list of ids as the table `given`, whose column is `value`."""

    @abstractmethod
    def firsts(self, given: Any, nearest: Select[Any], table: Any) -> Any:  # noqa: ANN401 - tables
        """Return a table joined with those of its rows whose ids a statement gives.

        The statement is correlated with `given`, and has an order and a limit.
        """

    @abstractmethod
    def unindexed(self, column: Expression) -> Expression:
        """Return a column so that no index of it is used where that of an id is better."""

    @abstractmethod
    def nothing(self, kind: Kind) -> Expression:
        """Return NULL as a value of a type."""


class PostgresqlGiven(Given):
    """PostgreSQL: arrays and lateral joins."""

    def table(self, values: Expression) -> Any:  # noqa: ANN401 - a function as a table
        """Return `unnest(array)`."""
        listed = func.unnest(cast(values, ARRAY(Integer)))
        return listed.table_valued("value").render_derived(name="given")

    def firsts(self, given: Any, nearest: Select[Any], table: Any) -> Any:  # noqa: ANN401 - tables
        """Return a lateral join."""
        first = nearest.lateral("first")
        return given.join(first, true()).join(table, table.c.id == first.c.id)

    def unindexed(self, column: Expression) -> Expression:
        """Return the column: there are statistics."""
        return column

    def nothing(self, kind: Kind) -> Expression:
        """Return a cast."""
        return literal_column(f"NULL::{TYPES[kind]}")


class SqliteGiven(Given):
    """SQLite: JSON lists, and lists of ids that a correlated statement gives."""

    def table(self, values: Expression) -> Any:  # noqa: ANN401 - a function as a table
        """Return `json_each`."""
        return func.json_each(values).table_valued("value", name="given")

    def firsts(self, given: Any, nearest: Select[Any], table: Any) -> Any:  # noqa: ANN401 - tables
        """Return a join by `IN`: an index on a column ends with the id, so that few are read."""
        return given.join(table, table.c.id.in_(nearest))

    def unindexed(self, column: Expression) -> Expression:
        """Return `+column`: without statistics all indexes are taken to be equally good."""
        return UnaryExpression(column, operator=custom_op("+"), type_=column.type)

    def nothing(self, kind: Kind) -> Expression:
        """Return NULL: values have types of their own."""
        del kind
        return null()


FORMS: dict[Backend, Given] = {
    Backend.POSTGRESQL: PostgresqlGiven(),
    Backend.SQLITE: SqliteGiven(),
}
