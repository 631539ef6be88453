"""`provender archive`: writing archives. Floor: cli."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provender.cli.console import HELP, Group, examples, table
from provender.cli.meter import Meter
from provender.cli.options import REPOSITORY, Options
from provender.errors import StoreError
from provender.loading.wording import duration, size
from provender.logs import printable
from provender.plurals import counted, noun
from provender.query.plan.traversal import FORWARD, RULES
from provender.store.inspection import COUNTED
from provender.store.sqlite.archivetables import REVISION

if TYPE_CHECKING:
    from provender.loading.archives.upgrading import Upgraded


@click.group(cls=Group, context_settings=HELP)
def archive() -> None:
    """Write archives for AiiDA, always as new files."""


@examples(
    """
    provender archive upgrade old.aiida new.aiida
    provender archive upgrade unpacked/ packed.aiida
    verdi archive import new.aiida
    """
)
@archive.command("upgrade", context_settings=HELP)
@click.argument("old")
@click.argument("new", type=click.Path(path_type=Path))
@click.pass_obj
def upgrade(options: Options, old: str, new: Path) -> None:
    """Write the archive OLD anew as NEW, in the version that AiiDA 2 imports.

    OLD is an archive of any version that Provender reads, a file or an unpacked folder; it is left
    as it is. NEW must not exist. Every file is compared with its SHA-256. After an error or Ctrl-C
    nothing is left of NEW.
    """
    from provender.loading.archives import upgrading  # noqa: PLC0415 - for this only

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Meter() as meter:
            done = upgrading.upgrade(old, new, options.settings(), meter.show)
    except KeyboardInterrupt:
        raise StoreError(f"Stopped: nothing is left of {new}.") from None
    click.echo(_summary(new, done))


def _rules(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each rule of AiiDA that can be changed."""
    for rule in reversed(RULES):
        if not rule.is_fixed:
            name = rule.name.replace("_", "-")
            way = "from input to output" if rule.direction == FORWARD else "from output to input"
            command = click.option(
                f"--{name}/--no-{name}",
                rule.name,
                default=rule.is_followed,
                show_default=True,
                help=f"Follow {rule.link} links {way}.",
            )(command)
    return command


@examples(
    """
    provender archive create lab.aiida 'group=processes' processes.aiida
    provender archive create lab.aiida 'uuid="7ecba7ea-6275-4480-9606-4b0689d980f1"' one.aiida
    provender archive create lab.aiida 'attributes.exit_status=0' ok.aiida --no-call-work-backward
    """
)
@archive.command("create", context_settings=HELP)
@click.argument("store")
@click.argument("selection")
@click.argument("new", type=click.Path(path_type=Path))
@REPOSITORY
@_rules
@click.pass_obj
def create(
    options: Options,
    /,
    store: str,
    selection: str,
    new: Path,
    repository: Path | None,
    **rules: bool,
) -> None:
    """Write nodes of STORE, with their provenance, as the archive NEW for AiiDA.

    STORE is as for `provender restapi`. SELECTION chooses nodes as a query string of the server
    does; nodes to which links lead are added by the rules of `verdi archive create`. NEW must not
    exist, and ends in .aiida. After an error or Ctrl-C nothing is left of it.
    """
    from provender.cli import archiving  # noqa: PLC0415 - for this only

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = options.settings()
    profile = options.select(settings, store, repository).profile
    written = archiving.create(profile, settings, selection, new, rules)
    click.echo(f"{written.told}\n\nImport it:   verdi archive import {new}")


def _summary(path: Path, done: Upgraded) -> str:
    """Return what was written, what was lost, and what to do with it."""
    origin = done.origin
    made = "" if origin.version == REVISION else f", made of version {printable(origin.version)}"
    held = [
        (done.counts[item.name], noun(done.counts[item.name], name))
        for name, item in COUNTED.items()
    ]
    lines = [
        f"Wrote {path} ({size(done.size)}) in {duration(done.seconds)}: version {REVISION}{made}.",
        "",
        table(held),
        "",
        f"{counted(done.files, 'files')}, each compared with its SHA-256.",
    ]
    if origin.remarks:
        rows = [(item.count, item.kind, printable(item.example)) for item in origin.remarks]
        lines += ["Some things were left out or changed; how many, and the first:", table(rows)]
    return "\n".join([*lines, "", f"Import it:   verdi archive import {path}"])
