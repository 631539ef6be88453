"""JSON whose bytes depend on its values alone, whichever database kept it. Floor: exports.

Databases keep keys in orders of their own, and large numbers with an exponent or without.
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

# Digits of a number that Python reads and writes at most are a few more.
MOST_DIGITS = 4000
ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False)
# What numbers have that need a closer look; reading all others so takes a fifth of the time.
SPECIAL = re.compile(r"[0-9][eE]|-0")


def canonical(text: str) -> str:
    """Return a JSON text with its keys in order; one that cannot be read stays as it is.

    Example:
        `{"b": 1e+16, "a": -0.0}` gives `{"a": 0.0, "b": 10000000000000000}`.
    """
    try:
        return written(read(text))
    except (ValueError, RecursionError):
        return text


def read(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the value of a JSON text; raises `ValueError` or `RecursionError`."""
    if not SPECIAL.search(text):
        return json.loads(text)
    try:
        return json.loads(text, parse_float=_number)
    except ArithmeticError as error:  # an exponent of very many digits
        raise ValueError(text[:20]) from error


def written(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return a value as JSON, the keys of its objects in order; raises as `read`."""
    return ENCODER.encode(value)


def _number(text: str) -> int | float:
    """Return a number: an integer if it is written with an exponent that leaves no fraction."""
    found = float(text)
    if ("e" in text or "E" in text) and (found.is_integer() or math.isinf(found)):
        exact = Decimal(text)
        if exact.adjusted() < MOST_DIGITS and exact == exact.to_integral_value():
            return int(exact)
    return found or 0.0
