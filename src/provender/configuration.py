"""Reading the settings: file, environment and command line. Floor: settings.

Order: command line > environment (`PROVENDER_…`) > configuration file > default. The file is
YAML; `config/provender.yaml` is the commented sample.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
import yaml

from provender.errors import ConfigurationError
from provender.nearest import nearest
from provender.settings import (
    ProfileSettings,
    RefusedProfile,
    Settings,
    default_of,
    settings_of,
    table,
)

_Section = TypeVar("_Section")

MERGE, TEXT = "tag:yaml.org,2002:merge", "tag:yaml.org,2002:str"


def find_file(explicit: Path | None) -> Path | None:
    """Return the configuration file: the given one, `PROVENDER_CONFIG`, or the user's own.

    The user's own is `provender/config.yaml` in the user's configuration folder. None when
    there is none; a named file must exist.
    """
    named = explicit or (Path(value) if (value := os.environ.get("PROVENDER_CONFIG")) else None)
    if named is not None:
        named = named.expanduser()
        return named / "config.yaml" if named.is_dir() else named
    own = platformdirs.user_config_path("provender") / "config.yaml"
    return own if own.is_file() else None


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
    base = file.parent if file is not None else Path()
    return read(given.values, base, str(file) if file is not None else "settings")


@dataclass(frozen=True, slots=True)
class Given:
    """What was written, not yet read: nested values, and the place of each setting by its name."""

    values: dict[str, Any]
    places: dict[str, str]


def gather(
    file: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Given:
    """Return what the file, the environment and the command line say; arguments as `load`.

    Raises:
        ConfigurationError: an unreadable file, or a value where a section should be.
    """
    values = _read_yaml(file) if file is not None else {}
    places = {row.name: str(file) for row in table() if _has(values, row.name)}
    for row in table():
        text = (os.environ if environment is None else environment).get(row.variable)
        if text is not None and row.name != "profiles":
            _put(values, row.name, _from_text(text), row.variable)
            places[row.name] = row.variable
    for name, value in (overrides or {}).items():
        if value is not None:
            _put(values, name, value, name)
            places[name] = "the command line"
    return Given(values, places)


def read(values: Mapping[str, Any], base: Path | None = None, where: str = "settings") -> Settings:
    """Return `Settings` of nested mappings; `where` names them in errors."""
    loaded = _section(Settings, values, "", where, base)
    if base is None:
        return loaded
    return replace(
        loaded,
        archives=tuple(base / _expanded(path) for path in loaded.archives),
        aiida_config=_resolve(loaded.aiida_config, base),
        cache=replace(loaded.cache, folder=_resolve(loaded.cache.folder, base)),
    )


def _resolve(path: Path | None, base: Path) -> Path | None:
    return None if path is None else base / _expanded(path)


def _expanded(path: Path) -> Path:
    """Return a path with the home folder that its `~` stands for."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ConfigurationError(f"There is no home folder for {path}.") from error


class _RepeatedError(Exception):
    """A name that stands twice in a mapping; YAML would take the last one and say nothing."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(f"names `{name}` twice (line {line})")


@dataclass(frozen=True, slots=True)
class _Again:
    """The name of a profile that stood in the file before: the key of the second one."""

    name: str
    line: int


class _Loader(yaml.SafeLoader):
    """YAML's safe loader, which refuses names that stand twice; of profiles it keeps them.

    Names of profiles stay as they are written, also `1.10` and `on`.
    """

    _profiles: yaml.Node | None = None

    def construct_document(self, node: yaml.Node) -> Any:  # noqa: ANN401 - what a file holds
        """Return the content of a file."""
        if isinstance(node, yaml.MappingNode):
            named = (value for key, value in node.value if key.value == "profiles")
            self._profiles = next(named, None)
        return super().construct_document(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping."""
        is_of_profiles, seen, again = node is self._profiles, set[object](), []
        for pair in node.value:
            key = pair[0]
            if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE:
                continue
            if key.value in seen and not is_of_profiles:
                raise _RepeatedError(key.value, key.start_mark.line + 1)
            if key.value in seen:
                again.append(pair)
            seen.add(key.value)
            key.tag = TEXT if is_of_profiles else key.tag
        node.value = [pair for pair in node.value if pair not in again]
        found = super().construct_mapping(node, deep)
        for key, value in again:
            found[_Again(key.value, key.start_mark.line + 1)] = self.construct_object(value, deep)
        return found


