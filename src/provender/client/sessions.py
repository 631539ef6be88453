"""Servers that a user has named: files in the folder of configurations. Floor: client.

A file holds a URL, a profile and, if there is one, a token; nobody else may read it.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from provender.client.errors import BadQuery, NotFound
from provender.nearest import nearest

NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
ENDING = ".json"
# What overrides a session; for example in a container, where there is no file.
URL, PROFILE, TOKEN = (
    "PROVENDER_CLIENT_URL",
    "PROVENDER_CLIENT_PROFILE",
    "PROVENDER_CLIENT_TOKEN",
)


@dataclass(frozen=True, slots=True)
class Session:
    """Which store on which server, and with which token."""

    url: str
    profile: str | None = None
    token: str | None = None

    def __repr__(self) -> str:
        hidden = ", token=..." if self.token else ""
        return f"Session(url={self.url!r}, profile={self.profile!r}{hidden})"


def folder() -> Path:
    """Return the folder of the sessions; it may not be there."""
    return platformdirs.user_config_path("provender") / "sessions"


def names() -> list[str]:
    """Return the names of all saved sessions, in the order of the alphabet."""
    try:
        found = [path.stem for path in folder().iterdir() if path.suffix == ENDING]
    except FileNotFoundError:
        return []
    return sorted(name for name in found if NAME.match(name))


def save(name: str, session: Session) -> Path:
    """Write a session, whole or not at all, and return its file (mode 0600).

    Raises:
        BadQuery: no such name is possible.
        OSError: the file cannot be written.
    """
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = {key: value for key, value in asdict(session).items() if value is not None}
    descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=f".{name}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(kept, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        Path(written).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(written).unlink()
        raise
    return path


def load(name: str) -> Session:
    """Return a saved session; variables of the environment override what it says.

    Raises:
        NotFound: there is no session of this name.
        BadQuery: the file holds none.
    """
    path = _path(name)
    try:
        session = _session(**json.loads(path.read_text()))
    except FileNotFoundError:
        raise NotFound(f"There is no session `{name}`.", hint=_others(name)) from None
    except (ValueError, TypeError):
        raise BadQuery(f"`{path}` holds no session.", hint="Save it again.") from None
    return overridden(session)


def _session(*, url: str, profile: str | None = None, token: str | None = None) -> Session:
    if not all(isinstance(value, str | None) for value in (url or None, profile, token)):
        raise TypeError("not a string")
    return Session(url, profile, token)


def overridden(session: Session | None) -> Session:
    """Return a session as the environment changes it.

    Raises:
        BadQuery: neither names a server.
    """
    url = os.environ.get(URL) or (session and session.url)
    if not url:
        raise BadQuery("No server is named.", hint=f'Client("https://example.org"), or {URL}=...')
    return Session(
        url,
        os.environ.get(PROFILE) or (session.profile if session else None),
        os.environ.get(TOKEN) or (session.token if session else None),
    )


def remove(name: str) -> None:
    """Forget a session; errors as `load`."""
    try:
        _path(name).unlink()
    except FileNotFoundError:
        raise NotFound(f"There is no session `{name}`.", hint=_others(name)) from None


def _path(name: str) -> Path:
    if not NAME.match(name):
        raise BadQuery(f"`{name}` is no name of a session.", hint="Letters, digits, - and _.")
    return folder() / f"{name}{ENDING}"


def _others(name: str) -> str:
    known = names()
    near = nearest(name, known)
    if near:
        return f"Did you mean `{near}`?"
    return f"There are: {', '.join(known)}." if known else "None is saved yet."
