"""Which nodes a zip has: those of a selection, one, or those of named files. Floor: translators."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.schema.entities import NODE
from provender.schema.statements import Record as Values
from provender.translators.bundles.nodes import NodesToTake
from provender.translators.bundles.wanted import SelectionBounds, Wanted
from provender.translators.identity import One
from provender.translators.selections.selection import Selection
from provender.translators.session import Session

# Uuids that one statement is about.
AT_ONCE = 500


class NodesOfSelection(NodesToTake):
    """The nodes of a selection."""

    def __init__(self, selection: Selection, wanted: Wanted, bounds: SelectionBounds) -> None:
        super().__init__(wanted, bounds)
        self._selection = selection
        self._plan = selection.plan(["id", "uuid"])

    def chosen(self, session: Session) -> Iterator[Values]:
        """Yield the id and the uuid of each node; raises `SelectionTooLarge`."""
        plan = self._selection.narrow(self._plan, session)
        self._bounds.check_nodes(session.total(plan))
        yield from session.stream(plan)


class OneNode(NodesToTake):
    """One node of a view."""

    def __init__(
        self, view: View, identifier: str | int, wanted: Wanted, bounds: SelectionBounds
    ) -> None:
        super().__init__(wanted, bounds)
        self._one = One(view, identifier, ("id", "uuid"))

    def chosen(self, session: Session) -> Iterator[Values]:
        """Yield the id and the uuid of the node; raises `NoSuchEntity`."""
        yield self._one.read(session)


class NodesOfUuids(NodesToTake):
    """Those nodes that have some uuids."""

    def __init__(self, uuids: Collection[str], wanted: Wanted, bounds: SelectionBounds) -> None:
        super().__init__(wanted, bounds)
        self._uuids = sorted(uuids)

    def chosen(self, session: Session) -> Iterator[Values]:
        """Yield the id and the uuid of each node; raises `SelectionTooLarge`."""
        self._bounds.check_nodes(len(self._uuids))
        for begun in range(0, len(self._uuids), AT_ONCE):
            yield from session.rows(_of_uuids(self._uuids[begun : begun + AT_ONCE]))


def _of_uuids(uuids: Collection[str]) -> Plan:
    return planning.check(questions.pks_of(uuids), {NODE.name: whole_vocabulary(NODE)})
