"""`provender dump`: a process with all that it called, as a folder. Floor: cli."""

from __future__ import annotations

import signal
from pathlib import Path

import click

from provender.cli.console import HELP, examples
from provender.cli.options import Options, of_store


@examples(
    """
    provender dump 7ecba7ea -s paper.aiida
    provender dump 7ecba7ea-6275-4480-9606-4b0689d980f1 relaxation -s paper.aiida
    provender -p lab dump 7ecba7ea /tmp/relaxation
    """
)
@click.command(context_settings=HELP)
@click.argument("uuid")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@of_store
@click.pass_context
def dump(
    context: click.Context,
    uuid: str,
    folder: Path | None,
    store: str | None,
    repository: Path | None,
) -> None:
    """Write a process, and all that it called, as plain files for people without AiiDA.

    UUID is the beginning of a uuid, or a pk. FOLDER must be new or empty; without it, the folder is
    named after the process. Its README.md says what is in it, its manifest.json has the SHA-256 of
    every file. After an error or Ctrl-C nothing is left. Exit status 1 if files of the store could
    not be read: manifest.json lists them, and all others are there.
    """
    from provender.cli import dumping  # noqa: PLC0415 - the stores are for this only

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options: Options = context.obj
    written = dumping.dump(options, store, repository, uuid, folder)
    click.echo(written.told)
    if written.missing:
        click.secho(written.warning, fg="yellow", err=True)
        context.exit(1)
