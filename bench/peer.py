"""AiiDA with its REST extra, in an environment of its own, on the same database. Floor: bench."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from bench.cluster import host
from bench.stores import Store

PACKAGE = "aiida-core[rest]"


def environment(cache: Path, given: Path | None, say: Callable[[str], None]) -> Path:
    """Return the folder of a virtual environment with AiiDA: the one given, or made once."""
    folder = given or cache / "peer"
    if not (folder / "bin" / "verdi").exists():
        say(f"installing {PACKAGE} into {folder}")
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(folder / "bin" / "pip"), "install", "-q", PACKAGE])
    return folder


def version(folder: Path) -> str:
    """Return the version of AiiDA in an environment."""
    code = "import importlib.metadata as m; print(m.version('aiida-core'))"
    return _run([str(folder / "bin" / "python"), "-c", code]).strip()


def settings(cache: Path, store: Store) -> dict[str, str]:
    """Return the environment variables of a process that serves this store."""
    name = urlsplit(store.location).path.strip("/")
    # AiiDA's URL has no place for the folder of a socket; libpq takes it from the environment.
    own = {"AIIDA_PATH": str(cache / "profiles" / name), "PGHOST": host(store.location)}
    return os.environ | own


def prepare(folder: Path, cache: Path, store: Store) -> None:
    """Make the profile for a store, if needed; raises `RuntimeError` if that fails."""
    variables = settings(cache, store)
    parts = urlsplit(store.location)
    home = Path(variables["AIIDA_PATH"])
    if "bench" in _profiles(home):
        return
    home.mkdir(parents=True, exist_ok=True)
    options = {
        "profile-name": "bench",
        "email": "user1@bench.example",
        "first-name": "First1",
        "last-name": "Last1",
        "institution": "Bench",
        "broker": "none",
        "database-hostname": parts.hostname or "",
        "database-port": str(parts.port or 5432),
        "database-username": parts.username or "postgres",
        "database-password": parts.password or "none",
        "database-name": parts.path.strip("/"),
        "repository-uri": store.container.parent.as_uri(),
    }
    given = [text for name, value in options.items() for text in (f"--{name}", value)]
    command = [str(folder / "bin" / "verdi"), "profile", "setup", "core.psql_dos", "-n", *given]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    # It ends with a complaint that the user exists: the profile is made all the same.
    if "bench" not in _profiles(home):
        raise RuntimeError(done.stdout + done.stderr)


def command(folder: Path, port: int) -> list[str]:
    """Return the command that serves the profile."""
    return [str(folder / "bin" / "verdi"), "-p", "bench", "restapi", "-P", str(port)]


def _profiles(home: Path) -> list[str]:
    file = home / ".aiida" / "config.json"
    return list(json.loads(file.read_text())["profiles"]) if file.exists() else []


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own command
    return done.stdout
