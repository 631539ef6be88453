"""Going to a position in a file, which may have to be decompressed on the way. Floor: store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from provender.errors import QueryTimeout
from provender.store.cancellation import current
from provender.store.files.streams import ObjectStream
from provender.store.places import Places

BLOCK = 1 << 16
# Bytes that are read or decompressed without further ado: some hundredths of a second.
NEAR = 8 << 20


@dataclass(frozen=True, slots=True)
class Work:
    """How much work a file may be: the places of the process, and the longest time in seconds."""

    places: Places
    seconds: float


def reach(stream: ObjectStream, target: int, work: Work) -> None:
    """Go to a position in a stream; another try goes on near where this one ended.

    Raises:
        CorruptObject: the file is damaged before the position.
        QueryTimeout: the position was not reached in time.
        StoreBusy: other expensive work goes on, and more waits.
        ClientGone: the client went away meanwhile.
    """
    if stream.distance(target) <= NEAR:
        stream.seek(target)
        return
    with work.places.expensive():
        until = time.monotonic() + work.seconds
        while stream.approach(target, NEAR) != target:
            _check(until, work)


@contextmanager
def scanning(stream: ObjectStream, work: Work) -> Iterator[Iterator[bytes]]:
    """Return the blocks of a stream, from its position to its end; errors as `reach`.

    A large one is read in an expensive place.
    """
    if stream.size - stream.tell() <= NEAR:
        yield iter(lambda: stream.read(BLOCK), b"")
        return
    with work.places.expensive():
        yield _blocks(stream, work)


def _blocks(stream: ObjectStream, work: Work) -> Iterator[bytes]:
    until = time.monotonic() + work.seconds
    while block := stream.read(BLOCK):
        _check(until, work)
        yield block


def _check(until: float, work: Work) -> None:
    current().check()
    if time.monotonic() > until:
        raise QueryTimeout(
            f"The range was not reached within `limits.statement_seconds` ({work.seconds:g} s).",
            hint="Ask again: the server goes on where it stopped. Or ask for the whole file.",
        )
