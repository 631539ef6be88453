"""Answering posted queries: the rows, by tag. Floor: translators."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from provender.errors import CannotConvert, LimitExceeded, QueryTimeout
from provender.query.plan.conditions import Target
from provender.query.plan.plan import Ordering, Output
from provender.query.posted.reading import Posted, read_posted
from provender.query.sql.compiler import compile_number, compile_plan
from provender.schema.entities import Kind
from provender.schema.statements import Record as Values
from provender.schema.types import full_type
from provender.settings import Limits
from provender.store.stores import Session, Store
from provender.translators.records import Record, http_date

Row = dict[str, Record]
"""What one row holds: values by name, by tag."""
Presenters = dict[Kind, Callable[[Any], object]]


def local_time(text: str) -> datetime:
    """Return a timestamp of the database; raises `CannotConvert` for one beyond year 9999."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise CannotConvert(f"The cast `d` gave `{text}`, which is no datetime.") from error


SHOWN: Presenters = {
    Kind.JSON: orjson.Fragment,
    Kind.TIME: http_date,
    Kind.LOCAL_TIME: lambda text: http_date(local_time(text)),
}
"""How values are shown in JSON."""
PYTHON: Presenters = {Kind.JSON: json.loads, Kind.LOCAL_TIME: local_time}
"""How values are given to Python."""
TYPES = frozenset(("node_type", "process_type", "full_type"))
"""The columns that make a full type, and the one that it stands for."""
LONGEST_KEPT = 2000
"""Characters of a posted query whose plan is kept: about 12 bytes for each."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The records of each tag, parallel to each other, and the number of rows.

    `seconds` is how long the database took.
    """

    data: dict[str, list[Record]]
    total: int
    seconds: float


class QueryTranslator:
    """Answers posted queries within the limits of the settings.

    All methods raise:
        BadRequest: the query cannot mean anything; the message says where.
        LimitExceeded: more joins or rows than a setting allows, or it took too long.
        CannotConvert: a stored value that a cast does not take.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def answer(self, body: dict[str, Any], store: Store) -> Answer:
        """Return the records of each tag."""
        posted = self._read(body, store)
        found, seconds = self._values(posted, store)
        if not found:
            return Answer({}, 0, seconds)
        records = _by_tag(found, posted, SHOWN)
        for some in records.values():
            if not TYPES.isdisjoint(some[0]):
                for record in some:
                    _add_full_type(record)
        return Answer(records, len(found), seconds)

    def rows(self, body: dict[str, Any], store: Store) -> list[Row]:
        """Return the rows with Python values: `[{tag: {name: value}}]`, datetimes in UTC."""
        posted = self._read(body, store)
        records = _by_tag(self._values(posted, store)[0], posted, PYTHON)
        return [dict(zip(records, row, strict=True)) for row in zip(*records.values(), strict=True)]

    def count(self, body: dict[str, Any], store: Store) -> int:
        """Return the number of rows, after limit and offset."""
        posted = self._read(body, store)
        with _explained(posted):
            return store.within(
                lambda session: int(
                    session.snapshot.run(compile_number(posted.plan, session.backend))[0][0]
                )
            )

    def _read(self, body: dict[str, Any], store: Store) -> Posted:
        """Return a query checked, once for equal ones: programs post the same again and again."""
        text = _Text(repr(body), body)
        is_kept = len(text.written) <= LONGEST_KEPT
        check = _checked if is_kept else _checked.__wrapped__
        return check(text, self._limits, store.profile.expose)

    def _values(self, posted: Posted, store: Store) -> tuple[list[Values], float]:
        """Return the rows, of which there are not too many, and the seconds that they took."""
        plan = posted.plan.at_most(self._limits.posted_rows + 1)

        def fetch(session: Session) -> tuple[list[Values], float]:
            statements = compile_plan(plan, session.backend, with_count=False)
            records = session.snapshot.fetch(statements).records
            return records, session.snapshot.seconds

        with _explained(posted):
            found, seconds = store.within(fetch)
        if len(found) > self._limits.posted_rows:
            raise LimitExceeded(
                f"The query gives more than {self._limits.posted_rows} rows "
                "(`limits.posted_rows`).",
                hint="Ask for less: a filter, or pages by limit and offset.",
            )
        return found, seconds


@dataclass(frozen=True, slots=True)
class _Text:
    """A posted query and its text, by which it is known."""

    written: str
    body: dict[str, Any] = field(compare=False)


@lru_cache(maxsize=128)
def _checked(text: _Text, limits: Limits, expose: tuple[str, ...]) -> Posted:
    return read_posted(text.body, limits, expose)


def _by_tag(found: list[Values], posted: Posted, shown: Presenters) -> dict[str, list[Record]]:
    """Return the records of each tag, parallel to each other; made column by column."""
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


@contextmanager
def _explained(posted: Posted) -> Iterator[None]:
    """Name the setting of a time-out, and the casts of a query with a value that fits none."""
    try:
        yield
    except QueryTimeout as error:
        raise LimitExceeded(
            "The query took longer than is allowed (`limits.statement_seconds`).",
            hint="Ask for less: filters on type, time or id.",
        ) from error
    except CannotConvert as error:
        items: list[Output | Ordering] = [*posted.plan.outputs, *posted.plan.order]
        casts = {f"`{_name(item.target)}` by `{item.cast}`" for item in items if item.cast}
        if not casts:
            raise
        raise CannotConvert(
            f"A stored value cannot be cast: {', '.join(sorted(casts))}.", hint=error.hint
        ) from error


def _name(target: Target) -> str:
    segments = target.path.segments if target.path else ()
    return ".".join((target.field.name, *segments))
