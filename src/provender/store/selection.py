"""Which store to serve: the one named, a configured one, AiiDA's, or the demo. Floor: store."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from provender.errors import ConfigurationError
from provender.settings import ProfileSettings, Settings
from provender.store import aiidaconfig, names
from provender.store.layout import (
    ARCHIVE_SUFFIX,
    CONFIGURATION,
    METADATA,
    PROFILE_DATABASE,
    is_so,
)
from provender.store.profiles import (
    Profile,
    ProfileKind,
    Profiles,
    Unserved,
    check_exists,
    from_store,
    own_name,
)

LOGGER = logging.getLogger(__name__)
# What makes a folder a store: a SQLite profile, or an unpacked archive.
OF_STORES = (PROFILE_DATABASE, METADATA)


@dataclass(frozen=True, slots=True)
class Selection:
    """The profiles to serve, the default one, and the reason for that default.

    `note` says that a named store has another name here than its own.
    """

    profiles: Profiles
    profile: Profile
    reason: str
    note: str | None = None

    def warn(self) -> None:
        """Log everything that the operator may not expect."""
        for item in self.profiles.unserved:
            LOGGER.warning("not served: %s", item.words)
        if self.note is not None:
            LOGGER.warning("%s", self.note)


def select(
    settings: Settings,
    *,
    store: str | None = None,
    repository: Path | None = None,
    profile: str | None = None,
) -> Selection:
    """Return the profiles to serve.

    Args:
        settings: the loaded settings.
        store: a store named outright, which is then the only one, or a folder of archives.
        repository: container folder that belongs to it.
        profile: name of a configured profile, or the name to give to the store.

    Raises:
        ConfigurationError: no such store or profile, or several and no default.
    """
    if store is not None:
        if is_folder_of_archives(Path(store)):
            return _folder(settings, Path(store), profile)
        return _outright(settings, store, repository, profile)
    configured, where = available(settings)
    if configured.by_name or (profile is not None and configured.unserved):
        return _selection(configured, profile, where)
    if configured.unserved:
        reasons = "\n  ".join(item.words for item in configured.unserved)
        raise ConfigurationError("None of the configured stores can be served.", reason=reasons)
    if profile is not None:
        raise ConfigurationError(
            f"There is no profile `{profile}`: no configuration was found.",
            hint="Name a configuration file with --config, or name a store.",
        )
    demo = replace(from_store("demo"), expose=settings.expose)
    return _selection(
        Profiles({demo.name: demo}), None, "no store was named and no configuration found"
    )


def available(settings: Settings) -> tuple[Profiles, str]:
    """Return all configured profiles and where they were found.

    They are those of Provender and of `aiida_config`; if there are none, those of an AiiDA
    configuration folder in its usual place.

    Raises:
        ConfigurationError: nothing is configured, and AiiDA's configuration cannot be read.
    """
    found, default = [*_configured(settings), *_of_archives(settings)], settings.default_profile
    if settings.aiida_config is not None:
        theirs = _of_aiida(settings.aiida_config, settings.expose)
        found += [*theirs.by_name.values(), *theirs.unserved]
        default = default or theirs.default
    folder = aiidaconfig.find_folder()
    if not found and is_so((folder / CONFIGURATION).is_file):
        theirs = aiidaconfig.read_profiles(folder, settings.expose)
        return theirs, f"the AiiDA configuration {folder}"
    return _expecting(collect(found, default), settings), "the configuration"


def collect(found: Iterable[Profile | Unserved], default: str | None = None) -> Profiles:
    """Return profiles by name; of two stores with one name, the first is served."""
    by_name: dict[str, Profile] = {}
    unserved = []
    for item in found:
        if isinstance(item, Unserved):
            unserved.append(item)
            continue
        first = by_name.setdefault(item.name, item)
        if first is not item and not _is_same(first, item):
            reason = f"Two profiles are called `{item.name}`: {first.location} and {item.location}."
            unserved.append(Unserved(item.name, item.source, f"{reason} The first is served."))
    return Profiles(by_name, default, tuple(unserved))


def _is_same(one: Profile, other: Profile) -> bool:
    """Return whether two profiles are one store under two names."""
    if one.kind is not other.kind:
        return False
    if one.path is None or other.path is None:
        return one.location == other.location
    return one.path.absolute() == other.path.absolute() or _leads_to_same(one.path, other.path)


def _leads_to_same(one: Path, other: Path) -> bool:
    return is_so(lambda: one.samefile(other))


def _configured(settings: Settings) -> Iterator[Profile | Unserved]:
    """Yield the profiles of the configuration; those with mistakes as unserved."""
    source = "configuration"
    for refused in settings.refused:
        yield Unserved(refused.name, source, refused.reason)
    for name, item in settings.profiles.items():
        yield _named(name, item, settings.expose, source)


def _of_archives(settings: Settings) -> Iterator[Profile | Unserved]:
    """Yield the archives of folders; hidden files, as macOS makes them, do not count."""
    for folder in settings.archives:
        try:
            paths = sorted(folder.iterdir())
        except FileNotFoundError:
            yield Unserved("archives", str(folder), f"There is no folder {folder}.")
            continue
        except OSError as error:
            reason = f"The folder {folder} cannot be read: {error.strerror}."
            yield Unserved("archives", str(folder), reason)
            continue
        for path in paths:
            if _is_archive(path):
                name, item = path.name.removesuffix(ARCHIVE_SUFFIX), ProfileSettings(str(path))
                yield _named(name, item, settings.expose, str(folder))


def _is_archive(path: Path) -> bool:
    return path.suffix == ARCHIVE_SUFFIX and not path.name.startswith(".")


def _named(
    name: str, item: ProfileSettings, expose: tuple[str, ...], source: str
) -> Profile | Unserved:
    """Return the profile of a store under a name, or the reason why it is not served."""
    try:
        profile = from_store(item.store, name, item.repository, source)
    except ConfigurationError as error:
        return Unserved(name, source, " ".join(filter(None, (error.message, error.hint))))
    profile = replace(profile, expose=expose if item.expose is None else item.expose)
    fault = names.fault(name)
    if fault is None:
        return profile
    return Unserved(name, source, f"{fault} The store is {profile.location}.", profile)


def _of_aiida(folder: Path, expose: tuple[str, ...]) -> Profiles:
    """Return AiiDA's profiles; an unreadable configuration does not stop the others."""
    try:
        return aiidaconfig.read_profiles(folder, expose)
    except ConfigurationError as error:
        reason = " ".join(filter(None, (error.message, error.hint)))
        return Profiles({}, None, (Unserved("aiida_config", str(folder), reason),))


