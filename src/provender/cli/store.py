"""`provender store`: the two commands that write into a database. Floor: cli."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provender.cli.console import HELP, Group, examples, table
from provender.cli.meter import Meter
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


@click.group(cls=Group, context_settings=HELP)
def store() -> None:
    """Copy an archive into PostgreSQL, add indexes: only these write into a database."""


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
