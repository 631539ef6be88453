"""The special keys of the results of processes. Floor: query."""

from __future__ import annotations

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.parameters import NAMED

EXPORT_TYPE: Parameter[str | None] = Parameter(
    "export_type",
    readers.text,
    None,
    "a format",
    "a format of the result, by default its first one",
    {"type": "string", "pattern": NAMED},
    ("json",),
)
DLOAD: Parameter[bool] = Parameter(
    "dload",
    readers.switch,
    False,
    "true or false",
    "have it saved as a file, not shown",
    {"type": "boolean"},
    (True,),
)
