"""JSON in rows that PostgreSQL wrote as text, where no reader would take it. Floor: store.

`jsonb` may be nested deeper, or have longer integers, than readers take (`documents`): then the
value becomes `null`, as in every other answer. Few rows can have any such value, which a glance at
their length and their brackets tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provender.schema.columns import CopyForm
from provender.schema.copies import Copy
from provender.store.database.decoding import NULL
from provender.store.database.documents import (
    DEEPEST,
    MOST_DIGITS,
    SHORT,
    TOO_DEEP,
    TOO_LONG_NUMBER,
    problem,
)

DIGITS = re.compile(rb"[0-9]{%d}" % (MOST_DIGITS + 1))
ZERO, NINE = ord("0"), ord("9")
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]|[,:]', re.DOTALL)
CELL = re.compile(r'"((?:[^"]|"")*)"|[^,"\n]*')
DOCUMENT = ("[", "{")


def is_suspicious(row: bytes) -> bool:
    """Return whether a row may hold JSON that readers do not take; seldom wrongly so."""
    if len(row) <= SHORT:
        return False
    if row.count(b"[") + row.count(b"{") > DEEPEST:
        return True
    # of so many digits in a row, one stands at a multiple of their number
    marks = row[MOST_DIGITS::MOST_DIGITS]
    return any(ZERO <= mark <= NINE for mark in marks) and bool(DIGITS.search(row))


def mended(row: bytes, copy: Copy) -> tuple[bytes, int]:
    """Return a row without the JSON that readers do not take, and how many values that were."""
    text = row.decode().removesuffix("\n")
    found, hidden = [], 0
    for value, is_bad in _lines(text) if copy.form is CopyForm.LINES else _cells(text, copy):
        found.append(value)
        hidden += is_bad
    if not hidden:
        return row, 0
    return ("".join(found) + "\n").encode(), hidden


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a JSON object, values and what stands between them."""
    depth, start, is_value = 0, 0, False
    for token in TOKEN.finditer(text):
        letter = token[0]
        if is_value and depth == 1 and letter in ",}":
            yield _document(text[start : token.start()])
            start, is_value = token.start(), False
        depth += (letter in "[{") - (letter in "]}")
        if depth == 1 and letter == ":":
            yield text[start : token.end()], False
            start, is_value = token.end(), True
    yield text[start:], False


def _document(text: str) -> tuple[str, bool]:
    """Return JSON, or `null` for what readers do not take, and whether that is so.

    A string that only looks like JSON stays as it is.
    """
    is_bad = problem(text, is_json=True) in (TOO_DEEP, TOO_LONG_NUMBER)
    return (NULL if is_bad else text), is_bad


def _may_be_document(text: str) -> bool:
    """Return whether a text may be a list or an object: its brackets end with it."""
    if not text.startswith(DOCUMENT):
        return False
    depth = 0
    for token in TOKEN.finditer(text):
        depth += (token[0] in "[{") - (token[0] in "]}")
        if not depth:
            return token.end() == len(text)
    return False


def _cells(text: str, copy: Copy) -> Iterator[tuple[str, bool]]:
    """Yield the cells of a row of CSV, and the commas between them."""
    place = 0
    for number, column in enumerate(copy.columns):
        if number:
            yield ",", False
            place += 1
        cell = CELL.match(text, place)
        if cell is None:
            raise ValueError(text[:100])
        place = cell.end()
        value = cell[0] if cell[1] is None else cell[1].replace('""', '"')
        may_be = copy.form is CopyForm.CELLS or _may_be_document(value)
        is_bad = column.is_json and may_be and _document(value)[1]
        yield ("" if is_bad else cell[0]), is_bad
