"""The schemas of templates over links. Floor: web."""

from __future__ import annotations

from provender.query.plan.template import LayerKind
from provender.query.selection.want import DIRECTIVES
from provender.web.openapi.shapes import BOOLEAN, Named, Schema, array, closed

WANT = Named(
    "Want",
    {
        "type": "object",
        "description": (
            "What the answer holds of each node: columns, `attributes` and `extras` (whole, or by "
            "keys, positions such as `[-1]`, and `*` for each member of a list), `files`, and "
            f"the layers {', '.join(kind.value for kind in LayerKind)}. Layers of links have "
            "labels, `label[]` for lists, and patterns such as `*`, each with its own template. "
            f"Values are templates, or directives: {', '.join(DIRECTIVES)}."
        ),
    },
)
# The keys beside `where` in a body.
BODY: dict[str, Schema | Named] = {"want": WANT, "flat": BOOLEAN}
ROWS: Schema = closed(
    {"rows": array({"type": "object", "description": "The template, filled in for one node."})}
)
