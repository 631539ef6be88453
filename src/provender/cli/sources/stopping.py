"""What Ctrl-C does to a command that asks. Floor: cli."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from provender.errors import StoreError


@dataclass(frozen=True, slots=True)
class Writing:
    """What is said at Ctrl-C by a command that writes, which puts its files in order first."""

    stopped: str
    hint: str | None = None


@contextmanager
def stopping(writing: Writing | None) -> Iterator[Callable[[], None]]:
    """Give a function that is called once answers can be asked for.

    From then on Ctrl-C ends a command that only reads at once, as a closed pipe does: nothing is
    written that would have to be put in order.

    Raises:
        StoreError: Ctrl-C was pressed while a command wrote.
    """
    if writing is None:
        yield _end_at_once
        return
    try:
        yield _go_on
    except KeyboardInterrupt:
        raise StoreError(writing.stopped, hint=writing.hint) from None


def _go_on() -> None:
    """Change nothing."""


def _end_at_once() -> None:
    for name in ("SIGINT", "SIGPIPE"):
        if hasattr(signal, name):  # Windows has no pipes that break
            signal.signal(getattr(signal, name), signal.SIG_DFL)
