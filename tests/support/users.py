"""Users of tests, and the headers that they send."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "correct horse"  # noqa: S105 - it opens nothing


def basic(name, password):
    """Return the header of a user with a password."""
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def bearer(token):
    """Return the header of a token."""
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True)
class Users:
    """A file of users: alice has a password, reader and collector have a token each."""

    file: Path
    reader: str
    collector: str

    @property
    def alice(self):
        return basic("alice", PASSWORD)
