"""Which text names a remote, and which one a store. Floor: cli."""

from __future__ import annotations

import os
import re

# As the client names its sessions.
REMOTE = re.compile(r"([A-Za-z0-9_-]+):")


def remote_name(text: str | None) -> str | None:
    """Return the name of the remote that a text names, or None for a store.

    A remote is written `NAME:`. What is there as a file or a folder is a store, whatever its name.
    """
    found = REMOTE.fullmatch(text or "")
    if found is None or os.path.lexists(found[0]):
        return None
    return found[1]
