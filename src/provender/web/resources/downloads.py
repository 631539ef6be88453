"""Links to files that work without credentials for a while. Floor: web."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from urllib.parse import quote, unquote_to_bytes

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from provender.errors import BadRequest, BodyTooLarge
from provender.query.querystring import grammar
from provender.web.access.signatures import KEY, Target
from provender.web.answers import responses
from provender.web.answers.responses import LINK_SAFE
from provender.web.resources.base import BaseResource
from provender.web.routes.route import Form


class DownloadLinks(BaseResource):
    """Answers the posted path of a file with a link to it."""

    def post(self) -> Response:
        """Answer a link, and when it ends; without a door it needs no signature, and never ends."""
        path, _, query = self._posted().partition("?")
        where, until = unquote_to_bytes(path).decode("latin-1"), None
        self._check_file(where.encode("latin-1").decode("utf-8", "replace"))
        door = self.context.door
        if door is not None:
            profile = self.context.profile(door.named(query.encode())).name
            signed = door.sign(Target(profile, where, grammar.decode(query.encode())))
            if signed is not None:
                query = "&".join(filter(None, (query, f"{KEY}={signed.signature}")))
                until = datetime.fromtimestamp(signed.until, timezone.utc).isoformat()
        base = responses.root_url()[:-1] + quote(where.encode("latin-1"), safe="/:@")
        url = f"{base}?{quote(query, safe=LINK_SAFE + '%')}" if query else base
        answer = responses.envelope({"url": url, "expires": until}, "download_links", self.query)
        return responses.json_response(answer, total=1)

    def _check_file(self, path: str) -> None:
        """Refuse a path that does not lead to a file."""
        adapter = current_app.url_map.bind_to_environ(request.environ)
        try:
            endpoint, _ = adapter.match(path, method="GET")
        except HTTPException:
            endpoint = ""
        route = self.context.endpoints.routes.get(endpoint)
        if route is None or route.answer.form not in {Form.FILE, Form.TABLE}:
            raise BadRequest("This path does not lead to a file of a node.", hint=self._example)

    def _posted(self) -> str:
        """Return the path that was posted."""
        raw, most = request.stream.read(self.limits.body_bytes + 1), self.limits.body_bytes
        if len(raw) > most:
            raise BodyTooLarge(f"The body is larger than {most} bytes (`limits.body_bytes`).")
        try:
            path = json.loads(raw)["path"]
            path.encode()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadRequest(
                "The body must be a JSON object with a `path`.", hint=self._example
            ) from error
        return str(path)

    @property
    def _example(self) -> str:
        prefix = self.dialect.prefix
        return json.dumps({"path": f"{prefix}/nodes/UUID/repo/contents?filename=out.txt"})
