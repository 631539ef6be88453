"""The documentation page `/docs`: the descriptions, shown by Swagger UI. Floor: web."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, Response, render_template, request

from provender.web.answers.pages import framing, html_response
from provender.web.context import Context
from provender.web.dialects import DIALECTS
from provender.web.operations.assets import asset_url

# The key of the query string that chooses a dialect.
DIALECT = "dialect"


def register(app: Flask, context: Context) -> None:
    """Add the page to an application, behind its checks."""
    frames = framing(context.settings)

    def docs() -> Response:
        named = request.args.get(DIALECT)
        text = render_template(
            "docs.html",
            asset=asset_url,
            profile=context.profile(),
            root=quote(request.root_path),
            dialects=DIALECTS,
            shown=next((one for one in DIALECTS if one.name == named), DIALECTS[0]),
        )
        return html_response(text, frames)

    app.add_url_rule("/docs", "docs", context.guarded(docs), strict_slashes=False)
