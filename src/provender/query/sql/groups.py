"""How rows are counted by values inside JSON and by ranges, for both databases. Floor: query."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Integer,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from provender.query.plan.conditions import JsonType
from provender.query.sql.forms import text_literal
from provender.query.sql.jsonforms import LARGEST, LOWEST, JsonForms, PostgresqlJson
from provender.schema.statements import Backend

Expression = ColumnElement[Any]
# The JSON type of a value, its number, and its text: that of a string, or `true` and `false`.
Shown = tuple[Expression, Expression, Expression]
# Doubles tell all integers between these apart.
WHOLE, NEGATIVE_WHOLE = "'9007199254740992'::jsonb", "'-9007199254740992'::jsonb"


@dataclass(frozen=True, slots=True)
class JsonRows:
    """A value inside JSON and the id of each row of a FROM clause that fulfils conditions."""

    inside: JsonForms
    id: Expression
    table: Any
    where: list[Expression]


class Groups(ABC):
    """What equal values have in common, and what is shown of it."""

    @abstractmethod
    def keys(self, inside: JsonForms) -> list[Expression]:
        """Return what equal values have in common: lists and objects are one value each."""

    @abstractmethod
    def found(self, rows: JsonRows) -> JsonRows:
        """Return the same rows, the value of each found once however often it is used."""

    @abstractmethod
    def numbers(self, inside: JsonForms) -> list[Expression]:
        """Return what equal numbers have in common; all values of other types are alike."""

    @abstractmethod
    def number_of(self, keys: list[Expression]) -> tuple[Expression, Expression]:
        """Return the number, and whether there is no value, of what `numbers` gives."""

    @abstractmethod
    def period(self, column: Expression, unit: str, length: int) -> Expression:
        """Return what times of one day, month or year have in common; a day is found in it."""

    @abstractmethod
    def joined(self, counted: Any) -> Any:  # noqa: ANN401 - a subquery
        """Return groups (`k0`…, `n`, perhaps `sample`) with those joined that are shown alike."""

    @abstractmethod
    def shown(self, keys: list[Expression]) -> Shown:
        """Return type, number and text of a value, of what `keys` gives."""

    @abstractmethod
    def members(self, inside: JsonForms, table: Any) -> tuple[Any, list[Expression]]:  # noqa: ANN401 - a FROM clause
        """Return a table joined with the members of lists, and what `keys` gives of them."""

    @abstractmethod
    def entries(
        self,
        inside: JsonForms,
        table: Any,  # noqa: ANN401 - a FROM clause
    ) -> tuple[Any, Expression, list[Expression]]:
        """Return a table joined with the keys of objects, the key, and what `keys` gives of it."""

    @abstractmethod
    def range_of(self, number: Expression, bins: int) -> Expression:
        """Return the place of the range that a number is in; `edges` gives the values to bind."""

    @abstractmethod
    def edges(self, edges: list[float]) -> dict[str, object]:
        """Return the edges between ranges by the names that they are bound to."""


class PostgresqlGroups(Groups):
    """PostgreSQL: one `jsonb` is the key; `1` and `1.0` are equal."""

    def keys(self, inside: JsonForms) -> list[Expression]:
        """Return the value; `[]` and `{}` stand for all lists and objects."""
        return [_without_members(inside.document())]

    def found(self, rows: JsonRows) -> JsonRows:
        """Return a subquery: each `#>` of a document decompresses it anew.

        An offset keeps it from being merged into the statement around it. With `OFFSET 0`, a number
        that is converted, rows would not be read in parallel.
        """
        value = rows.inside.document().label("value")
        read = select(value, rows.id.label("id")).select_from(rows.table).where(*rows.where)
        found = read.offset(literal_column("'0'")).subquery("found")
        inside = PostgresqlJson(type_coerce(found.c.value, JSONB), None)
        return JsonRows(inside, found.c.id, found, [])

    def numbers(self, inside: JsonForms) -> list[Expression]:
        """Return a number, NULL where there is no value, and `false` for values of other types."""
        document = inside.document()
        no_number = literal_column("'false'::jsonb", JSONB)
        return [
            case(
                (_typeof(document) == text_literal("number"), document),
                (_typeof(document) != text_literal("null"), no_number),
            )
        ]

    def number_of(self, keys: list[Expression]) -> tuple[Expression, Expression]:
        """Return the number of a `jsonb`."""
        return PostgresqlJson(keys[0], None).number(), keys[0].is_(None)

    def period(self, column: Expression, unit: str, length: int) -> Expression:
        """Return the beginning: making texts of all times would take as long as counting them."""
        del length
        return func.date_trunc(text_literal(unit), column)

    def joined(self, counted: Any) -> Any:  # noqa: ANN401 - a subquery
        """Return groups in which large numbers are doubles; `jsonb` tells more of them apart."""
        key = _as_double(counted.c.k0).label("k0")
        number = cast(func.sum(counted.c.n), BigInteger).label("n")
        sample = [func.min(counted.c.sample).label("sample")] if "sample" in counted.c else []
        return select(key, number, *sample).group_by(key).subquery("joined")

    def shown(self, keys: list[Expression]) -> Shown:
        """Return the parts of a `jsonb`."""
        value = PostgresqlJson(keys[0], None)
        word = case((value.is_type(JsonType.BOOLEAN), value.word()))
        return _typeof(keys[0]), value.number(), func.coalesce(value.string(), word)

    def members(self, inside: JsonForms, table: Any) -> tuple[Any, list[Expression]]:  # noqa: ANN401 - a FROM clause
        """Return a join with `jsonb_array_elements`."""
        document = inside.document()
        listed = case(
            (inside.is_type(JsonType.ARRAY), document), else_=literal_column("'[]'::jsonb")
        )
        members = func.jsonb_array_elements(listed).table_valued("value", name="member")
        member = members.render_derived()
        joined = table.join(member, literal_column("true"))
        return joined, [_without_members(type_coerce(member.c.value, JSONB))]

    def entries(
        self,
        inside: JsonForms,
        table: Any,  # noqa: ANN401 - a FROM clause
    ) -> tuple[Any, Expression, list[Expression]]:
        """Return a join with `jsonb_each`."""
        listed = case(
            (inside.is_type(JsonType.OBJECT), inside.document()),
            else_=literal_column("'{}'::jsonb"),
        )
        members = func.jsonb_each(listed).table_valued("key", "value", name="entry")
        entry = members.render_derived()
        joined = table.join(entry, literal_column("true"))
        return joined, entry.c.key, [type_coerce(entry.c.value, JSONB)]

    def range_of(self, number: Expression, bins: int) -> Expression:
        """Return `width_bucket` of a list of edges."""
        del bins
        return func.width_bucket(number, cast(bindparam("edges"), ARRAY(Double)), type_=Integer)

    def edges(self, edges: list[float]) -> dict[str, object]:
        """Return them as one list."""
        return {"edges": edges}


def _typeof(value: Expression) -> Expression:
    return func.jsonb_typeof(value, type_=Text)


def _without_members(value: Expression) -> Expression:
    """Return a `jsonb`, with one value for all lists and one for all objects."""
    kind = _typeof(value)
    return case(
        (kind == text_literal("array"), literal_column("'[]'::jsonb", JSONB)),
        (kind == text_literal("object"), literal_column("'{}'::jsonb", JSONB)),
        else_=value,
    )


def _as_double(value: Expression) -> Expression:
    """Return a `jsonb` in which a large number is that of its double, or endless."""
    above, below = value.op(">"), value.op("<")
    is_large = or_(above(literal_column(WHOLE)), below(literal_column(NEGATIVE_WHOLE)))
    return case(
        (_typeof(value) != text_literal("number"), value),
        (above(literal_column(LARGEST)), literal_column("'1e400'::jsonb")),
        (below(literal_column(LOWEST)), literal_column("'-1e400'::jsonb")),
        (is_large, func.to_jsonb(PostgresqlJson(value, None).number(), type_=JSONB)),
        else_=value,
    )


class SqliteGroups(Groups):
    """SQLite: the names of its types, and the values of numbers and strings."""

    def keys(self, inside: JsonForms) -> list[Expression]:
        """Return the type, the number and the string."""
        return [_named(inside.word()), inside.number(), inside.string()]

    def found(self, rows: JsonRows) -> JsonRows:
        """Return them: SQLite keeps the last documents that it parsed."""
        return rows

    def numbers(self, inside: JsonForms) -> list[Expression]:
        """Return the number, and whether there is no value."""
        return [inside.number(), func.coalesce(inside.is_type(JsonType.NULL), true())]

    def number_of(self, keys: list[Expression]) -> tuple[Expression, Expression]:
        """Return both."""
        number, is_missing = keys
        return number, is_missing

    def period(self, column: Expression, unit: str, length: int) -> Expression:
        """Return the beginning of the stored text."""
        del unit
        day = cast(func.substr(column, literal_column("1"), literal_column("10")), Text)
        return func.substr(day, literal_column("1"), literal_column(str(length)))

    def joined(self, counted: Any) -> Any:  # noqa: ANN401 - a subquery
        """Return the groups as they are: numbers are doubles."""
        return counted

    def shown(self, keys: list[Expression]) -> Shown:
        """Return the parts; a boolean is a type of its own."""
        kind, number, text = keys
        is_word = kind.in_([text_literal("true"), text_literal("false")])
        named = case((is_word, text_literal("boolean")), else_=kind)
        return named, number, case((is_word, kind), else_=text)

    def members(self, inside: JsonForms, table: Any) -> tuple[Any, list[Expression]]:  # noqa: ANN401 - a FROM clause
        """Return a join with `json_each`."""
        listed = case((inside.is_type(JsonType.ARRAY), inside.document()), else_=text_literal("[]"))
        member = func.json_each(listed).table_valued("value", "type", name="member")
        return table.join(member, literal_column("1")), _parts(member)

    def entries(
        self,
        inside: JsonForms,
        table: Any,  # noqa: ANN401 - a FROM clause
    ) -> tuple[Any, Expression, list[Expression]]:
        """Return a join with `json_each`."""
        is_object = inside.is_type(JsonType.OBJECT)
        listed = case((is_object, inside.document()), else_=text_literal("{}"))
        entry = func.json_each(listed).table_valued("key", "value", "type", name="entry")
        return table.join(entry, literal_column("1")), entry.c.key, _parts(entry)

    def range_of(self, number: Expression, bins: int) -> Expression:
        """Return a chain of comparisons."""
        last: Expression = literal_column(str(bins - 1))
        below: list[Any] = [
            (number < bindparam(f"edge{place}", type_=Double), literal_column(str(place)))
            for place in range(bins - 1)
        ]
        return case(*below, else_=last) if below else last

    def edges(self, edges: list[float]) -> dict[str, object]:
        """Return them one by one."""
        return {f"edge{place}": edge for place, edge in enumerate(edges)}


def _parts(member: Any) -> list[Expression]:  # noqa: ANN401 - a FROM clause
    """Return type, number and string of what `json_each` gives."""
    kind = _named(member.c.type)
    number = case((kind == text_literal("number"), cast(member.c.value, Double)))
    return [kind, number, case((kind == text_literal("string"), member.c.value))]


def _named(kind: Expression) -> Expression:
    """Return a type of SQLite by its name in JSON; `true` and `false` as they are."""
    numbers = [text_literal("integer"), text_literal("real")]
    return case(
        (kind.in_(numbers), text_literal("number")),
        (kind == text_literal("text"), text_literal("string")),
        else_=kind,
    )


GROUPS: dict[Backend, Groups] = {
    Backend.POSTGRESQL: PostgresqlGroups(),
    Backend.SQLITE: SqliteGroups(),
}
