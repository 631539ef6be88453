"""`provender restapi`: the development server. Floor: cli."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from provender import logs
from provender.cli.console import HELP, examples, progress_line, report
from provender.cli.options import Options
from provender.cli.profile import unserved_lines
from provender.cli.starting import uncollected
from provender.errors import StoreError
from provender.plurals import counted
from provender.settings import LOG_FORMATS
from provender.store.inspection import counts
from provender.store.profiles import KINDS, Profiles
from provender.store.registry import StoreRegistry
from provender.store.selection import Selection
from provender.version import __version__

# What is counted for the banner.
SHOWN = ("nodes", "links", "groups", "users")
# Stores of which the banner says where they are.
MOST_SHOWN = 10


@examples(
    """
    provender restapi                                    the default profile, or the demo
    provender restapi paper.aiida                        an archive
    provender restapi ~/.aiida/repository/sqlite_dos     the folder of a SQLite profile
    provender restapi postgresql://reader@localhost/aiida --repository /srv/aiida/container
    provender --config provender.yaml restapi            every configured store, below /NAME/
    provender restapi demo -H 0.0.0.0 -P 8000            all addresses, port 8000
    """
)
@click.command(context_settings=HELP)
@click.argument("store", required=False, envvar="PROVENDER_STORE")
@click.option("-H", "--hostname", default="127.0.0.1", show_default=True, metavar="HOST")
@click.option(
    "-P",
    "--port",
    default=5000,
    show_default=True,
    metavar="PORT",
    type=click.IntRange(0, 65535),
    help="0 picks a free port.",
)
@click.option(
    "--repository",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Container folder of a PostgreSQL store.",
)
@click.option("--posting/--no-posting", default=True, help="Whether /querybuilder is served.")
@click.option(
    "--explorer/--no-explorer",
    default=None,
    help="Whether `/` is the explorer for people; by default it is.",
)
@click.option("--debug", is_flag=True, help="Log every database statement, show tracebacks.")
@click.option("--wsgi-profile", is_flag=True, help="Print a profile of each request.")
@click.option(
    "--log-format",
    type=click.Choice(LOG_FORMATS),
    help="Format of log lines; text by default.",
)
@click.option(
    "-c",
    "--config-dir",
    type=click.Path(path_type=Path),
    metavar="CONFIG_DIR",
    help="Folder with a config.yaml.",
)
@click.pass_obj
def restapi(  # noqa: PLR0913 - one argument for each option
    options: Options,
    store: str | None,
    *,
    hostname: str,
    port: int,
    repository: Path | None,
    posting: bool,
    explorer: bool | None,
    debug: bool,
    wsgi_profile: bool,
    log_format: str | None,
    config_dir: Path | None,
) -> None:
    """Serve a store with the development server.

    STORE is a postgresql:// URL, an .aiida archive, a folder of archives, the folder of a SQLite
    profile, or the word demo. Of a folder of archives, each is served below its name.

    Without STORE: the default profile of Provender's configuration, else of AiiDA's configuration
    folder, else the demo store. The other profiles are then served, too, each below its name.
    """
    with uncollected():
        from provender.web.app import configure_api  # noqa: PLC0415 - the web floor is for this only
        from provender.web.server import serve  # noqa: PLC0415 - the same

    settings = options.settings(config_dir, {"log_format": log_format, "explorer": explorer})
    logs.configure(settings.log_format, debug=debug)
    selection = options.select(settings, store, repository)
    api = configure_api(
        settings=settings,
        selection=selection,
        posting=posting,
        catch_internal_server=debug,
        wsgi_profile=wsgi_profile,
    )
    stores = api.context.stores
    _open_default(stores)
    names = sorted(api.context.mounted)
    serve(api.app, hostname, port, lambda root: click.echo(banner(selection, stores, root, names)))
    stores.close()
    click.echo("Stopped.")


def _open_default(stores: StoreRegistry) -> None:
    """Open the default store; if others are served too, it may be unreachable."""
    try:
        stores.get(progress=progress_line)
    except StoreError as error:
        if len(stores.profiles.by_name) == 1:
            raise
        report(error)


def banner(selection: Selection, stores: StoreRegistry, root: str, names: Sequence[str]) -> str:
    """Return what the server says once it answers; the rows are counted for it.

    `names` are those of the profiles with paths of their own.
    """
    from provender.web.dialects import DIALECTS, EXAMPLES  # noqa: PLC0415 - as above

    profile = selection.profile
    lines = [
        f"Provender {__version__} serves the {KINDS[profile.kind]} `{profile.name}`, read-only.",
        f"  where   {profile.location}",
        f"  why     {selection.reason}",
        *([f"  note    {selection.note}"] if selection.note else []),
        *_origin(stores),
        f"  holds   {holdings(stores)}",
        "",
        f"  {root}/         a page for people",
        *(f"  {root}{dialect.prefix}   {dialect.purpose}" for dialect in DIALECTS),
        *_places(selection.profiles, names, root),
        *_unserved(selection.profiles),
        "",
        "Worth trying:",
        *(f"  curl '{root}{path}'" for _, path in EXAMPLES[:3]),
        "",
        "Ctrl-C stops the server.",
    ]
    return "\n".join(lines)


def _origin(stores: StoreRegistry) -> list[str]:
    """Return a line that says who wrote an archive of an older version."""
    try:
        origin = stores.get().origin
    except StoreError:
        return []
    return [f"  {origin.words}"] if origin is not None and origin.is_legacy else []


def holdings(stores: StoreRegistry) -> str:
    """Return how much a store holds; one that cannot be counted in time is served all the same."""
    try:
        numbers = stores.get().reader.within(partial(counts, labels=SHOWN))
    except StoreError as error:
        hint = f" {error.hint}" if error.hint and not error.may_recover else ""
        return f"not counted: {error.message}{hint}"
    return ", ".join(counted(number, label) for label, number in numbers.items())


def _unserved(profiles: Profiles) -> list[str]:
    """Return lines that say which stores are not served, if any."""
    if not profiles.unserved:
        return []
    return ["", *unserved_lines(profiles.unserved, MOST_SHOWN)]


def _places(profiles: Profiles, names: Sequence[str], root: str) -> list[str]:
    """Return lines that say where each store is, if there are several, and where the list is."""
    if len(names) < 2:  # noqa: PLR2004 - several
        return []
    shown = names[:MOST_SHOWN]
    width = max(map(len, shown))
    lines = [
        f"  {root}/{name}/{' ' * (width - len(name))}   {KINDS[profiles.by_name[name].kind]}"
        for name in shown
    ]
    more = f"and {len(names) - len(shown)} more at" if len(names) > len(shown) else "all at"
    return ["", "Every store below its name:", *lines, f"  {more} {root}/profiles"]
