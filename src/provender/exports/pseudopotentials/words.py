"""Numbers and flags in the text of a pseudopotential file. Floor: exports."""

from __future__ import annotations

from collections.abc import Iterable

from provender.errors import CannotExport

# No pseudopotential has more than this. The bounds are needed because a small file could ask for
# lists of any size.
MOST_POINTS = 1_000_000
MOST_FUNCTIONS = 100
MOST_TERMS = 30
LARGEST_MOMENTUM = 6


def unreadable(reason: str) -> CannotExport:
    """Return the error for a file that cannot be read as a pseudopotential."""
    return CannotExport(
        f"The pseudopotential cannot be read: {reason}.",
        hint="The stored file itself is the download in the format upf.",
    )


def read_real(word: str) -> float:
    """Return a number; Fortran writes `1.0D-3` where others write `1.0E-3`."""
    try:
        return float(word.upper().replace("D", "E"))
    except ValueError as error:
        raise unreadable("it has a word where a number should be") from error


def read_reals(words: Iterable[str]) -> list[float]:
    """Return numbers."""
    return [read_real(word) for word in words]


def read_count(word: str, largest: int, *, smallest: int = 0) -> int:
    """Return a whole number from `smallest` to `largest`."""
    try:
        number = int(word)
    except ValueError as error:
        raise unreadable("it has a word where a whole number should be") from error
    if not smallest <= number <= largest:
        raise unreadable(f"a number in it is not between {smallest} and {largest}")
    return number


def read_flag(word: str) -> bool:
    """Return whether a word means true: `T…` and `.T…`, as in Fortran, `yes` or `1`."""
    letters = word.strip().lstrip(".").upper()
    return letters.startswith("T") or letters in ("YES", "1")
