"""What stands in other tables about a node: user, computer, groups, links. Floor: translators.

Each inquiry gives a `Part`: the value, and notes on what of it is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import QueryDict
from provender.query.querystring import builder
from provender.query.querystring.advice import Note
from provender.query.querystring.desk.screen import LINK_COUNTS
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.request import ListRequest
from provender.query.questions import Direction
from provender.schema.entities import ENTITIES
from provender.schema.statements import Record as Values
from provender.schema.statements import Rows
from provender.translators.flaws import BAD_VALUE
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.linkcounts import LinkCounts, read_link_counts
from provender.translators.links import LinkedWindow, Neighbours
from provender.translators.processes.rows import full_name
from provender.translators.records import Record, presenter
from provender.translators.session import Session

CUT = "part-cut"
NO_PARAMETERS = Parameters()
COUNTED = Parameters(given={LINK_COUNTS.name: True})
SIDES = {"incoming": Direction.INCOMING, "outgoing": Direction.OUTGOING}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a node as an answer shows it, and notes on what of it cannot be shown."""

    value: Any
    notes: tuple[Note, ...] = ()


class DescriptionOf(Inquiry[list[Values], Part]):
    """What the author of a node wrote about it."""

    is_single: ClassVar[bool] = True

    def __init__(self, view: View, identifier: str | int) -> None:
        self._one = One(view, identifier, ("id", "uuid", "description"))

    def read(self, session: Session) -> list[Values]:
        """Return the rows of the id, two at most."""
        return session.rows(self._one.plan)

    def present(self, raw: list[Values]) -> Part:
        """Return the text, None if it cannot be shown."""
        _, _, text = self._one.only(raw)
        return Part(text)


class UserOf(Inquiry[list[Values], Part]):
    """Who made a node: `{"id": int, "name": str}`, never an e-mail address."""

    is_single: ClassVar[bool] = True

    def __init__(self, view: View, identifier: str | int) -> None:
        self._one = One(view, identifier, ("id",))
        self._plan = questions.identified(_user(view), view, identifier)

    def read(self, session: Session) -> list[Values]:
        """Return the rows of the id, two at most."""
        return session.rows(self._plan)

    def present(self, raw: list[Values]) -> Part:
        """Return the user."""
        named, pk, first, last = self._one.only(raw)
        if pk is None:
            return Part(None, _missing("user", named))
        return Part({"id": pk, "name": full_name(first, last)})


class ComputerOf(Inquiry[list[Values], Part]):
    """The computer of a node as the lists of computers show it; None for a node without one."""

    is_single: ClassVar[bool] = True

    def __init__(self, view: View, identifier: str | int, computers: View) -> None:
        self._one = One(view, identifier, ("id",))
        self._computers = computers
        self._plan = questions.identified(_computer(view, computers), view, identifier)

    def read(self, session: Session) -> list[Values]:
        """Return the rows of the id, two at most."""
        return session.rows(self._plan)

    def present(self, raw: list[Values]) -> Part:
        """Return the computer."""
        named, *values = self._one.only(raw)
        record = presenter(self._computers, NO_PARAMETERS)(tuple(values))
        if record["id"] is None:
            return Part(None, _missing("computer", named))
        return Part(record)


class GroupsOf(Inquiry[Rows, Part]):
    """The groups that a node is in, as the lists of groups show them; `limit` of them at most."""

    def __init__(self, view: View, identifier: str | int, groups: View, limit: int) -> None:
        self._one = One(view, identifier, ("id",))
        self._groups = groups
        self._plan = _plan(questions.from_groups(ListRequest(groups, NO_PARAMETERS, limit, 0)))

    def read(self, session: Session) -> Rows:
        """Return the rows of the groups, and their number."""
        (pk,) = self._one.read(session)
        return session.fetch(questions.narrowed(self._plan, questions.START, "id", pk))

    def present(self, raw: Rows) -> Part:
        """Return the records of the groups."""
        present = presenter(self._groups, NO_PARAMETERS)
        records = [present(values) for values in raw.records]
        return Part(records, cut("groups", len(records), raw.total))


class LinksOf(Inquiry[dict[str, LinkedWindow], Part]):
    """The neighbours of a node on both sides, `limit` of them at most on each.

    With `has_counts` each neighbour tells how many links it has.
    """

    def __init__(
        self,
        view: View,
        identifier: str | int,
        neighbours: View,
        limit: int,
        *,
        has_counts: bool = False,
    ) -> None:
        request = ListRequest(neighbours, COUNTED if has_counts else NO_PARAMETERS, limit, 0)
        self._sides = {
            side: Neighbours(view, identifier, request, direction)
            for side, direction in SIDES.items()
        }

    def read(self, session: Session) -> dict[str, LinkedWindow]:
        """Return the rows of each side."""
        return {side: inquiry.read(session) for side, inquiry in self._sides.items()}

    def present(self, raw: dict[str, LinkedWindow]) -> Part:
        """Return the records of each side, and the numbers of all neighbours.

        Shape: `{"incoming": [record], "outgoing": [record], "totals": {"incoming": int,
        "outgoing": int}}`.
        """
        found = {side: inquiry.present(raw[side]) for side, inquiry in self._sides.items()}
        totals = {side: listing.total or 0 for side, listing in found.items()}
        value: Record = {side: listing.records for side, listing in found.items()}
        notes = (cut(f"links.{side}", len(value[side]), totals[side]) for side in SIDES)
        return Part({**value, "totals": totals}, tuple(note for some in notes for note in some))


class LinkCountsOf(Inquiry[LinkCounts, Part]):
    """The numbers of links of a node."""

    def __init__(self, view: View, identifier: str | int) -> None:
        self._one = One(view, identifier, ("id",))

    def read(self, session: Session) -> LinkCounts:
        """Return the numbers."""
        (pk,) = self._one.read(session)
        return read_link_counts(session, [pk])[pk]

    def present(self, raw: LinkCounts) -> Part:
        """Return the numbers."""
        return Part(raw)


def cut(place: str, shown: int, total: int) -> tuple[Note, ...]:
    """Return a note on a part that does not show all of its rows."""
    if shown >= total:
        return ()
    return (Note(CUT, f"`{place}` shows {shown} of {total}.", place),)


def _missing(what: str, pk: int | None) -> tuple[Note, ...]:
    """Return a note on a thing that a node names, but the store does not have."""
    if pk is None:
        return ()
    text = f"`{what}` cannot be shown: the store has no {what} with the id {pk}."
    return (Note(BAD_VALUE, text, what),)


@lru_cache(maxsize=64)
def _user(view: View) -> Plan:
    return _plan(questions.with_user(questions.from_view(view, ["user_id"])))


@lru_cache(maxsize=64)
def _computer(view: View, computers: View) -> Plan:
    columns = [str(name) for name in builder.projection(computers, NO_PARAMETERS)]
    question = questions.from_view(view, ["dbcomputer_id"])
    return _plan(questions.with_computer(question, columns))


def _plan(question: QueryDict) -> Plan:
    """Return the plan of a query of Provender itself, which may use every name."""
    names = {name: whole_vocabulary(entity) for name, entity in ENTITIES.items()}
    return planning.check(question, names)
