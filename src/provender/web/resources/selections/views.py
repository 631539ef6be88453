"""Saved selections: which there are, and the answer of one. Floor: web."""

from __future__ import annotations

from typing import Any

from flask import Response

from provender.errors import BadRequest, NoSuchEntity, UnknownField
from provender.nearest import nearest
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.parameters import COUNT, CURSOR, LIMIT, OFFSET, PERPAGE, PROFILE
from provender.web.answers.states import named_by_content
from provender.web.resources.base import BaseResource
from provender.web.resources.selecting import Selected
from provender.web.resources.urls import view_url
from provender.web.routes.saved import SavedView

# The keys that a request may add to a saved selection, by the key of the answer.
NODES, ROWS = "nodes", "rows"
WINDOWS: dict[str, tuple[Parameter[Any], ...]] = {
    NODES: (LIMIT, OFFSET, CURSOR, COUNT, PERPAGE),
    ROWS: (LIMIT, CURSOR),
}


class Views(BaseResource):
    """Answers `/views` and what is below it."""

    def views(self) -> Response:
        """Answer the saved selections of a profile, by name."""
        url, saved = view_url(self), self._saved()
        listed = [
            {
                "name": name,
                "title": saved[name].title,
                "description": saved[name].description,
                "answers": saved[name].answers,
                "url": url(name),
            }
            for name in sorted(saved)
        ]
        return named_by_content(self.answer({"views": listed}, len(listed)))

    def show(self, view: str, page: int | None = None, *, is_paged: bool = False) -> Response:
        """Answer a saved selection as the route that it stands for would, or a page of its list.

        Raises:
            NoSuchEntity: there is none of that name.
            UnknownField: a key that has no meaning for it.
            BadRequest: a page of what is no list.
        """
        saved = self._named(view)
        self._check(saved, is_paged=is_paged)
        route = saved.route
        resource: Selected = route.resource(route, self.dialect)
        resource.saved = saved.asked(self.parameters, is_paged=is_paged)
        return resource.listing(page, is_paged=True) if is_paged else route.handler(resource)

    def _saved(self) -> dict[str, SavedView]:
        """Return the saved selections of the profile of the request."""
        profile = self.context.profile(self.profile)
        return dict(self.context.saved.get(profile.name, {}))

    def _named(self, name: str) -> SavedView:
        saved = self._saved()
        if name not in saved:
            close = nearest(name, saved)
            hint = f"Did you mean `{close}`?" if close else "`/views` lists all views."
            raise NoSuchEntity(f"There is no view `{name}`.", hint=hint)
        return saved[name]

    def _check(self, saved: SavedView, *, is_paged: bool) -> None:
        """Raise an error for keys and pages that have no meaning for a saved selection."""
        if is_paged and saved.answers != NODES:
            raise BadRequest(
                f"The view `{saved.name}` has no numbered pages.",
                hint="`next` in the answer is the `cursor` of the next page."
                if saved.answers == ROWS
                else "It answers facets, which are one answer.",
            )
        known = (*WINDOWS.get(saved.answers, ()), PROFILE)
        valid = [self.dialect.written(item) for item in known]
        for name in self.parameters.given:
            if name not in valid:
                raise UnknownField(
                    f"The view `{saved.name}` takes no key `{name}`.",
                    name=name,
                    valid=valid,
                    is_strict=True,
                )
