"""The members of a zip file, and what they are read from. Floor: exports."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

# Bytes up to which a member is read whole before its header is written.
WHOLE = 1 << 20


class Source(Protocol):
    """What a member is read from: bytes, at most so many at a time, and none at the end."""

    def read(self, size: int, /) -> bytes | None:
        """Return the next bytes."""
        ...

    def close(self) -> None:
        """Give back what reading takes."""
        ...


@runtime_checkable
class Seekable(Source, Protocol):
    """A source whose middle is reached without reading all before it."""

    def approach(self, target: int, most: int) -> int:
        """Go towards a position by reading at most so many bytes; return the position reached."""
        ...


@runtime_checkable
class Checking(Source, Protocol):
    """A source that compares what was read with a checksum of its own."""

    def trust(self) -> None:
        """Compare nothing: whoever reads knows the CRC-32 of the content, and compares that."""
        ...


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a zip: its name, which `names` makes safe, its size in bytes, and its content.

    `open` is called when its turn comes, and the source closed before that of the next member.
    `key` names its content for `Checksums`; `crc` is its CRC-32 where that is known already.
    """

    name: str
    size: int
    open: Callable[[], Source]
    key: str | None = None
    crc: int | None = None

    @property
    def written(self) -> bytes:
        """The name as it stands in the file."""
        return self.name.encode()

    @property
    def has_descriptor(self) -> bool:
        """Whether its CRC-32 follows its content."""
        return self.size > WHOLE


class Checksums(Protocol):
    """The CRC-32 of contents, as far as they were read before."""

    def find(self, keys: Collection[str]) -> Mapping[str, int]:
        """Return those that are known, by the keys of the contents."""
        ...

    def note(self, key: str, crc: int) -> None:
        """Take that of a content which was read, and is sound."""
        ...

    def flush(self) -> None:
        """Keep what was noted."""
        ...


class NoChecksums:
    """The checksums of one who keeps none."""

    def find(self, keys: Collection[str]) -> Mapping[str, int]:
        """Return nothing."""
        del keys
        return {}

    def note(self, key: str, crc: int) -> None:
        """Forget it."""

    def flush(self) -> None:
        """Do nothing."""
