"""`provender ls`, `cat` and `get`: their arguments and options. Floor: cli.

What the commands do is loaded when they run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from provender.cli.console import HELP, examples
from provender.cli.options import of_store

NAMED = click.argument("named", nargs=-1, required=True, metavar="[STORE] UUID[:PATH]")


def of_file(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the arguments and options that say which file of which node a command is about."""
    return NAMED(of_store(command))


@examples(
    """
    provender ls paper.aiida 5390fd5f
    provender ls paper.aiida 5390fd5f:out/ -l
    provender ls -s paper.aiida 5390fd5f --recursive --json
    """
)
@click.command(context_settings=HELP)
@of_file
@click.option("-l", "--long", is_flag=True, help="Show sizes in bytes, and types.")
@click.option("-R", "--recursive", is_flag=True, help="Show what is in folders, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as the server answers.")
@click.pass_context
def ls(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - one for each option
    """List the files of a node, or of a folder of it.

    UUID is the beginning of a uuid. STORE is as for `provender restapi`; it may also be named by
    -s.
    """
    from provender.cli.nodefiles import listing, target  # noqa: PLC0415 - loaded for this only

    place = target.place_of(context, given)
    listing.run(place, listing.Asked(given["long"], given["recursive"], given["as_json"]))


@examples(
    """
    provender cat paper.aiida 5390fd5f:aiida.out | tail
    provender cat paper.aiida 5390fd5f:out/data.xml > data.xml
    """
)
@click.command(context_settings=HELP)
@of_file
@click.pass_context
def cat(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - one for each option
    """Print a file of a node, as it is stored.

    UUID is the beginning of a uuid. STORE is as for `provender restapi`; it may also be named by
    -s.
    """
    from provender.cli.nodefiles import printing, target  # noqa: PLC0415 - loaded for this only

    printing.run(target.place_of(context, given))


@examples(
    """
    provender get paper.aiida 5390fd5f:aiida.out
    provender get paper.aiida 5390fd5f:out/data.xml -o first.xml
    provender get paper.aiida 5390fd5f -o all-files/
    """
)
@click.command(context_settings=HELP)
@of_file
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PLACE",
    help="The new file, or the folder; by default it is named after what is taken.",
)
@click.pass_context
def get(
    context: click.Context,
    /,
    output: Path | None,
    **given: Any,  # noqa: ANN401 - one for each option
) -> None:
    """Write a file of a node, a folder of it, or all its files.

    UUID is the beginning of a uuid. STORE is as for `provender restapi`; it may also be named by
    -s. A file is there at the end, or not at all; each is compared with its SHA-256, and nothing is
    overwritten. For a folder the same command goes on after it was stopped. Exit status 1 if files
    of the store could not be read.
    """
    from provender.cli.nodefiles import fetching, target  # noqa: PLC0415 - loaded for this only

    fetching.run(target.place_of(context, given), output)
