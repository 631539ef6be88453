"""Nodes of a selection that were written since a client asked the last time. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response

from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.changes import SINCE
from provender.query.querystring.selections.select import LIMIT
from provender.translators.following.changes import ChangesOf
from provender.web.resources.selecting import Selected
from provender.web.resources.selections.select import page_of


class ChangesOfSelection(Selected):
    """Answers `/nodes/changes`."""

    beside: ClassVar[Mapping[str, Parameter[Any]]] = {item.name: item for item in (SINCE, LIMIT)}
    walked_by: ClassVar[str] = SINCE.name

    def changes(self) -> Response:
        """Answer a page of nodes; there always is a next one, perhaps later."""
        given = self.parameters
        page = page_of(self.view, given, self.limits, self.where)
        found = self.inquire(ChangesOf(self.selection, page, given[SINCE]))
        told = found.value
        more = {"next": told.following, "has_more": told.has_more}
        return self.answer({"changes": told.records}, None, found, more=more)
