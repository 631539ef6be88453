"""Functions that SQLite lacks to answer as PostgreSQL does. Floor: store."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from provender.store.sqlite.jsonfunctions import UNREADABLE, parsed, refuse, text_of, written
from provender.store.weights import documents

# A position in a list, which is written in one way: `00` is a key.
POSITION = re.compile(r"0|-?[1-9][0-9]{0,17}")
MISSING = object()


def lower(text: str | bytes | None) -> str | None:
    """Return a string in lower case, letter by letter as PostgreSQL does it.

    A letter whose lower case is several letters (`İ`) stays as it is. The bytes of a string are
    decoded; None if they are not UTF-8.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError:
            return None
    if not isinstance(text, str):
        return None
    if text.isascii():
        return text.lower()
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def json_get(document: str | bytes | None, path: str) -> str | None:
    """Return the value at a path in a document as JSON, or None; None for what is not JSON.

    The path is a JSON list of segments: keys of objects, positions in lists (negative ones
    count from the end). The function is PostgreSQL's `document #> path`, but for positions that
    are written in an odd way (`00`).

    Example:
        `json_get('{"a": [1, 2]}', '["a", "-1"]')` gives `"2"`.
    """
    if document is None:
        return None
    found = walk(_parsed(document), json.loads(path))
    if found is MISSING:
        return None
    try:
        return json.dumps(found, allow_nan=False)
    except (ValueError, TypeError, RecursionError):  # a number that no double or `int` holds
        exact = walk(parsed(document), json.loads(path))
        return None if exact is MISSING or exact is UNREADABLE else written(exact)


def json_size(document: str | bytes | None) -> str | None:
    """Return the number of members of a list or an object; None for other types."""
    found = None if document is None else _parsed(document)
    return str(len(found)) if isinstance(found, list | dict) else None


def json_without(document: str | bytes | None, names: str) -> str | None:
    """Return JSON, an object without the members of some names (a JSON list); None for no JSON.

    Example:
        `json_without('{"a": 1, "b": 2}', '["b"]')` gives `{"a": 1}`.
    """
    if document is None:
        return None
    found = _parsed(document)
    if not isinstance(found, dict):
        return None if found is None else text_of(document)
    left_out = set(json.loads(names))
    try:
        kept = {key: value for key, value in found.items() if key not in left_out}
        return json.dumps(kept, allow_nan=False)
    except (ValueError, TypeError, RecursionError):  # a number that no double or `int` holds
        exact = parsed(document)
        return written({key: value for key, value in exact.items() if key not in left_out})


def walk(value: Any, path: Sequence[str]) -> Any:  # noqa: ANN401 - JSON in, JSON or MISSING out
    """Return the value at a path in a JSON value, or `MISSING`."""
    for segment in path:
        if isinstance(value, dict) and segment in value:
            value = value[segment]
        elif isinstance(value, list) and POSITION.fullmatch(segment):
            position = int(segment)
            if not -len(value) <= position < len(value):
                return MISSING
            value = value[position]
        else:
            return MISSING
    return value


@documents(4)
def _parsed(document: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """Return a document parsed, None if it is not JSON; paths into one row parse it once."""
    try:
        return json.loads(text_of(document), parse_constant=refuse)
    except (ValueError, RecursionError):
        found = parsed(document)
        return None if found is UNREADABLE else found


def register(connection: sqlite3.Connection) -> None:
    """Make the functions of this module known to a connection."""
    connection.create_function("provender_lower", 1, lower, deterministic=True)
    connection.create_function("provender_json_get", 2, json_get, deterministic=True)
    connection.create_function("provender_json_size", 1, json_size, deterministic=True)
    connection.create_function("provender_json_without", 2, json_without, deterministic=True)
