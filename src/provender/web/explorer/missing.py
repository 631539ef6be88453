"""Pages for people at a wrong address: what is wrong, and where to go. Floor: web."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Response, render_template, request

from provender.errors import ProvenderError
from provender.nearest import nearest
from provender.web.answers.failures import API
from provender.web.answers.pages import framing, html_response
from provender.web.context import Context
from provender.web.explorer.entrance import wants_page
from provender.web.operations.assets import asset_url
from provender.web.operations.profiles import top_url

READING = ("GET", "HEAD")
# Stores that a page names.
MOST = 50


def of(context: Context) -> Callable[[ProvenderError], Response | None]:
    """Return what makes the page for an unknown address; None for a program, which gets JSON.

    The stores are listed unless some of them are not for everybody.
    """
    frames = framing(context.settings)
    listed = context.settings.profile_paths and not context.hides_profiles
    names = tuple(sorted(context.mounted, key=str.lower)) if listed else ()

    def answer(error: ProvenderError) -> Response | None:
        first, second = f"{request.path}/".split("/")[1:3]
        is_for_programs = request.method not in READING or API in (first, second)
        if is_for_programs or not wants_page():
            return None
        meant = None if first in names else nearest(first, names)
        response = page(error, frames, names, meant)
        response.status_code = error.status
        return response

    return answer


def page(
    error: ProvenderError,
    frames: Sequence[str],
    names: Sequence[str] = (),
    meant: str | None = None,
) -> Response:
    """Return the page for an error, with stores to go to, and the one that was meant."""
    text = render_template(
        "problem.html",
        asset=asset_url,
        error=error,
        top=top_url(),
        names=names[:MOST],
        number=len(names),
        meant=meant,
    )
    return html_response(text, frames)
