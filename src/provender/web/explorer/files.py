"""The files of the explorer, under `/assets/explorer`: their names hold a hash. Floor: web."""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath

from flask import Flask, Response, abort

from provender.web.explorer.build import Build
from provender.web.operations.assets import PREFIX, Asset, asset_response

BELOW = f"{PREFIX}/explorer"
# The content types of all that is served, by the end of the name.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}


def content_type(name: str) -> str | None:
    """Return the content type of a file; None for one that is not served."""
    return TYPES.get(PurePosixPath(name).suffix)


def register(app: Flask, build: Build) -> None:
    """Serve the files of a build; they are never guarded."""

    @cache
    def held(name: str) -> Asset:
        return Asset(name, (build.folder / name).read_bytes())

    def answer(name: str) -> Response:
        found = content_type(name)
        if found is None or name not in build.names:
            abort(404)
        try:
            return asset_response(held(name), found)
        except FileNotFoundError:  # built anew since the start
            abort(404)

    app.add_url_rule(f"{BELOW}/<name>", "explorer", answer)
