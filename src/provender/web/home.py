"""The page that people see at `/`: what is served and how to ask for it. Floor: web."""

from __future__ import annotations

import logging

from flask import Flask, render_template, request

from provender import __version__
from provender.errors import ProvenderError
from provender.store.inspection import counts
from provender.web.context import Context
from provender.web.dialects import DIALECTS, EXAMPLES

LOGGER = logging.getLogger(__name__)


def register(app: Flask, context: Context) -> None:
    """Add the page to an application."""

    def home() -> str:
        profile = context.stores.profiles.choose(None)
        numbers, problem = {}, None
        try:
            numbers = context.stores.get().reader.within(counts)
        except ProvenderError as error:
            LOGGER.warning("/: %s (%s)", error.message, error.reason)
            problem = error.message
        return render_template(
            "home.html",
            profile=profile,
            counts=numbers,
            problem=problem,
            version=__version__,
            root=request.url_root[:-1],
            dialects=DIALECTS,
            examples=EXAMPLES,
        )

    app.add_url_rule("/", "home", home)
