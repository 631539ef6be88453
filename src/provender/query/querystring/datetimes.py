"""Datetimes as people write them, brought into the form of the query string. Floor: query.

Nothing here runs for a request that is right: the functions serve the hints of errors.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = (
    r"(?:[T\s_,]\s*(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)
_DATES = (
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})",
    r"(?P<one>\d{1,2})[-/](?P<two>\d{1,2})[-/](?P<year>\d{4})",
    r"(?:[a-z]{3,9},?\s+)?(?P<day>\d{1,2})[\s-](?P<name>[a-z]{3})[a-z]*[\s-](?P<year>\d{4})",
)
FORMS = tuple(re.compile(form + _CLOCK, re.IGNORECASE) for form in _DATES)
MONTH = re.compile(r"(\d{4})[-/](\d{1,2})")
MOST_MONTHS = 12


def repaired(key: str, operator: str, value: str) -> str | None:
    """Return a field whose value a person meant as a datetime, or None if that is not clear.

    Example:
        `ctime`, `>=` and `20.11.2026 9:05` give `ctime>=2026-11-20T09:05`; `ctime`, `=` and
        `2026-11` give `ctime>=2026-11-01&ctime<2026-12-01`.
    """
    text = value.strip().strip("\"'`").strip()
    try:
        month = MONTH.fullmatch(text)
        if month is not None:
            first = date(int(month[1]), int(month[2]), 1)
            return _between(key, operator, first, (first + timedelta(days=31)).replace(day=1))
        found = next(filter(None, (form.fullmatch(text) for form in FORMS)), None)
        return None if found is None else _field(key, operator, found.groupdict())
    except (ValueError, OverflowError):
        return None


def _field(key: str, operator: str, parts: dict[str, str | None]) -> str | None:
    """Return the field of a match of one of the forms."""
    day = _day(parts)
    if day is None:
        return None
    zone = _zone(parts["zone"])
    clock = [int(part) for name in ("hour", "minute", "second") if (part := parts[name])]
    if not clock and zone:
        return _between(key, operator, day, day + timedelta(days=1), f"T00{zone}")
    hour, minute, second = (*clock, 0, 0, 0)[:3]
    time(hour, minute, second)  # raises ValueError for 25 o'clock
    written = "T" + ":".join(f"{part:02}" for part in clock) if clock else ""
    return f"{key}{operator}{day}{written}{zone}"


def _day(parts: dict[str, str | None]) -> date | None:
    """Return the day; None where nobody knows which of two numbers is the month."""
    year = int(parts["year"] or 0)
    if "one" in parts:
        one, two = int(parts["one"] or 0), int(parts["two"] or 0)
        if (one > MOST_MONTHS) == (two > MOST_MONTHS):
            return None
        return date(year, min(one, two), max(one, two))
    name = parts.get("name")
    month = _MONTHS.index(name.lower()) + 1 if name else int(parts.get("month") or 0)
    return date(year, month, int(parts["day"] or 0))


def _zone(text: str | None) -> str:
    """Return a shift as the grammar has it; UTC needs none."""
    if not text or text[0] not in "+-":
        return ""
    digits = text[1:].replace(":", "")
    return f"{text[0]}{digits[:2]}" + (f":{digits[2:]}" if digits[2:] else "")


def _between(key: str, operator: str, start: date, stop: date, suffix: str = "") -> str | None:
    """Return the fields that compare with the interval from a day to before another."""
    first, after = f"{start}{suffix}", f"{stop}{suffix}"
    return {
        "=": f"{key}>={first}&{key}<{after}",
        ">=": f"{key}>={first}",
        "<": f"{key}<{first}",
        ">": f"{key}>={after}",
        "<=": f"{key}<{after}",
    }.get(operator)
