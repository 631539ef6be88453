"""How long patterns and how many columns may be: neither can be stopped. Floor: query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from provender.errors import LimitExceeded
from provender.query.plan.filters import JUNCTIONS, NEGATIONS
from provender.query.plan.operators import PATTERNS
from provender.settings import Limits

# All patterns of a request together may have as many times the characters of one.
MOST_TOGETHER = 10

Place = tuple[str | int, ...]


def check_lengths(lengths: Iterable[int], most: int) -> None:
    """Check the numbers of characters of the patterns of a request.

    Raises:
        LimitExceeded: one is longer than `most`, or all together are much longer.
    """
    total = 0
    for length in lengths:
        total += length
        if length > most:
            raise LimitExceeded(
                f"A pattern has {length} characters, more than `limits.pattern_chars` ({most}).",
                hint="A comparison with `=` takes a string of any length.",
            )
    if total > MOST_TOGETHER * most:
        raise LimitExceeded(
            f"The patterns have {total} characters together, more than {MOST_TOGETHER} times "
            f"`limits.pattern_chars` ({most}).",
            hint="Ask for fewer patterns, or compare with `in`.",
        )


def check_patterns(filters: Mapping[str, Any], most: int) -> None:
    """Check the patterns in the filters of a query dict, by tag; the error says where it is."""
    found = [
        (("filters", tag, *place), len(text))
        for tag, given in filters.items()
        for place, text in _in_filter(given)
    ]
    for place, length in found:
        if length > most:
            try:
                check_lengths((length,), most)
            except LimitExceeded as error:
                error.under(*place)
                raise
    check_lengths((length for _, length in found), most)


def _in_filter(given: Mapping[Any, Any]) -> Iterator[tuple[Place, str]]:
    """Yield the patterns of a filter with their places."""
    for key, value in given.items():
        if isinstance(key, str) and key.lstrip(NEGATIONS) in JUNCTIONS:
            for index, part in _members(value):
                for place, text in _in_filter(part):
                    yield (key, index, *place), text
        elif isinstance(value, dict):
            for place, text in _in_tests(value):
                yield (key, *place), text


def _in_tests(tests: Mapping[Any, Any]) -> Iterator[tuple[Place, str]]:
    """Yield the patterns among the operators of one name."""
    for operator, operand in tests.items():
        plain = operator.lstrip(NEGATIONS) if isinstance(operator, str) else ""
        if plain in PATTERNS and isinstance(operand, str):
            yield (operator,), operand
        elif plain in JUNCTIONS:
            for index, entry in _members(operand):
                for place, text in _in_tests(entry):
                    yield (operator, index, *place), text


def _members(value: Any) -> Iterator[tuple[int, dict[Any, Any]]]:  # noqa: ANN401 - JSON
    """Yield the objects in a list; what is none of them is refused later."""
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield index, item


def check_columns(number: int, limits: Limits) -> None:
    """Raise `LimitExceeded` for more keys inside JSON columns than a request may pick.

    PostgreSQL decompresses a large value once for each of them, and cannot be stopped within a row.
    """
    if number > limits.columns:
        raise LimitExceeded(
            f"The request picks {number} keys of attributes or extras, more than `limits.columns` "
            f"({limits.columns}).",
            hint="Ask for `attributes` or `extras` as a whole.",
        )
