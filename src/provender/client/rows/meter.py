"""Progress of something long, drawn by rich. Floor: client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

# Called with how much more is done; with less than nothing if something begins anew.
Advance = Callable[[int], object]


def unseen(_more: int | None) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """Where the bytes of downloads are counted.

    Attributes:
        advance: Called with how many more there are.
        expect: Called with how many there will be in all, None if nobody knows.
    """

    advance: Advance = unseen
    expect: Callable[[int | None], object] = unseen


@contextmanager
def progress(
    what: str, total: int | None, done: int = 0, *, is_bytes: bool = False, is_shown: bool = True
) -> Iterator[Advance]:
    """Yield what is called with each further part; a bar is drawn on a terminal or in a notebook.

    `total` and `done` are bytes or rows; without a total the bar shows how much there was.
    """
    if not is_shown:
        yield unseen
        return
    with _bars(is_bytes=is_bytes) as bar:
        task = bar.add_task(what, total=total, completed=done)
        yield lambda more: bar.advance(task, more)


@contextmanager
def gauge(what: str, shown: bool | Advance) -> Iterator[Gauge]:
    """Yield what counts bytes: for nobody, for a bar, or for a function."""
    if callable(shown):
        yield Gauge(shown)
    elif not shown:
        yield Gauge()
    else:
        with _bars(is_bytes=True) as bar:
            task = bar.add_task(what, total=None)
            yield Gauge(
                lambda more: bar.advance(task, more),
                lambda total: bar.update(task, total=total),
            )


def _bars(*, is_bytes: bool) -> Any:  # noqa: ANN401 - of rich, for those who look
    from rich import progress as bars  # noqa: PLC0415 - the same
    from rich.console import Console  # noqa: PLC0415 - the same

    columns: list[bars.ProgressColumn] = [
        bars.TextColumn("{task.description}", markup=False),
        bars.BarColumn(),
        bars.DownloadColumn() if is_bytes else bars.MofNCompleteColumn(),
        bars.TransferSpeedColumn() if is_bytes else bars.TaskProgressColumn(),
        bars.TimeRemainingColumn(),
    ]
    return bars.Progress(*columns, console=Console(stderr=True))
