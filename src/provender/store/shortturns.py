"""Threads take short turns beside work in Python that is long. Floor: store.

A thread that waits for Python's lock gets it after 5 ms. Beside long work that is felt: a request
waits for its turn some ten times. Without such work, short turns would only cost time (3 % of a
list).
"""

from __future__ import annotations

import os
import sys
import threading

TURN_SECONDS = 0.0002


class ShortTurns:
    """Short turns from the beginning of the first long work to the end of the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._usual = sys.getswitchinterval()

    def begin(self) -> None:
        """Note that long work begins."""
        with self._lock:
            self._number += 1
            if self._number == 1:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(TURN_SECONDS)

    def end(self) -> None:
        """Note that long work ended."""
        with self._lock:
            self._number = max(0, self._number - 1)
            if not self._number:
                sys.setswitchinterval(self._usual)

    def forget(self) -> None:
        """Begin anew in a forked process, which has none of its parent's work."""
        self._lock = threading.Lock()
        if self._number:
            self._number = 0
            sys.setswitchinterval(self._usual)


SHORT_TURNS = ShortTurns()
os.register_at_fork(after_in_child=SHORT_TURNS.forget)