def _expecting(profiles: Profiles, settings: Settings) -> Profiles:
    """Return the profiles with the default one, also if its archive is missing from its folder.

    The archive is served again as soon as it is back; the others are served meanwhile.
    """
    name = profiles.default
    is_known = name in profiles.by_name or any(name == item.name for item in profiles.unserved)
    if name is None or is_known or not settings.archives or names.fault(name) is not None:
        return profiles
    folder = settings.archives[0]
    path = folder / f"{name}{ARCHIVE_SUFFIX}"
    gone = Profile(name, ProfileKind.ARCHIVE, str(folder), path=path, expose=settings.expose)
    return replace(profiles, by_name={**profiles.by_name, name: gone})


def _outright(
    settings: Settings, store: str, repository: Path | None, name: str | None
) -> Selection:
    """Return a store that was named as the only one; its name may have to be another one here."""
    wanted = name if name is not None else "demo" if store == "demo" else own_name(store)
    called = names.cleaned(wanted)
    found = replace(from_store(store, called, repository), expose=settings.expose)
    check_exists(found)
    selection = _selection(Profiles({called: found}), None, "it was named")
    if called == wanted:
        return selection
    return replace(selection, note=f"{names.fault(wanted)} The store is called `{called}` here.")


def is_folder_of_archives(folder: Path) -> bool:
    """Return whether a folder is no store, but holds archives."""
    if not is_so(folder.is_dir) or any(is_so((folder / name).exists) for name in OF_STORES):
        return False
    return is_so(lambda: any(map(_is_archive, folder.iterdir())))


def _folder(settings: Settings, folder: Path, name: str | None) -> Selection:
    """Return all archives of a folder, the first of them as the default."""
    found = collect(_of_archives(replace(settings, archives=(folder,))))
    if name is not None or not found.by_name:
        return _selection(found, name, "it was named")
    return _selection(found, min(found.by_name), f"it is the first archive of {folder}")


def _selection(profiles: Profiles, name: str | None, where: str) -> Selection:
    chosen = profiles.choose(name)
    if chosen.problem is not None:
        raise ConfigurationError(f"The profile `{chosen.name}` cannot be served. {chosen.problem}")
    if where.startswith("the "):
        which = "the profile named" if name else "the default profile"
        where = f"{which} in {where}"
    unserved = tuple(item for item in profiles.unserved if item.profile is not chosen)
    served = Profiles({**profiles.by_name, chosen.name: chosen}, chosen.name, unserved)
    fault = names.fault(chosen.name)
    return Selection(served, chosen, where, fault and f"{fault} It is served without a path.")
