"""What writes a table: blocks come out while rows go in. Floor: exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Writer(Protocol):
    """Writes one table."""

    def begin(self) -> Sequence[bytes]:
        """Return what stands before the rows."""
        ...

    def rows(self, rows: Sequence[Sequence[Any]]) -> Sequence[bytes]:
        """Return rows of stored values as they are written; nothing if they are held for now."""
        ...

    def copied(self, text: bytes) -> Sequence[bytes]:
        """Return rows that PostgreSQL wrote; nothing if they are held for now."""
        ...

    def end(self, number: int) -> Sequence[bytes]:
        """Return what stands behind so many rows."""
        ...
