"""`provender profile`: the configured stores. Floor: cli."""

from __future__ import annotations

import click

from provender.cli.console import HELP, Group, examples, table
from provender.cli.options import Options
from provender.store.selection import available


@click.group(cls=Group, context_settings=HELP)
def profile() -> None:
    """Show the configured profiles."""


@examples("provender profile list")
@profile.command("list", context_settings=HELP)
@click.pass_obj
def list_profiles(options: Options) -> None:
    """List the profiles; a star marks the default."""
    profiles, where = available(options.settings())
    if not profiles.by_name:
        click.echo("No profile is configured: `provender restapi` serves the demo store.")
        return
    click.echo(f"Profiles of {where}:")
    default = profiles.default or (
        "" if len(profiles.by_name) > 1 else next(iter(profiles.by_name))
    )
    rows = [
        ("*" if name == default else " ", name, item.kind.value, item.location)
        for name, item in sorted(profiles.by_name.items())
    ]
    click.echo(table(rows))


@examples("provender profile show lab")
@profile.command("show", context_settings=HELP)
@click.argument("name", required=False)
@click.pass_obj
def show(options: Options, name: str | None) -> None:
    """Show one profile, by default the default one. Passwords are never shown."""
    profiles, _ = available(options.settings())
    item = profiles.choose(name or options.profile)
    rows = [
        ("name", item.name),
        ("kind", item.kind.value),
        ("store", item.location),
        ("repository", item.repository or "-"),
        ("found in", item.source),
        ("exposes", ", ".join(item.expose) or "nothing private"),
    ]
    click.echo(table(rows, indent=""))
    if item.problem:
        click.secho(item.problem, fg="red")
