"""Pages for people, with the header that says what they may load. Floor: web."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from provender.settings import Settings
from provender.web.middleware.crossorigin import origin

HTML = "text/html; charset=utf-8"
# What a page may do: load scripts, styles and data of this server, and nothing else. A page that
# needs a `<style>`, a `style="..."` or a script within is not shown as it should be.
POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "font-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'self'",
    "form-action 'none'",
)


def framing(settings: Settings) -> tuple[str, ...]:
    """Return the origins whose pages may show ours in a frame.

    Raises:
        ConfigurationError: an entry of `frame_ancestors` is not an origin.
    """
    return tuple(origin(entry) for entry in settings.frame_ancestors)


def html_response(text: str, frames: Sequence[str] = ()) -> Response:
    """Return a page; `frames` are the origins whose pages may show it in a frame."""
    response = Response(text, content_type=HTML)
    ancestors = " ".join(("frame-ancestors", *(frames or ("'none'",))))
    response.headers["Content-Security-Policy"] = "; ".join((*POLICY, ancestors))
    return response