def _has(values: Mapping[str, Any], name: str) -> bool:
    section, _, last = name.rpartition(".")
    inside = values.get(section) if section else values
    return isinstance(inside, Mapping) and last in inside


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        values = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe one
    except OSError as error:
        raise ConfigurationError(
            f"The configuration file {file} cannot be read: {error.strerror}."
        ) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        place = "" if line is None else f" (line {line + 1})"
        raise ConfigurationError(
            f"The configuration file {file} is not valid YAML{place}."
        ) from error
    except _RepeatedError as error:
        raise ConfigurationError(f"The configuration file {file} {error}.") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigurationError(f"The configuration file {file} must hold names with values.")
    return values


def _from_text(text: str) -> object:
    try:
        value: object = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    return value


def _put(values: dict[str, Any], name: str, value: object, source: str) -> None:
    section, _, last = name.rpartition(".")
    target = values.setdefault(section, {}) if section else values
    if not isinstance(target, dict):
        raise ConfigurationError(f"`{section}` must hold names with values ({source}).")
    target[last] = value


def _section(
    kind: type[_Section],
    values: Mapping[str, Any],
    prefix: str,
    where: str,
    base: Path | None = None,
) -> _Section:
    """Return a section as its dataclass; refuses names that it does not have."""
    known = {item.name: item for item in settings_of(kind)}
    arguments: dict[str, Any] = {}
    for name, value in values.items():
        item = known.get(name)
        if item is None:
            close = nearest(str(name), known)
            hint = f"Did you mean `{prefix}{close}`?" if close else None
            raise ConfigurationError(f"Unknown setting `{prefix}{name}` in {where}.", hint=hint)
        full = prefix + name
        if full == "profiles":
            arguments |= _profiles(value, where, base)
        elif item.default is MISSING:
            section_type = type(default_of(item))
            arguments[name] = _section(
                section_type, _mapping(value, full, where), f"{full}.", where
            )
        else:
            arguments[name] = _value(value, str(item.type), full, where)
            _check_bounds(arguments[name], item.metadata, full, where)
    return kind(**arguments)


def _profiles(value: object, where: str, base: Path | None) -> dict[str, Any]:
    """Return the settings `profiles` and `refused`: one that has a mistake does not stop others."""
    profiles: dict[str, ProfileSettings] = {}
    refused = []
    entries: Mapping[Any, Any] = _mapping(value, "profiles", where)
    for key, entry in entries.items():
        name = key.name if isinstance(key, _Again) else str(key)
        if name in profiles or isinstance(key, _Again):
            place = f" (line {key.line})" if isinstance(key, _Again) else ""
            reason = f"The profile `{name}` stands twice in {where}{place}. The second is not read."
            refused.append(RefusedProfile(name, reason))
            continue
        try:
            profiles[name] = _profile(name, entry, where, base)
        except ConfigurationError as error:
            reason = " ".join(filter(None, (error.message, error.hint)))
            refused.append(RefusedProfile(name, reason))
    return {"profiles": profiles, "refused": tuple(refused)}


def _profile(name: str, entry: object, where: str, base: Path | None) -> ProfileSettings:
    given = {"store": entry} if isinstance(entry, str) else _mapping(entry, f"{name}", where)
    profile = _section(ProfileSettings, given, f"profiles.{name}.", where)
    if not profile.store:
        raise ConfigurationError(f"`profiles.{name}.store` is missing in {where}.")
    if base is None:
        return profile
    is_path = "://" not in profile.store and profile.store != "demo"
    store = str(base / _expanded(Path(profile.store))) if is_path else profile.store
    return replace(profile, store=store, repository=_resolve(profile.repository, base))


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
    "str": (lambda value: value if isinstance(value, str) else None, "a text"),
    "Path": (_path, "a path"),
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
