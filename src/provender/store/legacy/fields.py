"""Values of rows that may be of any type, as columns take them. Floor: store."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

from provender.store.legacy.origin import Remarks
from provender.store.legacy.staging import clean

# A time as AiiDA writes it, or with another fraction, or with a time zone.
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(?:(Z)|([+-])(\d\d):?(\d\d))?"
)


class Fields:
    """The values of one row; what has a wrong type counts as missing, and is told."""

    def __init__(self, row: dict[str, Any], called: str, remarks: Remarks) -> None:
        """Look at a row; `called` are its things in remarks ("nodes")."""
        self._row = row
        self._called = called
        self._note = remarks.note

    def text(self, key: str, default: str = "") -> str:
        """Return a string."""
        found = self._row.get(key)
        if found is None:
            return default
        if isinstance(found, str):
            return clean(found)
        self._wrong(key)
        return default

    def text_or_none(self, key: str) -> str | None:
        """Return a string; None if it is null or missing."""
        return self.text(key) if self._row.get(key) is not None else None

    def uuid(self) -> str:
        """Return the uuid in lower case; an empty string if there is none."""
        return self.text("uuid").lower()

    def number(self, key: str) -> int | None:
        """Return the number of another row; None if it is null or missing."""
        found = self._row.get(key)
        if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 1 << 63:
            return found
        if found is not None:
            self._wrong(key)
        return None

    def document(self, key: str) -> str:
        """Return a JSON object as text."""
        found = self._row.get(key)
        if found is None or isinstance(found, dict):
            return json.dumps(found or {})
        self._wrong(key)
        return "{}"

    def time(self, key: str) -> str | None:
        """Return a time as SQLite archives hold it: UTC without a zone, with six decimals."""
        found = self._row.get(key)
        if found is None:
            return None
        time = written_time(found) if isinstance(found, str) else None
        if time is None:
            self._wrong(key)
        return time

    def _wrong(self, key: str) -> None:
        example = self._row.get("uuid", "")
        self._note(f"values of `{key}` of {self._called} have a wrong type", example)


# The form in which nearly all times are written.
USUAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", re.ASCII)
# What stands for the time of an archive that tells none.
EPOCH = "1970-01-01 00:00:00.000000"


def written_time(text: str) -> str | None:
    """Return a time in the form of SQLite archives; None if it is none.

    Example:
        `2020-04-04T21:43:47.6+02:00` → `2020-04-04 19:43:47.600000`
    """
    if USUAL_TIME.fullmatch(text) is not None:
        with suppress(ValueError):
            datetime.fromisoformat(text)
            return text.replace("T", " ")
    found = TIME.fullmatch(text)
    if found is None:
        return None
    date, clock, fraction, _, sign, hours, minutes = found.groups()
    plain = f"{date} {clock}.{fraction or '':0<6}"
    try:
        time = datetime.fromisoformat(plain)
        if sign is not None:
            away = timedelta(hours=int(hours), minutes=int(minutes))
            return str_of(time - away if sign == "+" else time + away)
    except (ValueError, OverflowError):
        return None
    return plain


def str_of(time: datetime) -> str:
    """Return a time without a zone in the form of SQLite archives."""
    return time.isoformat(" ", "microseconds")


def unix_time(seconds: float) -> str:
    """Return a Unix time in the form of SQLite archives."""
    try:
        return str_of(datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None))
    except (ValueError, OverflowError, OSError):
        return EPOCH


def dos_time(date: int, clock: int) -> str:
    """Return a time of a zip directory in the form of SQLite archives (APPNOTE 4.4.6)."""
    day = (1980 + (date >> 9), date >> 5 & 15, date & 31)
    try:
        time = datetime(*day, clock >> 11, clock >> 5 & 63, 2 * (clock & 31), tzinfo=timezone.utc)
        return str_of(time.replace(tzinfo=None))
    except ValueError:
        return EPOCH
