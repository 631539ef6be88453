"""`provender access`: the file of the users who may read. Floor: cli."""

from __future__ import annotations

from pathlib import Path

import click

from provender.cli.console import HELP, Group, examples


@click.group(cls=Group, context_settings=HELP)
def access() -> None:
    """Make the file of the users who may read (the setting `access.file`)."""


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
    help="A token, which is made and printed once; or a password, which is asked for.",
)
def add(file: Path, name: str, is_token: bool) -> None:
    """Add a user to FILE, or one more token, or another password, of a user.

    A running server notices. FILE holds hashes only; take a line out to take a token or a password
    away.
    """
    from provender.web.access import accounts  # noqa: PLC0415 - the web floor is for this only

    accounts.check_name(name)
    if is_token:
        click.echo(accounts.add_token(file, name))
        click.echo("This is the token. It is not shown again.", err=True)
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        accounts.add_password(file, name, password)
