"""Files that are decompressed while they are sent give way to requests that are answered now.

Downloads are many small steps in Python, and each step of eight of them competes for Python's lock
with a request that takes a millisecond. A download loses little if it waits as long. Floor: store.
"""

from __future__ import annotations

import os
import time
from collections.abc import Hashable

# Seconds that one step gives way at most: on a busy server downloads go on, more slowly.
MOST_SECONDS = 0.002
# Seconds between two looks.
LOOK_SECONDS = 0.0002


class Precedence:
    """The requests of a process whose answers are being made; every thread may use it."""

    def __init__(self) -> None:
        self._answering: set[Hashable] = set()

    def begin(self, request: Hashable) -> None:
        """Note that the answer to a request is being made."""
        self._answering.add(request)

    def end(self, request: Hashable) -> None:
        """Note that the answer is made; it may still be sent."""
        self._answering.discard(request)

    def give_way(self, seconds: float = MOST_SECONDS) -> None:
        """Wait until no answer is being made, at most so long."""
        until = time.monotonic() + seconds
        while self._answering and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)

    def forget(self) -> None:
        """Begin anew in a forked process, which answers nothing yet."""
        self._answering = set()


PRECEDENCE = Precedence()
os.register_at_fork(after_in_child=PRECEDENCE.forget)
