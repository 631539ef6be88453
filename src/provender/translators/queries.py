"""Answering posted queries: the rows, by tag. Floor: translators."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import orjson

from provender.caching import cached
from provender.errors import CannotConvert, LimitExceeded, ProvenderError, QueryTimeout
from provender.query.plan.conditions import Target
from provender.query.plan.plan import Ordering, Output, Plan
from provender.query.posted.body import read_body
from provender.query.posted.options import KEYS, Options, check_names, read_options
from provender.query.posted.reading import Posted, read_posted
from provender.schema.entities import Kind
from provender.schema.statements import Record as Values
from provender.schema.types import full_type
from provender.settings import Limits
from provender.store.database.faults import too_large
from provender.translators.inquiry import Inquiry
from provender.translators.pieces import Pieces, gathered
from provender.translators.records import Record, http_date
from provender.translators.session import Session

_Raw = TypeVar("_Raw")
_Answer = TypeVar("_Answer")

# One row: values by name, by tag.
Row = dict[str, Record]
Presenters = dict[Kind, Callable[[Any], object]]


def local_time(text: str) -> datetime:
    """Return a timestamp of the database; raises `CannotConvert` for one beyond year 9999."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise CannotConvert(f"The cast `d` gave `{text}`, which is not a datetime.") from error


