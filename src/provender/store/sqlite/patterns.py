"""Matching long strings with patterns, with an eye on the clock. Floor: store.

SQLite's own `LIKE` is one step, which neither a time-out nor an interruption ends: a pattern of 200
characters takes 2 s for 10 MB. So a string of more than 10,000 characters is matched here.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from provender.store.sqlite.functions import lower

# A piece of a pattern: an escaped character, a wildcard, or plain text.
PIECE = re.compile(r"\\(.)|([%_])|([^\\%_]+)", re.DOTALL)
# Characters that are searched between two looks at the clock: below 0.05 s at the worst.
WINDOW = 20_000

IsOverdue = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between two `%`: a text of fixed length, `_` being any character.

    `plain` is the text itself if it has no `_`.
    """

    length: int
    plain: str | None
    expression: re.Pattern[str]

    def is_at(self, text: str, start: int) -> bool:
        """Return whether the part stands at a position."""
        return self.expression.match(text, start) is not None

    def find(self, text: str, start: int, stop: int, is_overdue: IsOverdue) -> int:
        """Return the first position of the part between two positions, or -1.

        Raises:
            TimeoutError: the statement ran for too long.
        """
        if self.plain is not None:
            return text.find(self.plain, start, stop)  # in proportion to the length of the text
        while start + self.length <= stop:
            if is_overdue():
                raise TimeoutError
            end = min(stop, start + WINDOW + self.length - 1)
            found = self.expression.search(text, start, end)
            if found is not None:
                return found.start()
            start += WINDOW
        return -1


@lru_cache(maxsize=256)
def parts(pattern: str) -> tuple[Part, ...]:
    r"""Return the parts of a pattern between its `%`.

    Example:
        `parts("a_%b\\%")` are two parts of length 2, `a_` and `b%`.
    """
    pieces: list[list[tuple[str, bool]]] = [[]]
    for escaped, wildcard, plain in PIECE.findall(pattern):
        if wildcard == "%":
            pieces.append([])
        else:
            pieces[-1].append((escaped or wildcard or plain, wildcard == "_"))
    return tuple(map(_part, pieces))


def _part(pieces: list[tuple[str, bool]]) -> Part:
    text = "".join(text for text, _ in pieces)
    is_plain = not any(is_any for _, is_any in pieces)
    expression = "".join("." if is_any else re.escape(text) for text, is_any in pieces)
    return Part(len(text), text if is_plain else None, re.compile(expression, re.DOTALL))


def matches(is_overdue: IsOverdue, pattern: str, text: str) -> bool:
    """Return whether a whole string matches a pattern.

    Raises:
        TimeoutError: the statement ran for too long.
    """
    if len(text) > WINDOW and is_overdue():
        raise TimeoutError
    first, *rest = parts(pattern)
    if not rest:
        return len(text) == first.length and first.is_at(text, 0)
    *middle, last = rest
    position, stop = first.length, len(text) - last.length
    if position > stop or not (first.is_at(text, 0) and last.is_at(text, stop)):
        return False
    for part in middle:
        found = part.find(text, position, stop, is_overdue)
        if found < 0:
            return False
        position = found + part.length
    return True


def like(is_overdue: IsOverdue, text: bytes | None, pattern: str) -> bool | None:
    """Return the result of `LIKE`; None for bytes that are not UTF-8."""
    try:
        return None if text is None else matches(is_overdue, pattern, text.decode())
    except UnicodeDecodeError:
        return None


def ilike(is_overdue: IsOverdue, text: bytes | None, pattern: str) -> bool | None:
    """Return the result of `ILIKE`; None for bytes that are not UTF-8."""
    if text is not None and len(text) > WINDOW and is_overdue():
        raise TimeoutError
    folded = lower(text)
    return None if folded is None else matches(is_overdue, lower(pattern) or "", folded)


def register(connection: sqlite3.Connection, is_overdue: IsOverdue) -> None:
    """Make the functions of this module known to a connection, which has this clock."""
    for name, function in (("provender_like", like), ("provender_ilike", ilike)):
        connection.create_function(name, 2, partial(function, is_overdue), deterministic=True)
