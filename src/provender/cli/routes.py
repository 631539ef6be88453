"""`provender routes`: every path that is served. Floor: cli."""

from __future__ import annotations

import click

from provender.cli.console import HELP, examples


@examples("provender routes | grep calcjobs")
@click.command(context_settings=HELP)
def routes() -> None:
    """List the routes of both dialects: resource, methods, path."""
    from provender.web.routes.dialects import DIALECTS  # noqa: PLC0415 - the web floor is for this only
    from provender.web.routes.endpoints import endpoint_lines  # noqa: PLC0415 - the same

    for dialect in DIALECTS:
        for line in endpoint_lines(dialect):
            click.echo(line)
