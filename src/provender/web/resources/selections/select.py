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
from provender.query.plan.views import View
from provender.query.plan.where import Where
from provender.query.posted.body import located
from provender.query.querystring.parameter import Parameter, Parameters
from provender.query.querystring.parameters import COUNT, CURSOR, LIMIT, ORDER
from provender.query.querystring.readers import Count
from provender.query.querystring.request import ListRequest, read_list
from provender.query.querystring.selections.select import FLAT, WANT
from provender.query.selection.body import Body
from provender.query.selection.want import EXAMPLE, read_want, read_written
from provender.settings import Limits
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
        page = page_of(self.view, self.parameters, self.limits, self.where)
        is_flat = flat_of(self.body) if self.is_posted else self.parameters[FLAT]
        most = self.limits.things
        inquiry = SelectOf(page, template, self.expose, most=most, is_flat=is_flat)
        found = self.inquire(inquiry)
        listing = found.value
        return self.answer({"rows": listing.records}, None, found, more={"next": listing.following})

    @cached_property
    def parameters(self) -> Parameters:
        """The special keys, among them those of a walk, which need not be given."""
        return walked(super().parameters)

    def _template(self) -> Template:
        """Return the template of the query string or of the body; raises as `template_of`."""
        if self.is_posted:
            return template_of(self.body, self.limits, self.expose)
        text = self.parameters[WANT]
        if not text:
            raise _missing()
        return read_written(text, self.limits, self.expose)


def walked(given: Parameters) -> Parameters:
    """Return special keys with those of a walk, which need not be given."""
    return Parameters(given.filters, {**WALKED, **given.given})


def page_of(view: View, given: Parameters, limits: Limits, where: Where | None) -> ListRequest:
    """Return the page of the list that is asked for; a page has more rows than one of a list.

    Raises:
        LimitExceeded: more than `limits.selected` of them.
        BadValue: none of them.
    """
    if given[LIMIT] == 0:
        raise BadValue("`limit` is the size of a page, at least 1.")
    return read_list(view, given, replace(limits, default=limits.selected), where=where)


def template_of(body: Body, limits: Limits, expose: tuple[str, ...]) -> Template:
    """Return the template of a body.

    Raises:
        BadRequest: there is none, or it has no meaning.
    """
    if "want" not in body.more:
        raise _missing()
    return read_want(body.more["want"], limits, expose)


def flat_of(body: Body) -> bool:
    """Return whether a body wants flat rows.

    Raises:
        BadValue: it says something else than true or false.
    """
    is_flat = body.more.get("flat", False)
    if not isinstance(is_flat, bool):
        raise located(BadValue("`flat` takes true or false."), ("flat",))
    return is_flat


def _missing() -> BadRequest:
    return BadRequest("There is no `want`: what is to be shown of each node?", hint=EXAMPLE)
