"""The plain page at `/` of a server without the explorer: stores, and examples. Floor: web."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, render_template, request

from provender.errors import ProvenderError
from provender.plurals import counted, noun
from provender.store.inspection import counts
from provender.store.profiles import KINDS
from provender.version import __version__
from provender.web.answers.pages import framing, html_response
from provender.web.context import Context
from provender.web.dialects import DIALECTS, EXAMPLES
from provender.web.operations.assets import asset_url
from provender.web.operations.profiles import entries, top_url

LOGGER = logging.getLogger(__name__)


def register(app: Flask, context: Context, note: str = "") -> None:
    """Add the page to an application, behind its checks; it shows the note."""
    frames = framing(context.settings)

    def home() -> Response:
        profile = context.profile()
        numbers, words, problem = _told(context)
        text = render_template(
            "home.html",
            asset=asset_url,
            counted=counted,
            noun=noun,
            profile=profile,
            note=note,
            counts=numbers,
            words=words,
            problem=problem,
            version=__version__,
            root=request.url_root[:-1],
            top=top_url(),
            stores=_stores(context),
            kinds={kind.value: words for kind, words in KINDS.items()},
            dialects=DIALECTS,
            examples=EXAMPLES,
        )
        return html_response(text, frames)

    app.add_url_rule("/", "home", context.guarded(home))


def _told(context: Context) -> tuple[dict[str, int], str, str | None]:
    """Return the counts of the store of the page, who wrote it, and why there are no counts."""
    try:
        store = context.store()
        words = store.origin.words if store.origin is not None else ""
        return store.reader.within(counts), words, None
    except ProvenderError as error:
        LOGGER.warning("/: %s (%s)", error.message, error.reason)
        return {}, "", " ".join(filter(None, (error.message, error.hint)))


def _stores(context: Context) -> list[dict[str, Any]]:
    """Return the stores to list: all if there are several, and profiles have paths.

    The page shows results of earlier checks: it does not wait for a hundred stores.
    """
    names = context.readable() if context.settings.profile_paths else ()
    if len(names) < 2:  # noqa: PLR2004 - several
        return []
    known = context.stores.census.known()
    words = {name: one.origin.words for name, one in known.items() if one.origin is not None}
    return [{**one, "words": words.get(one["name"], "")} for one in entries(context, known, names)]
