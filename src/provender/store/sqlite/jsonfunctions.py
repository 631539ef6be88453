"""PostgreSQL's operations on JSON values, for SQLite: order, containment, casts. Floor: store.

Values come as JSON strings. Source: the documentation of PostgreSQL 15, section 8.14 (jsonb), and
its input syntax of numbers, booleans and timestamps.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar

from provender.store.weights import documents

# The order of values of different types.
RANKS = {type(None): 1, str: 2, int: 3, Decimal: 3, bool: 4, list: 5, dict: 6}
# A list without members at the top sorts before everything.
EMPTY_LIST = b"\x00"
BIAS = 2**31
INVERTED = bytes(255 - value for value in range(256))
BLANKS = " \t\n\r\v\f"
INTEGER = re.compile(r"[+-]?[0-9]+")
NUMBER = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?)|nan", re.IGNORECASE
)
# ISO 8601, and the form in AiiDA's metadata of logs: `11/20/2026 11:51:24 AM`.
TIMESTAMP = re.compile(
    r"(?:(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)/(\d\d?)/(\d{4}))"
    r"(?:(?:T|\s+)(\d\d?):([0-5]\d)(?::(\d\d)(\.\d*)?)?(?:\s*([AP])M)?)?"
    r"\s*(?:Z|UTC|GMT|[+-](?:1[0-5]|0?\d)(?::?\d\d){0,2})?",
    re.ASCII | re.IGNORECASE,
)
BOOLEANS = {"true": 1, "false": 0, "yes": 1, "no": 0, "on": 1, "off": 0, "1": 1, "0": 0}
LARGEST_INTEGER = 2**31
# Digits before or behind the point of a number: PostgreSQL keeps no more, and a text of a hostile
# archive such as `1e999999999` must not be written out.
MOST_DIGITS = 131072
# What `parsed` gives for what is not JSON.
UNREADABLE = object()

_More = ParamSpec("_More")
_Result = TypeVar("_Result")
HALF_DAY = 12
# The last second of a minute, a leap second.
SECONDS = 60


def _of_json(
    function: Callable[Concatenate[Any, _More], _Result],
) -> Callable[Concatenate[str | bytes | None, _More], _Result | None]:
    """Return a function of a JSON value as a function of its text: None for what is not JSON.

    One bad row must not make an error of the whole statement.
    """

    @wraps(function)
    def apply(
        text: str | bytes | None, /, *more: _More.args, **named: _More.kwargs
    ) -> _Result | None:
        value = UNREADABLE if text is None else parsed(text)
        if value is UNREADABLE:
            return None
        try:
            return function(value, *more, **named)
        except RecursionError:
            return None

    return apply


@_of_json
def json_key(value: Any) -> bytes:  # noqa: ANN401 - JSON
    """Return bytes that sort as PostgreSQL sorts JSON values, equal for equal values."""
    return EMPTY_LIST if value == [] else _key(value)


def _key(value: Any) -> bytes:  # noqa: ANN401 - JSON
    rank = bytes((RANKS[type(value)],))
    if isinstance(value, dict):
        return rank + _count(value) + b"".join(_key(k) + _key(v) for k, v in members(value))
    if isinstance(value, list):
        return rank + _count(value) + b"".join(_key(item) for item in value)
    if isinstance(value, bool):
        return rank + bytes((value,))
    if isinstance(value, str):
        return rank + value.encode("utf-8", "surrogatepass") + b"\x00"
    return rank if value is None else rank + _number_key(Decimal(value))


def members(value: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the members of an object by the length of the key, then bytes, as PostgreSQL does."""
    encoded = ((key.encode("utf-8", "surrogatepass"), key, item) for key, item in value.items())
    ordered = sorted(encoded, key=lambda member: (len(member[0]), member[0]))
    return [(key, item) for _, key, item in ordered]


def _count(value: Any) -> bytes:  # noqa: ANN401 - a list or an object
    return len(value).to_bytes(4, "big")


def _number_key(number: Decimal) -> bytes:
    if not number:
        return b"\x01"
    digits = "".join(map(str, number.as_tuple().digits)).lstrip("0")
    exponent = (number.adjusted() + BIAS).to_bytes(4, "big")
    size = exponent + digits.rstrip("0").encode() + b"\x00"
    return b"\x02" + size if number > 0 else b"\x00" + size.translate(INVERTED)


@_of_json
def contains(value: Any, operand: str) -> bool:  # noqa: ANN401 - JSON
    """Return whether a JSON value contains another, as `@>` does."""
    part = parsed(operand)
    if isinstance(value, list) and not isinstance(part, list | dict):
        return any(_equal(item, part) for item in value)
    return _contains(value, part)


def _contains(value: Any, part: Any) -> bool:  # noqa: ANN401 - JSON
    if isinstance(part, dict):
        return isinstance(value, dict) and all(
            key in value and _contains(value[key], item) for key, item in part.items()
        )
    if isinstance(part, list):
        return isinstance(value, list) and all(
            any(_contains(found, item) for found in value) for item in part
        )
    return _equal(value, part)


