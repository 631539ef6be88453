"""Progress of something long, drawn by rich. Floor: client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Called with how much more is done.
Advance = Callable[[int], None]


def unseen(_more: int) -> None:
    """Show nothing."""


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
    from rich import progress as bars  # noqa: PLC0415 - for those who look

    columns: list[bars.ProgressColumn] = [
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.DownloadColumn() if is_bytes else bars.MofNCompleteColumn(),
        bars.TransferSpeedColumn() if is_bytes else bars.TaskProgressColumn(),
        bars.TimeRemainingColumn(),
    ]
    from rich.console import Console  # noqa: PLC0415 - the same

    with bars.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total, completed=done)
        yield lambda more: bar.advance(task, more)
