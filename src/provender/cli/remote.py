"""`provender remote`: servers that commands ask by a name. Floor: cli."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from provender.cli.console import HELP, Group, examples


@click.group(cls=Group, context_settings=HELP)
def remote() -> None:
    """Name servers, so that commands ask them: `provender ps NAME:`.

    A name, with a colon at its end, stands where a command that reads takes a store. Names are kept
    in the user's configuration folder.
    """


@examples(
    """
    provender remote add lab https://lab.example.org
    provender remote add paper https://archive.example.org --profile paper-2026
    provender remote add lab https://lab.example.org --token < token.txt
    provender ps lab: --failed
    """
)
@remote.command("add", context_settings=HELP)
@click.argument("name")
@click.argument("url")
@click.option("--profile", metavar="PROFILE", help="The store of a server that has several.")
@click.option(
    "--token",
    "asks_token",
    is_flag=True,
    help="Ask for a token, or read it from a pipe, and keep it.",
)
@click.option("--token-env", metavar="VARIABLE", help="Keep the token that is in a variable.")
def add(
    name: str, url: str, profile: str | None, token_env: str | None, *, asks_token: bool
) -> None:
    """Call the server at URL by NAME: letters, digits, - and _.

    The server is asked whether it is one. A token is no argument, so that no history has it; the
    file that keeps it is readable by its owner alone. A remote of this name is replaced.
    """
    from provender.cli import remotes  # noqa: PLC0415 - the client is for this only

    token = _token(asks_token=asks_token, variable=token_env)
    click.echo(remotes.add(name, url, profile, token))


@remote.command("list", context_settings=HELP)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(*, as_json: bool) -> None:
    """Show the remotes: name, address, profile, and whether a token is kept."""
    from provender.cli import remotes  # noqa: PLC0415 - the same

    remotes.show(as_json=as_json)


@remote.command("remove", context_settings=HELP)
@click.argument("name")
def remove(name: str) -> None:
    """Forget a remote and its token."""
    from provender.cli import remotes  # noqa: PLC0415 - the same

    remotes.remove(name.removesuffix(":"))
    click.echo(f"Removed `{name.removesuffix(':')}`.")


def _token(*, asks_token: bool, variable: str | None) -> str | None:
    """Return the token that shall be kept.

    Raises:
        UsageError: there is none where it should be.
    """
    if asks_token and variable is not None:
        raise click.UsageError("--token and --token-env both give a token: take one of them.")
    if variable is not None:
        found = os.environ.get(variable, "").strip()
        where = f"The variable {variable}"
    elif not asks_token:
        return None
    elif sys.stdin.isatty():
        prompted: Any = click.prompt("Token", hide_input=True, err=True)
        found, where = str(prompted).strip(), "What was typed"
    else:
        found, where = sys.stdin.readline().strip(), "The standard input"
    if not found:
        raise click.UsageError(f"{where} holds no token.")
    return found
