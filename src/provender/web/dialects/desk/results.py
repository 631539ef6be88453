"""The routes of what processes gave and were given. Floor: web."""

from __future__ import annotations

from functools import partial

from provender.query.querystring.desk.arrays import FORMAT, NAMES, SLICE
from provender.query.querystring.desk.results import DLOAD, EXPORT_TYPE
from provender.query.querystring.parameters import LIMIT, OFFSET, PROFILE
from provender.translators.results.forms import MEDIA, TEXT
from provender.translators.results.linked import Side
from provender.web.dialects.desk import arrays
from provender.web.openapi.desk import results
from provender.web.resources.desk.results import ProcessResults
from provender.web.routes import views
from provender.web.routes.route import Answer, Form, Handler, Route

_TEXTS = {
    Side.RESULTS: (
        "what a process gave: labels, nodes and [formats](../processes/results.md)",
        "result",
    ),
    Side.INPUTS: ("what a process was given, with formats", "input"),
}


def _route(path: str, handler: Handler, answer: Answer, *own: object) -> Route:
    """Return a route below the processes with keys of its own."""
    return Route(
        f"/processes/<id>/{path}",
        ProcessResults,
        handler,
        answer,
        views.PROCESSES,
        (PROFILE,),
        own=own,  # type: ignore[arg-type] # parameters of any type
        is_strict=True,
    )


def _side(side: Side) -> tuple[Route, ...]:
    """Return the routes of the inputs or of the results."""
    text, noun = _TEXTS[side]
    one = Answer(
        f"one {noun} in a [format](../processes/results.md#formats)",
        form=Form.FILE,
        media=(*dict.fromkeys((*MEDIA.values(), TEXT)),),
        headers=("Vary",),
    )
    several = Answer(text, (side.value, "nested"), data=results.listed(side))
    return (
        Route(
            f"/processes/<id>/{side.value}",
            ProcessResults,
            partial(ProcessResults.listed, side=side),
            several,
            views.PROCESSES,
            (LIMIT, OFFSET, PROFILE),
            is_strict=True,
        ),
        _route(
            f"{side.value}/<label>",
            partial(ProcessResults.one, side=side),
            one,
            EXPORT_TYPE,
            DLOAD,
        ),
    )


ROUTES = (
    *_side(Side.RESULTS),
    *_side(Side.INPUTS),
    _route("extract/<label>/<array>", ProcessResults.extract, arrays.ONE, SLICE, FORMAT),
    _route("extract/<label>.npz", ProcessResults.extract_npz, arrays.NPZ, NAMES),
    _route("extract/<label>.attrs", ProcessResults.extract_attrs, arrays.ATTRS),
)