def _equal(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    return RANKS[type(left)] == RANKS[type(right)] and bool(left == right)


@_of_json
def has_key(value: Any, key: str) -> bool:  # noqa: ANN401 - JSON
    """Return whether an object has a key, or a list has or a string is that string, as `?`."""
    if isinstance(value, list):
        return any(isinstance(item, str) and item == key for item in value)
    return key in value if isinstance(value, dict) else bool(value == key)


@_of_json
def cast_text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Return the value of a string, and other values as JSON; None for null."""
    if value is None:
        return None
    text = value if isinstance(value, str) else written(value)
    return text if _is_unicode(text) else None


def _is_unicode(text: str) -> bool:
    """Return whether a text has no lone surrogate, which SQLite cannot be given."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def written(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return JSON as PostgreSQL writes it."""
    if isinstance(value, dict):
        pairs = (f"{written(key)}: {written(item)}" for key, item in members(value))
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return format(value or abs(value), "f")
    return json.dumps(value, ensure_ascii=False)


def cast_double(text: str | bytes | None) -> float | None:
    """Return a number; raises `ValueError` for anything else."""
    found = cast_text(text)
    if found is None:
        return None
    digits = found.strip(BLANKS)
    if not NUMBER.fullmatch(digits):
        raise ValueError(found)
    value, exact = float(digits), Decimal(digits)
    if exact.is_finite() and (math.isinf(value) or bool(value) != bool(exact)):
        raise ValueError(found)
    return value


def cast_integer(text: str | bytes | None) -> int | None:
    """Return an integer of 32 bits; raises `ValueError` for anything else."""
    found = cast_text(text)
    if found is None:
        return None
    if not INTEGER.fullmatch(found.strip(BLANKS)):
        raise ValueError(found)
    value = int(found)
    if not -LARGEST_INTEGER <= value < LARGEST_INTEGER:
        raise ValueError(found)
    return value


def cast_boolean(text: str | bytes | None) -> int | None:
    """Return 1 or 0 for a word such as `true` or `off`, or for its beginning."""
    found = cast_text(text)
    if found is None:
        return None
    word = found.strip(BLANKS).lower()
    values = {value for name, value in BOOLEANS.items() if word and name.startswith(word)}
    if len(values) != 1:
        raise ValueError(found)
    return values.pop()


def cast_json(text: str | bytes | None) -> str | None:
    """Return the JSON value that a string holds, or the JSON value itself."""
    found = cast_text(text)
    if found is not None:
        try:
            json.loads(found, parse_constant=refuse, parse_int=Decimal)
        except RecursionError:
            raise ValueError(found) from None
    return found


def refuse(name: str) -> NoReturn:
    """Refuse NaN and infinities, which are not JSON."""
    raise ValueError(name)


def cast_time(text: str | bytes | None) -> str | None:
    """Return a timestamp as `YYYY-MM-DD HH:MM:SS.ffffff`, its offset cut off."""
    found = cast_text(text)
    if found is None:
        return None
    match = TIMESTAMP.fullmatch(found.strip(BLANKS))
    if match is None:
        raise ValueError(found)
    year, month, day = match.group(1, 2, 3) if match[1] else match.group(6, 4, 5)
    date = datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}")
    return (date + _time_of_day(*match.group(7, 8, 9, 10, 11))).isoformat(" ", "microseconds")


def _time_of_day(
    hour: str | None, minute: str | None, second: str | None, fraction: str | None, half: str | None
) -> timedelta:
    """Return the time since midnight, rounded to microseconds; at most a day."""
    hours, seconds = int(hour or 0), int(second or 0)
    if seconds > SECONDS or hours > (HALF_DAY if half else 2 * HALF_DAY):
        raise ValueError(hour, second)
    if half:
        hours = hours % HALF_DAY + (HALF_DAY if half in "Pp" else 0)
    time = timedelta(
        hours=hours,
        minutes=int(minute or 0),
        seconds=seconds,
        microseconds=round(float(f"0{fraction or ''}") * 1e6),
    )
    if time > timedelta(days=1):
        raise ValueError(hour)
    return time


@documents(8)
def parsed(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON text parsed, fractions with all their digits; or `UNREADABLE`."""
    for parse_integer in (int, Decimal):  # `int` refuses long ones
        try:
            return json.loads(
                text_of(text),
                parse_float=_decimal,
                parse_int=parse_integer,
                parse_constant=refuse,
            )
        except (ValueError, RecursionError):
            continue
    return UNREADABLE


def _decimal(digits: str) -> Decimal:
    try:
        number = Decimal(digits)
    except InvalidOperation as error:
        raise ValueError(digits) from error
    if not -MOST_DIGITS <= number.adjusted() <= MOST_DIGITS:
        raise ValueError(digits)
    return number


def text_of(text: str | bytes) -> str:
    """Return a string, decoded if SQLite gives its bytes; raises `ValueError`."""
    return text.decode() if isinstance(text, bytes) else text


# The functions by the name that SQL calls them, with their number of arguments.
FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "provender_json_key": (1, json_key),
    "provender_json_contains": (2, contains),
    "provender_json_has_key": (2, has_key),
    "provender_cast_t": (1, cast_text),
    "provender_cast_f": (1, cast_double),
    "provender_cast_i": (1, cast_integer),
    "provender_cast_b": (1, cast_boolean),
    "provender_cast_j": (1, cast_json),
    "provender_cast_d": (1, cast_time),
}


def register(connection: sqlite3.Connection) -> None:
    """Make the functions of this module known to a connection."""
    for name, (count, function) in FUNCTIONS.items():
        connection.create_function(name, count, function, deterministic=True)
