"""How a value inside JSON is written as SQL, for both databases. Floor: query.

Every expression is NULL where the path finds nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.sql.elements import Grouping, UnaryExpression
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.types import TypeEngine

from provender.query.plan.conditions import JsonType

Expression = ColumnElement[Any]

# The casts of posted queries, and what PostgreSQL casts to.
CASTS: dict[str, type[TypeEngine[Any]]] = {
    "t": Text,
    "f": Double,
    "i": Integer,
    "b": Boolean,
    "j": JSONB,
    "d": DateTime,
}
LARGEST, LOWEST = "'1.7976931348623157e308'::jsonb", "'-1.7976931348623157e308'::jsonb"
# Numbers between these are nearer to 0 than to any other double.
POSITIVE, NEGATIVE = "'2.4703282292062328e-324'::jsonb", "'-2.4703282292062328e-324'::jsonb"
INFINITY = literal_column("'Infinity'::float8", Double)
MINUS_INFINITY = literal_column("'-Infinity'::float8", Double)


class JsonForms(ABC):
    """What conditions, orders and casts need of a JSON column, or of what a path finds in it."""

    def __init__(
        self,
        column: Expression,
        path: Expression | None,
        *,
        plain: bool = True,
        keys: tuple[int, ...] = (),
    ) -> None:
        self.column = column
        self.path = path
        self.plain = plain
        self.keys = keys

    @staticmethod
    @abstractmethod
    def of_members(text: Expression) -> Expression:
        """Return the JSON list of a string of members, which commas separate."""

    @abstractmethod
    def document(self) -> Expression:
        """Return the JSON value: `jsonb` or its text."""

    @abstractmethod
    def is_type(self, json_type: JsonType) -> Expression:
        """Return whether the value is of a type."""

    @abstractmethod
    def number(self) -> Expression:
        """Return the double of a number, NULL for other types."""

    @abstractmethod
    def string(self) -> Expression:
        """Return the value of a string, NULL for other types."""

    @abstractmethod
    def word(self) -> Expression:
        """Return `true` or `false` for a boolean; something else, or NULL, for other types."""

    @abstractmethod
    def length(self) -> Expression:
        """Return the length of a list, NULL for other types."""

    @abstractmethod
    def size(self) -> Expression:
        """Return the number of members of a list or an object as JSON, NULL for other types."""

    @abstractmethod
    def without(self, names: Expression) -> Expression:
        """Return the value; of an object those members whose names a bound list lacks."""

    @abstractmethod
    def sortable(self, document: Expression) -> Expression:
        """Return a JSON value, or a bound JSON text, as something that compares."""

    @abstractmethod
    def contains(self, document: Expression) -> Expression:
        """Return whether the value contains a bound JSON text."""

    @abstractmethod
    def has_key(self, key: Expression) -> Expression:
        """Return whether the value has a key."""

    @abstractmethod
    def cast(self, name: str) -> Expression:
        """Return the value under a cast of `CASTS`."""

    def inner(self, name: str) -> Expression:
        """Return the value if it is a `number`, a `string` or a `boolean`, NULL if it is not."""
        if name == "boolean":
            return case((self.is_type(JsonType.BOOLEAN), self.word()))
        return self.number() if name == "number" else self.string()


def _until(index: int) -> custom_op[Any]:
    """Return the operator, written after an array, that takes its first members."""
    return custom_op(f"[1:{index}]")


def _bracketed(text: Expression) -> Expression:
    return literal_column("'['", Text).concat(text).concat(literal_column("']'", Text))


def valid(column: Expression) -> Expression:
    """Return a column of SQLite without what is not JSON, of which its functions make an error.

    SQLite parses the text once for both: the second function takes what the first one parsed.
    """
    return case((func.json_valid(column), column))


def ours(name: str, text: Expression, *more: Expression, type_: Any = None) -> Expression:  # noqa: ANN401 - a type of SQLAlchemy
    """Return the call of our own function for SQLite.

    The first argument is passed as bytes: the driver makes an error of text that is not UTF-8.
    """
    function: Any = getattr(func, f"provender_{name}")
    found: Expression = function(cast(text, LargeBinary), *more, type_=type_)
    return found


class PostgresqlJson(JsonForms):
    """PostgreSQL: operators of `jsonb`."""

    @staticmethod
    def of_members(text: Expression) -> Expression:
        """Return a cast; its SQL type is that of text columns."""
        return type_coerce(cast(_bracketed(text), JSONB), Text)

    def document(self) -> Expression:
        """Return `column #> path`."""
        if self.path is None:
            return self.column
        return self._by_keys(self.column.op("#>")(self.path))

    def is_type(self, json_type: JsonType) -> Expression:
        """Return a comparison of `jsonb_typeof`."""
        return self._type() == literal_column(f"'{json_type.value}'", Text)

    def _type(self) -> Expression:
        return func.jsonb_typeof(self.document(), type_=Text)

    def _text(self) -> Expression:
        path = literal_column("'{}'") if self.path is None else self.path
        return self._by_keys(self.column.op("#>>")(path))

    def _by_keys(self, found: Expression) -> Expression:
        """Return what a path finds, NULL where a key that looks like a position is one."""
        if self.path is None or not self.keys:
            return found
        path = Grouping(self.path)
        parents = [
            self.column.op("#>")(UnaryExpression(path, modifier=_until(index)))
            if index
            else self.column
            for index in self.keys
        ]
        types = [func.jsonb_typeof(parent, type_=Text) for parent in parents]
        return case((and_(*(kind == literal_column("'object'", Text) for kind in types)), found))

    def number(self) -> Expression:
        """Return a cast that can neither overflow nor underflow.

        Each `#>` decompresses the document anew: a key that is missing takes one of them, zero
        three.
        """
        value = self.document()
        above, below = value.op(">"), value.op("<")
        number = cast(value, Double)
        positive = case((above(literal_column(LARGEST)), INFINITY), else_=number)
        negative = case((below(literal_column(LOWEST)), MINUS_INFINITY), else_=number)
        found = case(
            (above(literal_column(POSITIVE)), positive),
            (below(literal_column(NEGATIVE)), negative),
            else_=literal_column("'0'::float8", Double),
        )
        return case((self.is_type(JsonType.NUMBER), found))

    def string(self) -> Expression:
        """Return `column #>> path`."""
        return case((self.is_type(JsonType.STRING), self._text()))

    def word(self) -> Expression:
        """Return the value as JSON, in which a string has quotes."""
        return cast(self.document(), Text)

    def length(self) -> Expression:
        """Return `jsonb_array_length`."""
        return case((self.is_type(JsonType.ARRAY), func.jsonb_array_length(self.document())))

    def size(self) -> Expression:
        """Return `jsonb_array_length`, or the number of keys."""
        document = self.document()
        keys = select(func.count()).select_from(func.jsonb_object_keys(document))
        size = case(
            (self.is_type(JsonType.ARRAY), func.jsonb_array_length(document)),
            (self.is_type(JsonType.OBJECT), keys.scalar_subquery()),
        )
        return func.to_jsonb(size)

    def without(self, names: Expression) -> Expression:
        """Return `document - names`, which other types do not have."""
        document = self.document()
        rest = document.op("-")(cast(names, ARRAY(Text)))
        return case((self.is_type(JsonType.OBJECT), rest), else_=document)

    def sortable(self, document: Expression) -> Expression:
        """Return `jsonb`, which has an order."""
        return cast(document, JSONB)

    def contains(self, document: Expression) -> Expression:
        """Return `@>`."""
        return self.document().op("@>", is_comparison=True)(cast(document, JSONB))

    def has_key(self, key: Expression) -> Expression:
        """Return `jsonb_exists`, the function behind the operator `?`."""
        return func.jsonb_exists(self.document(), key)

    def cast(self, name: str) -> Expression:
        """Return a cast of the value as a string."""
        return cast(self._text(), CASTS[name])


class SqliteJson(JsonForms):
    """SQLite: its own functions for plain paths, ours for others and for what it lacks."""

    @staticmethod
    def of_members(text: Expression) -> Expression:
        """Return the value as a string."""
        return _bracketed(text)

    def document(self) -> Expression:
        """Return the JSON text."""
        if self.path is None:
            return self.column
        if self.plain:
            return valid(self.column).op("->")(self.path)
        return ours("json_get", self.column, self.path)

    def _call(self, function: Any, *, type_: Any, is_known: bool = True) -> Expression:  # noqa: ANN401 - SQLAlchemy's
        """Return the call of a function of SQLite; `is_known` if the column is JSON for certain."""
        column = self.column if is_known else valid(self.column)
        if self.path is not None and self.plain:
            found: Expression = function(column, self.path, type_=type_)
        else:
            document = column if self.path is None else self.document()
            found = function(document, literal_column("'$'", Text), type_=type_)
        return found

    def _type(self) -> Expression:
        return self._call(func.json_type, type_=Text, is_known=False)

    def is_type(self, json_type: JsonType) -> Expression:
        """Return a comparison of `json_type`, which has two names for numbers and for booleans."""
        names = {JsonType.STRING: ["text"], JsonType.NUMBER: ["integer", "real"]}
        names[JsonType.BOOLEAN] = ["true", "false"]
        words = names.get(json_type, [json_type.value])
        return self._type().in_([literal_column(f"'{word}'", Text) for word in words])

    def number(self) -> Expression:
        """Return a cast of `json_extract`."""
        value = self._call(func.json_extract, type_=Double)
        return case((self.is_type(JsonType.NUMBER), cast(value, Double)))

    def string(self) -> Expression:
        """Return `json_extract` of a string."""
        value = self._call(func.json_extract, type_=Text)
        return case((self.is_type(JsonType.STRING), value))

    def word(self) -> Expression:
        """Return `json_type`."""
        return self._type()

    def length(self) -> Expression:
        """Return `json_array_length`."""
        length = self._call(func.json_array_length, type_=Integer)
        return case((self.is_type(JsonType.ARRAY), length))

    def size(self) -> Expression:
        """Return our own function."""
        return ours("json_size", self.document(), type_=Text)

    def without(self, names: Expression) -> Expression:
        """Return our own function."""
        return ours("json_without", self.document(), names, type_=Text)

    def sortable(self, document: Expression) -> Expression:
        """Return bytes that sort."""
        return ours("json_key", document, type_=LargeBinary)

    def contains(self, document: Expression) -> Expression:
        """Return our own function."""
        return ours("json_contains", self.document(), document, type_=Boolean)

    def has_key(self, key: Expression) -> Expression:
        """Return our own function."""
        return ours("json_has_key", self.document(), key, type_=Boolean)

    def cast(self, name: str) -> Expression:
        """Return our own function for the cast."""
        return ours(f"cast_{name}", self.document(), type_=CASTS[name]() if name != "j" else Text)
