"""The special keys of the archive of a process. Floor: query."""

from __future__ import annotations

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter

VERIFY: Parameter[bool] = Parameter(
    "verify",
    readers.switch,
    False,
    "true or false",
    "read all files before the first byte is sent, so that damaged ones are listed",
    {"type": "boolean"},
    (True,),
)
