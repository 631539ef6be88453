"""Where stores are: URL, file, folder, configuration, AiiDA's configuration. Floor: store."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from importlib import resources
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psycopg2
from psycopg2.extensions import parse_dsn

from provender.errors import ConfigurationError
from provender.settings import Settings

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
RESERVED = frozenset(("api", "docs", "alive", "ready", "metrics", "profiles", "assets"))
POSTGRESQL_URL = re.compile(r"postgres(?:ql)?(?:\+\w+)?://")


class ProfileKind(Enum):
    """The kinds of store, under the names of AiiDA's storage backends."""

    POSTGRESQL = "core.psql_dos"
    SQLITE = "core.sqlite_dos"
    ARCHIVE = "core.sqlite_zip"
    UNSUPPORTED = "unsupported"


KINDS = {
    ProfileKind.POSTGRESQL: "PostgreSQL database",
    ProfileKind.SQLITE: "SQLite profile",
    ProfileKind.ARCHIVE: "archive",
    ProfileKind.UNSUPPORTED: "unsupported store",
}
"""What people call them."""


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
        """Whether the name can stand in a path; AiiDA allows others."""
        return NAME.fullmatch(self.name) is not None and self.name not in RESERVED

    @property
    def location(self) -> str:
        """Where the store is, without any password."""
        if self.kind is ProfileKind.POSTGRESQL:
            host, port = str(self.dsn.get("host") or ""), str(self.dsn.get("port") or "")
            user = f"{self.dsn['user']}@" if self.dsn.get("user") else ""
            database = self.dsn.get("dbname", "")
            if host.startswith("/"):  # a Unix socket
                return f"postgresql://{user}/{database}?host={host}"
            pairs = zip_longest(host.split(","), port.split(","), fillvalue="")
            hosts = ",".join(f"{one}:{number}" if number else one for one, number in pairs)
            return f"postgresql://{user}{hosts}/{database}"
        return str(self.path) if self.path else self.problem or ""


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of a configuration by name; `default` is served when none is named."""

    by_name: dict[str, Profile]
    default: str | None = None

    def choose(self, name: str | None) -> Profile:
        """Return the profile of a name, or the one to take when none is named.

        Raises:
            ConfigurationError: no such profile, or several and no default.
        """
        if name is not None:
            if name in self.by_name:
                return self.by_name[name]
            raise ConfigurationError(f"There is no profile `{name}`.", hint=self._known())
        if self.default is not None:
            return self.choose(self.default)
        if len(self.by_name) == 1:
            return next(iter(self.by_name.values()))
        raise ConfigurationError(
            "Name a profile: there is no default among several.", hint=self._known()
        )

    def _known(self) -> str:
        return f"Known: {', '.join(sorted(self.by_name)) or 'none'}."


def demo_path() -> Path:
    """Return the bundled demo archive."""
    return Path(str(resources.files("provender") / "demo" / "demo.aiida"))


def from_store(
    store: str, name: str | None = None, repository: Path | None = None, source: str = "argument"
) -> Profile:
    """Return the profile of a URL, an archive, a folder or the word `demo`.

    A file or folder need not exist now: a store may be away for a while. See `check_exists`.

    Raises:
        ConfigurationError: it is none of these.
    """
    if store == "demo":
        return Profile(name or "demo", ProfileKind.ARCHIVE, source, path=demo_path())
    if "://" in store:
        dsn = parse_url(store)
        found = name or _clean(str(dsn.get("dbname") or "postgresql"))
        return Profile(found, ProfileKind.POSTGRESQL, source, dsn=dsn, repository=repository)
    path = Path(store).expanduser()
    found = name or _clean((path if path.is_symlink() else path.resolve()).stem)
    if path.suffix == ".aiida" or path.is_file() or (path / "metadata.json").exists():
        return Profile(found, ProfileKind.ARCHIVE, source, path=path)
    container = repository or path / "container"
    return Profile(found, ProfileKind.SQLITE, source, path=path, repository=container)


def check_exists(profile: Profile) -> None:
    """Raise `ConfigurationError` if the file or folder that somebody named is not there."""
    path = profile.path
    if path is None:
        return
    if not path.exists():
        raise ConfigurationError(
            f"There is no file or folder {path}.",
            hint="A store is a postgresql:// URL, an .aiida archive or a SQLite profile's folder.",
        )
    if profile.kind is ProfileKind.SQLITE and not (path / "database.sqlite").exists():
        raise ConfigurationError(
            f"The folder {path} is no store: it has neither database.sqlite nor metadata.json."
        )


def parse_url(url: str) -> dict[str, Any]:
    """Return libpq's parameters of a PostgreSQL URL; a driver in its scheme is left out.

    Several hosts (`//h1:1,h2:2/name`, or `?host=h1:1&host=h2:2`) become libpq's lists.

    Raises:
        ConfigurationError: not a PostgreSQL URL; the message does not repeat it.
    """
    if not POSTGRESQL_URL.match(url):
        raise ConfigurationError(
            f"The scheme `{url.partition('://')[0]}` is not supported.",
            hint="A database URL begins with postgresql://",
        )
    plain = POSTGRESQL_URL.sub("postgresql://", url, count=1)
    pairs = [_host_and_port(unquote(host)) for host in re.findall(r"[?&]host=([^&]+)", plain)]
    is_list = len(pairs) > 1 or any(port for _, port in pairs)
    if is_list:
        plain = re.sub(r"([?&])host=[^&]+&?", r"\1", plain).rstrip("?&")
    try:
        dsn = dict(parse_dsn(plain))
    except psycopg2.ProgrammingError as error:
        raise ConfigurationError(
            "The database URL cannot be understood.",
            hint="postgresql://USER@HOST:PORT/DATABASE, special characters percent-encoded.",
        ) from error
    if is_list:
        dsn["host"] = ",".join(host for host, _ in pairs)
        dsn["port"] = ",".join(port for _, port in pairs)
    return dsn


def _host_and_port(text: str) -> tuple[str, str]:
    """Return the two parts of `host:port` or `[host]:port`; a socket's folder has no port."""
    found = re.fullmatch(r"\[?([^]/]+?)\]?:(\d+)", text)
    is_address = text.count(":") > 1 and not text.startswith("[")
    return (found[1], found[2]) if found and not is_address else (text.strip("[]"), "")


