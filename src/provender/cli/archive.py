"""`provender archive`: writing archives. Floor: cli."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from provender.cli.console import HELP, Group, examples, table
from provender.cli.meter import Meter
from provender.cli.options import REPOSITORY, Options
from provender.cli.sources.asked import ZipAsked
from provender.errors import BadValue, StoreError
from provender.loading.wording import duration, size
from provender.logs import printable
from provender.plurals import counted, noun
from provender.query.plan.traversal import FORWARD, RULES
from provender.query.querystring.selections.zips import BY_UUID, PARTS, TREES, WANTED
from provender.query.terms import Operator, Term
from provender.store.inspection import COUNTED
from provender.store.sqlite.archivetables import REVISION

if TYPE_CHECKING:
    from provender.loading.archives.upgrading import Upgraded


# The options that are about zips of files.
OF_ZIPS = ("glob", "parts", "tree")


@click.group(cls=Group, context_settings=HELP)
def archive() -> None:
    """Write archives, always as new files."""


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
    provender archive create lab.aiida 'group=processes' processes.zip --tree workflow
    provender archive create lab.aiida '' outputs.zip --glob '*.out' --parts files
    """
)
@archive.command("create", context_settings=HELP)
@click.argument("store")
@click.argument("selection")
@click.argument("new", type=click.Path(path_type=Path))
@REPOSITORY
@_rules
@click.option(
    "-g",
    "--glob",
    multiple=True,
    metavar="PATTERN",
    help="In a .zip, only files that match: *.out for names, out/* for paths; may be repeated.",
)
@click.option(
    "--parts",
    default=",".join(PARTS),
    show_default=True,
    metavar="PART,...",
    help="What a .zip has of each node.",
)
@click.option(
    "--tree",
    type=click.Choice(TREES),
    default=BY_UUID,
    show_default=True,
    help="What the folders of a .zip are named after.",
)
@click.pass_context
def create(
    context: click.Context,
    /,
    store: str,
    selection: str,
    new: Path,
    repository: Path | None,
    **given: Any,  # noqa: ANN401 - one for each option
) -> None:
    """Write nodes of STORE as the new archive NEW: an .aiida for AiiDA, or a .zip of their files.

    STORE is as for `provender restapi`. SELECTION chooses nodes as a query string of the server
    does. In an .aiida they have their provenance: nodes to which links lead are added by the rules
    of `verdi archive create`. A .zip has their files, and what is told of them, for people without
    AiiDA. NEW must not exist. After an error or Ctrl-C nothing is left of it.
    """
    from provender.cli import archiving  # noqa: PLC0415 - for this only

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    is_zip = new.suffix == archiving.ZIP
    _check_given(context, OF_ZIPS, "a .zip", is_right=is_zip)
    _check_given(context, [rule.name for rule in RULES], "an .aiida", is_right=not is_zip)
    options: Options = context.obj
    place = archiving.Place(options, store, repository)
    if is_zip:
        parts = _parts(given["parts"])
        zipped = ZipAsked(selection, new.stem, given["glob"], parts, given["tree"])
        click.echo(archiving.create_zip(place, zipped, new).told)
        return
    rules = {rule.name: given[rule.name] for rule in RULES if rule.name in given}
    written = archiving.create(place, selection, new, rules)
    click.echo(f"{written.told}\n\nImport it:   verdi archive import {new}")


def _check_given(
    context: click.Context, names: Sequence[str], what: str, *, is_right: bool
) -> None:
    """Refuse options that are about another kind of archive."""
    for name in names:
        is_given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if is_given and not is_right:
            option = name.replace("_", "-")
            raise BadValue(f"--{option} is about {what}, which NEW is not.")


def _parts(text: str) -> tuple[str, ...]:
    """Return the parts of a zip; raises `BadValue` for one that there is not."""
    return WANTED.read(Term("parts", Operator.EQUAL, tuple(text.split(","))))  # type: ignore[no-any-return] # what it reads


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
