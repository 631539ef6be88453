"""Values as every database gives them; one that is not of its type is None. Floor: store.

SQLite keeps any value in any column, and PostgreSQL keeps times that Python has no datetime for.
One bad value must not hide the others, so the value is replaced and noted (`Flaws`). Columns are
looked at as a whole, which costs less than one record after the other.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from provender.schema.entities import Kind
from provender.schema.statements import Flaw, Flaws, Record, Statement
from provender.store.database import documents

Column = Sequence[Any]
# Returns the column with good values only, or the column itself; `None` asks to look closely.
Check = Callable[[Column], "Column | None"]
# Returns a good value; raises `ValueError` with the reason, or `TypeError`.
Decode = Callable[[Any], Any]

NULL = "null"
# Columns that hold an object in each row.
OBJECTS = frozenset(
    [
        "attributes",
        "extras",
        "metadata",
        "repository_metadata",
        "auth_params",
        "described_attributes",
    ]
)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Position of the point in a time of PostgreSQL, and the length of a time with microseconds.
POINT, WITH_MICROSECONDS = 19, 26


def decode(
    records: list[Record], statement: Statement, flaws: Flaws, *, is_typed: bool = False
) -> list[Record]:
    """Return records with the values that their kinds say; flaws are added to `flaws`.

    `is_typed` says that the database checks types, as PostgreSQL does.
    """
    places = _places(statement.kinds, is_typed)
    if not records or not places:
        return records
    columns: list[Column] = list(zip(*records, strict=False))
    is_changed, bad = False, list[tuple[int, int, str]]()
    for place, check, decode_one in places:
        column = columns[place]
        found = check(column)
        if found is None:
            found = _each(column, decode_one, bad, place)
        if statement.kinds[place] is Kind.JSON:
            if _holds_objects(statement.outputs, place):
                found = _objects(found, bad, place)
        elif not is_typed and None in column and _is_never_null(statement.outputs, place):
            bad += _missing(columns, statement.outputs, place)
        if found is not column:
            columns[place], is_changed = found, True
    decoded = list(zip(*columns, strict=False)) if is_changed else records
    for index, place, problem in sorted(bad):  # row by row
        _note(decoded[index], place, problem, statement, flaws)
    return decoded


def _note(record: Record, place: int, problem: str, statement: Statement, flaws: Flaws) -> None:
    outputs = statement.outputs
    if place < len(outputs):
        problem = problem or f"not {statement.kinds[place].value}"
        flaws.add(Flaw(problem, outputs[place], outputs, record))


def _each(
    column: Column, decode_one: Decode, bad: list[tuple[int, int, str]], place: int
) -> Column:
    """Return a column decoded value by value; index, place and problem of bad values are added."""
    found = []
    for index, value in enumerate(column):
        try:
            found.append(None if value is None else decode_one(value))
        except (ValueError, TypeError) as error:
            problem = str(error) if isinstance(error, UnreadableError) else ""
            bad.append((index, place, problem))
            found.append(NULL if decode_one in (_document, _bounded_document) else None)
    return found


def _is_never_null(outputs: tuple[Any, ...], place: int) -> bool:
    """Return whether a column is one that has a value in each row of its table."""
    output = outputs[place] if place < len(outputs) else None
    target = getattr(output, "target", None)
    if output is None or target is None or output.function is not None:
        return False
    return not target.field.nullable


def _missing(
    columns: list[Column], outputs: tuple[Any, ...], place: int
) -> Iterator[tuple[int, int, str]]:
    """Yield index, place and problem of values that are missing in rows that are there.

    Where a row has no partner, the columns of the partner are missing, its id included.
    """
    tag = outputs[place].target.tag
    ids = [at for at, output in enumerate(outputs) if _is_id(output, tag)]
    for index, value in enumerate(columns[place]):
        if value is None and ids and columns[ids[0]][index] is not None:
            yield index, place, "nothing"


def _is_id(output: Any, tag: str) -> bool:  # noqa: ANN401 - an output of any statement
    return output.target.tag == tag and output.target.field.name == "id" and not output.function


def _holds_objects(outputs: tuple[Any, ...], place: int) -> bool:
    """Return whether a column of JSON is one that holds an object in each row."""
    output = outputs[place] if place < len(outputs) else None
    target = getattr(output, "target", None)
    if output is None or target is None or output.cast is not None:
        return False
    return target.path is None and target.field.name in OBJECTS


def _objects(column: Column, bad: list[tuple[int, int, str]], place: int) -> Column:
    """Return a column of JSON with objects only; what is added to `bad` becomes `null`."""
    if all([text is None or text.startswith("{") for text in column]):  # noqa: C419 - half the time
        return column
    known = {index for index, at, _ in bad if at == place}
    found = list(column)
    for index, text in enumerate(column):
        if index not in known and text is not None and not text.lstrip().startswith("{"):
            bad.append((index, place, documents.NOT_AN_OBJECT))
            found[index] = NULL
    return found


class UnreadableError(ValueError):
    """A stored value that is bad for the reason that the message gives."""


@lru_cache(maxsize=512)
def _places(kinds: tuple[Kind, ...], is_typed: bool) -> tuple[tuple[int, Check, Decode], ...]:
    """Return the columns to look at, and the functions that do it."""
    table = TYPED if is_typed else UNTYPED
    return tuple((place, *table[kind]) for place, kind in enumerate(kinds) if kind in table)


def _of_type(kind: type) -> tuple[Check, Decode]:
    """Return the functions for values that are of a type of Python, or missing."""
    alone, nullable = {kind}, {kind, type(None)}

    def check(column: Column) -> Column | None:
        found = set(map(type, column))
        return column if found == alone or found <= nullable else None

    def decode_one(value: Any) -> Any:  # noqa: ANN401 - a value of any type
        if type(value) is not kind:
            raise TypeError
        return value

    return check, decode_one


def _number(value: Any) -> float:  # noqa: ANN401 - a value of any type
    if type(value) not in (int, float):
        raise TypeError
    return value  # type: ignore[no-any-return]


def _boolean(value: Any) -> bool:  # noqa: ANN401 - a value of any type
    if value not in (0, 1) or isinstance(value, float):
        raise TypeError
    return bool(value)


def _closely(column: Column) -> None:
    """Return None: each value is looked at."""


def _times(column: Column) -> Column | None:
    """Return datetimes of SQLite's strings, which are in UTC."""
    try:
        if min(map(len, column)) < POINT:
            return None
        return [datetime.fromisoformat(text + "+00:00") for text in column]
    except (ValueError, TypeError):
        return None