def from_settings(settings: Settings) -> Profiles:
    """Return the profiles of a configuration file: named ones, and those of archive folders.

    Raises:
        ConfigurationError: a name that cannot stand in a URL, or one given twice.
    """
    found = [
        _with_expose(
            from_store(item.store, name, item.repository, "configuration"),
            settings.expose if item.expose is None else item.expose,
        )
        for name, item in settings.profiles.items()
    ]
    for folder in settings.archives:
        if not folder.is_dir():
            raise ConfigurationError(f"There is no folder {folder} (`archives`).")
        found.extend(
            _with_expose(from_store(str(path), source=str(folder)), settings.expose)
            for path in sorted(folder.glob("*.aiida"))
        )
    return Profiles(collect(found), settings.default_profile)


def collect(profiles: Iterable[Profile]) -> dict[str, Profile]:
    """Return profiles by name; raises `ConfigurationError` at a bad or repeated name."""
    by_name: dict[str, Profile] = {}
    for profile in profiles:
        if not profile.has_path:
            raise ConfigurationError(
                f"A profile cannot be called `{profile.name}` ({profile.source}).",
                hint="Letters, digits, dot, dash and underscore; some names are reserved.",
            )
        other = by_name.get(profile.name)
        if other is not None:
            raise ConfigurationError(
                f"Two profiles are called `{profile.name}`: {other.location} "
                f"and {profile.location}."
            )
        by_name[profile.name] = profile
    return by_name


def _with_expose(profile: Profile, expose: tuple[str, ...]) -> Profile:
    return replace(profile, expose=expose)


def _clean(name: str) -> str:
    """Return a name made of the characters that a profile name may have."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._") or "store"
