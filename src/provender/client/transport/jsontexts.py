"""JSON read and written fast, and with every digit of every integer. Floor: client."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import orjson

# So many digits may not fit into 64 bits: the fast reader makes a float of them. They are found
# ten times as fast as by an expression where all digits are the same.
LONG = b"0" * 19
SAME = bytes.maketrans(b"123456789", b"0" * 9)


def read(content: bytes) -> Any:  # noqa: ANN401 - JSON
    """Return the value of a text; integers of any size are exact.

    Raises:
        ValueError: it is no JSON.
    """
    return json.loads(content) if LONG in content.translate(SAME) else orjson.loads(content)


def write(value: object, plain: Callable[[object], object], *, is_indented: bool = False) -> bytes:
    """Return a value as a text; `plain` gives what stands for a value that JSON does not have.

    Raises:
        TypeError: it has no form in JSON.
    """
    option = orjson.OPT_INDENT_2 if is_indented else 0
    try:
        return orjson.dumps(value, default=plain, option=option)
    except orjson.JSONEncodeError:
        # The fast writer takes no integers of more than 64 bits.
        text = json.dumps(_finite(value), default=plain, indent=2 if is_indented else None)
        return text.encode()


def _finite(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value without infinities, which JSON does not have; null stands for them."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value
