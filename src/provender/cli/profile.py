"""`provender profile`: the configured stores. Floor: cli."""

from __future__ import annotations

from collections.abc import Sequence

import click

from provender.cli.console import HELP, Group, examples, table
from provender.cli.options import Options
from provender.store.profiles import Unserved
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
    if not profiles.by_name and not profiles.unserved:
        click.echo("No profile is configured: `provender restapi` serves the demo store.")
        return
    click.echo(f"Profiles of {where}:" if profiles.by_name else "No profile can be served.")
    is_single = len(profiles.by_name) == 1
    default = profiles.default or (next(iter(profiles.by_name)) if is_single else "")
    rows = [
        ("*" if name == default else " ", name, item.kind.value, item.location)
        for name, item in sorted(profiles.by_name.items())
    ]
    click.echo(table(rows) if rows else "", nl=bool(rows))
    if profiles.unserved:
        click.echo("\n".join(["", *unserved_lines(profiles.unserved)]))


def unserved_lines(unserved: Sequence[Unserved], most: int | None = None) -> list[str]:
    """Return lines that say what is not served and why, `most` of them if there are more."""
    shown = unserved[:most]
    more = [f"  and {len(unserved) - len(shown)} more"] if len(shown) < len(unserved) else []
    return ["Not served:", *(f"  {item.words}" for item in shown), *more]


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
