"""The special keys of what one screen shows at once. Floor: query."""

from __future__ import annotations

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter

LINK_COUNTS: Parameter[bool] = Parameter(
    "link_counts",
    readers.switch,
    False,
    "true or false",
    "tell how many links each node has",
    {"type": "boolean"},
    (True,),
)
