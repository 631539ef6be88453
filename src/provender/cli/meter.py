"""Progress of a long command. Floor: cli."""

from __future__ import annotations

import sys
import time

import click

from provender.loading import wording

REDRAW_SECONDS = 0.1
# Seconds from which a step is reported without a terminal.
WORTH_A_LINE = 1.0
# Clears the rest of the line of a terminal.
CLEAR = "\x1b[K"


class Meter:
    """Shows progress: a line drawn again on a terminal, elsewhere a line for each finished step."""

    def __init__(self) -> None:
        self._what = ""
        self._begun = self._drawn = 0.0
        self._is_open = self._is_done = False

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the line that is open; what follows stands below it."""
        if self._is_open:
            click.echo(err=True)
        self._what, self._is_open = "", False

    def show(self, what: str, done: int, total: int) -> None:
        """Show how much of a step is done; a step is known by its name."""
        now = time.monotonic()
        if what != self._what:
            self.close()
            self._what, self._begun, self._drawn, self._is_done = what, now, 0.0, False
        is_done = done >= total
        if not total or self._is_done or not self._is_worth_a_line(now, is_done):
            return
        is_terminal = sys.stderr.isatty()
        line = wording.progress(what, done, total, now - self._begun)
        click.echo(f"\r{line}{CLEAR}" if is_terminal else line, err=True, nl=not is_terminal)
        self._drawn, self._is_open, self._is_done = now, is_terminal, is_done

    def _is_worth_a_line(self, now: float, is_done: bool) -> bool:
        if sys.stderr.isatty():
            return is_done or now - self._drawn > REDRAW_SECONDS
        return is_done and now - self._begun > WORTH_A_LINE
