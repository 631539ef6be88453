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
from provender.query.sql.groups import GROUPS
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
# Numbers, their least, largest, mean and different ones; rows without a value, and all rows.
STATISTICS = (Kind.INTEGER, *(Kind.NUMBER,) * 3, *(Kind.INTEGER,) * 3)
# Characters of a time that name a day, a month or a year.
LENGTHS = {Form.DAY: 10, Form.MONTH: 7, Form.YEAR: 4}
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

    @property
    def _is_json(self) -> bool:
        return self._target.field.kind is Kind.JSON

    def buckets(self, bins: int) -> Select[Any]:
        """Return the statement of the buckets."""
        del bins
        keys, shown = self._keys()
        labelled = [key.label(f"k{index}") for index, key in enumerate(keys)]
        counted = select(*labelled, self._number_of().label("n")).select_from(self._from)
        found = counted.where(*self._where).group_by(*keys).subquery("counted")
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
        table = self._predicates.table(self._target.tag)
        sample = func.min(table.c.id) if has_samples else cast(null(), Integer)
        columns = (*labelled, func.count().label("n"), sample.label("sample"))
        counted = select(*columns).select_from(self._from).where(*self._where)
        found = counted.group_by(*keys).subquery("counted")
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
        number = self._number()
        place = case(
            (self._is_missing(), literal_column(str(MISSING))),
            (number.is_(None), literal_column(str(NO_NUMBER))),
            else_=self._groups.range_of(number, bins),
        )
        statement = select(place.label("place"), func.count()).select_from(self._from)
        return statement.where(*self._where).group_by(place)

    def statistics(self, bins: int) -> Select[Any]:
        """Return the statement of the statistics."""
        del bins
        number = self._number()
        return (
            select(
                func.count(number),
                func.min(number),
                func.max(number),
                func.avg(number),
                func.count(number.distinct()),
                func.count(case((self._is_missing(), literal_column("1")))),
                func.count(),
            )
            .select_from(self._from)
            .where(*self._where)
        )

    def _number(self) -> Expression:
        if self._is_json:
            return self._predicates.inside(self._target).number()
        return cast(self._predicates.column(self._target), Double)

    def _is_missing(self) -> Expression:
        if self._is_json:
            inside = self._predicates.inside(self._target)
            return func.coalesce(inside.is_type(JsonType.NULL), true())
        return self._predicates.column(self._target).is_(None)

    def _keys(self) -> tuple[list[Expression], Callable[[list[Expression]], Any]]:
        """Return what the rows are grouped by, and what shows type, number and text of it."""
        if self._form is Form.ARRAY:
            inside = self._predicates.inside(self._target)
            self._from, keys = self._groups.members(inside, self._from)
            return keys, self._groups.shown
        if self._is_json:
            return self._groups.keys(self._predicates.inside(self._target)), self._groups.shown
        column = self._predicates.column(self._target)
        if self._form in TIMES:
            length = literal_column(str(LENGTHS[self._form]), Integer)
            return [
                func.substr(cast(self._forms.day(column), Text), literal_column("1"), length)
            ], _shown_text
        if self._target.field.kind is Kind.INTEGER:
            return [column], _shown_number
        return [column], _shown_text


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
_statistics: Write = _Writer.statistics
