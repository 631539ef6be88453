"""The nodes of a group, their numbers, and the groups of a node. Floor: translators."""

from __future__ import annotations

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.conditions import NodeRelation
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, vocabulary, whole_vocabulary
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.request import ListRequest
from provender.schema.entities import NODE
from provender.schema.statements import Record as Values
from provender.translators import paging
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.links import LinkedWindow
from provender.translators.lists import Detail, Listing, ListOf, listed, planned
from provender.translators.records import Record
from provender.translators.session import Session


class NodesOfGroup(ListOf):
    """The list of those nodes of a selection that are in a group of the view `groups`."""

    is_expensive = True

    def __init__(
        self, groups: View, identifier: str | int, request: ListRequest, expose: tuple[str, ...]
    ) -> None:
        super().__init__(request, expose, (groups.name, identifier))
        self.is_expensive = True  # a group may have very many nodes
        self._group = One(groups, identifier, ("id",))

    def narrowed(self, session: Session) -> Plan:
        """Return the plan of the nodes of the group; errors as `One.only`, too."""
        (pk,) = self._group.read(session)
        plan = super().narrowed(session)
        return questions.related(plan, self._request.view.name, NodeRelation.GROUP, (pk,))


class GroupsOfNode(Inquiry[LinkedWindow, Listing]):
    """The list of the groups that a node of the view `nodes` is in."""

    def __init__(self, nodes: View, identifier: str | int, request: ListRequest) -> None:
        self._request = request
        self._one = One(nodes, identifier, ("id",))
        names = {NODE.name: whole_vocabulary(NODE)}
        names[request.view.entity.name] = vocabulary(request.view, ())
        self._plan = planning.check(questions.from_groups(request), names)

    def read(self, session: Session) -> LinkedWindow:
        """Return the rows of the page."""
        (pk,) = self._one.read(session)
        plan = questions.narrowed(self._plan, questions.START, "id", pk)
        cursor = paging.read_cursor(plan, self._request, (pk, "groups"))
        return LinkedWindow(pk, paging.read_window(plan, self._request, session, cursor))

    def present(self, raw: LinkedWindow) -> Listing:
        """Return the records of the page."""
        return listed(raw.window, self._request, raw.pk)


class GroupWithCounts(Inquiry[tuple[list[Values], list[Values]], Listing]):
    """A group as a list of one, with the number of its nodes: in total and of each type."""

    is_expensive = True

    def __init__(
        self, groups: View, nodes: View, identifier: str | int, parameters: Parameters
    ) -> None:
        self._detail = Detail(groups, identifier, parameters)
        self._one = One(groups, identifier, ("id",))
        self._nodes = nodes
        self._plan = planned(questions.from_counts(nodes, ["node_type"], Parameters()), nodes)

    def read(self, session: Session) -> tuple[list[Values], list[Values]]:
        """Return the row of the group, and the number of nodes of each type."""
        (pk,) = self._one.read(session)
        plan = questions.related(self._plan, self._nodes.name, NodeRelation.GROUP, (pk,))
        return self._detail.read(session), session.counts(plan)

    def present(self, raw: tuple[list[Values], list[Values]]) -> Listing:
        """Return the record; nodes whose type cannot be shown count in the total only."""
        rows, counts = raw
        listing = self._detail.present(rows)
        types = {name: number for name, number in counts if name is not None}
        found: Record = {"total": sum(number for _, number in counts)}
        listing.records[0]["counts"] = found | {"types": dict(sorted(types.items()))}
        return listing
