"""Counting the rows of a plan by the values of one name. Floor: query.

All forms give rows of one shape, so that both databases and all types are read alike: the JSON type
of the value, its number, its text, the rows that have it, and of all values the rows and how many
they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
)

from provender.caching import cached
from provender.query.plan.conditions import JsonType, Relation
from provender.query.plan.facets import TIMES, Facet, Form, Walk
from provender.query.plan.patterns import escape
from provender.query.sql.compiler import LARGEST_KEPT, values_of
from provender.query.sql.forms import DIALECTS, SqlForms, forms, text_literal
from provender.query.sql.groups import GROUPS, JsonRows
from provender.query.sql.predicates import Predicates
from provender.query.sql.shapes import shape_of
from provender.query.sql.sources import tables_of
from provender.schema.entities import Kind
from provender.schema.statements import Backend, Statement

Expression = ColumnElement[Any]
# Type, number and text of a value; the rows that have it; the rows of all values, and their number.
BUCKETS = (Kind.TEXT, Kind.NUMBER, Kind.TEXT, Kind.INTEGER, Kind.INTEGER, Kind.INTEGER)
# Type, number and text of a value, the rows that have it, and the id of one of them.
VALUES = (Kind.TEXT, Kind.NUMBER, Kind.TEXT, Kind.INTEGER, Kind.INTEGER)
# Place of a range, and the rows in it.
RANGES = (Kind.INTEGER, Kind.INTEGER)
# The least number and the largest one.
EXTENT = (Kind.NUMBER, Kind.NUMBER)
# Numbers, their least, largest, mean and different ones; rows without a value, and all rows.
STATISTICS = (Kind.INTEGER, *(Kind.NUMBER,) * 3, *(Kind.INTEGER,) * 3)
# Characters of a time that name a day, a month or a year.
LENGTHS = {Form.DAY: 10, Form.MONTH: 7, Form.YEAR: 4}
# Smaller numbers are nothing in a mean: PostgreSQL makes an error of a product that is too small.
LEAST = "1e-290"
# Places of what is in no range: rows without a value, and rows whose value is no number.
MISSING, NO_NUMBER = -1, -2


def compile_buckets(facet: Facet, size: int, backend: Backend) -> Statement:
    """Return the statement of the largest buckets: those without a value first, two at most."""
    text, values = _written(_buckets, facet, backend)
    return Statement(text, {**values, "size": size + 2}, BUCKETS, wide=(2,))


def compile_values(facet: Facet, walk: Walk, backend: Backend) -> Statement:
    """Return the statement of one page of all values in their order, in the shape of `VALUES`."""
    write = _sampled_values if walk.has_samples else _values
    text, values = _written(write, facet, backend)
    kind, number, string = walk.after or ("", None, None)
    bound = {
        "kind": kind,
        "number": number,
        "string": string,
        "size": walk.size + 1,
        "pattern": f"%{escape(walk.contains)}%",
        "least": walk.least,
    }
    return Statement(text, {**values, **bound}, VALUES, wide=(2,))


def compile_ranges(facet: Facet, edges: tuple[float, ...], backend: Backend) -> Statement:
    """Return the statement of the rows between edges, which are one more than the ranges."""
    exact = Facet(facet.plan, facet.form, max(1, len(edges) - 1))
    text, values = _written(_ranges, exact, backend)
    return Statement(text, {**values, **GROUPS[backend].edges([*edges[1:-1]])}, RANGES)


def compile_extent(facet: Facet, backend: Backend) -> Statement:
    """Return the statement of the least and the largest number."""
    return Statement(*_written(_extent, facet, backend), EXTENT)


def compile_statistics(facet: Facet, backend: Backend) -> Statement:
    """Return the statement of the statistics of the numbers."""
    return Statement(*_written(_statistics, facet, backend), STATISTICS)


Write = Callable[["_Writer", int], Select[Any]]


def _written(write: Write, facet: Facet, backend: Backend) -> tuple[str, dict[str, object]]:
    shape = shape_of(facet.plan)
    shaped = replace(facet, plan=shape.plan)
    text = _compiled(write, shaped, backend, len(shape.operands))
    return text, values_of(shape, backend)


def _is_large(write: Write, facet: Facet, backend: Backend, operands: int) -> bool:
    return operands > LARGEST_KEPT


@cached(256, unless=_is_large)
def _compiled(write: Write, facet: Facet, backend: Backend, operands: int) -> str:
    del operands
    return str(write(_Writer(facet, backend), facet.bins).compile(dialect=DIALECTS[backend]))


class _Writer:
    """Writes the statements of a facet."""

    def __init__(self, facet: Facet, backend: Backend) -> None:
        plan = facet.plan
        self._forms: SqlForms = forms(backend)
        self._groups = GROUPS[backend]
        self._form, self._things = facet.form, facet.things
        self._target = plan.outputs[0].target
        tables = tables_of(plan, self._forms)
        self._from: Any = tables.joined
        self._predicates: Predicates = tables.predicates
        self._where = [tables.predicates.write(part) for part in plan.condition.conditions]
        self._id: Expression = tables.predicates.table(self._target.tag).c.id
        if self._is_json:
            inside = tables.predicates.inside(self._target)
            rows = self._groups.found(JsonRows(inside, self._id, self._from, self._where))
            self._inside, self._id = rows.inside, rows.id
            self._from, self._where = rows.table, rows.where

    @property
    def _is_json(self) -> bool:
        return self._target.field.kind is Kind.JSON

    def buckets(self, bins: int) -> Select[Any]:
        """Return the statement of the buckets."""
        del bins
        keys, shown = self._keys()
        labelled = [key.label(f"k{index}") for index, key in enumerate(keys)]
        counted = select(*labelled, self._number_of().label("n")).select_from(self._from)
        found = counted.where(*self._where).group_by(*_places(keys)).subquery("counted")
        found = self._groups.joined(found) if self._is_json else found
        kind, number, text = shown([found.c[f"k{index}"] for index in range(len(keys))])
        is_missing = func.coalesce(kind, text_literal("null")) == text_literal("null")
        statement = select(
            kind.label("c0"),
            number.label("c1"),
            text.label("c2"),
            found.c.n.label("c3"),
            cast(func.sum(found.c.n).over(), BigInteger).label("c4"),
            func.count().over().label("c5"),
        )
        order = (
            case((is_missing, literal_column("0")), else_=literal_column("1")),
            found.c.n.desc(),
            kind,
            number,
            self._forms.ordered(text, Kind.TEXT, nullable=True, descending=False),
        )
        limited = statement.order_by(*order).limit(bindparam("size", type_=Integer))
        return limited.offset(literal_column("0"))

    def _number_of(self) -> Expression:
        if self._things is None:
            return func.count()
        return func.count(self._predicates.column(self._things).distinct())

    def values(self, bins: int, *, has_samples: bool = False) -> Select[Any]:
        """Return the statement of a page of all values, in the order of type and value."""
        del bins
        keys, shown = self._keys()
        labelled = [key.label(f"k{index}") for index, key in enumerate(keys)]
        sample = func.min(self._id) if has_samples else cast(null(), Integer)
        columns = (*labelled, func.count().label("n"), sample.label("sample"))
        counted = select(*columns).select_from(self._from).where(*self._where)
        found = counted.group_by(*_places(keys)).subquery("counted")
        found = self._groups.joined(found) if self._is_json else found
        kind, number, text = shown([found.c[f"k{index}"] for index in range(len(keys))])
        named = select(
            *(kind.label("kind"), number.label("number"), text.label("text")),
            *(found.c.n, found.c.sample),
        ).subquery("named")
        is_value = named.c.kind != text_literal("null")
        order = (
            *(self._by_text(named.c.kind), named.c.number),
            self._forms.ordered(named.c.text, Kind.TEXT, nullable=True, descending=False),
        )
        shown_as = [column.label(f"c{place}") for place, column in enumerate(named.c)]
        listed = select(*shown_as).where(is_value, *self._after(named), *self._wanted(named))
        limited = listed.order_by(*order).limit(bindparam("size", type_=Integer))
        return limited.offset(literal_column("0"))

    def _by_text(self, text: Expression) -> Expression:
        return self._forms.ordered(text, Kind.TEXT, nullable=False, descending=False)

    def _after(self, named: Any) -> list[Expression]:  # noqa: ANN401 - a subquery
        """Return the condition of the values behind the last one of the page before."""
        kind, string = bindparam("kind", type_=Text), bindparam("string", type_=Text)
        number = bindparam("number", type_=Double)
        is_later = self._forms.by_code_point(named.c.text, Relation.GREATER, string)
        is_same = and_(named.c.kind == kind, or_(named.c.number > cast(number, Double), is_later))
        return [or_(self._forms.by_code_point(named.c.kind, Relation.GREATER, kind), is_same)]

    def _wanted(self, named: Any) -> list[Expression]:  # noqa: ANN401 - a subquery
        """Return the conditions on the text and on the number of rows."""
        pattern = bindparam("pattern", type_=Text)
        is_all = pattern == text_literal("%%")
        text = func.coalesce(named.c.text, text_literal(""))
        matches = self._forms.like(text, pattern, fold=True, is_short=False)
        return [or_(is_all, matches), named.c.n >= bindparam("least", type_=Integer)]

    def sampled_values(self, bins: int) -> Select[Any]:
        """Return the statement of a page of all values, each with the id of a row."""
        return self.values(bins, has_samples=True)

    def ranges(self, bins: int) -> Select[Any]:
        """Return the statement of the rows between edges."""
        if self._is_json:
            number, is_null = self._inside.number(), self._inside.is_type(JsonType.NULL)
            is_missing: Expression = func.coalesce(is_null, true())
        else:
            column = self._predicates.column(self._target)
            number, is_missing = cast(column, Double), column.is_(None)
        place = case(
            (is_missing, literal_column(str(MISSING))),
            (number.is_(None), literal_column(str(NO_NUMBER))),
            else_=self._groups.range_of(number, bins),
        )
        counted = select(place.label("place"), func.count()).select_from(self._from)
        return counted.where(*self._where).group_by(literal_column("1"))

    def extent(self, bins: int) -> Select[Any]:
        """Return the statement of the least and the largest number."""
        del bins
        numbers = self._numbers()
        return select(func.min(numbers.c.number), func.max(numbers.c.number))

    def statistics(self, bins: int) -> Select[Any]:
        """Return the statement of the statistics.

        Equal numbers are counted first: PostgreSQL would read no rows in parallel to find how many
        are different.
        """
        del bins
        numbers = self._numbers()
        number, is_missing, n = numbers.c.number, numbers.c.is_missing, numbers.c.n
        every = cast(func.sum(case((number.is_not(None), n))).over(), Double)
        weight = number * (cast(n, Double) / every)
        part = case((func.abs(number) < literal_column(LEAST), literal_column("0.0")), else_=weight)
        weighed = select(number, is_missing, n, part.label("part")).subquery("weighed")
        number, is_missing, n = weighed.c.number, weighed.c.is_missing, weighed.c.n
        columns: list[Expression] = [
            _sum(case((number.is_not(None), n))),
            func.min(number),
            func.max(number),
            func.sum(weighed.c.part),
            func.count(number.distinct()),
            _sum(case((is_missing, n))),
            _sum(n),
        ]
        return select(*columns)

    def _numbers(self) -> Any:  # noqa: ANN401 - a subquery
        """Return each number with its rows; those without a number are one or two rows."""
        if not self._is_json:
            column = cast(self._predicates.column(self._target), Double)
            one = literal_column("1", Integer)
            plain = (column.label("number"), column.is_(None).label("is_missing"), one.label("n"))
            return select(*plain).select_from(self._from).where(*self._where).subquery("numbers")
        keys = self._groups.numbers(self._inside)
        labelled = [key.label(f"k{index}") for index, key in enumerate(keys)]
        counted = select(*labelled, func.count().label("n")).select_from(self._from)
        found = counted.where(*self._where).group_by(*_places(keys)).subquery("counted")
        number, is_missing = self._groups.number_of([found.c[key.name] for key in labelled])
        named = (number.label("number"), is_missing.label("is_missing"), found.c.n)
        return select(*named).subquery("numbers")

    def _begun(self, period: Expression, length: int) -> Expression:
        """Return the text of a period."""
        day = cast(self._forms.day(period), Text)
        return func.substr(day, literal_column("1"), literal_column(str(length)))

    def _keys(self) -> tuple[list[Expression], Callable[[list[Expression]], Any]]:
        """Return what the rows are grouped by, and what shows type, number and text of it."""
        if self._form is Form.ARRAY:
            self._from, keys = self._groups.members(self._inside, self._from)
            return keys, self._groups.shown
        if self._is_json:
            return self._groups.keys(self._inside), self._groups.shown
        column = self._predicates.column(self._target)
        if self._form in TIMES:
            length = LENGTHS[self._form]
            period = self._groups.period(column, self._form.value, length)
            return [period], lambda keys: _shown_text([self._begun(keys[0], length)])
        if self._target.field.kind is Kind.INTEGER:
            return [column], _shown_number
        return [column], _shown_text


def _places(keys: list[Expression]) -> list[Expression]:
    """Return the places of the first columns of a statement, to group by."""
    return [literal_column(str(place)) for place, _ in enumerate(keys, 1)]


def _sum(numbers: Expression) -> Expression:
    """Return a sum of integers, 0 of none."""
    return func.coalesce(cast(func.sum(numbers), BigInteger), literal_column("0"))


def _shown_number(keys: list[Expression]) -> tuple[Expression, Expression, Expression]:
    kind = case((keys[0].is_not(None), text_literal("number")))
    return kind, cast(keys[0], Double), cast(null(), Text)


def _shown_text(keys: list[Expression]) -> tuple[Expression, Expression, Expression]:
    kind = case((keys[0].is_not(None), text_literal("string")))
    return kind, cast(null(), Double), cast(keys[0], Text)


_buckets: Write = _Writer.buckets
_values: Write = _Writer.values
_sampled_values: Write = _Writer.sampled_values
_ranges: Write = _Writer.ranges
_extent: Write = _Writer.extent
_statistics: Write = _Writer.statistics
