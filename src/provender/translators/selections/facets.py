"""Facets and statistics of the nodes of a selection. Floor: translators."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from provender.errors import BadRequest, BadValue
from provender.query.plan.conditions import JsonHasType, JsonType, Target
from provender.query.plan.facets import (
    GROUP,
    TIMES,
    Facet,
    Form,
    facet_of,
    members_of,
    nodes_of,
    of_groups,
    without,
)
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, vocabulary
from provender.query.querystring.selections.facets import SIZES, Asked, check_number, read_facet
from provender.query.sql.facets import MISSING
from provender.schema.entities import Kind
from provender.schema.statements import Record as Values
from provender.translators.inquiry import Inquiry
from provender.translators.records import Record
from provender.translators.selections.names import labels
from provender.translators.selections.said import Said, between, narrowed
from provender.translators.selections.selection import Selection
from provender.translators.session import Session

# The types of values that are one bucket each.
WITH_MEMBERS = ("array", "object")
# What is counted if nothing is asked for.
DEFAULT = "node_type"
# What is told of rows without a value.
NOTHING = (None, "null")
# Returns the address of a bucket whose conditions are fields of a query string; None for none.
Address = Callable[[list[str] | None], str | None]
# Nodes that are counted instead of all if those take too long: the newest.
NEWEST = 50_000
# A number below this one is shown as an integer if it is one.
LARGEST_WHOLE = 2**53


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a selection: facets, statistics, and the most buckets of a facet.

    `newest` counts that many nodes only.
    """

    facets: tuple[Asked, ...]
    statistics: tuple[Asked, ...] = ()
    size: int = SIZES.shown
    drops_self: bool = False
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows of a facet: of its values, or of its ranges between edges; nodes without a value.

    `labels` are those of users and computers by pk.
    """

    rows: list[Values]
    edges: tuple[float, ...] = ()
    missing: int = 0
    labels: Mapping[int, str | None] | None = None


class FacetsOf(Inquiry[tuple[list[Counted], list[Values]], Record]):
    """The facets of a selection, each counted by one statement, all in one snapshot.

    `said` writes the list of a bucket as a query string; `address` makes a URL of it.
    """

    is_expensive = True

    def __init__(
        self,
        selection: Selection,
        options: Options,
        said: Said | None,
        address: Callable[[str], str],
    ) -> None:
        check_number(options.facets, options.statistics)
        if not options.facets and not options.statistics:
            options = replace(options, facets=(read_facet(DEFAULT),))
        self._selection, self._options = selection, options
        self._said, self._address = said, address
        self._plan = selection.plan(["id"])
        self._facets = self._all("facet", options.facets)
        self._statistics = self._all("stats", options.statistics, is_number=True)

    def _all(self, key: str, every: tuple[Asked, ...], *, is_number: bool = False) -> list[Facet]:
        """Return the facets that a key asks for; an error has its place among them."""
        found = []
        for index, asked in enumerate(every):
            try:
                found.append(self._facet(asked, is_number=is_number))
            except BadRequest as error:
                error.place = (key, index)
                raise
        return found

    def _facet(self, asked: Asked, *, is_number: bool = False) -> Facet:
        view = self._selection.view
        if asked.name == GROUP and not is_number:
            check_value(asked)
            return of_groups(self._plan, view.name)
        check_name(view, asked)
        target = vocabulary(view, self._selection.expose).to_ask(view.name, asked.name)
        check_form(asked, target, is_number=is_number)
        bins = asked.bins if asked.form is Form.HISTOGRAM else 0
        return facet_of(self._plan, target, asked.form, bins)

    def read(self, session: Session) -> tuple[list[Counted], list[Values]]:
        """Return the rows of the facets and of the statistics."""
        size, nodes = self._options.size, self._selection.narrow(self._plan, session)
        facets = [self._of(nodes, facet, session) for facet in self._facets]
        statistics = [self._of(nodes, facet, session) for facet in self._statistics]
        counted = [count(facet, size, session) for facet in facets]
        return counted, [session.statistics(facet) for facet in statistics]

    def _of(self, nodes: Plan, facet: Facet, session: Session) -> Facet:
        """Return a facet of the nodes that have the relations of the selection."""
        plan = without(nodes, facet.target) if self._options.drops_self else nodes
        if self._options.newest is not None:
            plan = self._selection.newest(plan, session, self._options.newest)
        if facet.things is not None:
            return of_groups(plan, self._selection.view.name)
        return facet_of(plan, facet.target, facet.form, facet.bins)

    def present(self, raw: tuple[list[Counted], list[Values]]) -> Record:
        """Return the facets and statistics by their texts."""
        counted, numbers = raw
        facets = {
            asked.text: self._presented(asked, facet, rows)
            for asked, facet, rows in zip(self._options.facets, self._facets, counted, strict=True)
        }
        asked = self._options.statistics
        found: Record = {"facets": facets} if facets else {}
        if asked:
            pairs = zip(asked, numbers, strict=True)
            found["stats"] = {item.text: shown_statistics(values) for item, values in pairs}
        return found

    def _presented(self, asked: Asked, facet: Facet, counted: Counted) -> Record:
        said = self._said
        if said is not None and self._options.drops_self and facet.things is None:
            said = said.without(asked.name)

        def url(conditions: list[str] | None) -> str | None:
            query = None if said is None or conditions is None else said.and_(conditions)
            return None if query is None else self._address(query)

        truncated = "time" if self._options.newest is not None else None
        if facet.form is Form.HISTOGRAM:
            found = presented_ranges(asked, counted, url)
        else:
            found = presented_values(asked, counted, self._options.size, url)
        return found | {"truncated": truncated or found["truncated"]}


def check_name(view: View, asked: Asked) -> None:
    """Raise `BadValue` for a whole column of JSON."""
    if asked.name in view.documents:
        raise BadValue(f"`{asked.text}` is a JSON object.", hint=f"A key in it: {asked.name}.KEY")


def check_value(asked: Asked) -> None:
    """Raise `BadValue` for a form of the groups of nodes."""
    if asked.form is not Form.VALUE:
        raise BadValue(f"`{asked.text}` does not fit: groups have no form.", hint="facet=group")


def check_form(asked: Asked, target: Target, *, is_number: bool) -> None:
    """Raise `BadValue` for a form that does not fit the type of what is counted."""
    kind, form = target.field.kind, asked.form
    if is_number and form is not Form.VALUE:
        raise BadValue(f"`stats` takes a name alone, not `{asked.text}`.")
    is_numeric = is_number or form is Form.HISTOGRAM
    if is_numeric and kind not in (Kind.JSON, Kind.INTEGER):
        raise BadValue(f"`{asked.text}` needs numbers, and this is {kind.value}.")
    if form is Form.ARRAY and kind is not Kind.JSON:
        raise BadValue(f"`{asked.text}` needs lists, and this is {kind.value}.")
    if (form in TIMES) != (kind is Kind.TIME):
        raise BadValue(
            f"`{asked.text}` does not fit: this is {kind.value}.",
            hint="Datetimes are counted by day, month or year: ctime:month",
        )


def count(facet: Facet, size: int, session: Session) -> Counted:
    """Return the rows of a facet."""
    if facet.form is Form.HISTOGRAM:
        low, high = session.extent(facet)
        edges = () if low is None else _edges(low, high, facet.bins)
        return Counted(session.ranges(facet, edges), edges)
    if facet.form is Form.ARRAY:
        missing = session.total(facet.plan.having(JsonHasType(facet.target, JsonType.NULL)))
        return Counted(session.buckets(facet, size), missing=missing)
    if facet.things is not None:
        *_, members, _, _ = session.statistics(members_of(facet))
        missing = session.total(nodes_of(facet)) - members
        return Counted(session.buckets(facet, size), missing=missing)
    rows = session.buckets(facet, size)
    return Counted(rows, labels=labels(facet, rows, session))


def _edges(low: float, high: float, bins: int) -> tuple[float, ...]:
    """Return the edges of ranges of equal width; one range where all numbers are equal."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ()
    if low == high:
        return (low, high)
    width = (high - low) / bins
    inner = [low + width * place for place in range(1, bins)]
    return (low, *inner, high)


