"""Checking a configuration by asking its stores. Floor: cli."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from provender.cli.console import progress_line
from provender.cli.findings import Finding, ok, problem, told, warning
from provender.errors import ProvenderError
from provender.plurals import counted
from provender.settings import Settings
from provender.store import cache, census
from provender.store.files.container import Container
from provender.store.inspection import counts, most_connections
from provender.store.places import most_expensive
from provender.store.profiles import Profile, ProfileKind, Profiles, check_exists
from provender.store.registry import StoreRegistry


def check_places(profiles: Profiles) -> Iterator[Finding]:
    """Check that the files and folders of the stores exist, without opening them."""
    for profile in profiles.by_name.values():
        try:
            check_exists(profile)
        except ProvenderError as error:
            yield problem(profile.name, error)
        if profile.repository is not None:
            try:
                Container.at(profile.repository).close()
            except ProvenderError as error:
                yield warning(profile.name, f"No files: {told(error)}")


def check_stores(settings: Settings, profiles: Profiles, workers: int) -> Iterator[Finding]:
    """Open each store and read from it; then see whether PostgreSQL allows the connections."""
    with _registry(settings, profiles) as registry:
        limits: dict[tuple[str, str], int] = {}
        for profile in profiles.by_name.values():
            if profile.problem is not None:
                yield warning(profile.name, profile.problem)
                continue
            yield from _check_store(registry, profile, limits)
    yield from _check_connections(settings, profiles, workers, limits)


@contextmanager
def _registry(settings: Settings, profiles: Profiles) -> Iterator[StoreRegistry]:
    """Yield a registry; without a cache folder it uses a temporary one.

    Whoever checks may be another user than who serves, and must not own the folder.
    """
    folder = settings.cache.folder or cache.default_folder()
    with tempfile.TemporaryDirectory(prefix="provender-check-") as passing:
        if not folder.is_dir():
            passing_cache = replace(settings.cache, folder=Path(passing))
            settings = replace(settings, cache=passing_cache)
        registry = StoreRegistry(profiles, settings)
        try:
            yield registry
        finally:
            registry.close()


def _check_store(
    registry: StoreRegistry, profile: Profile, limits: dict[tuple[str, str], int]
) -> Iterator[Finding]:
    """Open a store, and note how many connections its server allows."""
    try:
        check_exists(profile)
        store = registry.get(profile.name, progress_line)
        numbers = store.reader.within(counts)
        if profile.kind is ProfileKind.POSTGRESQL:
            limits.setdefault(_server(profile), store.reader.within(most_connections))
    except ProvenderError as error:
        yield problem(profile.name, error)
        return
    nodes = counted(numbers["nodes"], "nodes")
    origin = store.origin
    words = f", {origin.words}" if origin is not None and origin.is_legacy else ""
    yield ok(profile.name, f"{profile.kind.value}, {store.revision}, {nodes}{words}")
    if store.repository_problem is not None:
        yield warning(profile.name, f"No files: {told(store.repository_problem)}")


def _server(profile: Profile) -> tuple[str, str]:
    return str(profile.dsn.get("host") or ""), str(profile.dsn.get("port") or "")


def _check_connections(
    settings: Settings, profiles: Profiles, workers: int, limits: dict[tuple[str, str], int]
) -> Iterator[Finding]:
    """Compare what the workers may open with what each server allows."""
    for server, most in limits.items():
        stores = sum(
            profile.kind is ProfileKind.POSTGRESQL and _server(profile) == server
            for profile in profiles.by_name.values()
        )
        looks = min(stores, census.THREADS)
        stores = min(stores, settings.stores.open)
        size, expensive = settings.pool.size, most_expensive(settings.limits)
        streams = settings.limits.streams
        wanted = workers * (stores * (size + streams) + expensive + looks)
        each = (
            f"{stores} (stores open) x ({size} (`pool.size`) + {streams} (`limits.streams`)) "
            f"+ {expensive} (`limits.expensive`) + {looks} (`/profiles`)"
        )
        text = f"{workers} (workers) x ({each}) = {wanted}"
        where = server[0] or "the local server"
        if wanted <= most:
            yield ok("connections", f"{text} of the {most} that {where} allows")
        else:
            yield warning(
                "connections",
                f"{text}, more than the {most} that {where} allows: some requests would be a 503. "
                "Lower `pool.size`, `stores.open` or the workers, or raise max_connections.",
            )
