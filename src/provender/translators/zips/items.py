"""The files of an archive, one line each: there may be very many. Floor: translators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import orjson

from provender.translators.zips.bounds import Bounds
from provender.translators.zips.spool import Span, Spool

# Bytes of a file that no store really has; sums of such sizes fit into the records of a zip.
LARGEST = 1 << 46
MISSING, DAMAGED, MALFORMED = (
    "its content is not in the store",
    "its content in the store is damaged",
    "the store says neither that it is a file nor that it is a folder",
)


@dataclass(frozen=True, slots=True)
class Item:
    """A file of an archive: a text that was written for it, at `offset`, or a stored file.

    `key` is the SHA-256 of its content, `node` the uuid of its node. `stored` is its path in the
    repository of the node. `problem` says why it is not in the archive. `crc` is the CRC-32 of a
    text.
    """

    path: str
    size: int
    key: str
    node: str | None = None
    stored: str | None = None
    offset: int | None = None
    problem: str | None = None
    crc: int | None = None

    @property
    def span(self) -> Span | None:
        """Where its text is; None for a stored file."""
        return None if self.offset is None else Span(self.offset, self.size)


# `astuple` takes ten times as long.
NAMES = tuple(item.name for item in fields(Item))


def problem_of(key: str | None, size: int | None) -> str | None:
    """Return why a stored file cannot be taken away, or None; `size` is that in the store."""
    if key is None:
        return MALFORMED
    if size is None:
        return MISSING
    return None if 0 <= size <= LARGEST else DAMAGED


class Items:
    """The files of an archive in their order; also those that are not there, with the reason."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._spool = Spool(Bounds())
        self._problems: dict[str, str] = {}
        self.number = 0

    def add(self, item: Item) -> None:
        """Add a file; raises `LimitExceeded` if there are too many."""
        self.number += 1
        self._bounds.check_files(self.number)
        self._bounds.tick()
        values = tuple(getattr(item, name) for name in NAMES)
        self._spool.add(orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE))

    def spoil(self, key: str, problem: str) -> None:
        """Say that a content that seemed to be there cannot be read."""
        self._problems[key] = problem

    def __iter__(self) -> Iterator[Item]:
        """Yield all files."""
        for line in self._spool.lines():
            values = orjson.loads(line)
            if self._problems and values[5] is None and values[2] in self._problems:
                values[6] = self._problems[values[2]]
            yield Item(*values)

    def present(self) -> Iterator[Item]:
        """Yield the files that are in the archive."""
        return (item for item in self if item.problem is None)

    def absent(self) -> Iterator[Item]:
        """Yield the files that are not."""
        return (item for item in self if item.problem is not None)

    def close(self) -> None:
        """Forget the files."""
        self._spool.close()
