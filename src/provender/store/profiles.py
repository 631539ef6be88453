"""Stores under names, not yet opened: their places, and those not served. Floor: store."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from importlib import resources
from pathlib import Path
from typing import Any

from provender.errors import ConfigurationError
from provender.logs import printable
from provender.store import addresses, names
from provender.store.layout import (
    ARCHIVE_DATABASE,
    ARCHIVE_SUFFIX,
    CONFIGURATION,
    CONTAINER,
    METADATA,
    PROFILE_DATABASE,
    is_container,
    is_so,
)


class ProfileKind(Enum):
    """The kinds of store, under the names of AiiDA's storage backends."""

    POSTGRESQL = "core.psql_dos"
    SQLITE = "core.sqlite_dos"
    ARCHIVE = "core.sqlite_zip"
    UNSUPPORTED = "unsupported"


# Their names for people.
KINDS = {
    ProfileKind.POSTGRESQL: "PostgreSQL database",
    ProfileKind.SQLITE: "SQLite profile",
    ProfileKind.ARCHIVE: "archive",
    ProfileKind.UNSUPPORTED: "unsupported store",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A store under a name, not yet opened.

    `dsn` are libpq's parameters and may hold a password; `path` is the archive or the folder of
    a SQLite profile; `source` says where the profile was found; `problem` why it cannot be used.
    """

    name: str
    kind: ProfileKind
    source: str
    dsn: dict[str, Any] = field(default_factory=dict, repr=False)
    path: Path | None = None
    repository: Path | None = None
    expose: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def has_path(self) -> bool:
        """Whether the name can begin a path; AiiDA allows others."""
        return names.fault(self.name) is None

    @property
    def database(self) -> Path:
        """The database file of a SQLite profile."""
        return (self.path or Path()) / PROFILE_DATABASE

    @property
    def location(self) -> str:
        """The place of the store, without any password."""
        if self.kind is ProfileKind.POSTGRESQL:
            return printable(addresses.location(self.dsn))
        return printable(str(self.path) if self.path else self.problem or "")


@dataclass(frozen=True, slots=True)
class Unserved:
    """A store, or a place of stores, that is configured but not served.

    `name` is that of the profile, or the setting that names the place. `source` says where it was
    found, `reason` what is wrong, in sentences for the operator. `profile` is the store itself if
    only its name is wrong.
    """

    name: str
    source: str
    reason: str
    profile: Profile | None = None

    @property
    def words(self) -> str:
        """The whole text on one line, with any characters in names made printable."""
        return printable(f"{self.name} ({self.source}): {' '.join(self.reason.split())}")


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of a configuration by name; `default` is served when none is named.

    `unserved` are configured profiles that are not served; they do not stop the others.
    """

    by_name: dict[str, Profile]
    default: str | None = None
    unserved: tuple[Unserved, ...] = ()

    def choose(self, name: str | None) -> Profile:
        """Return the profile of a name, or the one to take when none is named.

        A store whose name cannot begin a path can be chosen all the same.

        Raises:
            ConfigurationError: no such profile, or several and no default.
        """
        if name is not None:
            return self.by_name.get(name) or self._unserved(name)
        if self.default is not None:
            return self.choose(self.default)
        if len(self.by_name) == 1:
            return next(iter(self.by_name.values()))
        raise ConfigurationError(
            "There are several profiles and no default. Name one.", hint=self._known()
        )

    def _unserved(self, name: str) -> Profile:
        for item in self.unserved:
            if item.name == name and item.profile is not None:
                return item.profile
            if item.name == name:
                reason = f"The profile `{name}` cannot be served. {item.reason}"
                raise ConfigurationError(reason)
        raise ConfigurationError(f"There is no profile `{name}`.", hint=self._known())

    def _known(self) -> str:
        return f"Known: {', '.join(sorted(self.by_name)) or 'none'}."


def demo_path() -> Path:
    """Return the bundled demo archive."""
    return Path(str(resources.files("provender") / "demo" / "demo.aiida"))


def from_store(
    store: str, name: str | None = None, repository: Path | None = None, source: str = "argument"
) -> Profile:
    """Return the profile of a URL, an archive, a folder or the word `demo`.

    The file or folder may be missing for a while (see `check_exists`). The default `name` is made
    of `own_name`, and is valid for a profile.

    Raises:
        ConfigurationError: it is none of these.
    """
    if store == "demo":
        return Profile(name or "demo", ProfileKind.ARCHIVE, source, path=demo_path())
    found = name or names.cleaned(own_name(store))
    if "://" in store:
        dsn = addresses.parse_url(store)
        return Profile(found, ProfileKind.POSTGRESQL, source, dsn=dsn, repository=repository)
    path = _place(store)
    if _is_archive(path):
        return Profile(found, ProfileKind.ARCHIVE, source, path=path)
    container = repository or path / CONTAINER
    return Profile(found, ProfileKind.SQLITE, source, path=path, repository=container)


def own_name(store: str) -> str:
    """Return the own name of a store: its database, its file without suffix, or its folder.

    A link has its own name, not the name of its target. Not every name is valid for a profile.

    Raises:
        ConfigurationError: a URL of something else than PostgreSQL.
    """
    if "://" in store:
        return str(addresses.parse_url(store).get("dbname") or "postgresql")
    path = _place(store)
    named = path if path.name not in ("", "..") else path.resolve()
    return named.name.removesuffix(ARCHIVE_SUFFIX) if is_so(path.is_dir) else named.stem


def _place(store: str) -> Path:
    """Return the path of a store; of a database inside a folder, the folder is the store."""
    if "\0" in store:
        raise ConfigurationError("A path holds no null character.")
    try:
        path = Path(store).expanduser()
    except RuntimeError as error:  # `~name` of nobody
        raise ConfigurationError(f"There is no home folder for {store}.") from error
    is_inside = path.name == PROFILE_DATABASE or (
        path.name in (ARCHIVE_DATABASE, METADATA) and is_so((path.parent / METADATA).exists)
    )
    return path.parent if is_inside and not is_so(path.is_dir) else path


def _is_archive(path: Path) -> bool:
    """Return whether a path is an archive, not a SQLite profile; a missing one by its suffix."""
    if is_so((path / PROFILE_DATABASE).exists):
        return False
    is_unpacked = is_so((path / METADATA).exists)
    return path.suffix == ARCHIVE_SUFFIX or is_unpacked or is_so(path.is_file)


def check_exists(profile: Profile) -> None:
    """Raise `ConfigurationError` if the file or folder of a store does not exist."""
    path = profile.path
    if path is None:
        return
    if not is_so(path.exists):
        raise ConfigurationError(
            f"There is no file or folder {path}.",
            hint="A store is a postgresql:// URL, an .aiida archive or a SQLite profile's folder.",
        )
    if profile.kind is ProfileKind.SQLITE and not is_so(profile.database.exists):
        raise ConfigurationError(
            f"The folder {path} is not a store: it has neither {PROFILE_DATABASE} nor {METADATA}.",
            hint=_advice(path),
        )


def _advice(folder: Path) -> str | None:
    """Return a hint on a folder that is not a store: the setting that may have been meant."""
    around = [folder.parent] if is_container(folder) else []
    near = [*around, *(found.parent for found in sorted(folder.glob(f"*/{PROFILE_DATABASE}")))]
    for place in near:
        if is_so((place / PROFILE_DATABASE).exists):
            return f"Is {place} meant?"
    if around:
        return "It is a container of files: name the database, and this folder as its repository."
    if any(folder.glob(f"*{ARCHIVE_SUFFIX}")):
        return "A folder of archives is named in a configuration: `archives: [FOLDER]`."
    if is_so((folder / CONFIGURATION).exists):
        return "Of AiiDA's configuration, name the folder as `aiida_config`, or set AIIDA_PATH."
    return None
