"""What every translator does: make the inquiries of a view. Floor: translators."""

from __future__ import annotations

from provender.query.plan.views import View
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.request import ListRequest
from provender.translators.lists import Detail, ListOf
from provender.translators.statistics import Statistics


class BaseTranslator:
    """Translates requests for a view into inquiries; `expose` opens private names."""

    def __init__(self, view: View, expose: tuple[str, ...] = ()) -> None:
        self.view = view
        self.expose = expose

    def listing(self, request: ListRequest) -> ListOf:
        """Return the inquiry of a list, or a page of it.

        Raises:
            BadRequest: a name or value that the view does not have.
        """
        return ListOf(request, self.expose)

    def detail(self, identifier: str | int, parameters: Parameters) -> Detail:
        """Return the inquiry of one object."""
        return Detail(self.view, identifier, parameters)

    def statistics(self, parameters: Parameters) -> Statistics:
        """Return the inquiry of the statistics of the view."""
        return Statistics(self.view, parameters)


class ComputerTranslator(BaseTranslator):
    """Translates requests for computers."""


class GroupTranslator(BaseTranslator):
    """Translates requests for groups."""


class UserTranslator(BaseTranslator):
    """Translates requests for users, whose e-mail addresses no answer ever shows."""
