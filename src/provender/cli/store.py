"""`provender store`: the two commands that write. Floor: cli."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provender.cli.console import HELP, Group, examples, table
from provender.cli.options import Options
from provender.errors import StoreError
from provender.loading import wording
from provender.loading.wording import duration, milliseconds, size
from provender.plurals import counted, noun
from provender.store.inspection import COUNTED
from provender.store.profiles import Profile

if TYPE_CHECKING:
    from provender.loading.advice import Advice
    from provender.loading.indexes import Made
    from provender.loading.load import Loaded
    from provender.store.database.reader import Reader

REDRAW_SECONDS = 0.1
# Seconds from which a step is reported without a terminal.
WORTH_A_LINE = 1.0
# Clears the rest of the line of a terminal.
CLEAR = "\x1b[K"


@click.group(cls=Group, context_settings=HELP)
def store() -> None:
    """Copy an archive into PostgreSQL, add indexes: the only commands that write."""


@examples(
    """
    createdb paper
    mkdir -p ~/stores/paper
    provender store load paper.aiida postgresql:///paper --repository ~/stores/paper/container
    provender restapi postgresql:///paper --repository ~/stores/paper/container
    """
)
@store.command("load", context_settings=HELP)
@click.argument("archive")
@click.argument("url")
@click.option(
    "--repository",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="New container folder for the files.",
)
@click.pass_obj
def load(options: Options, archive: str, url: str, repository: Path) -> None:
    """Copy ARCHIVE into the empty PostgreSQL database URL.

    Tables, indexes and constraints are those of AiiDA, which can open the result. Nothing is
    written over: the database and the folder must be empty. If anything fails, or at Ctrl-C,
    both are as before.
    """
    from provender.loading.load import load as load_archive  # noqa: PLC0415 - for this only
    from provender.loading.target import from_url  # noqa: PLC0415 - the same

    target = from_url(url)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Meter() as meter:
            loaded = load_archive(archive, target, repository, options.settings(), meter.show)
    except KeyboardInterrupt:
        raise StoreError("Stopped: the database and the folder are as before.") from None
    click.echo(_summary(target, repository, loaded))


@examples(
    """
    provender store index postgresql://me@localhost/aiida
    provender store index postgresql://me@localhost/aiida --apply
    provender store index postgresql://me@localhost/aiida --apply --only provender_node_state
    """
)
@store.command("index", context_settings=HELP)
@click.argument("url")
@click.option("--apply", is_flag=True, help="Make the missing indexes.")
@click.option(
    "--only", multiple=True, metavar="NAME", help="Make only this index; may be repeated."
)
@click.pass_context
def index(context: click.Context, url: str, only: tuple[str, ...], *, apply: bool) -> None:
    """List the indexes that requests to the PostgreSQL database URL could use.

    With --apply the missing ones are made, while others go on reading and writing; the role
    must own the tables. Nothing is ever dropped.
    """
    from provender.loading import advice  # noqa: PLC0415 - for this only
    from provender.loading.target import from_url  # noqa: PLC0415 - the same

    options: Options = context.obj
    target = from_url(url)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with advice.reading(target, options.settings()) as reader:
        with Meter() as meter:
            found = _named(advice.advise(reader, meter.show), only)
        click.echo(_table(target, found))
        wanted = [item for item in found if item.is_wanted or (only and item.is_missing)]
        if not apply:
            click.echo(_offer(wanted))
        elif wanted:
            _make(target, reader, wanted)
    invalid = [item.candidate.name for item in found if item.is_invalid]
    for name in invalid:
        click.secho(
            f"{name} is incomplete, because a run was stopped. Remove it:", fg="red", err=True
        )
        click.echo(f"  DROP INDEX {name};", err=True)
    context.exit(1 if invalid else 0)


def _named(found: list[Advice], only: tuple[str, ...]) -> list[Advice]:
    """Return the advice on the indexes that were named, all if none was."""
    names = [item.candidate.name for item in found]
    for name in only:
        if name not in names:
            raise click.UsageError(f"There is no index {name}. Known: {', '.join(names)}.")
    return [item for item in found if not only or item.candidate.name in only]


def _table(target: Profile, found: list[Advice]) -> str:
    """Return the advice for people."""
    heads = ("index", "state", "size", "now", "measured", "serves")
    rows = [
        (
            item.candidate.name,
            item.state.value,
            size(item.bytes),
            milliseconds(item.now),
            item.candidate.gain,
            item.candidate.serves,
        )
        for item in found
    ]
    return "\n".join(
        [
            f"Indexes that requests to {target.location} could use:",
            "",
            table([heads, *rows]),
            "",
            "now: a typical request to this store, for the value that takes longest to find.",
            "measured: milliseconds without and with the index, on a store of 1,000,000 nodes.",
        ]
    )


def _offer(wanted: list[Advice]) -> str:
    if not wanted:
        return "No index is missing."
    size = wording.size(sum(item.bytes for item in wanted))
    return f"--apply makes the {len(wanted)} missing indexes; they will take about {size}."


def _make(target: Profile, reader: Reader, missing: list[Advice]) -> None:
    """Make indexes one by one and report the gain of each."""
    from provender.loading import indexes  # noqa: PLC0415 - for this only

    with indexes.writing(target) as connection, Meter() as meter:
        for item in missing:
            made = indexes.make(connection, reader, item, meter.show)
            meter.close()
            click.echo(_gain(made))


def _gain(made: Made) -> str:
    text = f"{made.candidate.name}: {size(made.bytes)} in {duration(made.seconds)}"
    if made.before is None or made.after is None:
        return text
    before, after = milliseconds(made.before), milliseconds(made.after)
    factor = wording.gain(made.before, made.after)
    return f"{text}; {made.candidate.serves}: {before} before, {after} after, {factor}"


def _summary(target: Profile, repository: Path, loaded: Loaded) -> str:
    """Return what was loaded, and what to do with it."""
    rows = sum(loaded.counts.values())
    counts = [(loaded.counts[item.name], name) for name, item in COUNTED.items()]
    held = [(number, noun(number, name)) for number, name in counts]
    url = target.location
    return "\n".join(
        [
            f"Loaded {counted(rows, 'rows')} and {counted(loaded.container.files, 'files')} "
            f"({size(loaded.container.bytes)}) in {duration(loaded.seconds)}.",
            "",
            table(held),
            "",
            f"Compared with the archive: all counts, {counted(loaded.rows, 'rows')}, "
            f"{counted(loaded.files, 'files')}.",
            f"Schema: {loaded.revision}"
            + ("; before AiiDA opens it: verdi storage migrate" if loaded.is_older else ""),
            "",
            f"Serve it:   provender restapi '{url}' --repository {repository}",
            f"Index it:   provender store index '{url}'",
        ]
    )


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
