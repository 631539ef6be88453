"""The description of a dialect as a resource. Floor: web."""

from __future__ import annotations

from flask import Response, request

from provender.web.answers.conditions import is_known
from provender.web.answers.freshness import NOT_MODIFIED, marked
from provender.web.answers.responses import JSON
from provender.web.openapi.served import Served
from provender.web.resources.base import BaseResource


class Description(BaseResource):
    """Answers `/openapi.json`."""

    def document(self) -> Response:
        """Answer the description; its server is the path that the request was sent to."""
        from provender.web.openapi.document import written  # noqa: PLC0415 - the start needs none of it

        settings = self.context.settings
        is_guarded = self.context.door is not None
        served = Served(settings.limits, is_guarded, settings.profile_switching)
        document = written(self.dialect, served)
        body = document.below(request.root_path)
        etag = document.etag(request.root_path)
        if is_known(request.environ, etag):
            return marked(Response(status=NOT_MODIFIED), etag)
        return marked(Response(body, content_type=JSON), etag)
