"""What the command tells the plugin in the other environment. Standard library only."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Storage:
    """Where AiiDA's test profile keeps its data; `url` is that of a PostgreSQL database."""

    kind: str
    url: str = ""
    host: str = ""

    @classmethod
    def read(cls, kind: str, url: str) -> Storage:
        """Return the storage in a database; a host may also be the folder of a socket."""
        parts = urlsplit(url)
        return cls(kind, url, parts.hostname or parse_qs(parts.query).get("host", [""])[0])

    def settings(self) -> dict[str, object]:
        """Return AiiDA's settings of the database.

        They have no place for the folder of a socket; libpq takes it from `PGHOST`.
        """
        parts = urlsplit(self.url)
        return {
            "database_engine": "postgresql_psycopg",
            "database_hostname": parts.hostname or "",
            "database_port": parts.port or 5432,
            "database_name": parts.path.strip("/"),
            "database_username": unquote(parts.username or "postgres"),
            "database_password": unquote(parts.password or "none"),
        }


@dataclass(frozen=True)
class Task:
    """What is tested: the storage, and how Provender is started.

    `pythonpath` is for the servers, `folder` for their logs; `complete` tells that all tests run.
    """

    VARIABLE: ClassVar[str] = "PROVENDER_PEER_TASK"

    storage: Storage
    server: tuple[str, ...]
    pythonpath: str
    folder: str
    complete: bool

    def dump(self) -> str:
        """Return the task as JSON, for the environment variable."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls) -> Task:
        """Return the task that the environment variable holds."""
        found = json.loads(os.environ[cls.VARIABLE])
        storage = Storage(**found.pop("storage"))
        return cls(storage=storage, **{**found, "server": tuple(found["server"])})
