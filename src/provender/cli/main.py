"""The command group and its options. Floor: cli."""

from __future__ import annotations

from pathlib import Path

import click

from provender.cli.console import HELP, LaterGroup, examples
from provender.cli.options import Options
from provender.version import __version__

OF_PROCESSES = ("ps", "status", "traceback", "report")
OF_NODES = ("facets", "keys", "select", "export")
OF_FILES = ("ls", "cat", "get")
OTHERS = (
    "restapi",
    "dump",
    "profile",
    "config",
    "access",
    "check",
    "routes",
    "openapi",
    "store",
    "archive",
    "remote",
)
PLACES = (
    *((name, "provender.cli.desk.commands") for name in OF_PROCESSES),
    *((name, "provender.cli.selections.commands") for name in OF_NODES),
    ("files", "provender.cli.selections.files"),
    *((name, "provender.cli.nodefiles.commands") for name in OF_FILES),
    *((name, f"provender.cli.{name}") for name in OTHERS),
)


@examples(
    """
    provender restapi                        serve the default profile, or the demo store
    provender restapi calculations.aiida     serve an archive
    provender -p lab restapi -P 8000         serve a configured profile on port 8000
    provender check calculations.aiida       see what an archive holds
    """
)
@click.group(cls=LaterGroup, places=PLACES, context_settings=HELP)
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
