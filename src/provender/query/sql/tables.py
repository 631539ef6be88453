"""Rows that PostgreSQL writes as CSV or JSON: the SQL of `COPY (…) TO STDOUT`. Floor: query.

The statement of the plan stands inside, with a column `cN` for each column of the table; around it
each is written as text. What is stored is the same as through the driver, and so is what cannot be
shown: times beyond the year 9999, and what is no object where one belongs, are no values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from provender.query.plan.plan import Plan
from provender.query.sql.compiler import compile_rows
from provender.schema.columns import Column, CopyForm, Type
from provender.schema.copies import Copy
from provender.schema.statements import Backend

# Arguments of one call of `concat`; PostgreSQL takes a hundred.
MOST_ARGUMENTS = 90
FIRST, LAST = "'0001-01-01 00:00:00+00'::timestamptz", "'9999-12-31 23:59:59.999999+00'"
TIME = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""
# The numbers of a double, and those that are nearer to 0 than to any other.
LARGEST, LEAST = "1.7976931348623157e308", "2.4703282292062328e-324"
# The least integer with more digits than readers of JSON take.
LONG = "1e4300"
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**63), 2**63 - 1
# The characters with which a spreadsheet begins a formula, by their numbers: = + - @, tab, return.
FORMULA = "61, 43, 45, 64, 9, 13"
# A SQL expression, made of that of a value.
Write = Callable[[str], str]


def compile_copy(plan: Plan, columns: Sequence[Column], form: CopyForm, *, is_safe: bool) -> Copy:
    """Return the statement of a table; a column of the plan belongs to each of the table.

    With `is_safe` no text of CSV begins as a formula does.

    Example:
        `id` and `label` give `SELECT c0, c1 FROM (SELECT db_dbnode.id AS c0, db_dbnode.label AS c1
        FROM … ORDER BY db_dbnode.id ASC) AS found`.
    """
    inner = compile_rows(plan, Backend.POSTGRESQL)
    values = dict(inner.values)
    if form is CopyForm.LINES:
        written = _line(columns, values)
    else:
        write = _text if form is CopyForm.TEXTS else _cell
        protect = _safe if is_safe else _as_it_is
        cells = [
            protect(column, f"c{place}", write(column, f"c{place}"))
            for place, column in enumerate(columns)
        ]
        written = ", ".join(cells)
    text = f"SELECT {written} FROM ({inner.text}) AS found"  # noqa: S608 - our own
    return Copy(replace(inner, text=text, values=values), columns, form)


def _line(columns: Sequence[Column], values: dict[str, object]) -> str:
    """Return a JSON object; the keys are added to the values that are bound."""
    parts: list[str] = []
    for place, column in enumerate(columns):
        key = json.dumps(column.name, ensure_ascii=False)
        values[f"k{place}"] = f"{',' if place else '{'}{key}:"
        parts += [f"%(k{place})s", f"coalesce({_member(column, f'c{place}')}, 'null')"]
    parts.append("'}'")
    groups = (parts[at : at + MOST_ARGUMENTS] for at in range(0, len(parts), MOST_ARGUMENTS))
    return " || ".join(f"concat({', '.join(group)})" for group in groups)


def _member(column: Column, value: str) -> str:
    """Return a value as JSON, NULL for none."""
    if column.stored is Type.JSON and column.shown is Type.JSON:
        return _object(value) if column.is_object else f"{value}::text"
    shown = _shown(column, value)
    if column.shown is Type.STRING:
        return f"to_json({shown})::text"
    if column.shown in (Type.UUID, Type.TIME):
        return f"'\"' || {shown} || '\"'"
    return f"({shown})::text"


def _text(column: Column, value: str) -> str:
    """Return a value as the text of a cell; a string inside JSON as it is."""
    if column.stored is Type.JSON and column.shown is Type.JSON and not column.is_object:
        text = f"{value} #>> '{{}}'"
        is_long = f"jsonb_typeof({value}) = 'number' AND abs({value}::numeric) >= {LONG}"
        return f"CASE WHEN {is_long} THEN NULL ELSE {text} END"
    return _cell(column, value)


def _cell(column: Column, value: str) -> str:
    """Return a value as the text of a cell, of what is JSON the JSON."""
    if column.stored is Type.JSON and column.shown is Type.JSON:
        return _object(value) if column.is_object else f"nullif({value}, 'null'::jsonb)::text"
    shown = _shown(column, value)
    return f"({shown})::text" if column.shown is Type.BOOLEAN else shown


def _shown(column: Column, value: str) -> str:
    """Return a value of the type that a column shows."""
    if column.shown is Type.TIME:
        is_time = f"{value} BETWEEN {FIRST} AND {LAST}"
        return f"CASE WHEN {is_time} THEN to_char({value}, {TIME}) END"
    if column.stored is Type.JSON:
        return INSIDE[column.shown](value)
    return value


def _object(value: str) -> str:
    """Return a JSON object as text: without one the empty object, NULL for what is none.

    It is decompressed once: its text is looked at, not its type.
    """
    inner = f"SELECT {value}::text AS t OFFSET 0"
    text = f"(SELECT CASE WHEN left(t, 1) = '{{' THEN t END FROM ({inner}) AS written)"  # noqa: S608 - our own
    return f"CASE WHEN {value} IS NULL THEN '{{}}' ELSE {text} END"


def _of_type(name: str, write: Write) -> Write:
    def written(value: str) -> str:
        return f"CASE WHEN jsonb_typeof({value}) = '{name}' THEN {write(value)} END"

    return written


def _number(value: str) -> str:
    """Return a double; none beyond its range. A cast alone would fail there."""
    size = f"abs({value}::numeric)"
    return (
        f"CASE WHEN {size} > {LARGEST} THEN NULL WHEN {size} < {LEAST} THEN 0 "
        f"ELSE {value}::float8 END"
    )


def _integer(value: str) -> str:
    """Return an integer of 64 bits; none for other numbers."""
    number = f"{value}::numeric"
    is_one = f"{number} = trunc({number})"
    fits = f"{number} BETWEEN {SMALLEST_INTEGER} AND {LARGEST_INTEGER}"
    return f"CASE WHEN {is_one} AND {fits} THEN {number}::bigint END"


# How values inside JSON are shown as other types.
INSIDE: dict[Type, Write] = {
    Type.STRING: _of_type("string", lambda value: f"{value} #>> '{{}}'"),
    Type.NUMBER: _of_type("number", _number),
    Type.INTEGER: _of_type("number", _integer),
    Type.BOOLEAN: _of_type("boolean", lambda value: f"{value}::boolean"),
}


def _as_it_is(column: Column, value: str, cell: str) -> str:
    del column, value
    return cell


def _safe(column: Column, value: str, cell: str) -> str:
    """Return a cell of CSV that is no formula: a quote stands before a text that begins as one."""
    if column.shown not in (Type.STRING, Type.JSON) or column.is_object:
        return cell
    begins = f"ascii({cell}) IN ({FORMULA})"
    if column.shown is Type.JSON:  # a number is no formula
        begins = f"{begins} AND jsonb_typeof({value}) = 'string'"
    return f"CASE WHEN {begins} THEN '''' || ({cell}) ELSE {cell} END"
