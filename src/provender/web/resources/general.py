"""The routes about the server, and posted queries. Floor: web."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import Response, request
from werkzeug.exceptions import HTTPException

from provender.errors import BadRequest, ProvenderError
from provender.query.querystring import grammar
from provender.query.querystring.advice import Note
from provender.translators.inquiry import Inquiry
from provender.translators.queries import Answer, CountedQuery, PostedQuery
from provender.translators.version import written_by
from provender.version import __version__
from provender.web.answers import responses
from provender.web.middleware import timing
from provender.web.resources.base import NOTES, BaseResource, in_header

UNKNOWN = "unknown"


class QueryBuilder(BaseResource):
    """Answers `/querybuilder`; the methods in `refused` get an explanation only."""

    GET_MESSAGE = (
        "Method Not Allowed. Post the JSON object that `QueryBuilder.as_dict()` gives; it may have "
        "the keys path, filters, project, order_by, limit, offset and distinct."
    )
    refused: ClassVar[tuple[str, ...]] = ("GET", "HEAD")

    @property
    def profile(self) -> str | None:
        """The profile that the query string names; its other keys are ignored."""
        name = request.args.get("profile")
        return None if name is None else name.strip('"')

    def post(self) -> Response:
        """Answer a posted query."""
        limits = self.context.settings.limits
        self.check_profile(self.profile)
        with timing.span("parse"):
            text = posted_bytes(limits.body_bytes + 1)
            query = PostedQuery(text, limits, self.expose)
        is_counted = query.options.is_counted
        inquiry: Inquiry[Any, Answer] = CountedQuery(query) if is_counted else query
        found = self.inquire(inquiry)
        with timing.span("render"):
            more: dict[str, object] = {"total": found.value.total} if is_counted else {}
            if found.notes:
                more["notes"] = [note.record() for note in found.notes]
            envelope = responses.envelope(found.value.data, "QueryBuilder", self.query, more)
            response = responses.json_response(envelope, total=found.value.total)
        if found.notes:
            response.headers[NOTES] = in_header(found.notes)
        return responses.bounded(response, limits.answer_bytes)

    def unrouted(self) -> Response:
        """Answer as `refusal`."""
        return self.refusal()

    def refusal(self) -> Response:
        """Answer a GET with 405: queries are posted."""
        body = responses.envelope({"message": self.GET_MESSAGE}, "QueryBuilder", self.query)
        response = responses.json_response(body, status=405, total=1)
        response.headers["Allow"] = "OPTIONS, POST"
        return response


class ServerInfo(BaseResource):
    """Answers the base URL and the routes below `/server`."""

    def unrouted(self) -> Response:
        """Answer the list of routes."""
        return self.endpoints()

    def server(self) -> Response:
        """Answer the versions: of the interface, and of the AiiDA behind the store.

        The version of Provender is in a header: clients expect certain keys in this answer.
        """
        major, minor, revision = self.dialect.version
        response = self.inform(
            {
                "API_major_version": major,
                "API_minor_version": minor,
                "API_revision_version": revision,
                "API_prefix": self.dialect.prefix,
                "AiiDA_version": self._aiida_version(),
            }
        )
        response.headers["X-Provender-Version"] = __version__
        return response

    def endpoints(self) -> Response:
        """Answer the list of routes."""
        prefix = self.dialect.prefix if hasattr(self, "dialect") else None
        return self.inform({"available_endpoints": self.context.endpoints.lines(prefix)})

    def inform(self, data: object, notes: Sequence[Note] = ()) -> Response:
        """Return the envelope of an answer about the server, which has no id."""
        query = grammar.decode(request.query_string)
        more = {"notes": [note.record() for note in notes]} if notes else None
        response = responses.json_response(responses.envelope(data, "Info", query, more), total=1)
        if notes:
            response.headers[NOTES] = in_header(notes)
        return response

    def _aiida_version(self) -> str:
        """Return the version of the AiiDA behind the store, or `unknown`."""
        try:
            return written_by(self.context.store()) or UNKNOWN
        except ProvenderError:
            return UNKNOWN


def posted_bytes(most: int) -> bytes:
    """Return the beginning of the body; what cannot be read is the fault of the client.

    Raises:
        BadRequest: a malformed chunk, or the connection was lost. Each server has its own error.
    """
    try:
        return request.stream.read(most)
    except HTTPException:
        raise
    except Exception as error:
        raise BadRequest(
            "The body cannot be read.", hint="Send all of it, in well-formed chunks if in chunks."
        ) from error
