"""Saved selections, as they are served: checked, and ready to be asked. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import LIMIT
from provender.query.selection.body import Body
from provender.query.terms import Term
from provender.web.routes.route import Route


@dataclass(frozen=True, slots=True)
class SavedView:
    """A selection under a name: the route that it stands for, and what it asks of that route.

    `text` is the selection as a query string and `terms` what it says; without a text the selection
    is that of the `body`. `expose` are the private names that it may use. `answers` is the key of
    its answer in `data`.
    """

    name: str
    title: str
    description: str
    route: Route
    body: Body
    expose: tuple[str, ...] = ()
    text: str | None = None
    terms: tuple[Term, ...] = ()

    @property
    def answers(self) -> str:
        """The key of its answer in `data`."""
        return self.route.answer.keys[0]

    def asked(self, own: Parameters, *, is_paged: bool) -> SavedView:
        """Return the view with the special keys of a request, which go before those of the view."""
        saved = self.body.parameters
        if not own.given and not is_paged:
            return self
        kept = {key: value for key, value in saved.given.items() if key != LIMIT.name}
        given = {**(kept if is_paged else saved.given), **own.given}
        return replace(self, body=replace(self.body, parameters=Parameters(saved.filters, given)))


# The saved selections of profiles, by the names of both.
SavedViews = Mapping[str, Mapping[str, SavedView]]
