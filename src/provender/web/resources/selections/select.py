"""Templates over links: nodes of a selection, each filled in. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from flask import Response

from provender.errors import BadRequest, BadValue
from provender.query import cursors
from provender.query.plan.template import Template
from provender.query.posted.body import located
from provender.query.querystring.parameter import Parameter, Parameters
from provender.query.querystring.parameters import COUNT, CURSOR, LIMIT, ORDER
from provender.query.querystring.readers import Count
from provender.query.querystring.request import ListRequest, read_list
from provender.query.querystring.selections.select import FLAT, WANT
from provender.query.selection.want import EXAMPLE, read_want, read_written
from provender.translators.selections.select import SelectOf
from provender.web.resources.selecting import Selected

# The keys beside `where` in a body, and those that are read here.
BESIDE: Mapping[str, Parameter[Any]] = {
    "orderby": ORDER,
    "perpage": LIMIT,
    "limit": LIMIT,
    "cursor": CURSOR,
}
MORE = ("want", "flat")
# Nothing is counted, and pages follow each other by cursors.
WALKED: Mapping[str, object] = {CURSOR.name: cursors.FIRST, COUNT.name: Count.NONE}


class Select(Selected):
    """Answers `/nodes/select`."""

    beside: ClassVar[Mapping[str, Parameter[Any]]] = BESIDE
    more: ClassVar[tuple[str, ...]] = MORE

    def select(self) -> Response:
        """Answer a page of nodes in the shape of a template."""
        template = self._template()
        page, most = self._page(), self.limits.things
        inquiry = SelectOf(page, template, self.expose, most=most, is_flat=self._is_flat())
        found = self.inquire(inquiry)
        listing = found.value
        return self.answer({"rows": listing.records}, None, found, more={"next": listing.following})

    @cached_property
    def parameters(self) -> Parameters:
        """The special keys, among them those of a walk, which need not be given."""
        given = super().parameters
        return Parameters(given.filters, {**WALKED, **given.given})

    def _page(self) -> ListRequest:
        """Return the page of the list that is asked for; a page has more rows than one of a list.

        Raises:
            LimitExceeded: more than `limits.selected` of them.
            BadValue: none of them.
        """
        if self.parameters[LIMIT] == 0:
            raise BadValue("`limit` is the size of a page, at least 1.")
        most = self.limits.selected
        limits = replace(self.limits, default=most)
        return read_list(self.view, self.parameters, limits, where=self.where)

    def _template(self) -> Template:
        """Return the template of the query string or of the body.

        Raises:
            BadRequest: there is none, or it has no meaning.
        """
        limits, expose = self.limits, self.expose
        if self.is_posted and "want" in self.body.more:
            return read_want(self.body.more["want"], limits, expose)
        text = "" if self.is_posted else self.parameters[WANT]
        if not text:
            raise BadRequest("There is no `want`: what is to be shown of each node?", hint=EXAMPLE)
        return read_written(text, limits, expose)

    def _is_flat(self) -> bool:
        if not self.is_posted:
            return self.parameters[FLAT]
        is_flat = self.body.more.get("flat", False)
        if not isinstance(is_flat, bool):
            raise located(BadValue("`flat` takes true or false."), ("flat",))
        return is_flat
