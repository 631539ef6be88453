"""Opening a SQLite file that becomes a pipe at this moment. Floor: store.

SQLite opens a file by its name, after we have seen that it is a regular one. If a pipe takes its
place in between, SQLite waits for somebody who writes to it, and cannot be interrupted. So another
thread looks after a while, and opens the other end of the pipe.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from provender.store.regular import NotRegularError

# Seconds between two looks. Opening takes less than a millisecond, so there is hardly ever one.
PAUSE = 0.01
# Linux only: a descriptor that opens nothing, and whose closing drops no lock.
PLACE = getattr(os, "O_PATH", 0) | os.O_CLOEXEC
OTHER_END = os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def not_waiting_for_pipes(path: Path) -> Iterator[None]:
    """Let SQLite open a file in the block, which ends also if the file became a pipe.

    Raises:
        NotRegularError: it did.
    """
    is_open, was_pipe = threading.Event(), threading.Event()
    if hasattr(os, "O_PATH"):
        threading.Thread(target=_watch, args=(path, is_open, was_pipe), daemon=True).start()
    try:
        yield
    except Exception as error:
        if was_pipe.is_set():
            raise NotRegularError(path) from error
        raise
    finally:
        is_open.set()


def _watch(path: Path, is_open: threading.Event, was_pipe: threading.Event) -> None:
    while not is_open.wait(PAUSE):
        with suppress(OSError):
            _release(path, was_pipe)


def _release(path: Path, was_pipe: threading.Event) -> None:
    """Wake those who wait until somebody opens a pipe for writing."""
    place = os.open(path, PLACE)
    try:
        if stat.S_ISFIFO(os.fstat(place).st_mode):
            was_pipe.set()
            os.close(os.open(f"/proc/self/fd/{place}", OTHER_END))
    finally:
        os.close(place)
