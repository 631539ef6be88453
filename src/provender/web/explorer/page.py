"""The explorer: one page at `/`, and at every address below `/browse`. Floor: web.

Its script reads the address. What differs from place to place stands in a `<meta>`, as JSON.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, render_template, request
from werkzeug.routing import PathConverter

from provender.errors import Unauthorized
from provender.version import __version__
from provender.web.access.door import HOME
from provender.web.answers.conditions import is_known
from provender.web.answers.pages import framing, html_response
from provender.web.context import Context
from provender.web.dialects import DIALECTS
from provender.web.explorer import files, missing
from provender.web.explorer.build import Build, load
from provender.web.explorer.entrance import Entry, enter, wants_page
from provender.web.operations import home
from provender.web.operations.assets import NOT_MODIFIED, top_path

BROWSE = "browse"
UNBUILT = (
    "The explorer was not built: `make explorer` does that. This plain page stands in its place."
)
UNAUTHORIZED = 401
# Characters of the ETag; Apache's configuration knows ETags of that length as ours.
ETAG = 32


class AnyPath(PathConverter):
    """The rest of a path, whatever it is: empty, with several slashes, with one at the end."""

    regex = "(?s:.*?)"
    part_isolating = False


def register(app: Flask, context: Context) -> None:
    """Serve the explorer; the plain page if it is turned off, or was not built."""
    is_wanted = context.settings.explorer
    build = load() if is_wanted else None
    if build is None:
        home.register(app, context, UNBUILT if is_wanted else "")
        return
    files.register(app, build)
    frames = framing(context.settings)

    def page(rest: str = "") -> Response:
        try:
            entry = enter(context)
        except Unauthorized as error:
            if not wants_page():
                raise
            return _refused(missing.page(error, frames), error.challenges)
        response = html_response(_text(build, entry), frames)
        if entry.is_refused and context.door is not None:
            return _refused(response, context.door.refusal.challenges)
        if entry.is_guarded:
            response.vary.add("Accept")
        return _conditional(response)

    view = context.guarded(page)
    app.url_map.converters["any_path"] = AnyPath
    app.add_url_rule("/", HOME, view)
    app.add_url_rule(f"/{BROWSE}", BROWSE, view)
    app.add_url_rule(f"/{BROWSE}/<any_path:rest>", BROWSE, view, merge_slashes=False)


def _text(build: Build, entry: Entry) -> str:
    """Return the page; what it is told has no host, so that it holds behind any web server."""
    top, root = quote(top_path()), quote(request.root_path)
    api = f"{root}{DIALECTS[0].prefix}"
    told: dict[str, Any] = {
        "version": __version__,
        "profile": entry.profile,
        "top": top,
        "root": root,
        "page": entry.page,
        "api": api,
        "guarded": entry.is_guarded,
        "login": entry.login,
        "docs": True,
    }
    return render_template(
        "explorer.html",
        build=build,
        below=f"{top}{files.BELOW}",
        root=root,
        api=api,
        title=entry.profile or "Provender",
        told=json.dumps(told),
    )


def _conditional(response: Response) -> Response:
    """Return a page with its ETag, or a 304 to a browser that has it."""
    etag = hashlib.sha256(response.get_data()).hexdigest()[:ETAG]
    if is_known(request.environ, etag):
        response.status_code, response.data = NOT_MODIFIED, b""
        del response.headers["Content-Type"]
    response.set_etag(etag)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _refused(response: Response, challenges: tuple[str, ...]) -> Response:
    """Return a page for whoever does not say who they are; the browser asks them first."""
    response.status_code = UNAUTHORIZED
    for challenge in challenges:
        response.headers.add("WWW-Authenticate", challenge)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept")
    return response
