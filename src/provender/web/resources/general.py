"""What the server says of itself. Floor: web."""

from __future__ import annotations

import time
from typing import ClassVar

from flask import Response, request

from provender.errors import ProvenderError
from provender.query.posted.body import read_body
from provender.query.querystring import grammar
from provender.translators.queries import QueryTranslator
from provender.version import __version__
from provender.web.answers import responses
from provender.web.middleware import timing
from provender.web.resources.base import BaseResource
from provender.web.routes.endpoints import endpoint_lines

GET_MESSAGE = (
    "Method Not Allowed. Post the JSON object that `QueryBuilder.as_dict()` gives; it may have the "
    "keys path, filters, project, order_by, limit, offset and distinct."
)


class QueryBuilder(BaseResource):
    """Answers `/querybuilder`; `refused` are the methods that only get an explanation."""

    refused: ClassVar[tuple[str, ...]] = ("GET", "HEAD")

    def post(self) -> Response:
        """Answer a posted query."""
        limits = self.context.settings.limits
        with timing.span("parse"):
            body = read_body(request.stream.read(limits.body_bytes + 1), limits)
        store = self.context.store(self._profile())
        begun = time.perf_counter()
        found = QueryTranslator(limits).answer(body, store)
        timing.add_planned(begun, found.seconds)
        with timing.span("render"):
            envelope = responses.envelope(found.data, "QueryBuilder", self.query)
            response = responses.json_response(envelope, total=found.total)
        return responses.bounded(response, limits.answer_bytes)

    def _profile(self) -> str | None:
        """Return the profile that the query string names; nothing else of it counts."""
        name = request.args.get("profile")
        self.check_profile(name)
        return name

    def refusal(self) -> Response:
        """Answer that a query is posted, not got."""
        body = responses.envelope({"message": GET_MESSAGE}, "QueryBuilder", self.query)
        response = responses.json_response(body, status=405, total=1)
        response.headers["Allow"] = "OPTIONS, POST"
        return response


class ServerInfo(BaseResource):
    """Answers the base URL and the routes below `/server`."""

    def server(self) -> Response:
        """Answer the version of the interface and of the AiiDA that wrote the store."""
        major, minor, revision = self.dialect.version
        return self.inform(
            {
                "API_major_version": major,
                "API_minor_version": minor,
                "API_revision_version": revision,
                "API_prefix": self.dialect.prefix,
                "AiiDA_version": self._aiida_version(),
            }
        )

    def endpoints(self) -> Response:
        """Answer the list of routes."""
        return self.inform({"available_endpoints": endpoint_lines(self.dialect)})

    def inform(self, data: object) -> Response:
        """Return the envelope of an answer about the server, which has no id."""
        query = grammar.decode(request.query_string)
        return responses.json_response(responses.envelope(data, "Info", query), total=1)

    def _aiida_version(self) -> str:
        """Return the AiiDA version of the store; ours if it is unknown or not there now."""
        try:
            return self.context.store().aiida_version or __version__
        except ProvenderError:
            return __version__
