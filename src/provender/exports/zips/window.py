"""A part of a file that is written piece by piece. Floor: exports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """The bytes of a file from `start` to before `stop`."""

    start: int
    stop: int

    def cut(self, position: int, data: bytes) -> bytes:
        """Return what of some bytes is in the window; `position` is where they stand.

        Example:
            `Window(2, 4).cut(1, b"abcd")` gives `b"bc"`.
        """
        end = position + len(data)
        if self.start <= position and end <= self.stop:
            return data
        return data[max(0, self.start - position) : max(0, self.stop - position)]

    def within(self, position: int, size: int) -> Window:
        """Return which bytes of a piece are in the window, counted from the start of the piece."""
        start = min(max(0, self.start - position), size)
        return Window(start, min(max(start, self.stop - position), size))