def presented_values(asked: Asked, counted: Counted, size: int, url: Address) -> Record:
    """Return the buckets of values: the largest first, equal ones by value."""
    absent = sum(row[3] for row in counted.rows if row[0] in NOTHING)
    buckets: list[Record] = []
    for kind, number, text, rows, *_ in [row for row in counted.rows if row[0] not in NOTHING][
        :size
    ]:
        value = value_of(kind, number, text)
        bucket: Record = {"value": value, "count": rows, "url": url(narrowed(asked, kind, value))}
        if counted.labels is not None:
            bucket["label"] = counted.labels.get(value)
        buckets.append(bucket | ({"type": kind} if kind in WITH_MEMBERS else {}))
    every = counted.rows[0][4] if counted.rows else 0
    shown = sum(bucket["count"] for bucket in buckets)
    is_of_members = asked.form is Form.ARRAY or asked.name == GROUP
    return {
        "buckets": buckets,
        "other": every - shown - absent,
        "missing": counted.missing if is_of_members else absent,
        "truncated": None,
    }


def presented_ranges(asked: Asked, counted: Counted, url: Address) -> Record:
    """Return the buckets of ranges in their order, each with its ends; the last one is closed."""
    places: dict[int, int] = dict(counted.rows)
    edges = counted.edges
    buckets: list[Record] = []
    for place, (low, high) in enumerate(pairwise(edges)):
        is_last = place == len(edges) - 2
        ends, number = [_whole(low), _whole(high)], places.get(place, 0)
        conditions = between(asked.name, low, high, is_last=is_last)
        buckets.append({"value": ends, "count": number, "url": url(conditions)})
    shown = sum(bucket["count"] for bucket in buckets)
    every = sum(places.values())
    missing = places.get(MISSING, 0)
    return {
        "buckets": buckets,
        "other": every - shown - missing,
        "missing": missing,
        "truncated": None,
    }


def value_of(kind: str, number: float | None, text: str | None) -> Any:  # noqa: ANN401 - JSON
    """Return a value as JSON; lists and objects are not shown."""
    if kind == "number":
        return _whole(number)
    if kind == "boolean":
        return text == "true"
    return None if kind in WITH_MEMBERS else text


def _whole(number: float | None) -> float | int | None:
    """Return a number as an integer if it is one."""
    if number is None or not math.isfinite(number):
        return None
    return int(number) if number == int(number) and abs(number) < LARGEST_WHOLE else number


def shown_statistics(values: Sequence[Any]) -> Record:
    """Return statistics by their names."""
    numbers, low, high, mean, different, missing, every = values
    return {
        "count": numbers,
        "missing": missing,
        "other": every - numbers - missing,
        "min": _whole(low),
        "max": _whole(high),
        "mean": mean,
        "distinct": different,
    }
