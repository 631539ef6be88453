"""The values of posted filters, brought to the types of plain columns. Floor: query."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from provender.errors import BadValue
from provender.query.plan.patterns import canonical_uuid
from provender.schema.entities import Kind

INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
ISO_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d)(?P<seconds>:\d\d)?(?:[.,](?P<fraction>\d{1,9}))?"
    r"(?P<shift>Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)


def from_json(name: str, operator: str, operand: Any, kind: Kind) -> Any:  # noqa: ANN401 - JSON
    """Return a posted operand as the grammar of the query string would type it."""
    if operator != "in":
        return _member(name, operand, kind)
    members = one_type(name, operand)
    if kind is Kind.INTEGER:
        members = [
            int(text) if isinstance(text, str) and INTEGER.fullmatch(text) else text
            for text in members
        ]
    return tuple(_member(name, member, kind) for member in members)


def one_type(name: str, operand: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """Return the list after `in`; raises `BadValue` if it is not a list, empty or mixed."""
    if not isinstance(operand, list) or not operand:
        raise BadValue(f"`in` on `{name}` takes a list with at least one member.")
    if len({_json_type(member) for member in operand}) > 1:
        raise BadValue(f"The list after `in` on `{name}` mixes types.")
    return operand


def _json_type(value: object) -> type:
    return float if type(value) is int else type(value)


def _member(name: str, value: Any, kind: Kind) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, str):
        return value
    if kind is Kind.TIME:
        return read_time(name, value)
    if kind is not Kind.UUID:
        return value
    uuid = canonical_uuid(value)
    if uuid is None:
        raise BadValue(f"`{name}` takes a complete uuid.", hint="For a prefix use `like`.")
    return uuid


def read_time(name: str, text: str) -> datetime:
    """Return the instant of an ISO 8601 string, in UTC unless it has an offset."""
    match = ISO_TIME.fullmatch(text)
    if match is None:
        raise _no_time(name)
    try:
        fraction = (match["fraction"] or "")[:6].ljust(6, "0")
        shift = (match["shift"] or "+00:00").replace("Z", "+00:00")
        if ":" not in shift:
            shift = f"{shift[:3]}:{shift[3:] or '00'}"
        time = (match["time"] or "00:00") + (match["seconds"] or ":00")
        instant = datetime.fromisoformat(f"{match['date']}T{time}.{fraction}{shift}")
        return instant.astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise _no_time(name) from error


def _no_time(name: str) -> BadValue:
    return BadValue(
        f"`{name}` takes a datetime.", hint="For example 2026-11-20, 2026-11-20T11:51:08.25+01:00"
    )


def describe_json(value: object) -> str:
    """Return the type of a value in the words of errors: "a string", "null"."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float | Decimal):
        return "a number"
    names = {str: "a string", datetime: "a datetime", list: "a list", dict: "an object"}
    return names.get(type(value), "null")
