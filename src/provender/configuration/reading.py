"""From what was written to typed settings: names, types and bounds. Floor: settings."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from provender.configuration.sources import gather
from provender.configuration.yamltext import Repeated
from provender.errors import ConfigurationError
from provender.nearest import nearest
from provender.settings import (
    ProfileSettings,
    RefusedProfile,
    SavedSelection,
    Settings,
    default_of,
    settings_of,
)

_Section = TypeVar("_Section")
# Names of saved selections: parts of addresses.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# Keys of a saved selection of which it may have one.
EXCLUSIVE = (("selection", "where"), ("want", "facet"), ("want", "stats"))
UNSET = (None, ())


def load(
    file: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings of a file, the environment and the command line, in that order.

    Args:
        file: YAML file; relative paths in it are taken from its folder.
        overrides: dotted names with values of the command line; None means not given.
        environment: variables, by default those of the process.

    Raises:
        ConfigurationError: unreadable file, unknown name, value of the wrong type.
    """
    given = gather(file, overrides, environment)
    where = str(file) if file is not None else "settings"
    return read(given.values, given.base, where, given.outside)


@dataclass(frozen=True, slots=True)
class _Where:
    """Where settings are written: most of them in one place, some in others.

    Relative paths of profiles are taken from `base`; None leaves them as they are.
    """

    usual: str
    others: Mapping[str, str] = field(default_factory=dict)
    base: Path | None = None

    def of(self, name: str) -> str:
        """Return the place of a setting."""
        head = name.partition(".")[0]
        whole = head if head in ("profiles", "views") else name
        return self.others.get(whole, self.usual)


