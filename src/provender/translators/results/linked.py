"""The inputs and outputs of a process by the labels of their links. Floor: translators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from provender.errors import AmbiguousIdentifier, NoSuchEntity
from provender.nearest import nearest
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import Dotted
from provender.query.questions import Direction
from provender.schema.entities import NODE, Computed, FieldName
from provender.schema.processes import INPUTS, NAMESPACE, OUTPUTS
from provender.schema.statements import Record as Values
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.session import Session
from provender.translators.subject import SubjectOf, SubjectRow

# Labels that an error lists.
MOST_LABELS = 50


class Side(Enum):
    """What a process was given, or what it gave: the word in addresses, and the links."""

    INPUTS = "inputs"
    RESULTS = "results"

    @property
    def direction(self) -> Direction:
        """The direction of the links."""
        return Direction.INCOMING if self is Side.INPUTS else Direction.OUTGOING

    @property
    def types(self) -> tuple[str, ...]:
        """The types of the links."""
        return INPUTS if self is Side.INPUTS else OUTPUTS


LINKED: tuple[FieldName | Dotted, ...] = (
    *("id", "uuid", "node_type", "label", "repository_metadata"),
    Computed.DESCRIBED_ATTRIBUTES,
    Computed.SHORT_DOCUMENT,
    Dotted("attributes", ("value",)),
)


@dataclass(frozen=True, slots=True)
class Linked:
    """The end of a link: columns of the node, then label and type of the link."""

    pk: int
    uuid: str | None
    node_type: str | None
    node_label: str | None
    tree: Any
    described: Any
    document: Any
    value: Any
    label: str | None
    link_type: str | None


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """Some ends of links of a process, and the number of all."""

    pk: int
    uuid: str | None
    links: tuple[Linked, ...]
    total: int


class LinkedOf(Inquiry[tuple[Values, list[Values], int], LinkedPage]):
    """The inputs or outputs of a process in the order of their labels."""

    def __init__(
        self, view: View, identifier: str | int, side: Side, limit: int, offset: int
    ) -> None:
        self._one = One(view, identifier, ("id", "uuid"))
        self._plan = _linked(side).window(offset, limit)
        self._limit = limit
        self._offset = offset

    def read(self, session: Session) -> tuple[Values, list[Values], int]:
        """Return pk and uuid of the process, the rows, and the number of all."""
        process = self._one.read(session)
        plan = questions.narrowed(self._plan, questions.START, "id", process[0])
        rows = session.parsed(plan) if self._limit else []
        is_all = not self._offset and len(rows) < self._limit
        return process, rows, len(rows) if is_all else session.total(plan)

    def present(self, raw: tuple[Values, list[Values], int]) -> LinkedPage:
        """Return the ends of the links."""
        (pk, uuid), rows, total = raw
        return LinkedPage(pk, uuid, tuple(Linked(*row) for row in rows), total)


class LinkedSubject(Inquiry[list[Values], SubjectRow]):
    """The node at the end of a link of a process, to be written in a format."""

    def __init__(
        self, view: View, nodes: View, identifier: str | int, side: Side, label: str
    ) -> None:
        self._view = view
        self._nodes = nodes
        self._one = One(view, identifier, ("id",))
        self._side = side
        self._label = label

    def read(self, session: Session) -> list[Values]:
        """Return the row of the node.

        Raises:
            NoSuchEntity: the process has no such link; the hint lists those it has.
            AmbiguousIdentifier: it has several.
        """
        (pk,) = self._one.read(session)
        plan = questions.narrowed(_ends(self._side), questions.START, "id", pk)
        found: Sequence[Values] = []
        if "\0" not in self._label:
            named = questions.equal(plan, questions.EDGE, "label", self._label)
            found = session.rows(named.at_most(2))
        if not found:
            raise self._unknown(session.rows(plan.at_most(MOST_LABELS + 1)))
        if len(found) > 1:
            uuids = ", ".join(f"/nodes/{uuid}" for _, uuid, *_ in found)
            raise AmbiguousIdentifier(
                f"Several {self._side.value} have the label `{self._label}`.",
                hint=f"Two of them: {uuids}",
            )
        return SubjectOf(self._nodes, found[0][0]).read(session)

    def present(self, raw: list[Values]) -> SubjectRow:
        """Return the node."""
        return SubjectRow(*raw[0])

    def _unknown(self, rows: Sequence[Values]) -> NoSuchEntity:
        """Return the error of a label that no link has; `rows` are those that there are."""
        word, labels = self._side.value, sorted({str(label) for *_, label, _ in rows if label})
        hint = f"It has no {word}."
        if labels:
            below = [one for one in labels if one.startswith(f"{self._label}{NAMESPACE}")]
            close = below[0] if below else nearest(self._label, labels)
            meant = f"Did you mean `{close}`? " if close else ""
            more = ", ..." if len(labels) > MOST_LABELS else ""
            hint = f"{meant}It has: {', '.join(labels[:MOST_LABELS])}{more}."
        shown = self._label[:200]
        return NoSuchEntity(f"The process has no `{shown}` among its {word}.", hint=hint)


@cache
def _linked(side: Side) -> Plan:
    return _checked(side, LINKED)


@cache
def _ends(side: Side) -> Plan:
    return _checked(side, ("id", "uuid"))


def _checked(side: Side, columns: tuple[FieldName | Dotted, ...]) -> Plan:
    question = questions.from_linked(side.direction, side.types, columns)
    return planning.check(question, {"node": whole_vocabulary(NODE)})
