"""Scripts and styles of the pages, under `/assets`: shipped, named by their content. Floor: web.

A URL holds a hash of the content. So it never means anything else, and a browser keeps it for ever.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from urllib.parse import quote

from flask import Flask, Response, abort, request

from provender.web.answers.conditions import is_known
from provender.web.middleware.mounts import PROFILE

PREFIX = "/assets"
# All that is served: the names of the files below `web/static`, with their content types.
FILES = {
    "docs.css": "text/css; charset=utf-8",
    "home.css": "text/css; charset=utf-8",
    "docs.js": "text/javascript; charset=utf-8",
    "swagger/swagger-ui.css": "text/css; charset=utf-8",
    "swagger/swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}
FOR_EVER = "public, max-age=31536000, immutable"
NOT_MODIFIED = 304


@dataclass(frozen=True)
class Asset:
    """A file that pages load."""

    name: str
    content: bytes

    @cached_property
    def digest(self) -> str:
        """The name of the content, in its URL."""
        return hashlib.sha256(self.content).hexdigest()[:20]

    @cached_property
    def zipped(self) -> bytes:
        """The content as gzip, made once; it is a quarter as long."""
        return gzip.compress(self.content, mtime=0)


@cache
def asset(name: str) -> Asset:
    """Return an asset, read at its first use."""
    file = resources.files("provender.web").joinpath("static", *name.split("/"))
    return Asset(name, file.read_bytes())


def top_path() -> str:
    """Return the path of the application without a final slash and without a profile, decoded."""
    mounted = request.environ.get(PROFILE)
    return request.root_path.removesuffix(f"/{mounted}" if mounted else "")


def asset_url(name: str) -> str:
    """Return the URL of an asset, without a host; it is the same below all profiles."""
    return quote(f"{top_path()}{PREFIX}/{asset(name).digest}/{name}")


def register(app: Flask) -> None:
    """Serve the assets; they are never guarded."""

    def answer(digest: str, name: str) -> Response:
        if name not in FILES or digest != asset(name).digest:
            abort(404)
        return asset_response(asset(name), FILES[name])

    app.add_url_rule(f"{PREFIX}/<digest>/<path:name>", "assets", answer)


def asset_response(found: Asset, content_type: str) -> Response:
    """Return the answer that is an asset, or a 304; a browser keeps it for ever."""
    is_zipped = request.accept_encodings["gzip"] > 0
    etag = f"{found.digest}-gzip" if is_zipped else found.digest
    if is_known(request.environ, etag):
        response = Response(status=NOT_MODIFIED)
    else:
        content = found.zipped if is_zipped else found.content
        response = Response(content, content_type=content_type)
        if is_zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(etag)
    return response
