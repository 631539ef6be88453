"""The special keys of what one screen shows at once. Floor: query."""

from __future__ import annotations

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter

# The parts of a node that its answer may have, too.
PARTS = (
    *("attributes", "extras", "comments", "links", "files", "groups", "user", "computer"),
    *("derived_properties", "link_counts", "description"),
)
INCLUDE: Parameter[tuple[str, ...]] = Parameter(
    "include",
    readers.some_of(PARTS),
    (),
    "part,...",
    f"parts to show with the node: {', '.join(PARTS)}",
    {"type": "array", "minItems": 1, "items": {"enum": list(PARTS)}},
    (["links", "user"],),
)
# The sides of a calculation job that files belong to.
INPUTS, OUTPUTS = SIDES = ("inputs", "outputs")
SIDE: Parameter[str | None] = Parameter(
    "side",
    readers.one_of(SIDES),
    None,
    " or ".join(SIDES),
    "only the files that were sent, or that were brought back",
    {"enum": list(SIDES)},
    (OUTPUTS,),
)
LINK_COUNTS: Parameter[bool] = Parameter(
    "link_counts",
    readers.switch,
    False,
    "true or false",
    "tell how many links each node has",
    {"type": "boolean"},
    (True,),
)
