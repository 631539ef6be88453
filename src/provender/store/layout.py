"""What the files and folders of stores are called, as AiiDA makes them. Floor: store."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

ARCHIVE_SUFFIX = ".aiida"
METADATA = "metadata.json"
ARCHIVE_DATABASE = "db.sqlite3"
"""In an archive, packed or not (AiiDA's format `main_0001`)."""
PROFILE_DATABASE = "database.sqlite"
"""In the folder of a SQLite profile (AiiDA's storage `core.sqlite_dos`)."""
CONTAINER = "container"
"""In the folder of a profile: its files, a container of disk-objectstore."""
CONFIGURATION = "config.json"
"""In a container, and in the configuration folder of AiiDA."""


def is_so(look: Callable[[], bool]) -> bool:
    """Tell what a look at a path finds; no where the system does not let us look.

    Example:
        `is_so(path.is_file)` is false without permission, where `path.is_file()` raises.
    """
    try:
        return look()
    except OSError:  # no permission, or a name that is too long
        return False


def is_container(folder: Path) -> bool:
    """Tell whether a folder is a container, whatever its version."""
    try:
        config = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and "container_version" in config
