"""Rows of a table that are counted while its bytes go by. Floor: cli."""

from __future__ import annotations

from abc import ABC, abstractmethod


class Counter(ABC):
    """Counts the rows of a table in its bytes."""

    @abstractmethod
    def add(self, block: bytes) -> None:
        """Take the next bytes."""

    @property
    @abstractmethod
    def number(self) -> int | None:
        """The number of rows so far; None if the bytes do not tell it."""


class Lines(Counter):
    """Counts lines, but for some at the beginning or the end; one inside quotes is none."""

    def __init__(self, others: int, *, has_quotes: bool) -> None:
        self._lines = -others
        self._has_quotes = has_quotes
        self._is_quoted = False

    def add(self, block: bytes) -> None:
        """Take the next bytes."""
        if not self._has_quotes:
            self._lines += block.count(b"\n")
            return
        for place, part in enumerate(block.split(b'"')):
            if place:
                self._is_quoted = not self._is_quoted
            if not self._is_quoted:
                self._lines += part.count(b"\n")

    @property
    def number(self) -> int:
        """The number of rows so far."""
        return max(0, self._lines)


class Uncounted(Counter):
    """Counts nothing: the format does not tell its rows while it is read."""

    def add(self, block: bytes) -> None:
        """Take the next bytes."""

    @property
    def number(self) -> None:
        """Nothing is known."""
        return None


def counter(form: str, *, has_trailer: bool) -> Counter:
    """Return what counts the rows of a format."""
    if form == "csv":
        return Lines(1, has_quotes=True)
    if form == "ndjson":
        return Lines(int(has_trailer), has_quotes=False)
    return Uncounted()
