"""Which values of an array are asked for: `0:10,:,2` as NumPy would read it. Floor: exports."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile

from provender.errors import BadValue
from provender.plurals import counted

# No array has more entries than 18 digits can count.
INDEX = re.compile(r"[+-]?[0-9]{1,18}")
BLANKS = re.compile(r"\s+")
REST = "..."
FORM = (
    "A slice has a part for each axis: an index (2), a range (0:10), a range with a step (::-2), "
    "or ... for all axes between. For example 0:10,:,2"
)


@dataclass(frozen=True, slots=True)
class Pick:
    """What is asked for of an axis: `count` entries from `start` on, each `step` after the last.

    An axis of which one entry was asked for by its index is not kept.
    """

    start: int
    step: int
    count: int
    is_kept: bool = True


Part = int | slice


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice as it was written; `None` among its parts stands for all axes between."""

    text: str
    parts: tuple[Part | None, ...]

    def of(self, shape: tuple[int, ...]) -> tuple[Pick, ...]:
        """Return what the slice asks for of each axis of an array.

        Raises:
            BadValue: more parts than axes, or an index that an axis does not have.
        """
        named = [part for part in self.parts if part is not None]
        if len(named) > len(shape):
            raise BadValue(
                f"`slice` has {counted(len(named), 'parts')}, more than the array has axes.",
                hint=f"The shape of the array is {list(shape)}.",
            )
        front = sum(1 for _ in takewhile(lambda part: part is not None, self.parts))
        free = len(shape) - len(named)
        parts = [*named[:front], *[slice(None)] * free, *named[front:]]
        return tuple(
            _pick(part, length, axis)
            for axis, (part, length) in enumerate(zip(parts, shape, strict=True))
        )


def parse(text: str) -> Slice:
    """Return the slice that a text means.

    Raises:
        BadValue: it is no slice.
    """
    plain = BLANKS.sub("", text)
    parts = [_part(part) for part in plain.split(",")]
    if parts.count(None) > 1:
        raise BadValue("`slice` may have `...` once only.", hint=FORM)
    return Slice(plain, tuple(parts))


def _part(text: str) -> Part | None:
    if text == REST:
        return None
    pieces = text.split(":")
    if len(pieces) == 1 and INDEX.fullmatch(text):
        return int(text)
    numbers = [int(piece) if piece else None for piece in pieces if _is_bound(piece)]
    if len(numbers) != len(pieces) or not 1 < len(pieces) <= 3:  # noqa: PLR2004 - start, stop, step
        raise BadValue(f"`slice` has a part that is no slice: `{text[:40]}`.", hint=FORM)
    found = slice(*numbers)
    if found.step == 0:
        raise BadValue("`slice` has a step of 0.", hint=FORM)
    return found


def _is_bound(text: str) -> bool:
    return not text or INDEX.fullmatch(text) is not None


def _pick(part: Part, length: int, axis: int) -> Pick:
    if isinstance(part, slice):
        found = range(*part.indices(length))
        return Pick(found.start if found else 0, found.step, len(found))
    if not -length <= part < length:
        raise BadValue(
            f"`slice` asks for the index {part} of axis {axis}, whose length is {length}.",
            hint="Axes and indices count from 0; negative indices count from the end.",
        )
    return Pick(part % length, 1, 1, is_kept=False)
