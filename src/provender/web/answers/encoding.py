"""Writing JSON. Floor: web."""

from __future__ import annotations

import orjson


def dumps(value: object) -> bytes:
    """Return a value as UTF-8 JSON with a final newline; stored JSON is spliced in as it is."""
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
