"""Ctrl-C where a half must not be done. Floor: loading."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPPING = {signal.SIGINT, signal.SIGTERM}


@contextmanager
def unstoppable() -> Iterator[None]:
    """Ignore Ctrl-C in the block: it comes too late, and half of the block must not be done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        while signal.sigpending() & STOPPING:
            signal.sigwait(STOPPING)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
