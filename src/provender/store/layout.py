"""The names of the files and folders of stores, as AiiDA makes them. Floor: store."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from provender.store.regular import read_whole

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
# Bytes of it: that of AiiDA has about one kilobyte for each profile.
LARGEST_CONFIGURATION = 4 << 20


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
        config = read_json(folder / CONFIGURATION)
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and "container_version" in config


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the content of a configuration file.

    Raises:
        OSError: it cannot be read, is no regular file, or is larger than any configuration.
        ValueError: it is not JSON.
    """
    try:
        return json.loads(read_whole(path, LARGEST_CONFIGURATION).decode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
