"""Selections of nodes, in the query string or posted: the list of them. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from flask import Response, request

from provender.errors import UnknownField
from provender.query.plan.views import View
from provender.query.plan.where import Where
from provender.query.querystring import grammar, relations
from provender.query.querystring.parameter import Parameter, Parameters
from provender.query.querystring.parameters import (
    ATTRIBUTES,
    ATTRIBUTES_FILTER,
    COUNT,
    CURSOR,
    EXTRAS,
    EXTRAS_FILTER,
    FULL_TYPE,
    LIMIT,
    OFFSET,
    ORDER,
    PROFILE,
)
from provender.query.querystring.request import ListRequest, check_size, read_list
from provender.query.selection.body import Body, Form, read_selection
from provender.translators.selections.said import Said
from provender.translators.selections.selection import Selection
from provender.web.middleware import timing
from provender.web.resources.general import posted_bytes
from provender.web.resources.keys import read
from provender.web.resources.nodes import Node
from provender.web.routes.saved import SavedView

# The keys beside `where` in the body of a list.
LISTED: Mapping[str, Parameter[Any]] = {
    "orderby": ORDER,
    "perpage": LIMIT,
    "limit": LIMIT,
    "offset": OFFSET,
    "cursor": CURSOR,
    "count": COUNT,
    "attributes": ATTRIBUTES,
    "attributes_filter": ATTRIBUTES_FILTER,
    "extras": EXTRAS,
    "extras_filter": EXTRAS_FILTER,
}


class Selected(Node):
    """Answers routes that take a selection: by GET in the query string, by POST in the body.

    `beside` are the special keys beside `where` in a body, `more` those that a handler reads.
    A selection that is `saved` has been read already.
    """

    beside: ClassVar[Mapping[str, Parameter[Any]]] = LISTED
    more: ClassVar[tuple[str, ...]] = ()
    saved: SavedView | None = None

    def post(self, **values: Any) -> Response:  # noqa: ANN401 - Flask passes the parts of the path
        """Answer a posted selection by the handler of the route."""
        return self.get(**values)

    @property
    def is_posted(self) -> bool:
        """Whether the selection stands in a body, also in one that was saved."""
        return self.saved is not None or request.method == "POST"

    @property
    def expose(self) -> tuple[str, ...]:
        """The private names that the profile of the request opens."""
        return super().expose if self.saved is None else self.saved.expose

    @property
    def profile(self) -> str | None:
        """The profile that the query string names; None for that of the path."""
        if self.saved is not None:
            return self.saved.body.parameters[PROFILE]
        return self._beside[PROFILE] if self.is_posted else super().profile

    @cached_property
    def _beside(self) -> Parameters:
        """The query string beside a body, which names a profile at most.

        Raises:
            UnknownField: it has another key.
        """
        with_profile = replace(
            self.route, parameters=(PROFILE,), own=(), has_filters=False, is_strict=True
        )
        try:
            return read(self.query, self.dialect, with_profile)
        except UnknownField as error:
            raise UnknownField(
                f"The query string of a POST takes no key `{error.name}`.",
                name=error.name,
                valid=error.valid,
                hint="All other keys stand in the body.",
            ) from None

    @cached_property
    def body(self) -> Body:
        """The posted selection, or the saved one."""
        if self.saved is not None:
            return self.saved.body
        limits = self.limits
        self.check_profile(self.profile)
        with timing.span("parse"):
            return read_selection(posted_bytes(limits.body_bytes + 1), self.form, limits)

    @property
    def form(self) -> Form:
        """What a body may hold."""
        return Form(self.view, self.beside, self.expose, self.more)

    @cached_property
    def parameters(self) -> Parameters:
        """The special keys of the body, or the parameters of the query string."""
        if self.is_posted:
            return check_size(self.body.parameters, self.limits)
        return super().parameters

    @property
    def where(self) -> Where | None:
        """What a posted selection says; None for that of the query string."""
        return self.body.where if self.is_posted else None

    @property
    def selection(self) -> Selection:
        """The nodes that the query string or the body chooses."""
        parameters = self.parameters
        where = relations.where(parameters) if self.where is None else self.where
        return Selection(self.view, parameters, where, self.expose)

    def said(self) -> Said | None:
        """Return the selection as it is written; None for a posted one."""
        if self.saved is not None and self.saved.text is not None:
            said = Said.of(self.saved.text, self.saved.terms, frozenset())
            return said.of_profile(self.profile)
        if self.is_posted:
            return None
        raw = frozenset(item.name for item in self.route.own if item.is_raw)
        terms = grammar.parse_text(self.query, raw) if self.query else ()
        kept = {*(item.name for item in relations.KEYS), FULL_TYPE.name, PROFILE.name}
        special = {*self.dialect.specials, *(item.name for item in self.route.own)}
        return Said.of(self.query, terms, frozenset(special - kept))

    def read_list(
        self, view: View, page: int | None = None, *, is_paged: bool = False
    ) -> ListRequest:
        """Return the list of a view that is asked for."""
        limits = self.context.settings.limits
        return read_list(
            view, self.parameters, limits, page=page, is_paged=is_paged, where=self.where
        )