def read(
    values: Mapping[str, Any],
    base: Path | None = None,
    where: str = "settings",
    others: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings that nested mappings hold.

    Args:
        values: settings by name, those of sections in mappings of their own.
        base: folder that relative paths are taken from; None leaves them as they are.
        where: where the settings are written, for errors.
        others: the same for single settings that are written elsewhere, by dotted name.

    Raises:
        ConfigurationError: unknown name, value of the wrong type.
    """
    loaded = _section(Settings, values, "", _Where(where, others or {}, base))
    if base is None:
        return loaded
    return replace(
        loaded,
        archives=tuple(base / _expanded(path) for path in loaded.archives),
        aiida_config=_resolve(loaded.aiida_config, base),
        cache=replace(loaded.cache, folder=_resolve(loaded.cache.folder, base)),
        access=replace(loaded.access, file=_resolve(loaded.access.file, base)),
    )


def _resolve(path: Path | None, base: Path) -> Path | None:
    return None if path is None else base / _expanded(path)


def _expanded(path: Path) -> Path:
    """Return a path with the home folder that its `~` stands for."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ConfigurationError(f"There is no home folder for {path}.") from error


def _section(
    kind: type[_Section], values: Mapping[str, Any], prefix: str, where: _Where
) -> _Section:
    """Return a section as its dataclass; refuses names that it does not have."""
    known = {item.name: item for item in settings_of(kind)}
    arguments: dict[str, Any] = {}
    for name, value in values.items():
        item = known.get(name)
        if item is None:
            close = nearest(str(name), known)
            hint = f"Did you mean `{prefix}{close}`?" if close else None
            place = where.of(f"{prefix}{name}")
            raise ConfigurationError(f"Unknown setting `{prefix}{name}` in {place}.", hint=hint)
        full = prefix + name
        place = where.of(full)
        if full == "profiles":
            arguments |= _profiles(value, where)
        elif name == "views":
            arguments[name] = _views(value, full, where)
        elif item.default is MISSING:
            section_type = type(default_of(item))
            arguments[name] = _section(
                section_type, _mapping(value, full, place), f"{full}.", where
            )
        else:
            arguments[name] = _value(value, str(item.type), full, place)
            _check_bounds(arguments[name], item.metadata, full, place)
    return kind(**arguments)


def _profiles(value: object, where: _Where) -> dict[str, Any]:
    """Return the settings `profiles` and `refused`: one that has a mistake does not stop others."""
    profiles: dict[str, ProfileSettings] = {}
    refused = []
    place = where.of("profiles")
    entries: Mapping[Any, Any] = _mapping(value, "profiles", place)
    for key, entry in entries.items():
        name = key.name if isinstance(key, Repeated) else str(key)
        if name in profiles or isinstance(key, Repeated):
            line = f" (line {key.line})" if isinstance(key, Repeated) else ""
            reason = f"The profile `{name}` stands twice in {place}{line}. The second is not read."
            refused.append(RefusedProfile(name, reason))
            continue
        try:
            profiles[name] = _profile(name, entry, where)
        except ConfigurationError as error:
            reason = " ".join(filter(None, (error.message, error.hint)))
            refused.append(RefusedProfile(name, reason))
    return {"profiles": profiles, "refused": tuple(refused)}


def _views(value: object, full: str, where: _Where) -> dict[str, SavedSelection]:
    """Return saved selections by name."""
    place = where.of(full)
    found = {}
    for name, entry in _mapping(value, full, place).items():
        if not NAME.fullmatch(name):
            raise ConfigurationError(
                f"`{name}` is no name of a view in {place} (`{full}`).",
                hint="Names begin with a letter or a digit; `.`, `_` and `-` may follow.",
            )
        inside = f"{full}.{name}"
        saved = _section(SavedSelection, _mapping(entry, inside, place), f"{inside}.", where)
        if not saved.title:
            raise ConfigurationError(f"`{inside}.title` is missing in {place}.")
        for one, other in EXCLUSIVE:
            if getattr(saved, one) not in UNSET and getattr(saved, other) not in UNSET:
                raise ConfigurationError(f"`{inside}` has both `{one}` and `{other}` in {place}.")
        found[name] = saved
    return found


def _profile(name: str, entry: object, where: _Where) -> ProfileSettings:
    full, place = f"profiles.{name}", where.of("profiles")
    given = {"store": entry} if isinstance(entry, str) else _mapping(entry, full, place)
    profile = _section(ProfileSettings, given, f"{full}.", where)
    if not profile.store:
        raise ConfigurationError(f"`{full}.store` is missing in {place}.")
    if where.base is None:
        return profile
    is_path = "://" not in profile.store and profile.store != "demo"
    store = str(where.base / _expanded(Path(profile.store))) if is_path else profile.store
    return replace(profile, store=store, repository=_resolve(profile.repository, where.base))


def _mapping(value: object, name: str, where: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"`{name}` must hold names with values in {where}.")
    return value


def _value(value: object, annotation: str, name: str, where: str) -> object:
    """Return a value converted to the annotated type of its setting."""
    if value is None and "None" in annotation:
        return None
    convert, expected = _KINDS[annotation.removesuffix(" | None")]
    converted = convert(value)
    if converted is None:
        shown = "" if name.endswith(".store") else f", not {value!r}"  # it may hold a password
        raise ConfigurationError(f"`{name}` must be {expected} in {where}{shown}.")
    return converted


def _texts(value: object) -> tuple[str, ...] | None:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        return None
    return tuple(item.strip() for item in items if item.strip())


def _paths(value: object) -> tuple[Path, ...] | None:
    texts = _texts(
        [str(item) if isinstance(item, Path) else item for item in value]
        if isinstance(value, list | tuple)
        else value
    )
    return None if texts is None else tuple(map(Path, texts))


def _path(value: object) -> Path | None:
    return Path(value) if isinstance(value, str | Path) and str(value) else None


def _object(value: object) -> Mapping[Any, Any] | None:
    return value if isinstance(value, Mapping) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


_KINDS: dict[str, tuple[Any, str]] = {
    "int": (_integer, "an integer"),
    "float": (_number, "a number"),
    "bool": (lambda value: value if isinstance(value, bool) else None, "true or false"),
    "str": (lambda value: value if isinstance(value, str) else None, "a string"),
    "Path": (_path, "a path"),
    "Mapping[str, Any]": (_object, "an object"),
    "tuple[str, ...]": (_texts, "a list of names"),
    "tuple[Path, ...]": (_paths, "a list of folders"),
}


def _check_bounds(value: object, metadata: Mapping[str, Any], name: str, where: str) -> None:
    low = metadata["low"]
    if low is not None and isinstance(value, int | float) and value < low:
        raise ConfigurationError(f"`{name}` must be at least {low} in {where}, not {value}.")
    if metadata["choices"] and isinstance(value, tuple | str):
        for entry in (value,) if isinstance(value, str) else value:
            if entry not in metadata["choices"]:
                valid = ", ".join(metadata["choices"])
                raise ConfigurationError(
                    f"`{name}` does not know `{entry}` in {where}.", hint=f"Valid: {valid}."
                )
