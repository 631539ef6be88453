"""`provender config`: is the configuration right, and what does it come to. Floor: cli."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path

import click

from provender import configuration
from provender.cli import accesscheck, configcheck, storecheck
from provender.cli.configexamples import example_files
from provender.cli.console import HELP, Group, examples, table
from provender.cli.findings import Finding, Level, ok, problem, show, summary
from provender.cli.options import Options
from provender.errors import ConfigurationError
from provender.settings import ProfileSettings, Settings, settings_of
from provender.store.profiles import from_store

WORKERS = 2
"""As in config/gunicorn.conf.py."""


@click.group(cls=Group, context_settings=HELP)
def config() -> None:
    """Check and show the configuration; examples to begin with."""


config.add_command(example_files)


@examples(
    """
    provender config check
    provender config check /etc/provender/config.yaml --workers 4
    provender --config config.yaml config check --offline
    """
)
@config.command("check", context_settings=HELP)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--offline", is_flag=True, help="Ask no store.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=WORKERS,
    show_default=True,
    envvar="WEB_CONCURRENCY",
    metavar="N",
    help="Processes that will serve; WEB_CONCURRENCY says it, too.",
)
@click.pass_context
def check(context: click.Context, file: Path | None, workers: int, *, offline: bool) -> None:
    """Check a configuration: names, values, profiles, folders, and whether stores can be read.

    FILE is a configuration file, or a folder with a config.yaml; by default what the other
    commands would take. Run it as the user that will serve. Exit status 1 if there is a problem;
    warnings leave it 0.
    """
    options: Options = context.obj
    found = configuration.find_file(file or options.config_file)
    findings = []
    for finding in _check(found, workers, is_offline=offline):
        show(finding)
        findings.append(finding)
    click.echo(f"\n{summary(findings)}")
    context.exit(1 if any(item.level is Level.PROBLEM for item in findings) else 0)


def _check(file: Path | None, workers: int, *, is_offline: bool) -> Iterator[Finding]:
    try:
        given = configuration.gather(file)
    except ConfigurationError as error:
        yield problem("file", error)
        return
    yield ok("file", str(file) if file else "none: the environment and defaults")
    settings, found = configcheck.read_leniently(given)
    yield from found
    yield from configcheck.check_environment(os.environ)
    profiles, found = configcheck.find_profiles(settings)
    yield from found
    yield from configcheck.check_secrets(given, profiles)
    yield from configcheck.check_folders(settings)
    yield from configcheck.check_views(settings, profiles)
    yield from configcheck.check_proxies(settings)
    yield from accesscheck.check_access(settings, profiles)
    yield from accesscheck.check_sites(settings)
    yield from accesscheck.check_rates(settings)
    if is_offline:
        yield from storecheck.check_places(profiles)
    else:
        yield from storecheck.check_stores(settings, profiles, workers)


@examples(
    """
    provender config show
    provender --config config.yaml config show | grep -v ' default$'
    """
)
@config.command("show", context_settings=HELP)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def show_settings(options: Options, file: Path | None) -> None:
    """Show all settings with where each comes from. Passwords are never shown."""
    found = configuration.find_file(file or options.config_file)
    places = configuration.gather(found).places
    rows = [
        (name, value, places.get(_whole(name), "default"))
        for name, value in _flat(configuration.load(found))
    ]
    click.echo(table(rows, indent=""))


def _whole(name: str) -> str:
    """Return the setting that has a place: the profiles and the views are one each."""
    head = name.partition(".")[0]
    return head if head in ("profiles", "views") else name


def _flat(section: object, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield names and values, those of sections under dotted names."""
    for item in settings_of(type(section)):
        name, value = prefix + item.name, getattr(section, item.name)
        if is_dataclass(value):
            yield from _flat(value, f"{name}.")
        elif isinstance(section, Settings) and item.name == "profiles":
            yield from ((f"profiles.{key}", _profile(key, entry)) for key, entry in value.items())
        elif isinstance(section, Settings) and item.name == "views":
            yield from ((f"views.{key}", entry.title) for key, entry in value.items())
        else:
            yield name, _shown(value)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _profile(name: str, entry: ProfileSettings) -> str:
    """Return a profile on one line, its password left out."""
    try:
        parts = [from_store(entry.store, name).location]
    except ConfigurationError as error:
        return f"cannot be served: {error.message}"
    parts += [f"repository {entry.repository}"] if entry.repository else []
    parts += [f"exposes {_shown(entry.expose)}"] if entry.expose is not None else []
    parts += [f"for {_shown(entry.readers)}"] if entry.readers is not None else []
    return "; ".join(parts)
