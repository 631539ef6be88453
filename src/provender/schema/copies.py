"""Rows that PostgreSQL writes as text: the statement, and how they are written. Floor: schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provender.schema.columns import Column, CopyForm
from provender.schema.statements import Statement

# A JSON object has none of these characters, so nothing of it is quoted.
UNQUOTED = r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'"
OPTIONS = {
    CopyForm.TEXTS: "FORMAT csv",
    CopyForm.LINES: UNQUOTED,
    CopyForm.CELLS: "FORMAT csv",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """A statement whose rows PostgreSQL writes as text of a form."""

    rows: Statement
    columns: Sequence[Column]
    form: CopyForm

    @property
    def options(self) -> str:
        """What stands behind `TO STDOUT`."""
        return OPTIONS[self.form]
