"""What every resource does: read the query, choose the store, build the answer. Floor: web."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any, ClassVar, TypeVar

import flask_restful
from flask import Response, request

from provender.errors import BadRequest, ConflictingParameters
from provender.query.plan.views import Identity, View
from provender.query.querystring import grammar
from provender.query.querystring.request import (
    ListRequest,
    Page,
    Parameters,
    read_list,
    read_parameters,
)
from provender.store.stores import Session
from provender.translators.base import BaseTranslator, Listing, parse_identifier
from provender.translators.properties import Properties, describe
from provender.web.answers import responses
from provender.web.answers.freshness import answer_early, keep, marked, name_answer
from provender.web.context import Context
from provender.web.middleware import timing
from provender.web.middleware.mounts import PROFILE
from provender.web.middleware.trace import note_profile
from provender.web.routes.dialects import Dialect, Route

_Result = TypeVar("_Result")
LONGEST_KEPT = 200
"""Characters of a query string whose meaning is kept."""


class BaseResource(flask_restful.Resource):
    """Answers the routes of one resource; a new one is made for each request."""

    translator: ClassVar[BaseTranslator] = BaseTranslator()

    def __init__(self, route: Route, dialect: Dialect, context: Context) -> None:
        self.route = route
        self.dialect = dialect
        self.context = context
        self.etag: str | None = None
        self.method_decorators = {"get": list(context.get_decorators)}

    def get(self, **values: Any) -> Response:  # noqa: ANN401 - Flask passes the parts of the path
        """Answer a GET request by the method that the route names."""
        answer: Response = getattr(self, self.route.handler)(**values)
        return answer

    @cached_property
    def query(self) -> str:
        """The decoded query string."""
        return grammar.decode(request.query_string)

    @property
    def view(self) -> View:
        """The view of the route."""
        if self.route.view is None:
            raise TypeError(self.route)
        return self.route.view

    def listing(self, page: int | None = None) -> Response:
        """Answer a list, or a page of it."""
        asked = self.read_list(page)
        found = self.inquire(
            asked.parameters, lambda session: self.translator.listing(asked, session)
        )
        data = {self.view.name: found.records}
        walk = found if asked.parameters.cursor is not None else None
        return self.answer(data, found.total, page=found.page, walk=walk)

    def detail(self, id: str) -> Response:  # noqa: A002 - the name in the path
        """Answer one object, as a list of one to which limit and offset apply."""
        identifier = parse_identifier(self.view, id)
        asked = self.read_list()
        found = self.inquire(
            asked.parameters,
            lambda session: self.translator.detail(
                self.view, identifier, asked.parameters, session
            ),
        )
        refuse_filters(asked.parameters)
        records = found.records[asked.offset : asked.offset + asked.limit]
        pk = found.pk
        shown = identifier if self.view.identity is Identity.PK else id
        return self.answer({self.view.name: records}, found.total, identifier=shown, pk=pk)

    def schema(self) -> Response:
        """Answer the description of the fields."""
        if request.query_string:
            raise BadRequest(
                f"{self.route.path.rpartition('/')[2]} requests do not allow specifying a query "
                "string"
            )
        properties = self.route.properties or Properties("", "")
        return self.answer(describe(properties), 1)

    def read_list(self, page: int | None = None) -> ListRequest:
        """Return the list request of the query string."""
        return read_list(
            self.view,
            self.parameters(),
            self.context.settings.limits,
            page=page,
            is_paged=self.route.is_paged,
        )

    def parameters(self) -> Parameters:
        """Return what the query string says; a profile is refused unless switching is on."""
        with timing.span("parse"):
            is_kept = len(self.query) <= LONGEST_KEPT
            parameters = (_read if is_kept else _read.__wrapped__)(self.query, self.dialect)
        self.check_profile(parameters.profile)
        self._check_contents(parameters)
        return parameters

    def check_profile(self, name: str | None) -> None:
        """Refuse a named profile unless switching is on, and one that is not that of the path."""
        mounted = request.environ.get(PROFILE)
        if name is not None and mounted is not None and name != mounted:
            raise ConflictingParameters(
                f"The path is that of the profile `{mounted}`, `profile` names another.",
                hint="Leave out `profile`, or ask below the path of the other one.",
            )
        if name is not None and not self.context.settings.profile_switching:
            raise ConflictingParameters(
                "specifying an explicit profile is not enabled for this REST API."
            )
        note_profile(name or mounted or self.context.stores.profiles.default)

    def _check_contents(self, parameters: Parameters) -> None:
        """Refuse what belongs to other routes, and names both to show and to leave out."""
        given = [name for name in self.dialect.contents if getattr(parameters, name) is not None]
        if not given:
            return
        written = {parameter: key for key, parameter in self.dialect.specials.items()}
        for name in given:
            if name not in self.route.contents:
                column = name.partition("_")[0]
                raise ConflictingParameters(
                    f"`{written[name]}` requires that the path contains /content/{column}."
                )
        if len(given) > 1:
            both = " and ".join(f"`{written[name]}`" for name in given)
            raise ConflictingParameters(f"{both} exclude each other.")

    def inquire(
        self, parameters: Parameters, work: Callable[[Session], _Result], *, is_named: bool = True
    ) -> _Result:
        """Return what `work` gives for a session of the store that the request is for.

        Ends the request here if the client, or our memory, has the answer for that snapshot;
        not where the answer has a name of its own, or tells of files, which no snapshot holds.
        """
        is_named = is_named and not parameters.metadata

        def unless_known(session: Session) -> _Result:
            begun = time.perf_counter() - session.snapshot.seconds
            try:
                if is_named and session.token is not None:
                    self.etag = name_answer(session.token, self.context.fingerprint)
                    answer_early(self.etag, self.context.stores.memory)
                return work(session)
            finally:
                timing.add_planned(begun, session.snapshot.seconds)

        return self.context.store(parameters.profile).within(unless_known)

    def answer(
        self,
        data: object,
        total: int | None,
        *,
        page: Page | None = None,
        identifier: str | int | None = None,
        pk: int | None = None,
        walk: Listing | None = None,
    ) -> Response:
        """Return the envelope around `data` with its headers; of a walk, with its next page."""
        identity: dict[str, object] = {"pk": pk} if self.dialect.shows_pk else {"id": identifier}
        if walk is not None:
            identity["next"] = walk.following
        with timing.span("render"):
            body = responses.envelope(data, self.route.resource, self.query, identity)
            response = responses.json_response(body, total=total)
        if page is not None:
            response.headers["Link"] = responses.page_links(page, total or 0, self.query)
        if walk is not None and walk.following is not None:
            response.headers["Link"] = responses.next_link(walk.following, self.query)
        response = responses.bounded(response, self.context.settings.limits.answer_bytes)
        if self.etag is not None:
            keep(marked(response, self.etag), self.etag, self.context.stores.memory)
        return response


@lru_cache(maxsize=512)
def _read(query: str, dialect: Dialect) -> Parameters:
    """Return what a query string says, which clients repeat with other paths."""
    terms = grammar.parse_text(query) if query else ()
    return read_parameters(terms, dialect.specials)


def refuse_filters(parameters: Parameters) -> None:
    """Raise `ConflictingParameters` if a single object is asked with a filter."""
    if parameters.filters or parameters.full_type is not None:
        raise ConflictingParameters("selecting a specific id does not allow to specify filters")
