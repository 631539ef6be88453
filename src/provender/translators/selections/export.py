"""The rows of a table of nodes, from one snapshot, to whoever takes them. Floor: translators.

PostgreSQL writes the rows of one statement as text by itself. Otherwise rows come from a cursor,
and templates that go along links are filled in for some nodes at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from provender.errors import LimitExceeded, ProvenderError, QueryTimeout, StreamCut
from provender.exports.tables.cells import instant
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.conditions import Operand
from provender.query.plan.plan import Plan
from provender.query.plan.template import Template
from provender.query.querystring import builder
from provender.query.querystring.parameters import ORDER
from provender.query.sql.tables import compile_copy
from provender.schema.columns import Column, CopyForm, Type
from provender.schema.copies import Copy
from provender.schema.entities import Kind
from provender.settings import Limits
from provender.store.cancellation import current
from provender.store.database.copying import Block
from provender.store.database.snapshot import Snapshot
from provender.store.precedence import PRECEDENCE
from provender.store.stores import Store
from provender.translators import chosen, flaws
from provender.translators.lists import planned
from provender.translators.selections.below import THING, Reading
from provender.translators.selections.filled import Filling
from provender.translators.selections.flat import flattened
from provender.translators.selections.selection import Selection
from provender.translators.selections.table import Table
from provender.translators.session import Session

# Nodes that a template is filled in for at a time, and about how many bytes they shall have.
FEWEST, MOST, WANTED = 20, 500, 1 << 20
# The most bytes of several nodes; one alone may be as large as an answer.
LARGEST = 1 << 22
# What a value takes in memory besides its characters, about.
OF_VALUE = 60

Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Portion:
    """Some rows of stored values, and about how many bytes they take."""

    records: Sequence[Values]
    size: int

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.records)


Item = Block | Portion
Take = Callable[[Item], None]


@dataclass(frozen=True, slots=True)
class Ready:
    """The table can be read: the name of its data is known, None if the database does not tell."""

    token: str | None


@dataclass(frozen=True, slots=True)
class How:
    """How rows are wanted: as text of a form where the database writes it, within some seconds."""

    form: CopyForm
    is_safe: bool = False
    seconds: float | None = None


class TableOf:
    """A table of the nodes of a selection, checked; at most `limit` rows of it.

    Raises:
        BadRequest: a name or value that has no meaning.
    """

    def __init__(
        self, selection: Selection, table: Table, limits: Limits, limit: int | None = None
    ) -> None:
        self._selection, self._table, self._limits = selection, table, limits
        view = selection.view
        question = questions.from_selection(view, ["id"], selection.parameters)
        question["order_by"] = [{view.name: builder.ordering(view, selection.parameters[ORDER])}]
        plan = planned(question, view, selection.expose)
        if table.outputs:
            plan = planning.check_size(replace(plan, outputs=table.outputs))
        if limit is not None:
            plan = replace(
                plan, limit=Operand(limit, Kind.INTEGER), offset=Operand(0, Kind.INTEGER)
            )
        self._plan = chosen.with_conditions(plan, selection.where)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the table."""
        return self._table.columns

    def copy(self, how: How) -> Copy:
        """Return the statement that PostgreSQL writes the table by, without relations."""
        return self._copy(self._plan, how)

    def _copy(self, plan: Plan, how: How) -> Copy:
        return compile_copy(plan, self.columns, how.form, is_safe=how.is_safe)

    def read(self, store: Store, how: How, take: Take) -> Iterator[Ready]:
        """Yield once, when the rows can be read; then hand them on until all are read.

        Everything comes from one snapshot. What begins it is done again where a connection was
        lost, what is handed on is not. The caller has a place for it.

        Raises:
            NoSuchEntity, AmbiguousIdentifier: as `chosen.narrow`.
            StoreError: the database failed.
            StreamCut: it took too long.
        """

        def work(snapshot: Snapshot) -> Iterator[Ready]:
            session = Session(snapshot)
            token = session.token
            plan = self._selection.narrow(self._plan, session)
            yield Ready(token)
            self._hand_on(plan, session, how, take)
            flaws.log(session.flaws, store.reader.name)

        is_ready = False
        try:
            for ready in store.reader.stream(work):
                is_ready = True
                yield ready
        except QueryTimeout as error:
            if how.seconds is None or not is_ready or self._table.template is not None:
                raise  # of one of the statements that are short
            raise _too_long(how.seconds, error) from error

    def _hand_on(self, plan: Plan, session: Session, how: How, take: Take) -> None:
        template = self._table.template
        if template is not None:
            for records in self._filled(plan, template, session, how):
                take(_portion(records))
        elif session.can_copy:
            session.copy(self._copy(plan, how), take, how.seconds)
        else:
            for rows in session.portions(plan, how.seconds):
                PRECEDENCE.give_way()
                take(_portion(rows))

    def _filled(
        self, plan: Plan, template: Template, session: Session, how: How
    ) -> Iterator[Sequence[Values]]:
        """Yield the rows of a template: some of about one size at a time."""
        number, size = FEWEST, 0
        pending = list[int]()
        for ids in session.portions(plan, how.seconds):
            pending += [pk for (pk,) in ids]
            while len(pending) >= number:
                some, pending = pending[:number], pending[number:]
                records, size = self._of_nodes(template, some, session)
                yield records
                number = max(FEWEST, min(MOST, number * 2, number * WANTED // max(size, 1)))
        while pending:
            some, pending = pending[:number], pending[number:]
            yield self._of_nodes(template, some, session)[0]

    def _of_nodes(
        self, template: Template, pks: list[int], session: Session
    ) -> tuple[list[Values], int]:
        """Return the rows of some nodes, and about how many bytes they have.

        Raises:
            LimitExceeded: one node alone is too large.
        """
        current().check()
        PRECEDENCE.give_way()
        try:
            return self._at_once(template, pks, session)
        except LimitExceeded:
            if len(pks) == 1:
                raise
        half = len(pks) // 2
        first, size = self._of_nodes(template, pks[:half], session)
        second, more = self._of_nodes(template, pks[half:], session)
        return first + second, size + more

    def _at_once(
        self, template: Template, pks: list[int], session: Session
    ) -> tuple[list[Values], int]:
        most = session.answer_bytes if len(pks) == 1 else min(LARGEST, session.answer_bytes)
        reading = Reading(session, self._limits.things, most)
        things, rows = reading.things(template, set(pks))
        filling = Filling(most, self._limits.things, instant)
        by_pk = {row[THING]: row for row in rows}
        records = (filling.thing(things, by_pk[pk]) for pk in pks if pk in by_pk)
        found = [self._stored(flattened(template, record)) for record in records]
        return found, reading.letters

    def _stored(self, record: dict[str, Any]) -> Values:
        """Return the values of a row as they are stored; JSON is a text."""
        return [
            _text(record[column.name]) if column.stored is Type.JSON else record[column.name]
            for column in self.columns
        ]


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    return None if value is None else orjson.dumps(value).decode()


def _portion(records: Sequence[Values]) -> Portion:
    letters = sum([len(value) for row in records for value in row if type(value) is str])
    return Portion(records, letters + OF_VALUE * len(records) * len(records[0] if records else ()))


def _too_long(seconds: float, error: ProvenderError) -> StreamCut:
    return StreamCut(
        f"The table took longer than {seconds:g} s (`limits.stream_seconds`).",
        reason=error.reason,
    )
