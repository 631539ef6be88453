"""The values of a slice as places in a file, in parts that fit into memory. Floor: exports.

A box is a set of words of a file: an offset, and axes with a count and a stride each. All values of
a slice of an array are one box.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from provender.exports.arrayfiles.header import Header
from provender.exports.arrayfiles.slices import Pick

# The longest words that can be copied at once.
WORDS = (8, 4, 2, 1)


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of a box: `count` entries, each `stride` bytes behind the one before."""

    count: int
    stride: int


@dataclass(frozen=True, slots=True)
class Box:
    """Words of `word` bytes in a file, in the order of their axes: the last one is the fastest.

    `offset` is the place of the first word. Axes of one entry are left out, and axes that lie one
    after the other in the file are one.
    """

    offset: int
    axes: tuple[Axis, ...]
    word: int

    @property
    def size(self) -> int:
        """The bytes of all words."""
        return self.word * prod(axis.count for axis in self.axes)

    @property
    def is_in_file_order(self) -> bool:
        """Whether every word lies behind the one before."""
        strides = [axis.stride for axis in self.axes]
        return strides == sorted(strides, reverse=True) and all(one > 0 for one in strides)

    @property
    def extent(self) -> range:
        """The bytes from the first to the last word in the file."""
        before = sum((axis.count - 1) * min(0, axis.stride) for axis in self.axes)
        after = sum((axis.count - 1) * max(0, axis.stride) for axis in self.axes)
        return range(self.offset + before, self.offset + after + self.word)

    def parts(self, most: int) -> Iterator[Box]:
        """Yield boxes of at most so many bytes, which together are this one, in its order."""
        cut = len(self.axes)
        inner = self.word
        while cut and inner * self.axes[cut - 1].count <= most:
            cut -= 1
            inner *= self.axes[cut].count
        if not cut:
            yield self
            return
        axis, rest = self.axes[cut - 1], self.axes[cut:]
        entries = most // inner
        for start in offsets(self.offset, self.axes[: cut - 1]):
            for first in range(0, axis.count, entries):
                head = Axis(min(entries, axis.count - first), axis.stride)
                yield Box(start + first * axis.stride, joined((head, *rest)), self.word)


def box_of(header: Header, picks: Sequence[Pick], *, keeps_order: bool) -> Box:
    """Return the values that are picked of an array, in C order or in the order of their file."""
    strides = _strides(header)
    start = sum(pick.start * stride for pick, stride in zip(picks, strides, strict=True))
    axes = [
        Axis(pick.count, pick.step * stride) for pick, stride in zip(picks, strides, strict=True)
    ]
    if keeps_order and header.is_fortran:
        axes.reverse()
    word = next(word for word in WORDS if header.dtype.size % word == 0)
    axes.append(Axis(header.dtype.size // word, word))
    return Box(header.start + start, joined(axes), word)


def offsets(start: int, axes: Sequence[Axis]) -> Iterator[int]:
    """Yield the places of all entries of some axes, in their order."""
    for number in range(prod(axis.count for axis in axes)):
        rest, place = number, start
        for axis in reversed(axes):
            rest, index = divmod(rest, axis.count)
            place += index * axis.stride
        yield place


def joined(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    """Return axes without those of one entry; two that lie one after the other are one."""
    found: list[Axis] = []
    for axis in axes:
        if axis.count == 1:
            continue
        if found and found[-1].stride == axis.stride * axis.count:
            found[-1] = Axis(found[-1].count * axis.count, axis.stride)
        else:
            found.append(axis)
    return tuple(found)


def _strides(header: Header) -> list[int]:
    """Return the bytes from one entry of each axis to the next."""
    shape, item = header.shape, header.dtype.size
    if header.is_fortran:
        return [item * prod(shape[:axis]) for axis in range(len(shape))]
    return [item * prod(shape[axis + 1 :]) for axis in range(len(shape))]
