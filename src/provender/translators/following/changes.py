"""Nodes that were written since a follower asked the last time. Floor: translators.

A row is told of unless the follower knows the transaction that wrote it. By the time of a change
alone a row would be lost whose transaction ends late, and one that was imported with its old time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from provender.errors import CursorOutdated
from provender.query import cursors, following
from provender.query.following import MOST_OTHERS, NOTHING, Known, Place
from provender.query.plan.conditions import (
    Circular,
    Condition,
    Membership,
    Negation,
    Operand,
    Target,
)
from provender.query.plan.plan import Ordering, Output, Plan
from provender.query.querystring.request import ListRequest
from provender.schema.entities import Computed, Kind
from provender.schema.statements import Record as Values
from provender.store.database.history import History
from provender.translators.following.nodes import Steps, Walked, Way, highest_id
from provender.translators.inquiry import Inquiry
from provender.translators.records import Record
from provender.translators.selections.selection import Selection
from provender.translators.session import Session

CREATED, CHANGED = "created", "changed"
# The numbers of transactions that rows can tell apart, and the first that is one.
ROUND, FIRST_NUMBER = 1 << 32, 3
AGAIN = f"Begin again with since={cursors.FIRST}, which tells of all nodes."
STEPS = Steps()
# Size of a table that a slow disk reads within the time of a statement: 2 GiB take 20 seconds.
AT_ONCE_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of nodes; `following` is the cursor to go on with.

    With `has_more` there may be more to be told at once.
    """

    records: list[Record]
    following: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Rows of nodes, what the follower knew before, and its place after it has been told."""

    rows: list[Values]
    before: Known
    place: Place


class ChangesOf(Inquiry[Told, Changes]):
    """The nodes of a selection that were written since; making it checks what was asked for.

    `since` is a cursor, `*` for all nodes, or None to begin now: then nothing is told.
    """

    def __init__(
        self, selection: Selection, request: ListRequest, since: str | None, steps: Steps = STEPS
    ) -> None:
        self._selection, self._limit, self._steps = selection, request.limit, steps
        self._name, self._since = cursors.selection_of(request, "changes"), since
        self._place: Place | None = None
        if since is not None and since != cursors.FIRST:
            self._place = following.read_place(since, self._name)
        tag, entity = selection.view.name, selection.view.entity
        plan = selection.plan(["id", "uuid", "mtime"])
        self._writer = Target(tag, entity.computed[Computed.WRITER])
        self._plan = replace(
            plan,
            outputs=(*plan.outputs, Output("writer", self._writer, is_hidden=True)),
            order=(Ordering(plan.column(tag, "id"), descending=False),),
        )
        self.is_expensive = selection.is_expensive(plan)

    def read(self, session: Session) -> Told:
        """Return what is new."""
        history = session.history()
        place = self._begun(history)
        known, until = place.known, place.until
        plan = self._selection.narrow(self._plan, session)  # names that nothing has are told first
        if until is None and known.horizon >= history.end:
            return Told([], known, place if self._place else self._started(place, session))
        for condition in self._conditions(place, history):
            plan = plan.having(condition)
        if until is not None:
            way = self._way(plan, place, until)
            return self._next_page(place, until, way.walk(session, self._steps))
        others = known.from_horizon(history.horizon)
        now = Known(history.horizon, highest_id(self._plan, session), others)
        is_rare = known.horizon > 0 and history.size <= AT_ONCE_BYTES
        walked = self._way(plan, place, now).walk(session, self._steps, is_rare=is_rare)
        return self._first_page(place, now, walked, history)

    def present(self, raw: Told) -> Changes:
        """Return the page."""
        highest = raw.before.highest
        records: list[Record] = [
            {"uuid": uuid, "kind": CREATED if pk > highest else CHANGED, "mtime": mtime}
            for pk, uuid, mtime, _ in raw.rows
        ]
        return Changes(records, raw.place.written(), raw.place.until is not None)

    @property
    def _is_start(self) -> bool:
        return self._since is None

    def _started(self, place: Place, session: Session) -> Place:
        """Return the place of a follower to whom all nodes that there are are known."""
        known = replace(place.known, highest=highest_id(self._plan, session))
        return replace(place, known=known)

    def _begun(self, history: History) -> Place:
        """Return the place to begin at.

        Raises:
            CursorOutdated: the history is not that of the cursor.
        """
        place = self._place
        if place is None:
            known = Known(history.horizon) if self._is_start else NOTHING
            return Place(self._name, history.name, known)
        if place.history != history.name:
            raise CursorOutdated(
                "The cursor belongs to another store, or to one that was replaced, restored or "
                "recovered since.",
                hint=AGAIN,
            )
        if history.is_opaque:
            if place.until is None and place.known.horizon not in (0, history.horizon):
                raise CursorOutdated(
                    "The store changed, and SQLite does not note which nodes did.", hint=AGAIN
                )
            return place
        if _newest(place) > history.end:
            raise CursorOutdated("The cursor is of a later state of the store.", hint=AGAIN)
        if place.known.horizon and history.end - place.known.horizon >= ROUND:
            raise CursorOutdated("The cursor is too old.", hint=AGAIN)
        return place

    def _conditions(self, place: Place, history: History) -> list[Condition]:
        """Return the conditions for rows that the follower does not know, and is to know."""
        conditions: list[Condition] = []
        if history.is_opaque:  # all of them are new, or none
            return conditions
        last = history.end - 1
        if place.known.horizon:
            conditions.append(self._from(place.known.horizon, last))
        if place.known.others:
            numbers = tuple(number % ROUND for number in place.known.others)
            given = Membership(self._writer, Operand(numbers, Kind.INTEGER))
            conditions.append(Negation(given))
        if place.until is not None and place.until.horizon <= last:
            conditions.append(Negation(self._from(place.until.horizon, last)))
        return conditions

    def _from(self, first: int, last: int) -> Circular:
        return Circular(self._writer, Operand(first, Kind.INTEGER), Operand(last, Kind.INTEGER))

    def _way(self, plan: Plan, place: Place, until: Known) -> Way:
        return Way(plan, place.after, until.highest, self._limit + 1)

    def _next_page(self, place: Place, until: Known, walked: Walked) -> Told:
        if walked.is_whole:
            reached = replace(place, known=until, until=None, after=None)
            return Told(walked.rows, place.known, reached)
        rows, after = _cut(walked, self._limit)
        return Told(rows, place.known, replace(place, after=after))

    def _first_page(self, place: Place, now: Known, walked: Walked, history: History) -> Told:
        """Return a page that sees all that is new, or the first page of what no longer changes.

        Of all rows that one snapshot shows the follower knows the transactions afterwards, also
        those that ended while older ones still run. Over several pages only those can be told of
        whose transactions cannot show more rows: the others wait until the older ones have ended.
        """
        numbers = [_number(row[-1], history.end) for row in walked.rows]
        pairs = list(zip(walked.rows, numbers, strict=True))
        if walked.is_whole:
            later = sorted({number for number in numbers if number >= now.horizon})
            taken = {*now.others, *later[: MOST_OTHERS - len(now.others)]}
            now = replace(now, others=tuple(sorted(taken)))
            rows = [row for row, number in pairs if number < now.horizon or number in taken]
            after = replace(place, known=now)
        elif self._is_start:
            rows, after = [], replace(place, known=now)
        else:
            page, end = _cut(walked, self._limit)
            rows = [row for row, number in pairs[: len(page)] if number < now.horizon]
            after = replace(place, until=now, after=end)
        return Told([] if self._is_start else rows, place.known, after)


def _newest(place: Place) -> int:
    """Return the number of a transaction that a snapshot after the cursor shows, or more."""
    horizon = place.known.horizon if place.until is None else place.until.horizon
    return max(horizon, *(number + 1 for number in place.known.others), 0)


def _cut(walked: Walked, limit: int) -> tuple[list[Values], int | None]:
    """Return the rows of a page that is not the last one, and the id up to which it goes."""
    if len(walked.rows) <= limit:
        return walked.rows, walked.after
    rows = walked.rows[:limit]
    return rows, rows[-1][0]


def _number(writer: int, end: int) -> int:
    """Return the whole number of a transaction of 32 bits: the last one that is visible."""
    if writer < FIRST_NUMBER:
        return 0
    return end - 1 - (end - 1 - writer) % ROUND
