"""The special keys of groups. Floor: query."""

from __future__ import annotations

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter

COUNTS = "counts"
INCLUDE_COUNTS: Parameter[tuple[str, ...]] = Parameter(
    "include",
    readers.some_of((COUNTS,)),
    (),
    COUNTS,
    "`counts`: the number of nodes in the group, in total and of each type",
    {"type": "array", "minItems": 1, "items": {"enum": [COUNTS]}},
    ([COUNTS],),
)
