"""Rows of answers as tables of pandas, which is loaded for them only. Floor: client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provender.optional import pandas

# Rows that are held as JSON before they become a part of a table.
PART_ROWS = 20_000

Row = Mapping[str, Any]


def gathered(pages: Iterable[Sequence[Row]], part_rows: int = PART_ROWS) -> Any:  # noqa: ANN401 - pandas is not needed otherwise
    """Return the rows of all pages as a `pandas.DataFrame`, with a column for each name.

    Beside the table no more is held than `part_rows` rows as JSON and a column of it.

    Raises:
        ModuleNotFoundError: pandas is not installed.
    """
    module = pandas()
    parts: list[Any] = []
    rows: list[Row] = []
    for page in pages:
        rows += page
        if len(rows) >= part_rows:
            parts.append(frame(rows))
            rows = []
    if rows or not parts:
        parts.append(frame(rows))
    return parts[0] if len(parts) == 1 else _joined(module, parts)


def _joined(module: Any, parts: list[Any]) -> Any:  # noqa: ANN401 - pandas and its tables
    """Return parts of a table one below the other; they are emptied, a column at a time."""
    names = list(dict.fromkeys(name for part in parts for name in part.columns))
    sizes = [len(part) for part in parts]
    columns: dict[str, Any] = {}
    for name in names:
        pieces = [
            part.pop(name) if name in part else module.Series([None] * size, dtype=object)
            for part, size in zip(parts, sizes, strict=True)
        ]
        columns[name] = module.concat(pieces, ignore_index=True)
    return module.DataFrame(columns, copy=False)


def frame(rows: Sequence[Row]) -> Any:  # noqa: ANN401 - pandas is not needed otherwise
    """Return rows as a `pandas.DataFrame`; errors as `gathered`."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pandas().DataFrame({name: [row.get(name) for row in rows] for name in names})
