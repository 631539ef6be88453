"""The names of the files and folders of stores, as AiiDA makes them. Floor: store."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

ARCHIVE_SUFFIX = ".aiida"
METADATA = "metadata.json"
# In an archive, packed or not (AiiDA's format `main_0001`).
ARCHIVE_DATABASE = "db.sqlite3"
# In the folder of a SQLite profile (AiiDA's storage `core.sqlite_dos`).
PROFILE_DATABASE = "database.sqlite"
# In the folder of a profile: its files, a container of disk-objectstore.
CONTAINER = "container"
# In a container, and in the configuration folder of AiiDA.
CONFIGURATION = "config.json"


def is_so(look: Callable[[], bool]) -> bool:
    """Return the result of a check of a path; false if the system refuses the check.

    Example:
        `is_so(path.is_file)` is false without permission, where `path.is_file()` raises.
    """
    try:
        return look()
    except OSError:  # no permission, or a name that is too long
        return False


def is_container(folder: Path) -> bool:
    """Return whether a folder is a container of any version."""
    try:
        config = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and "container_version" in config
