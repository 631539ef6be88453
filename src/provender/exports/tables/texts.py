"""Tables as text: CSV, and a JSON object on each line. Floor: exports.

CSV is written as PostgreSQL writes it: commas, a newline at the end of a line, and quotes where
they are needed. Nothing between two commas is no value, two quotes are an empty text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from provender.exports.tables.cells import Cells, columns_of, string
from provender.schema.columns import Column, Type

SPECIAL = re.compile(r'[",\r\n]')
# How a formula begins, for which a spreadsheet takes a text.
FORMULA = tuple("=+-@\t\r")
ALONE = "\\."
NAME_OF_END = "trailer"

Write = Callable[[Any], str]


class CsvWriter:
    """Writes CSV with a line of names; with `is_safe` no text begins as a formula does."""

    def __init__(self, columns: Sequence[Column], *, is_safe: bool = False) -> None:
        self._columns = columns
        self._writes = [_written(column, is_safe=is_safe) for column in columns]
        self._is_alone = len(columns) == 1

    def begin(self) -> Sequence[bytes]:
        """Return the names of the columns."""
        return [f"{','.join(_quoted(column.name) for column in self._columns)}\n".encode()]

    def rows(self, rows: Sequence[Sequence[Any]]) -> Sequence[bytes]:
        """Return a line for each row."""
        cells = columns_of(self._columns, rows)
        texts = [[*map(write, one)] for write, one in zip(self._writes, cells, strict=True)]
        if self._is_alone:
            texts = [[f'"{text}"' if text == ALONE else text for text in texts[0]]]
        lines = [f"{','.join(line)}\n" for line in zip(*texts, strict=True)]
        return ["".join(lines).encode()]

    def copied(self, text: bytes) -> Sequence[bytes]:
        """Return the lines as they are."""
        return [text]

    def end(self, number: int) -> Sequence[bytes]:
        """Return nothing: CSV has no end."""
        del number
        return []


def _quoted(text: str) -> str:
    """Return a text as a cell."""
    if text and not SPECIAL.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def _written(column: Column, *, is_safe: bool) -> Write:
    """Return the function that writes the cells of a column."""
    quoted = _protected if is_safe else _quoted

    def text_or_nothing(write: Write) -> Write:
        return lambda value: "" if value is None else write(value)

    if column.shown in (Type.STRING, Type.UUID):  # SQLite keeps any text as a uuid
        return text_or_nothing(quoted)
    if column.shown is Type.JSON and not column.is_object:
        return text_or_nothing(
            lambda text: _quoted(text) if (found := string(text)) is None else quoted(found)
        )
    return text_or_nothing(PLAIN[column.shown])


def _protected(text: str) -> str:
    return _quoted(f"'{text}" if text.startswith(FORMULA) else text)


# How cells without quotes are written; JSON has some.
PLAIN: dict[Type, Write] = {
    Type.INTEGER: str,
    Type.TIME: str,
    Type.NUMBER: lambda number: repr(number).removesuffix(".0"),
    Type.BOOLEAN: lambda value: "true" if value else "false",
    Type.JSON: _quoted,
}


class LinesWriter:
    """Writes an object on each line; with `has_end` a last one tells how many they are."""

    def __init__(self, columns: Sequence[Column], *, has_end: bool = False) -> None:
        self._columns = columns
        self._names = [column.name for column in columns]
        self._has_end = has_end

    def begin(self) -> Sequence[bytes]:
        """Return nothing: each line has its names."""
        return []

    def rows(self, rows: Sequence[Sequence[Any]]) -> Sequence[bytes]:
        """Return a line for each row."""
        cells = [
            _fragments(found) if column.shown is Type.JSON else found
            for column, found in zip(self._columns, columns_of(self._columns, rows), strict=True)
        ]
        names, option = self._names, orjson.OPT_APPEND_NEWLINE
        lines = [
            orjson.dumps(dict(zip(names, row, strict=True)), option=option)
            for row in zip(*cells, strict=True)
        ]
        return [b"".join(lines)]

    def copied(self, text: bytes) -> Sequence[bytes]:
        """Return the lines as they are."""
        return [text]

    def end(self, number: int) -> Sequence[bytes]:
        """Return the last line, which a stream that broke off does not have."""
        if not self._has_end:
            return []
        last = json.dumps({NAME_OF_END: {"rows": number}}, separators=(",", ":"))
        return [f"{last}\n".encode()]


def _fragments(texts: Cells) -> list[orjson.Fragment | None]:
    """Return JSON that is not read; a line has no end inside, which could only be a blank."""
    return [
        None if text is None else orjson.Fragment(text.replace("\n", " ").replace("\r", " "))
        for text in texts
    ]
