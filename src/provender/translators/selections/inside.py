"""Members of lists inside JSON, each in the shape that a template wants. Floor: translators."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from provender.query.plan.template import Form, Piece
from provender.store.cancellation import current
from provender.store.sqlite.functions import MISSING, walk
from provender.translators.records import too_deep

# Members after which to see whether the client is still there.
OFTEN = 1000
# Characters of an integer that orjson writes, whatever its digits.
LONGEST = 18
# Bytes that a value of a list inside another one counts, which is held as a value of Python.
OF_VALUE = 40


def members_of(
    text: object, wanted: Sequence[Piece], spend: Callable[[int], None]
) -> orjson.Fragment | None:
    """Return a list that is stored as JSON, each member in the wanted shape; None for no list.

    `spend` is told how many bytes the answer takes, and raises an error if there are too many.

    Raises:
        CannotExport: the list is nested too deeply.
    """
    try:
        value = _parsed(text) if isinstance(text, str) else None
    except RecursionError:
        raise too_deep() from None
    if not isinstance(value, list):
        return None
    written = []
    for number, member in enumerate(value):
        if number % OFTEN == 0:
            current().check()
        written.append(_written(_shaped(member, wanted, spend)))
        spend(len(written[-1]) + 1)
    return orjson.Fragment(b"[" + b",".join(written) + b"]")


def _parsed(text: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(text, parse_int=_integer, parse_float=_number)


def _integer(text: str) -> int | orjson.Fragment:
    """Return an integer; a long one as it is written."""
    return int(text) if len(text) <= LONGEST else orjson.Fragment(text)


def _number(text: str) -> float | orjson.Fragment:
    """Return a number; one beyond a double as it is written."""
    number = float(text)
    return number if math.isfinite(number) else orjson.Fragment(text)


def _written(value: Any) -> bytes:  # noqa: ANN401 - JSON
    """Return a value as JSON, also with halves of characters, which orjson does not write."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, default=lambda _: None).encode()


def _shaped(value: Any, wanted: Sequence[Piece], spend: Callable[[int], None]) -> Any:  # noqa: ANN401 - JSON
    """Return what is wanted of a member."""
    if not wanted[0].keys:
        return _piece(value, wanted[0], spend)
    shape: dict[str, Any] = {}
    for piece in wanted:
        *above, last = piece.keys
        place = shape
        for key in above:
            place = place.setdefault(key, {})
        place[last] = _piece(value, piece, spend)
    return shape


def _piece(value: Any, piece: Piece, spend: Callable[[int], None]) -> Any:  # noqa: ANN401 - JSON
    if piece.path is not None:
        value = walk(value, piece.path.segments)
        value = None if value is MISSING else value
    if piece.form is Form.COUNT:
        return len(value) if isinstance(value, list | dict) else None
    if piece.members and isinstance(value, list):
        spend(OF_VALUE * len(piece.members) * len(value))
        return [_shaped(member, piece.members, spend) for member in value]
    if piece.members:
        return None
    if piece.excluded and isinstance(value, dict):
        return {key: below for key, below in value.items() if key not in piece.excluded}
    return value
