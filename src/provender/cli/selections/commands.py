"""`provender facets`, `keys`, `select` and `export`: their arguments and options. Floor: cli.

What the commands do is loaded when they run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from provender.cli.console import HELP, examples
from provender.cli.options import REPOSITORY, Options

STORE = click.argument("store", required=False, envvar="PROVENDER_STORE")
WHERE = click.option(
    "-w",
    "--where",
    default="",
    metavar="SELECTION",
    help="Which nodes: filters and relations as in the query string of the server; by default all.",
)
# Files that `files` shows unless it is told otherwise.
FILES_SHOWN = 100
AS_JSON = click.option("--json", "form", flag_value="json", help="Print JSON.")
AS_CSV = click.option("--csv", "form", flag_value="csv", help="Print CSV with a line of names.")


def of_nodes(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the arguments and options of a command on a selection."""
    for decorate in (AS_CSV, AS_JSON, WHERE, REPOSITORY, STORE):
        command = decorate(command)
    return command


@examples(
    """
    provender facets paper.aiida
    provender facets paper.aiida -f attributes.exit_status --where 'group=processes'
    provender facets paper.aiida -f ctime:month -f extras.tags:array --size 12
    provender facets paper.aiida -f 'attributes.energy:histogram(10)' --stats attributes.energy
    provender facets paper.aiida -f node_type --csv > types.csv
    """
)
@click.command(context_settings=HELP)
@of_nodes
@click.option(
    "-f",
    "--facet",
    multiple=True,
    metavar="FACET",
    help="KEY, KEY:array, KEY:day|month|year or KEY:histogram(20); may be repeated.",
)
@click.option(
    "--stats",
    multiple=True,
    metavar="KEY",
    help="Least, largest and mean of the numbers of a key; may be repeated.",
)
@click.option(
    "--size",
    type=click.IntRange(1, 1000),
    default=30,
    show_default=True,
    metavar="N",
    help="Show at most N values of a facet.",
)
@click.option("--drop-self", is_flag=True, help="Count a facet without the filters on its key.")
@click.pass_obj
def facets(
    options: Options,
    /,
    store: str | None,
    repository: Path | None,
    **asked: Any,  # noqa: ANN401 - one for each option
) -> None:
    """Count nodes by their values; by default by their types.

    STORE is as for `provender restapi`; no server is needed. A pipe gets plain columns.
    """
    from provender.cli.selections import counting  # noqa: PLC0415 - loaded for this only

    counting.run(options, store, repository, counting.Asked(**asked))


@examples(
    """
    provender keys paper.aiida --where 'node_type="data.core.dict.Dict."'
    provender keys paper.aiida --under attributes.resources
    provender keys paper.aiida --under extras --size 10 --csv
    """
)
@click.command(context_settings=HELP)
@of_nodes
@click.option(
    "--under",
    default="attributes",
    show_default=True,
    metavar="KEY",
    help="attributes, extras, or a path into them.",
)
@click.option(
    "--size",
    type=click.IntRange(1, 1000),
    default=100,
    show_default=True,
    metavar="N",
    help="Show at most N keys.",
)
@click.pass_obj
def keys(
    options: Options,
    /,
    store: str | None,
    repository: Path | None,
    **asked: Any,  # noqa: ANN401 - one for each option
) -> None:
    """Show which keys nodes have in their attributes or extras.

    STORE is as for `provender restapi`; no server is needed. The newest nodes are looked at.
    """
    from provender.cli.selections import naming  # noqa: PLC0415 - loaded for this only

    naming.run(options, store, repository, naming.Asked(**asked))


@examples(
    """
    provender export paper.aiida -o nodes.csv
    provender export paper.aiida 'group=relaxations' -o energies.parquet \
--fields uuid,label,attributes.energy --type attributes.energy:number
    provender export paper.aiida 'attributes.exit_status>0' --format ndjson | head
    provender export paper.aiida -o table.csv \
--want '{"uuid": "*", "outgoing": {"result": {"attributes": {"energy": "*"}}}}'
    """
)
@click.command(context_settings=HELP)
@STORE
@click.argument("selection", required=False, default="")
@REPOSITORY
@WHERE
@click.option(
    "--fields",
    default="",
    metavar="NAMES",
    help="The columns, also paths into JSON: uuid,attributes.energy; by default all but JSON.",
)
@click.option(
    "--want", default="", metavar="TEMPLATE", help="Or a template: JSON, or a file with it."
)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="COLUMN:TYPE",
    help="Show values inside JSON as number, integer, string or boolean; may be repeated.",
)
@click.option(
    "--orderby", default="", metavar="KEYS", help="The order: ctime, -ctime or label,-ctime."
)
@click.option(
    "--format",
    metavar="FORMAT",
    help="csv, ndjson, parquet or arrow; by default by the name of the file.",
)
@click.option("-l", "--limit", type=click.IntRange(0), metavar="N", help="Write at most N rows.")
@click.option("--csv-safe", is_flag=True, help="Write no text that a spreadsheet would compute.")
@click.option("--trailer", is_flag=True, help="End ndjson with the number of rows.")
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="FILE",
    help="The file: there at the end, or not at all. By default the standard output.",
)
@click.pass_obj
def export(
    options: Options,
    /,
    store: str | None,
    repository: Path | None,
    **asked: Any,  # noqa: ANN401 - one for each option
) -> None:
    """Write nodes as a table of any size: CSV, lines of JSON, Parquet or Arrow.

    STORE is as for `provender restapi`; no server is needed. SELECTION is the same as --where.
    """
    from provender.cli.selections import exporting  # noqa: PLC0415 - loaded for this only

    exporting.run(options, store, repository, exporting.Asked(**asked))


@examples(
    """
    provender select paper.aiida --want '{"uuid": "*", "attributes": {"exit_status": "*"}}'
    provender select paper.aiida --where 'attributes.process_label="PwCalculation"' \
--want '{"uuid": "*", "outgoing": {"output_parameters": {"attributes": {"energy": "*"}}}}'
    provender select paper.aiida --want '{"uuid": "*", "ctime": "*"}' --orderby=-ctime --limit 5
    provender select paper.aiida --want want.json --all --csv > table.csv
    """
)
@click.command(context_settings=HELP)
@of_nodes
@click.option(
    "--want",
    required=True,
    metavar="TEMPLATE",
    help="What is shown of each node, and of what is linked to it: JSON, or a file with it.",
)
@click.option(
    "--orderby", default="", metavar="KEYS", help="The order: ctime, -ctime or label,-ctime."
)
@click.option(
    "-l",
    "--limit",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="N",
    help="Show at most N nodes.",
)
@click.option("--all", "is_all", is_flag=True, help="Show all nodes.")
@click.pass_obj
def select(
    options: Options,
    /,
    store: str | None,
    repository: Path | None,
    **asked: Any,  # noqa: ANN401 - one for each option
) -> None:
    """Fill in a template for each node: a table with a column for each value.

    STORE is as for `provender restapi`; no server is needed. A pipe gets plain columns.
    """
    from provender.cli.selections import filling  # noqa: PLC0415 - loaded for this only

    filling.run(options, store, repository, filling.Asked(**asked))
