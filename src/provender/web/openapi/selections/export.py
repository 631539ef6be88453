"""The schemas of tables. Floor: web."""

from __future__ import annotations

from provender.schema.columns import TYPES
from provender.web.openapi.selections.select import WANT
from provender.web.openapi.shapes import STRING, Named, Schema, array

# The keys beside `where` in a body.
BODY: dict[str, Schema | Named] = {
    "fields": {"anyOf": [STRING, array(STRING)]},
    "want": WANT,
    "types": {"type": "object", "additionalProperties": {"enum": list(TYPES)}},
}
