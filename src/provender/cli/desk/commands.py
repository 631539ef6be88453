"""`provender ps`, `status`, `report` and `traceback`: their arguments and options. Floor: cli.

What the commands do is loaded when they run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from provender.cli.console import HELP, examples
from provender.cli.options import REPOSITORY, Options, of_store
from provender.schema.processes import LEVELS, STATES

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, as the server answers.")


@examples(
    """
    provender ps paper.aiida
    provender ps paper.aiida --failed --past 7d
    provender ps --state running --state waiting --root
    provender ps --where 'attributes.process_label="PwCalculation"' --limit 100
    provender ps --failed --json | jq -r '.processes[].uuid'
    """
)
@click.command(context_settings=HELP)
@click.argument("store", required=False, envvar="PROVENDER_STORE")
@REPOSITORY
@click.option(
    "-S",
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES, case_sensitive=False),
    help="Only processes in this state; may be repeated.",
)
@click.option(
    "-X",
    "--failed",
    is_flag=True,
    help="Only those excepted, killed, or with an exit status other than 0.",
)
@click.option("--running", is_flag=True, help="Only those that have not ended.")
@click.option("--root", is_flag=True, help="Only those that no other process called.")
@click.option("--paused", is_flag=True, help="Only those that somebody paused.")
@click.option("--jobs", is_flag=True, help="Only calculation jobs.")
@click.option("-p", "--past", metavar="TIME", help="Only those created in the last 7d, 12h or 30m.")
@click.option("--exit-status", type=int, metavar="N", help="Only those with this exit status.")
@click.option("--where", metavar="FILTER", help="A filter as in the query string of the server.")
@click.option(
    "-l",
    "--limit",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="N",
    help="Show at most N processes.",
)
@AS_JSON
@click.pass_obj
def ps(
    options: Options,
    /,
    store: str | None,
    repository: Path | None,
    **asked: Any,  # noqa: ANN401 - one for each option
) -> None:
    """List processes, the newest first.

    STORE is as for `provender restapi`; no server is needed. A pipe gets plain columns.
    """
    from provender.cli.desk import listing  # noqa: PLC0415 - loaded for this only

    listing.run(options, store, repository, listing.Asked(**asked))


@examples(
    """
    provender status de500061 -s paper.aiida
    provender -p lab status 6de05a9d --depth 2
    PROVENDER_STORE=paper.aiida provender status de500061 --json
    """
)
@click.command(context_settings=HELP)
@click.argument("uuid")
@click.option(
    "--depth",
    type=click.IntRange(1),
    metavar="N",
    help="Levels of called processes; by default all.",
)
@of_store
@AS_JSON
@click.pass_obj
def status(
    options: Options,
    /,
    store: str | None,
    repository: Path | None,
    **asked: Any,  # noqa: ANN401 - one for each option
) -> None:
    """Show a process: its state, its times and where they are from, its links, what it called.

    UUID is the beginning of a uuid, or a pk.
    """
    from provender.cli.desk import summary  # noqa: PLC0415 - loaded for this only

    summary.run(options, store, repository, summary.Asked(**asked))


@examples(
    """
    provender report de500061 -s paper.aiida
    provender report de500061 -s paper.aiida --level WARNING --own
    provender report de500061 -s paper.aiida --last 20
    """
)
@click.command(context_settings=HELP)
@click.argument("uuid")
@click.option(
    "--level",
    type=click.Choice(LEVELS, case_sensitive=False),
    help="Only rows of this level and above.",
)
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the last N rows.")
@click.option("--own", is_flag=True, help="Only rows of the process itself, not of called ones.")
@of_store
@AS_JSON
@click.pass_obj
def report(
    options: Options,
    /,
    store: str | None,
    repository: Path | None,
    **asked: Any,  # noqa: ANN401 - one for each option
) -> None:
    """Print what a process logged, with what it called, in the order of time (UTC).

    UUID is the beginning of a uuid, or a pk.
    """
    from provender.cli.desk import report as log  # noqa: PLC0415 - loaded for this only

    log.run(options, store, repository, log.Asked(**asked))


@examples(
    """
    provender traceback de500061 -s paper.aiida
    provender -p lab traceback 10061
    provender traceback de500061 -s paper.aiida --json | jq .traceback.origin
    """
)
@click.command(context_settings=HELP)
@click.argument("uuid")
@of_store
@AS_JSON
@click.pass_obj
def traceback(
    options: Options,
    /,
    store: str | None,
    repository: Path | None,
    **asked: Any,  # noqa: ANN401 - one for each option
) -> None:
    """Say why a process failed: the lines that tell it, and where they stand.

    UUID is the beginning of a uuid, or a pk. Of what it called, the first that failed is followed.
    """
    from provender.cli.desk import reason  # noqa: PLC0415 - loaded for this only

    reason.run(options, store, repository, reason.Asked(**asked))
