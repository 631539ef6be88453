"""Where settings are written: a file, the environment, the command line. Floor: settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from provender.configuration import yamltext
from provender.errors import ConfigurationError
from provender.settings import table

COMMAND_LINE = "the command line"


@dataclass(frozen=True, slots=True)
class Given:
    """What was written, not yet read.

    Attributes:
        values: nested values by name.
        places: where each setting was written, by its dotted name.
        file: the configuration file, if there is one.
    """

    values: dict[str, Any]
    places: dict[str, str] = field(default_factory=dict)
    file: Path | None = None

    @property
    def base(self) -> Path:
        """The folder that relative paths are taken from."""
        return Path() if self.file is None else self.file.parent

    @property
    def outside(self) -> dict[str, str]:
        """The places of the settings that are not written in the file."""
        return {name: place for name, place in self.places.items() if place != str(self.file)}


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


def gather(
    file: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Given:
    """Return what the file, the environment and the command line say.

    Args:
        file: YAML file.
        overrides: dotted names with values of the command line; None means not given.
        environment: variables, by default those of the process.

    Raises:
        ConfigurationError: an unreadable file, or a value where a section should be.
    """
    values = _read_file(file) if file is not None else {}
    places = {row.name: str(file) for row in table() if _has(values, row.name)}
    for row in table():
        text = (os.environ if environment is None else environment).get(row.variable)
        if text is not None:
            _put(values, row.name, _from_text(row.name, text, row.variable), row.variable)
            places[row.name] = row.variable
    for name, value in (overrides or {}).items():
        if value is not None:
            _put(values, name, value, COMMAND_LINE)
            places[name] = COMMAND_LINE
    return Given(values, places, file)


def _has(values: Mapping[str, Any], name: str) -> bool:
    section, _, last = name.rpartition(".")
    inside = values.get(section) if section else values
    return isinstance(inside, Mapping) and last in inside


def _read_file(file: Path) -> dict[str, Any]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"The configuration file {file} cannot be read: {error.strerror}."
        ) from error
    values = yamltext.parse(content, f"The configuration file {file}")
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigurationError(f"The configuration file {file} must hold names with values.")
    return values


def _from_text(name: str, text: str, variable: str) -> object:
    """Return the value of a variable; what is no YAML is a string, except for a mapping."""
    source = f"The variable {variable}"
    if name == "profiles":
        return yamltext.parse(text, source, is_of_profiles=True)
    try:
        return yamltext.parse(text, source)
    except ConfigurationError:
        return text


def _put(values: dict[str, Any], name: str, value: object, source: str) -> None:
    section, _, last = name.rpartition(".")
    if section and values.get(section) is None:
        values[section] = {}
    target = values[section] if section else values
    if not isinstance(target, dict):
        raise ConfigurationError(f"`{section}` must hold names with values ({source}).")
    target[last] = value
