"""Values as texts: in a table, in CSV and in JSON. Floor: cli.

What UTF-8 cannot say, half of a surrogate pair, is written as JSON escapes it.
"""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

ESCAPED = "backslashreplace"


def text_of(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Return a value as a text: strings as they are, None for null, other values as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(_finite(value), ensure_ascii=False)


def print_csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV; a null is an empty field."""
    sys.stdout.flush()
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", ESCAPED, newline="")
    try:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow([text_of(value) for value in row])
    finally:
        out.detach()  # so that the output stays open


def print_document(value: Any) -> None:  # noqa: ANN401 - JSON
    """Print a value as JSON; integers have any number of digits."""
    text = json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False)
    click.echo(text.encode("utf-8", ESCAPED))


def _finite(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value with null for numbers that are too large for a float."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value
