"""What a follower of changes has been told of, as a cursor. Floor: query.

Like the cursor of a list it is opaque and needs no memory on the server.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from provender.errors import BadValue, ConflictingParameters
from provender.query.cursors import FIRST, LARGEST, opaque, parts_of

# Transactions that a cursor names one by one, at most: about 1.5 kB of a URL.
MOST_OTHERS = 256
PARTS = 5


@dataclass(frozen=True, slots=True)
class Known:
    """The transactions that a follower knows: it has been told of all rows that they wrote.

    They are all below `horizon`, and `others` from there on, in their order. `highest` is the
    highest id that a node had then.
    """

    horizon: int
    highest: int = 0
    others: tuple[int, ...] = ()

    def from_horizon(self, horizon: int) -> tuple[int, ...]:
        """Return those from a number on."""
        return tuple(number for number in self.others if number >= horizon)


NOTHING = Known(0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a follower is: what it knows of a history.

    `until` is what it will know when it has been told of all nodes, in the order of their ids, and
    `after` the id that it has come to. Without them it begins with what is new.
    """

    selection: str
    history: str
    known: Known
    until: Known | None = None
    after: int | None = None

    def written(self) -> str:
        """Return the cursor as it is sent to a client."""
        numbers = (self.known.horizon, *self.known.others)
        gaps = [after - before for before, after in pairwise(numbers)]
        known = [self.known.horizon, self.known.highest, *gaps]
        until = [self.until.horizon, self.until.highest] if self.until is not None else None
        parts = [self.selection, self.history, known, until, self.after]
        return opaque(json.dumps(parts, separators=(",", ":")))


def read_place(text: str, selection: str) -> Place:
    """Return the place of a cursor that a client sent.

    Raises:
        BadValue: the cursor is malformed.
        ConflictingParameters: the cursor belongs to other filters.
    """
    try:
        parts = parts_of(text)
    except (ValueError, RecursionError):
        raise _malformed() from None
    if not isinstance(parts, list) or len(parts) != PARTS:
        raise _malformed()
    given, history, known, until, after = parts
    if not isinstance(given, str) or not isinstance(history, str):
        raise _malformed()
    if not _are_numbers(known, MOST_OTHERS) or (until is None) != (after is None):
        raise _malformed()
    if until is not None and not (_are_numbers(until, 0) and _is_id(after)):
        raise _malformed()
    if given != selection:
        raise ConflictingParameters(
            "The cursor belongs to other filters.",
            hint=f"Keep the filters; since={FIRST} begins again.",
        )
    return Place(given, history, _known(known), _until(known, until), after)


def _known(numbers: list[int]) -> Known:
    horizon, highest, *gaps = numbers
    others = tuple(accumulate(gaps, initial=horizon))[1:]
    if any(not gap for gap in gaps[1:]) or (others and others[-1] >= LARGEST):
        raise _malformed()
    return Known(horizon, highest, others)


def _until(known: list[int], until: list[int] | None) -> Known | None:
    """Return what a follower will know; raises `BadValue` if it is less than what it knows."""
    if until is None:
        return None
    horizon, highest = until
    before = _known(known)
    if horizon < before.horizon:
        raise _malformed()
    return Known(horizon, highest, before.from_horizon(horizon))


def _are_numbers(values: Any, more: int, *, least: int = 2) -> bool:  # noqa: ANN401 - JSON
    """Return whether JSON is a list of numbers from 0, so many and some more at most."""
    return (
        isinstance(values, list)
        and least <= len(values) <= least + more
        and all(type(value) is int and 0 <= value < LARGEST for value in values)
    )


def _is_id(value: Any) -> bool:  # noqa: ANN401 - JSON
    return type(value) is int and -LARGEST <= value < LARGEST


def _malformed() -> BadValue:
    return BadValue(
        "The cursor is malformed.",
        hint=f"`since` takes the `next` of an earlier answer; since={FIRST} begins with all nodes.",
    )
