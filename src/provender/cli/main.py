"""The command group and its options. Floor: cli."""

from __future__ import annotations

from pathlib import Path

import click

from provender.cli.access import access
from provender.cli.archive import archive
from provender.cli.check import check
from provender.cli.config import config
from provender.cli.console import HELP, Group, examples
from provender.cli.desk.commands import ps, report, status, traceback
from provender.cli.dump import dump
from provender.cli.openapi import openapi
from provender.cli.options import Options
from provender.cli.profile import profile
from provender.cli.restapi import restapi
from provender.cli.routes import routes
from provender.cli.selections.commands import export, facets, keys, select
from provender.cli.store import store
from provender.version import __version__


@examples(
    """
    provender restapi                        serve the default profile, or the demo store
    provender restapi calculations.aiida     serve an archive
    provender -p lab restapi -P 8000         serve a configured profile on port 8000
    provender check calculations.aiida       see what an archive holds
    """
)
@click.group(cls=Group, context_settings=HELP)
@click.option("-p", "--profile", "profile_name", metavar="PROFILE", help="Configured profile.")
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Configuration file (YAML).",
)
@click.version_option(__version__, "--version", prog_name="Provender")
@click.pass_context
def main(context: click.Context, profile_name: str | None, config_file: Path | None) -> None:
    """Serve AiiDA provenance stores over HTTP, read-only, without AiiDA."""
    context.obj = Options(profile_name, config_file)


OF_PROCESSES = (ps, status, traceback, report, dump)
OF_NODES = (facets, keys, select, export)
for command in (
    restapi,
    *OF_PROCESSES,
    *OF_NODES,
    profile,
    config,
    access,
    check,
    routes,
    openapi,
    store,
    archive,
):
    main.add_command(command)
