"""Answering posted queries: the rows, by tag. Floor: translators."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import orjson

from provender.caching import cached
from provender.errors import CannotConvert, LimitExceeded, ProvenderError, QueryTimeout
from provender.query.plan.conditions import Target
from provender.query.plan.plan import Ordering, Output, Plan
from provender.query.posted.body import read_body
from provender.query.posted.reading import Posted, read_posted
from provender.schema.entities import Kind
from provender.schema.statements import Record as Values
from provender.schema.types import full_type
from provender.settings import Limits
from provender.translators.inquiry import Inquiry
from provender.translators.records import Record, http_date
from provender.translators.session import Session

# One row: values by name, by tag.
Row = dict[str, Record]
Presenters = dict[Kind, Callable[[Any], object]]


def local_time(text: str) -> datetime:
    """Return a timestamp of the database; raises `CannotConvert` for one beyond year 9999."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise CannotConvert(f"The cast `d` gave `{text}`, which is not a datetime.") from error


# The functions that write values into JSON, by type.
SHOWN: Presenters = {
    Kind.JSON: orjson.Fragment,
    Kind.TIME: http_date,
    Kind.LOCAL_TIME: lambda text: http_date(local_time(text)),
}
# The functions that turn values into Python values, by type.
PYTHON: Presenters = {Kind.JSON: json.loads, Kind.LOCAL_TIME: local_time}
# The columns that a full type is made of, and the full type itself.
TYPES = frozenset(("node_type", "process_type", "full_type"))
# Largest posted query whose plan is cached, in bytes; the plan takes about twelve times as many.
LONGEST_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Answer:
    """The records of each tag, parallel to each other, and the number of rows."""

    data: dict[str, list[Record]]
    total: int


class PostedQuery(Inquiry[list[Values], Answer]):
    """A posted query within the limits of the settings.

    Raises:
        BadRequest: the query is malformed or has unknown names; the error says where.
        LimitExceeded: more joins or rows than a setting allows, or a query that took too long.
        CannotConvert: a stored value that a cast does not take.
    """

    is_single: ClassVar[bool] = True
    is_expensive = True

    def __init__(
        self,
        text: bytes,
        limits: Limits,
        expose: tuple[str, ...],
        shown: Presenters = SHOWN,
    ) -> None:
        self._limits = limits
        self.posted = _checked(text, limits, expose)
        self._plan = self.posted.plan.at_most(limits.posted_rows + 1)
        self._shown = shown

    def read(self, session: Session) -> list[Values]:
        """Return the rows."""
        return session.rows(self._plan)

    def present(self, raw: list[Values]) -> Answer:
        """Return the records of each tag, with full types where a part of the type is there."""
        records = self.records(raw)
        for some in records.values():
            if not TYPES.isdisjoint(some[0]):
                for record in some:
                    _add_full_type(record)
        return Answer(records, len(raw))

    def records(self, raw: list[Values]) -> dict[str, list[Record]]:
        """Return the records of each tag, parallel to each other; no tags without rows."""
        if len(raw) > self._limits.posted_rows:
            raise LimitExceeded(
                f"The answer has more than {self._limits.posted_rows} rows (`limits.posted_rows`).",
                hint="Add a filter, or read pages with limit and offset.",
            )
        return _by_tag(raw, self.posted, self._shown) if raw else {}

    def explained(self, error: ProvenderError) -> ProvenderError:
        """Return an error that names the setting of a time-out, or the casts that failed."""
        if isinstance(error, QueryTimeout):
            return LimitExceeded(
                "The query took longer than is allowed (`limits.statement_seconds`).",
                hint="Add filters on type, time or id.",
            )
        if isinstance(error, CannotConvert):
            return _named_casts(error, self.posted.plan)
        return error


class PythonRows(PostedQuery):
    """A posted query whose rows hold Python values: datetimes in UTC, JSON as Python values."""

    def __init__(self, text: bytes, limits: Limits, expose: tuple[str, ...]) -> None:
        super().__init__(text, limits, expose, PYTHON)


class RowNumber(Inquiry[int, int]):
    """The number of rows of a posted query, after limit and offset."""

    is_single: ClassVar[bool] = True
    is_expensive = True

    def __init__(self, text: bytes, limits: Limits, expose: tuple[str, ...]) -> None:
        self._query = PostedQuery(text, limits, expose)

    def read(self, session: Session) -> int:
        """Return the number."""
        return session.number(self._query.posted.plan)

    def present(self, raw: int) -> int:
        """Return the number."""
        return raw

    def explained(self, error: ProvenderError) -> ProvenderError:
        """Return the error as `PostedQuery` does."""
        return self._query.explained(error)


def _is_long(text: bytes, limits: Limits, expose: tuple[str, ...]) -> bool:
    return len(text) > LONGEST_KEPT


@cached(128, unless=_is_long)
def _checked(text: bytes, limits: Limits, expose: tuple[str, ...]) -> Posted:
    """Return a checked query, cached by its text: programs post the same query many times."""
    return read_posted(read_body(text, limits), limits, expose)


def _by_tag(found: list[Values], posted: Posted, shown: Presenters) -> dict[str, list[Record]]:
    """Return the records of each tag, parallel to each other, made column by column."""
    columns: dict[str, dict[str, Sequence[Any]]] = {tag: {} for tag in posted.tags}
    for output, values in zip(posted.plan.outputs, zip(*found, strict=True), strict=False):
        columns[output.target.tag][output.key] = _shown(values, shown.get(output.kind))
    return {
        tag: [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)]
        for tag, named in columns.items()
    }


def _shown(values: Sequence[Any], show: Callable[[Any], object] | None) -> Sequence[Any]:
    return values if show is None else [None if item is None else show(item) for item in values]


def _add_full_type(record: Record) -> None:
    """Add the full type to a record, if a part of it is there."""
    node_type, process_type = record.get("node_type"), record.get("process_type")
    if node_type or process_type:
        record["full_type"] = full_type(node_type, process_type)
    else:
        record.pop("full_type", None)


def _named_casts(error: CannotConvert, plan: Plan) -> CannotConvert:
    """Return the error of a failed cast with all casts of the query."""
    items: list[Output | Ordering] = [*plan.outputs, *plan.order]
    casts = {f"`{_name(item.target)}` by `{item.cast}`" for item in items if item.cast}
    if not casts:
        return error
    return CannotConvert(
        f"A stored value cannot be cast: {', '.join(sorted(casts))}.", hint=error.hint
    )


def _name(target: Target) -> str:
    segments = target.path.segments if target.path else ()
    return ".".join((target.field.name, *segments))
