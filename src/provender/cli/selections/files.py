"""`provender files`: its arguments and options. Floor: cli.

What the command does is loaded when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from provender.cli.console import HELP, examples
from provender.cli.options import REPOSITORY, Options
from provender.cli.selections.commands import AS_CSV, AS_JSON, FILES_SHOWN, STORE, WHERE
from provender.query.querystring.selections.zips import BY_UUID, TREES


@examples(
    """
    provender files paper.aiida --glob 'aiida.out'
    provender files paper.aiida 'group=processes' --glob '**/*.xml' --min-size 1M
    provender files paper.aiida --glob '*.upf' --all --csv > files.csv
    provender files paper.aiida 'node_type="data.core.folder.FolderData."' --glob '*.out' -o outputs
    """
)
@click.command(context_settings=HELP)
@STORE
@click.argument("selection", required=False, default="")
@REPOSITORY
@WHERE
@AS_JSON
@AS_CSV
@click.option(
    "-g",
    "--glob",
    multiple=True,
    metavar="PATTERN",
    help="Only files that match: *.out for names, out/* for paths; may be repeated.",
)
@click.option(
    "--min-size",
    default="0",
    metavar="SIZE",
    help="Only files of so many bytes at least: 5000, 20k, 1.5M or 4Gi.",
)
@click.option(
    "-l",
    "--limit",
    type=click.IntRange(1),
    show_default=str(FILES_SHOWN),
    metavar="N",
    help="Show at most N files.",
)
@click.option("--all", "is_all", is_flag=True, help="Show all files.")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write all these files into a folder instead.",
)
@click.option(
    "--tree",
    type=click.Choice(TREES),
    default=BY_UUID,
    show_default=True,
    help="What the folders of nodes are named after, with -o.",
)
@click.pass_obj
def files(
    options: Options,
    /,
    store: str | None,
    repository: Path | None,
    **asked: Any,  # noqa: ANN401 - one for each option
) -> None:
    """Find the files of nodes by name and size, or write them into a folder.

    STORE is as for `provender restapi`; no server is needed. SELECTION chooses nodes as a query
    string of the server does; by default all. With -o the same command goes on after it was
    stopped: files that are there are compared by SHA-256, and nothing is overwritten. Exit status
    1 if files of the store could not be read.
    """
    from provender.cli.selections import finding  # noqa: PLC0415 - loaded for this only

    finding.run(options, store, repository, finding.Asked(**asked))
