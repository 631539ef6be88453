"""What an attack is given, and what it is. Floor: bench."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.attacks.serving import Server
from bench.attacks.victims import Victims

POSTGRESQL, ARCHIVE, SQLITE = "postgresql", "archive", "sqlite"
WAITRESS, GUNICORN = "waitress", "gunicorn"


@dataclass(frozen=True, slots=True)
class Scene:
    """A running server with its store, the folder of the attack, and the database's cluster."""

    server: Server
    store: str
    victims: Victims
    folder: Path
    cluster: Path

    @property
    def port(self) -> int:
        """Where the server listens."""
        return self.server.port


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack: the point of the list that it stands for, and how it is done.

    `prepare` makes further profiles (name and configuration) in a folder. `before` is done before
    the clock starts. `run` attacks, and returns in words what the attackers got.
    """

    point: str
    name: str
    title: str
    server: str
    store: str
    run: Callable[[Scene], str]
    settings: Mapping[str, Any] = field(default_factory=dict)
    prepare: Callable[[Path, Victims], Mapping[str, Any]] = lambda _folder, _victims: {}
    before: Callable[[Scene], None] = lambda _scene: None
