"""Which store to serve: the one named, a configured one, AiiDA's, or the demo. Floor: store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from provender.errors import ConfigurationError
from provender.settings import Settings
from provender.store import aiidaconfig
from provender.store.profiles import (
    Profile,
    Profiles,
    check_exists,
    collect,
    from_settings,
    from_store,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """The profiles to serve, which one by default, and in words why that one."""

    profiles: Profiles
    profile: Profile
    reason: str


def select(
    settings: Settings,
    *,
    store: str | None = None,
    repository: Path | None = None,
    profile: str | None = None,
) -> Selection:
    """Return what to serve.

    Args:
        settings: the loaded settings.
        store: a store named outright; nothing else is served then.
        repository: container folder that belongs to it.
        profile: name of a configured profile.

    Raises:
        ConfigurationError: no such store or profile, or several and no default.
    """
    if store is not None:
        named = replace(from_store(store, profile, repository), expose=settings.expose)
        check_exists(named)
        return _selection(Profiles({named.name: named}), None, "it was named")
    configured, where = available(settings)
    if configured.by_name:
        return _selection(configured, profile, where)
    if profile is not None:
        raise ConfigurationError(
            f"There is no profile `{profile}`: no configuration was found.",
            hint="Name a file with --config, or a store.",
        )
    demo = replace(from_store("demo"), expose=settings.expose)
    return _selection(
        Profiles({demo.name: demo}), None, "no store was named and no configuration found"
    )


def available(settings: Settings) -> tuple[Profiles, str]:
    """Return all configured profiles and where they were found.

    Ours, with those of `aiida_config`; if there are none, those of an AiiDA configuration
    folder in its usual place.
    """
    configured = from_settings(settings)
    if settings.aiida_config is not None:
        return _merged(configured, settings.aiida_config, settings.expose), "the configuration"
    folder = aiidaconfig.find_folder()
    if not configured.by_name and (folder / "config.json").is_file():
        found = aiidaconfig.read_profiles(folder, settings.expose)
        return found, f"the AiiDA configuration {folder}"
    return configured, "the configuration"


def _merged(configured: Profiles, folder: Path, expose: tuple[str, ...]) -> Profiles:
    """Return our profiles and AiiDA's; our default wins over AiiDA's."""
    theirs = aiidaconfig.read_profiles(folder, expose)
    both = collect([*configured.by_name.values(), *theirs.by_name.values()])
    return Profiles(both, configured.default or theirs.default)


def _selection(profiles: Profiles, name: str | None, where: str) -> Selection:
    chosen = profiles.choose(name)
    if chosen.problem is not None:
        raise ConfigurationError(f"The profile `{chosen.name}` cannot be served. {chosen.problem}")
    if where.startswith("the "):
        which = "the profile named" if name else "the default profile"
        where = f"{which} in {where}"
    return Selection(Profiles(profiles.by_name, chosen.name), chosen, where)
