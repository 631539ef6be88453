"""What a server answered, as objects: attributes, dates, tables in notebooks. Floor: client."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from provender.client.rows import frames

# Names of columns with a date; what stands inside attributes and extras is left as it is.
DATES = frozenset(
    {
        "ctime",
        "mtime",
        "time",
        "last_mtime",
        "created",
        "changed",
        "since",
        "start",
        "end",
        "started",
        "ended",
        "first",
        "last",
        "dbtime",
        "newest",
        "oldest",
    }
)
RAW = frozenset({"attributes", "extras", "metadata", "arguments"})
ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} ")
# Rows and letters that a notebook shows.
SHOWN_ROWS, SHOWN_LETTERS = 10, 60


class Record(Mapping[str, Any]):
    """An object of an answer: `node.uuid` and `node["uuid"]` are the same.

    Dates are datetimes with a zone, objects inside are records too. `raw` is what the server sent.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    @property
    def raw(self) -> Mapping[str, Any]:
        """The JSON that the server sent."""
        return self._raw

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - JSON
        return _shown(name, self._raw[name])

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - JSON
        if name.startswith("_"):  # what Python looks for, also before there is a `_raw`
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            known = ", ".join(self._raw)
            raise AttributeError(f"There is no `{name}` here. There is: {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in self._raw if name.isidentifier())]

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={_cut(value)}" for name, value in self._raw.items())
        return f"{type(self).__name__}({inner})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Record):
            return self._raw == other._raw
        return self._raw == other if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as a dict

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(_text(self[name]))}</td></tr>"
            for name in self._raw
        )
        return f"<table>{rows}</table>"


class Rows(list[Any]):
    """A list of records; a table in notebooks."""

    def to_dataframe(self) -> Any:  # noqa: ANN401 - pandas is not needed otherwise
        """Return the rows as a `pandas.DataFrame`; raises `ModuleNotFoundError` without pandas."""
        return frames.frame([row.raw if isinstance(row, Record) else row for row in self])

    def _repr_html_(self) -> str:
        return table(self, len(self))


def found(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON as records, and lists of them as rows."""
    return _shown("", value)


def _shown(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if name in RAW:
        return value
    if isinstance(value, Mapping):
        return Record(value)
    if isinstance(value, list):
        return Rows(_shown(name, item) for item in value)
    return _date(value) if name in DATES and isinstance(value, str) else value


def _date(text: str) -> datetime | str:
    try:
        if HTTP_DATE.match(text):
            when = parsedate_to_datetime(text)
        elif ISO.match(text):
            when = datetime.fromisoformat(text.replace("Z", "+00:00"))
        else:
            return text
    except ValueError:
        return text
    return when if when.tzinfo else when.replace(tzinfo=timezone.utc)


def table(rows: list[Any], total: int | None) -> str:
    """Return the first rows as a table of HTML, with how many there are."""
    shown = [row for row in rows[:SHOWN_ROWS] if isinstance(row, Record)]
    names = list(dict.fromkeys(name for row in shown for name in row))
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    lines = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape(_text(row.get(name)))}</td>" for name in names)
        + "</tr>"
        for row in shown
    )
    number = "" if total is None else f" of {total:,}"
    return f"<table><thead><tr>{head}</tr></thead>{lines}</table><p>{len(shown):,}{number}</p>"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return _cut(value) if isinstance(value, Record | list | dict) else str(value)


def _cut(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_LETTERS else f"{text[: SHOWN_LETTERS - 1]}…"