def python_value(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON value; None for one that is nested more deeply than Python reads."""
    try:
        return json.loads(text)
    except RecursionError:
        return None


# The functions that write values into JSON, by type.
SHOWN: Presenters = {
    Kind.JSON: orjson.Fragment,
    Kind.TIME: http_date,
    Kind.LOCAL_TIME: lambda text: http_date(local_time(text)),
}
# The functions that turn values into Python values, by type.
PYTHON: Presenters = {Kind.JSON: python_value, Kind.LOCAL_TIME: local_time}
# The columns that a full type is made of, and the full type itself.
TYPES = frozenset(("node_type", "process_type", "full_type"))
# Values that are held at a time while an answer is written: about two megabytes of short ones.
CELLS = 20_000
# The name of the list of flat rows in an answer.
FLAT_ROWS = "rows"
# Largest posted query whose plan is cached, in bytes; the plan takes about twelve times as many.
LONGEST_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Written:
    """The records of each tag as pieces of a JSON list, and the number of rows."""

    pieces: dict[str, list[bytes]]
    total: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The records of each tag as JSON lists, parallel to each other, and the number of rows."""

    data: dict[str, Pieces]
    total: int


class Query(Inquiry[_Raw, _Answer]):
    """A posted query within the limits of the settings.

    Raises:
        BadRequest: the query is malformed or has unknown names; the error says where.
        LimitExceeded: more joins, rows or bytes than a setting allows, or a query that took too
            long.
        CannotConvert: a stored value that a cast does not take.
    """

    is_single: ClassVar[bool] = True
    is_expensive = True
    shown: ClassVar[Presenters] = SHOWN
    beside: ClassVar[tuple[str, ...]] = ()

    def __init__(self, text: bytes, limits: Limits, expose: tuple[str, ...]) -> None:
        self.limits = limits
        self.posted, self.options = _checked(text, limits, expose, self.beside)
        self.plan = self.posted.plan.at_most(limits.posted_rows + 1)

    def records(self, raw: list[Values]) -> dict[str, list[Record]]:
        """Return the records of each tag, parallel to each other; no tags without rows."""
        return _by_tag(raw, self.posted, self.shown) if raw else {}

    def check_number(self, rows: int) -> None:
        """Raise `LimitExceeded` for more rows than an answer may have."""
        if rows > self.limits.posted_rows:
            raise LimitExceeded(
                f"The answer has more than {self.limits.posted_rows} rows (`limits.posted_rows`).",
                hint="Add a filter, or read pages with limit and offset.",
            )

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


class PostedQuery(Query[Written, Answer]):
    """A posted query whose rows are written as JSON while they come, so that few are held.

    With the option `flat` each row is one object, and all are under `FLAT_ROWS`.
    """

    beside: ClassVar[tuple[str, ...]] = KEYS

    def read(self, session: Session) -> Written:
        """Return the rows as JSON, with full types where a part of the type is there."""
        pieces: dict[str, list[bytes]] = {}
        total = size = 0
        for rows in session.batches(self.plan, max(1, CELLS // len(self.plan.outputs))):
            total += len(rows)
            self.check_number(total)
            for tag, records in self._written(rows).items():
                piece = orjson.dumps(records)[1:-1]
                size += len(piece)
                if size > self.limits.answer_bytes:
                    raise too_large()
                pieces.setdefault(tag, []).append(piece)
        return Written(pieces, total)

    def _written(self, rows: list[Values]) -> dict[str, list[Record]]:
        """Return the records of rows, with full types."""
        records = self.records(rows)
        for found in records.values():
            _add_full_types(found)
        return {FLAT_ROWS: _flattened(records)} if self.options.is_flat else records

    def present(self, raw: Written) -> Answer:
        """Return the JSON list of each tag."""
        data: dict[str, Pieces] = {FLAT_ROWS: gathered([b"[]"])} if self.options.is_flat else {}
        for tag, pieces in raw.pieces.items():
            data[tag] = gathered(_listed(pieces))
            pieces.clear()
        return Answer(data, raw.total)


class CountedQuery(Inquiry[tuple[Written, int], Answer]):
    """A posted query with the number of its rows whatever its limit and offset, of one snapshot."""

    is_expensive = True

    def __init__(self, query: PostedQuery) -> None:
        self._query = query
        plan = query.posted.plan
        self._every = replace(plan, order=(), limit=None, offset=None, is_deep=False)

    def read(self, session: Session) -> tuple[Written, int]:
        """Return the rows as JSON, and the number of all."""
        every, written = self._every, self._query.read(session)
        is_plain = not every.distinct and not any(output.function for output in every.outputs)
        return written, session.total(every) if is_plain else session.number(every)

    def present(self, raw: tuple[Written, int]) -> Answer:
        """Return the JSON list of each tag."""
        written, total = raw
        return replace(self._query.present(written), total=total)

    def explained(self, error: ProvenderError) -> ProvenderError:
        """Return the error as `Query` does."""
        return self._query.explained(error)


class PythonRows(Query[list[Values], list[Row]]):
    """A posted query whose rows hold Python values: datetimes in UTC, JSON as Python values."""

    shown: ClassVar[Presenters] = PYTHON

    def read(self, session: Session) -> list[Values]:
        """Return the rows."""
        return session.rows(self.plan)

    def present(self, raw: list[Values]) -> list[Row]:
        """Return the rows, each with its records by tag."""
        self.check_number(len(raw))
        records = self.records(raw)
        return [dict(zip(records, row, strict=True)) for row in zip(*records.values(), strict=True)]


class RowNumber(Inquiry[int, int]):
    """The number of rows of a posted query, after limit and offset."""

    is_single: ClassVar[bool] = True
    is_expensive = True

    def __init__(self, text: bytes, limits: Limits, expose: tuple[str, ...]) -> None:
        self._query = PythonRows(text, limits, expose)

    def read(self, session: Session) -> int:
        """Return the number."""
        return session.number(self._query.posted.plan)

    def present(self, raw: int) -> int:
        """Return the number."""
        return raw

    def explained(self, error: ProvenderError) -> ProvenderError:
        """Return the error as `Query` does."""
        return self._query.explained(error)


def _listed(pieces: list[bytes]) -> Iterator[bytes]:
    """Yield the JSON list of pieces of it."""
    yield b"["
    for number, piece in enumerate(pieces):
        if number:
            yield b","
        yield piece
    yield b"]"


def _is_long(text: bytes, limits: Limits, expose: tuple[str, ...], beside: tuple[str, ...]) -> bool:
    return len(text) > LONGEST_KEPT


@cached(128, unless=_is_long)
def _checked(
    text: bytes, limits: Limits, expose: tuple[str, ...], beside: tuple[str, ...]
) -> tuple[Posted, Options]:
    """Return a checked query, cached by its text: programs post the same query many times."""
    body = read_body(text, limits)
    posted, options = read_posted(body, limits, expose, beside), read_options(body)
    if options.is_flat:
        check_names(posted.plan)
    return posted, options


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


def _flattened(records: dict[str, list[Record]]) -> list[Record]:
    """Return one record for each row, whose names begin with the tag."""
    named = [[(f"{tag}.", record) for record in found] for tag, found in records.items()]
    return [
        {f"{tag}{name}": value for tag, record in row for name, value in record.items()}
        for row in zip(*named, strict=True)
    ]


def _add_full_types(records: list[Record]) -> None:
    """Add the full types to records that show a part of them."""
    if not TYPES.isdisjoint(records[0]):
        for record in records:
            _add_full_type(record)


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
