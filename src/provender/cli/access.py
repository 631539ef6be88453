"""`provender access`: the file of the users who may read. Floor: cli."""

from __future__ import annotations

from pathlib import Path

import click

from provender.cli.console import HELP, Group, examples


@click.group(cls=Group, context_settings=HELP)
def access() -> None:
    """Manage the users who may read.

    They stand in a file of its own, which the setting `access.file` names.
    """


@examples(
    """
    provender access add /etc/provender/users viewer             prints a token, once
    provender access add /etc/provender/users alice --password   asks for a password
    """
)
@access.command("add", context_settings=HELP)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("name")
@click.option(
    "--token/--password",
    "is_token",
    default=True,
    help="Make a token and print it once (the default), or ask for a password.",
)
def add(file: Path, name: str, is_token: bool) -> None:
    """Add a user, a token or a password to FILE.

    A user may have several tokens and one password. A running server takes the change over with the
    next request. FILE holds hashes only. To revoke a token or a password, delete its line.
    """
    from provender.web.access import accounts  # noqa: PLC0415 - the web floor is for this only

    accounts.check_name(name)
    if is_token:
        click.echo(accounts.add_token(file, name))
        click.echo("This is the token. It is not shown again.", err=True)
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        accounts.add_password(file, name, password)
