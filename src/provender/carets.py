"""The place in a text that an error is about, shown by a caret. Floor: errors."""

from __future__ import annotations

# Characters of the source shown on either side of a caret: the line fits a terminal.
CARET_WINDOW = 36


def caret(source: str, position: int) -> str:
    r"""Return the piece of `source` around `position` with a caret below that character.

    Example:
        `caret("id==3", 3)` gives `"id==3\n   ^"`.
    """
    start = max(0, position - CARET_WINDOW)
    piece = source[start : position + CARET_WINDOW]
    printable = "".join(letter if letter.isprintable() else "·" for letter in piece)
    return f"{printable}\n{' ' * (position - start)}^"
