"""How far the making of an entry of the cache is, in a file for every process. Floor: store.

Only the process that makes the entry writes the file, a few times a second.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from provender.store.cacheentry import PRIVATE_FILE
from provender.store.regular import read_whole

# Gets the name of a step, what is done of it and what it is in total.
Progress = Callable[[str, int, int], None]

# Seconds from the beginning until the first word, and between two. What takes less is not told.
TOLD_SECONDS = 0.2
# Seconds between two words to who waits in a terminal.
SHOWN_SECONDS = 0.05
LARGEST_FILE = 4096


@dataclass(frozen=True, slots=True)
class State:
    """What a step has done of its total, in how many seconds; `age` is that of the making."""

    step: str
    done: int
    total: int
    seconds: float
    age: float

    @property
    def left(self) -> float | None:
        """The seconds that the rest of the step takes at the same rate, None if not known."""
        if self.done <= 0:
            return None
        return self.seconds * max(0, self.total - self.done) / self.done

    def __str__(self) -> str:
        if self.total <= 0:
            return self.step
        return f"{self.step}, {100 * min(self.done, self.total) // self.total} %"


def quietly(step: str, done: int, total: int) -> None:
    """Take note of nothing: the progress of one who waits without being told."""


class Seldom:
    """Passes the progress on, some times a second, and the end of each step."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._step: str | None = None
        self._next = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Note how far a step is."""
        now = time.monotonic()
        if step != self._step or now >= self._next or done >= total:
            self._step, self._next = step, now + SHOWN_SECONDS
            self._progress(step, done, total)


class Record:
    """Writes the progress of a making into a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._begun = self._stepped = time.monotonic()
        self._step: str | None = None
        self._next = self._begun + TOLD_SECONDS

    def __call__(self, step: str, done: int, total: int) -> None:
        """Note how far a step is."""
        now = time.monotonic()
        if step != self._step:
            self._step, self._stepped = step, now
        elif now < self._next:
            return
        if now >= self._begun + TOLD_SECONDS:
            self._next = now + TOLD_SECONDS
            _write(self._file, State(step, done, total, now - self._stepped, now - self._begun))

    def close(self) -> None:
        """Remove the file."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)


def read(file: Path) -> State | None:
    """Return what a file tells; None if there is none, or it is damaged.

    The file of a process that was killed stays: it counts only while somebody makes the entry.
    """
    try:
        found = json.loads(read_whole(file, LARGEST_FILE))
        step, *numbers = (found[name] for name in State.__slots__)
        if not all(math.isfinite(number) for number in numbers):
            return None
        return State(str(step), int(numbers[0]), int(numbers[1]), *map(float, numbers[2:]))
    except (OSError, ValueError, TypeError, LookupError):
        return None


def _write(file: Path, state: State) -> None:
    """Replace a file at once; a disk that is full does not stop the making here."""
    new = file.with_name(f"{file.name}-new")
    with suppress(OSError):
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with open(descriptor, "w", encoding="utf-8") as opened:  # noqa: PTH123 - of a descriptor
            opened.write(json.dumps(asdict(state)))
        new.replace(file)
