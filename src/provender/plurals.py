"""Numbers with their nouns. Floor: errors."""

from __future__ import annotations


def counted(number: int, plural: str) -> str:
    """Return a number with its noun.

    Example:
        7 and `groups` give `7 groups`; 1 and `groups` give `1 group`.
    """
    return f"{number:,} {noun(number, plural)}"


def noun(number: int, plural: str) -> str:
    """Return the noun that goes with a number, of its regular plural."""
    return plural.removesuffix("s") if number == 1 else plural
