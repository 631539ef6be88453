"""From the values of a row to the record in an answer. Floor: translators."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeGuard

import orjson

from provender.caching import cached
from provender.errors import CannotExport
from provender.query.plan.views import Constant, View
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import CONTENTS
from provender.schema.entities import Kind
from provender.schema.statements import Record as Values
from provender.schema.types import BAR

# An object as an answer shows it; JSON columns are `orjson.Fragment`, spliced in unparsed.
Record = dict[str, Any]

# JSON columns asked for, each with the names asked for, or None for all.
Contents = tuple[tuple[str, tuple[str, ...] | None], ...]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TWO = tuple(f"{number:02}" for number in range(60))
EMPTY = orjson.Fragment(b"{}")


def http_date(instant: datetime | None) -> str | None:
    """Return an instant in UTC as an HTTP date (RFC 9110, section 5.6.7), seconds cut off."""
    if instant is None:
        return None
    day = _day(instant.toordinal())
    return f"{day} {TWO[instant.hour]}:{TWO[instant.minute]}:{TWO[instant.second]} GMT"


@lru_cache(maxsize=4096)
def _day(ordinal: int) -> str:
    """Return a day as HTTP dates begin: `Fri, 20 Nov 2026`."""
    day = date.fromordinal(ordinal)
    return f"{DAYS[day.weekday()]}, {day.day:02} {MONTHS[day.month - 1]} {day.year:04}"


def json_object(text: str | None) -> orjson.Fragment:
    """Return a stored JSON object as it is; no value is the empty object."""
    return EMPTY if text is None else orjson.Fragment(text)


def json_value(text: str | None) -> orjson.Fragment | None:
    """Return a piece of stored JSON, or null where a path found nothing."""
    return None if text is None else orjson.Fragment(text)


def decoded(text: object) -> dict[str, Any]:
    """Return a stored JSON object; anything else that is stored counts as an empty one.

    SQLite gives a stored number as a number.

    Raises:
        CannotExport: the object is nested too deeply.
    """
    if not is_object(text):
        return {}
    try:
        found: dict[str, Any] = json.loads(text)
    except RecursionError:
        raise too_deep() from None
    return found


def too_deep() -> CannotExport:
    """Return the error of an object that is nested too deeply to be decoded."""
    return CannotExport("The node cannot be read: it is nested too deeply.")


def member_texts(text: str) -> dict[str, str]:
    """Return the members of a JSON object as they are written.

    Example:
        `{"a": 1e400, "b": [1, 2]}` gives `{"a": "1e400", "b": "[1, 2]"}`.
    """
    found, decoder = {}, json.JSONDecoder()
    place = _after_blanks(text, text.index("{") + 1)
    while text[place] != "}":
        key, place = decoder.raw_decode(text, place)
        start = _after_blanks(text, _after_blanks(text, place) + 1)
        _, end = decoder.raw_decode(text, start)
        found[key] = text[start:end]
        place = _after_blanks(text, end)
        place = _after_blanks(text, place + (text[place] == ","))
    return found


def _after_blanks(text: str, place: int) -> int:
    while text[place] in " \t\n\r":
        place += 1
    return place


def is_object(text: object) -> TypeGuard[str]:
    """Tell whether a stored value is the text of a JSON object."""
    return isinstance(text, str) and text.lstrip().startswith("{")


def presenter(view: View, parameters: Parameters) -> Callable[[Values], Record]:
    """Return the function that makes a record of the values of one row.

    The values are those of `builder.projection(view, parameters)`, in that order.
    """
    return _presenter(view, _contents(view, parameters))


def _has_names(view: View, contents: Contents) -> bool:
    """Return whether names that a client wrote are among the shown names."""
    return any(keys is not None for _, keys in contents)


@cached(256, unless=_has_names)
def _presenter(view: View, contents: Contents) -> Callable[[Values], Record]:
    constants = {
        name: field.value for name, field in view.shown.items() if isinstance(field, Constant)
    }
    fields = [
        (name, view.entity.field(field).kind)
        for name, field in view.shown.items()
        if not isinstance(field, Constant)
    ]
    names = tuple(name for name, _ in fields)
    times = tuple(name for name, kind in fields if kind is Kind.TIME)
    documents = tuple(name for name, kind in fields if kind is Kind.JSON)
    placed, has_full_type = _placed(contents, len(names)), view.has_full_type

    def present(values: Values) -> Record:
        record: Record = dict(zip(names, values))  # noqa: B905 - `strict` costs a third more
        for name in times:
            record[name] = http_date(record[name])
        for name in documents:
            record[name] = json_object(record[name])
        if constants:
            record.update(constants)
        if has_full_type:
            node_type = record["node_type"]
            found = f"{node_type}{BAR}{record['process_type'] or ''}"
            record["full_type"] = None if node_type is None else found
        for name, keys, start in placed:
            if keys is None:
                record[name] = json_object(values[start])
            else:
                pieces = zip(keys, values[start : start + len(keys)], strict=True)
                record[name] = {key: json_value(text) for key, text in pieces}
        return record

    return present


def _contents(view: View, parameters: Parameters) -> Contents:
    """Return the JSON columns asked for."""
    asked = (item for item in CONTENTS if view.has_contents and parameters[item.shown])
    return tuple((item.column, parameters[item.names]) for item in asked)


def _placed(contents: Contents, start: int) -> list[tuple[str, tuple[str, ...] | None, int]]:
    """Return the JSON columns asked for, each with the place where its values begin."""
    placed = []
    for column, keys in contents:
        placed.append((column, keys, start))
        start += 1 if keys is None else len(keys)
    return placed
