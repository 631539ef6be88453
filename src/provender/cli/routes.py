"""`provender routes`: every path that is served. Floor: cli."""

from __future__ import annotations

import click

from provender.cli.console import HELP, examples


@examples(
    """
    provender routes | grep calcjobs
    provender routes --parameters     # the special keys that each route takes, too
    """
)
@click.command(context_settings=HELP)
@click.option("--parameters", is_flag=True, help="Also list the special keys of each route.")
def routes(parameters: bool) -> None:
    """List the routes of both dialects: resource, methods, path, and what they answer."""
    from provender.web.dialects import DIALECTS  # noqa: PLC0415 - the web floor is for this only
    from provender.web.routes.endpoints import endpoint_line  # noqa: PLC0415 - the same

    for dialect in DIALECTS:
        for route in sorted(dialect.routes, key=lambda route: (route.name, route.path)):
            line = endpoint_line(route.name, route.methods, dialect.prefix + route.path)
            click.echo(f"{line}  {route.answer.text}")
            if parameters and (keys := route.keys(dialect)):
                written = ", ".join(keys)
                click.echo(f"{'':<37}{written}{', filters' if route.has_filters else ''}")
