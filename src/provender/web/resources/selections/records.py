"""Groups and their nodes, and everything about one node. Floor: web."""

from __future__ import annotations

from flask import Response

from provender.query.plan.views import View
from provender.query.querystring.advice import unheeded
from provender.query.querystring.selections.records import INCLUDE_COUNTS
from provender.translators.identity import parse_identifier
from provender.translators.parts.record import NAMES, RECORD
from provender.translators.parts.screen import Asked, Views
from provender.translators.selections.members import (
    GroupsOfNode,
    GroupWithCounts,
    NodesOfGroup,
)
from provender.web.resources.entities import Group
from provender.web.resources.keys import refuse_filters
from provender.web.resources.nodes import Node
from provender.web.resources.selecting import Selected


class CountedGroup(Group):
    """Answers the route of one group, with the numbers of its nodes on request."""

    def with_counts(self, id: str, *, nodes: View) -> Response:  # noqa: A002 - as in the path
        """Answer one group as a list of one, with what `include` names."""
        identifier = parse_identifier(self.view, id)
        if not self.parameters[INCLUDE_COUNTS]:
            return self.detail(id)
        asked = self.read_list(self.view)
        found = self.inquire(GroupWithCounts(self.view, nodes, identifier, asked.parameters))
        refuse_filters(asked.parameters)
        records = found.value.records[asked.offset : asked.offset + asked.limit]
        data, told = {self.view.name: records}, unheeded(self.view, asked.parameters)
        return self.answer(data, 1, found, identifier=id, pk=found.value.pk, notes=told)


class GroupNodes(Selected):
    """Answers the route of the nodes of a group."""

    @property
    def view(self) -> View:
        """The view of the nodes; that of the route is the view of the groups."""
        if self.route.neighbours is None:
            raise TypeError(self.route)
        return self.route.neighbours

    @property
    def shown(self) -> View | None:
        """The view whose names the answer shows."""
        return self.view

    def nodes_of(
        self,
        id: str,  # noqa: A002 - as in the path
        page: int | None = None,
        *,
        is_paged: bool = False,
    ) -> Response:
        """Answer the list of those nodes of a selection that are in the group, or a page of it."""
        groups = super().view
        identifier = parse_identifier(groups, id)
        asked = self.read_list(self.view, page, is_paged=is_paged)
        found = self.inquire(NodesOfGroup(groups, identifier, asked, self.expose))
        return self.answer_list("nodes", self.view, found, identifier)


class NodeRecord(Node):
    """Answers the routes of what there is to know of one node."""

    def groups(
        self,
        id: str,  # noqa: A002 - as in the path
        page: int | None = None,
        *,
        groups: View,
        is_paged: bool = False,
    ) -> Response:
        """Answer the list of the groups that a node is in, or a page of it."""
        identifier = parse_identifier(self.view, id)
        asked = self.read_list(groups, page, is_paged=is_paged)
        found = self.inquire(GroupsOfNode(self.view, identifier, asked))
        return self.answer_list("groups", groups, found, identifier)

    def record(self, id: str, *, parts: Views, columns: View) -> Response:  # noqa: A002 - as in the path
        """Answer everything about one node: `columns` has the names of its columns."""
        identifier = parse_identifier(self.view, id)
        asked = Asked(columns, identifier, NAMES, self.parameters, parts, self.limits)
        found, shown = self.shown_parts(asked, RECORD, is_named=False)
        data, pk = {"record": shown.record}, shown.record["id"]
        return self.answer(data, 1, found, identifier=id, pk=pk, notes=shown.notes)
