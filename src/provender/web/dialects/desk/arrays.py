"""The routes of stored arrays. Floor: web."""

from __future__ import annotations

from provender.query.querystring.desk.arrays import FORMAT, NAMES, SLICE
from provender.query.querystring.parameters import PROFILE
from provender.web.openapi.desk import arrays
from provender.web.resources.desk.arrays import ArraysOfNode
from provender.web.routes import views
from provender.web.routes.route import Answer, Form, Handler, Route

ONE = Answer(
    "an [array](../processes/arrays.md), or a slice of it",
    form=Form.FILE,
    data=arrays.VALUES,
    media=("text/csv",),
    headers=("X-Array-Shape", "X-Array-Dtype"),
)
NPZ = Answer("arrays in one file, for `numpy.load`", form=Form.FILE)
ATTRS = Answer(
    "shapes and types of the arrays and the attributes of the node, without any values",
    ("attrs",),
    data=arrays.ATTRS,
)


def _route(path: str, handler: Handler, answer: Answer, *own: object) -> Route:
    """Return a route below the nodes with keys of its own."""
    return Route(
        f"/nodes/<id>/{path}",
        ArraysOfNode,
        handler,
        answer,
        views.NODES,
        (PROFILE,),
        own=own,  # type: ignore[arg-type] # parameters of any type
        is_strict=True,
    )


ROUTES = (
    _route(
        "arrays",
        ArraysOfNode.arrays,
        Answer(
            "the arrays of a node, with their shapes and types", ("arrays",), data=arrays.ARRAYS
        ),
    ),
    _route("arrays/<name>", ArraysOfNode.array, ONE, SLICE, FORMAT),
    _route("arrays.npz", ArraysOfNode.npz, NPZ, NAMES),
    _route("arrays.attrs", ArraysOfNode.attrs, ATTRS),
)