def _time(text: Any) -> datetime:  # noqa: ANN401 - a value of any type
    found = datetime.fromisoformat(text + "+00:00")
    if found.tzinfo is None:  # a day, whose time of day seems to be `00:00`
        raise ValueError(text)
    return found


def _instants(column: Column) -> Column | None:
    """Return datetimes of PostgreSQL's strings, whose offset is `+00`."""
    try:
        return list(map(_instant, column))
    except (ValueError, TypeError):
        return None


def _padded(text: str) -> datetime:
    """Return a datetime; Python 3.10 wants all digits of microseconds and of the offset."""
    if not str.endswith(text, "+00"):  # a TypeError for None, as `fromisoformat` gives it
        raise ValueError(text)
    head = text[:-3]
    whole = head.ljust(WITH_MICROSECONDS, "0") if head[POINT:] else head
    return datetime.fromisoformat(f"{whole}+00:00")


_instant: Callable[[str], datetime] = (
    datetime.fromisoformat if sys.version_info >= (3, 11) else _padded
)


def _day(value: Any) -> str:  # noqa: ANN401 - a value of any type
    if not DAY.fullmatch(value):
        raise ValueError
    return str(value)


def _documents(column: Column) -> Column | None:
    """Return JSON of SQLite as it is if all of it is good."""
    if not set(map(type, column)) <= {str, type(None)}:
        return None
    return column if documents.are_readable(column) else None


def _document(value: Any) -> str:  # noqa: ANN401 - a value of any type
    """Return JSON as a string; SQLite gives the text of a number as a number."""
    if isinstance(value, bytes):
        raise UnreadableError(documents.NOT_JSON)
    text = value if isinstance(value, str) else repr(value)
    return _without(documents.problem(text), text)


def _bounded(column: Column) -> Column | None:
    return column if documents.are_bounded(column) else None


def _bounded_document(text: str) -> str:
    """Return JSON of PostgreSQL."""
    return _without(documents.problem(text, is_json=True), text)


def _without(problem: str | None, text: str) -> str:
    """Return a text without a problem."""
    if problem is not None:
        raise UnreadableError(problem)
    return text


# The functions for each type that needs them.
UNTYPED: dict[Kind, tuple[Check, Decode]] = {
    Kind.INTEGER: _of_type(int),
    Kind.TEXT: _of_type(str),
    Kind.UUID: _of_type(str),
    Kind.LOCAL_TIME: _of_type(str),
    Kind.NUMBER: (_closely, _number),
    Kind.BOOLEAN: (_closely, _boolean),
    Kind.TIME: (_times, _time),
    Kind.DAY: (_closely, _day),
    Kind.JSON: (_documents, _document),
}
TYPED: dict[Kind, tuple[Check, Decode]] = {
    Kind.TIME: (_instants, _instant),
    Kind.DAY: (_closely, _day),
    Kind.JSON: (_bounded, _bounded_document),
}
