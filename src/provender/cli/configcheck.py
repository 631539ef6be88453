"""Checking a configuration without asking any store. Floor: cli."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from provender import configuration
from provender.cli.findings import Finding, ok, problem, warning
from provender.errors import ConfigurationError
from provender.nearest import nearest
from provender.settings import Settings, table
from provender.store import cache
from provender.store.database import refusals
from provender.store.profiles import Profiles
from provender.store.selection import available

PREFIX = "PROVENDER_"
OTHER_VARIABLES = (
    "PROVENDER_CONFIG",
    "PROVENDER_STORE",
    "PROVENDER_CLIENT_URL",
    "PROVENDER_CLIENT_PROFILE",
    "PROVENDER_CLIENT_TOKEN",
)
METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def read_leniently(given: configuration.Given) -> tuple[Settings, list[Finding]]:
    """Return the settings that can be read, and a problem for each that cannot."""
    where = given.file.name if given.file else "the environment"
    found: list[Finding] = []
    good: dict[str, Any] = {}
    for name, value in given.values.items():
        for piece in _pieces(value):
            try:
                configuration.read({name: piece}, given.base, where, given.outside)
            except ConfigurationError as error:
                found.append(problem("settings", error))
            else:
                both = isinstance(piece, Mapping) and isinstance(good.get(name), Mapping)
                good[name] = {**good[name], **piece} if both else piece
    settings = configuration.read(good, given.base, where, given.outside)
    found += [problem("settings", item.reason) for item in settings.refused]
    if not found:
        found = [
            ok("settings", "all are known and in their bounds" if given.values else "defaults")
        ]
    return settings, found


def _pieces(value: object) -> list[Any]:
    """Return the parts of a section, or of the profiles; any other value is one part."""
    if isinstance(value, Mapping) and value:
        return [{name: inside} for name, inside in value.items()]
    return [value]


def check_environment(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look for variables that nothing reads."""
    known = [row.variable for row in table()] + list(OTHER_VARIABLES)
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            close = nearest(name, known)
            hint = f" Did you mean {close}?" if close else ""
            yield warning("environment", f"Nothing reads {name}.{hint}")


def find_profiles(settings: Settings) -> tuple[Profiles, list[Finding]]:
    """Return the profiles that can be served, and what is wrong with the others."""
    known = {item.reason for item in settings.refused}  # told with the settings
    try:
        profiles, where = available(settings)
    except ConfigurationError as error:
        return Profiles({}), [problem("profiles", error)]
    others = [item for item in profiles.unserved if item.reason not in known]
    found = [problem("profiles", item.words) for item in others]
    try:
        default = profiles.choose(None).name if profiles.by_name else None
    except ConfigurationError as error:
        return profiles, [*found, problem("profiles", error)]
    if default is not None:
        number = len(profiles.by_name)
        found.append(ok("profiles", f"{number} in {where}, `{default}` by default"))
    elif not profiles.unserved:
        found.append(ok("profiles", "none: the demo store is served"))
    return profiles, found


def check_secrets(given: configuration.Given, profiles: Profiles) -> Iterator[Finding]:
    """Look whether files that hold passwords are private."""
    file = None if "profiles" in given.outside else given.file
    holders = {profile.source for profile in profiles.by_name.values() if "password" in profile.dsn}
    sources = {"configuration": file} | {name: Path(name) for name in holders if "/" in name}
    for source in sorted(holders):
        holder = sources.get(source)
        if holder is not None and holder.is_file() and holder.stat().st_mode & stat.S_IROTH:
            yield warning("passwords", f"{holder} holds one and everybody can read it: chmod o-r.")
    kept = refusals.password_file()
    if kept.is_file() and refusals.is_open_to_others(kept):
        yield warning("passwords", f"{kept} is ignored: others may read it. chmod 600.")
    if "configuration" in holders:
        yield warning("passwords", "One stands in a URL; it would better be in ~/.pgpass.")


def check_folders(settings: Settings) -> Iterator[Finding]:
    """Look at the folders that the settings name."""
    for folder in settings.archives:
        if folder.is_dir() and not any(folder.glob("*.aiida")):
            yield warning("folders", f"`archives`: there is no archive in {folder}.")
    yield check_cache(settings)
    shared = os.environ.get(METRICS_VARIABLE)
    if settings.metrics and shared and not os.access(shared, os.W_OK | os.X_OK):
        yield problem("folders", f"{METRICS_VARIABLE}: {shared} cannot be written.")


def check_cache(settings: Settings) -> Finding:
    """Look at the cache folder; it is not made, which is left to the user who serves."""
    folder = settings.cache.folder or cache.default_folder()
    if folder.exists():
        wrong = cache.fault(folder)
        return problem("cache", f"{wrong}.") if wrong else ok("cache", f"{folder} can be written")
    parent = next(path for path in folder.absolute().parents if path.exists())
    if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
        return ok("cache", f"{folder} will be made")
    where = f"{folder} cannot be made: {parent} cannot be written"
    return problem("cache", f"{where}.") if settings.cache.folder else warning("cache", f"{where}.")


def check_views(settings: Settings, profiles: Profiles) -> Iterator[Finding]:
    """Look whether the saved selections can be asked: one problem for each that cannot."""
    from provender.web.saved import mistakes  # noqa: PLC0415 - the web floor, for this only

    found = [problem("views", error) for error in mistakes(settings, profiles)]
    number = len(settings.views) + sum(len(item.views) for item in settings.profiles.values())
    yield from found
    if number and not found:
        yield ok("views", f"{number}, all can be asked")


def check_proxies(settings: Settings) -> Iterator[Finding]:
    """Look whose words are taken."""
    from provender.web.middleware.proxies import TrustedProxies  # noqa: PLC0415 - the web floor, for this only

    trusted = settings.proxy.trusted
    try:
        TrustedProxies(lambda *_: (), settings.proxy)
    except ConfigurationError as error:
        yield problem("proxies", error)
        return
    networks = [ip_network(entry, strict=False) for entry in trusted if entry != "unix"]
    for network in networks:
        if network.prefixlen == 0:
            yield warning("proxies", f"{network} is everybody: any client can forge its address.")
    yield ok("proxies", f"trusted: {', '.join(trusted)}" if trusted else "none is trusted")
