"""Reading the profiles of an AiiDA configuration folder; never writes to it. Floor: store.

Source: AiiDA's `config.json`, versions 0 to 10 and later ones that declare themselves readable.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from provender.errors import ConfigurationError
from provender.store.layout import CONFIGURATION, CONTAINER, read_json
from provender.store.profiles import Profile, ProfileKind, Profiles

# The highest `OLDEST_COMPATIBLE` that is understood.
NEWEST = 10
# Keys of a profile up to version 5, and their later names.
FLAT_KEYS = {
    "AIIDADB_HOST": "database_hostname",
    "AIIDADB_PORT": "database_port",
    "AIIDADB_USER": "database_username",
    "AIIDADB_PASS": "database_password",
    "AIIDADB_NAME": "database_name",
    "AIIDADB_REPOSITORY_URI": "repository_uri",
}
BACKENDS = {
    "core.psql_dos": ProfileKind.POSTGRESQL,
    "psql_dos": ProfileKind.POSTGRESQL,
    "django": ProfileKind.POSTGRESQL,
    "sqlalchemy": ProfileKind.POSTGRESQL,
    "core.sqlite_dos": ProfileKind.SQLITE,
    "core.sqlite_zip": ProfileKind.ARCHIVE,
    "sqlite_zip": ProfileKind.ARCHIVE,
}
LIBPQ = {
    "database_hostname": "host",
    "database_port": "port",
    "database_username": "user",
    "database_password": "password",
    "database_name": "dbname",
}


def find_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the configuration folder as AiiDA looks for it; it need not exist.

    `AIIDA_PATH` is a list of folders, each with or without `.aiida` at its end; the first that
    exists wins. Without it: `~/.aiida`.
    """
    variable = (os.environ if environment is None else environment).get("AIIDA_PATH", "")
    folders = []
    for text in filter(None, variable.split(os.pathsep)):
        folder = Path(text).expanduser()
        folders.append(folder if folder.name == ".aiida" else folder / ".aiida")
    for folder in folders:
        if folder.is_dir():
            return folder
    return folders[-1] if folders else Path.home() / ".aiida"


def read_profiles(folder: Path, expose: tuple[str, ...] = ()) -> Profiles:
    """Return the profiles of a configuration folder.

    A profile on a storage backend that is not read has a `problem`; the others can be used.

    Raises:
        ConfigurationError: no configuration, an invalid one, or one of a newer AiiDA.
    """
    file = folder / CONFIGURATION
    try:
        config: Any = read_json(file)
    except OSError as error:
        raise ConfigurationError(
            f"The AiiDA configuration {file} cannot be read: {error.strerror}."
        ) from error
    except ValueError as error:
        raise ConfigurationError(
            f"The AiiDA configuration {file} is not valid JSON: {error}."
        ) from error
    if not isinstance(config, dict) or not isinstance(config.get("profiles", {}), dict):
        raise ConfigurationError(f"The AiiDA configuration {file} is not valid.")
    version = config.get("CONFIG_VERSION")
    oldest = version.get("OLDEST_COMPATIBLE", 0) if isinstance(version, dict) else 0
    if not isinstance(oldest, int) or oldest > NEWEST:
        raise ConfigurationError(
            f"The AiiDA configuration {file} has version {oldest}, newer than {NEWEST}, the "
            "newest that this server knows.",
            hint="Use a newer Provender.",
        )
    profiles = {
        name: _profile(name, values, str(file), expose)
        for name, values in config.get("profiles", {}).items()
    }
    former = config.get("default_profiles")
    former = former if isinstance(former, dict) else {}
    default = config.get("default_profile") or former.get("verdi")
    is_known = isinstance(default, str) and default in profiles
    return Profiles(profiles, default if is_known else None)


def _profile(name: str, values: object, source: str, expose: tuple[str, ...]) -> Profile:
    """Return a profile; a profile that cannot be used has a `problem`."""
    values = values if isinstance(values, dict) else {}
    storage = values.get("storage")
    if isinstance(storage, dict):
        backend, config = storage.get("backend"), storage.get("config")
    else:
        backend = values.get("AIIDADB_BACKEND")
        config = {new: values[old] for old, new in FLAT_KEYS.items() if old in values}
    config = config if isinstance(config, dict) else {}
    kind = BACKENDS.get(str(backend), ProfileKind.UNSUPPORTED)
    problem = None
    if backend is None:
        problem = "It names no storage backend."
    elif kind is ProfileKind.UNSUPPORTED:
        problem = f"The storage backend `{backend}` is not supported."
    elif kind is not ProfileKind.POSTGRESQL and not config.get("filepath"):
        problem = "It names no file or folder (`filepath`)."
    if problem is not None:
        return Profile(name, ProfileKind.UNSUPPORTED, source, problem=problem)
    if kind is ProfileKind.POSTGRESQL:
        dsn = {LIBPQ[key]: config[key] for key in LIBPQ if config.get(key) not in (None, "")}
        container = _container(config.get("repository_uri"))
        return Profile(name, kind, source, dsn=dsn, repository=container, expose=expose)
    path = Path(str(config["filepath"]))
    container = path / CONTAINER if kind is ProfileKind.SQLITE else None
    return Profile(name, kind, source, path=path, repository=container, expose=expose)


def _container(uri: object) -> Path | None:
    """Return the container folder of a `repository_uri` (`file:///…`), if it names one."""
    parts = urlsplit(str(uri or ""))
    if parts.scheme != "file" or not parts.path.startswith("/"):
        return None
    return Path(unquote(parts.path)) / CONTAINER
