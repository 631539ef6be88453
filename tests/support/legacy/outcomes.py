"""What becomes of an archive that was made to do harm: it is refused, or what is read is sound."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from provender.errors import UnsupportedStore
from support.command import unmeasured
from support.legacy.reading import read

IDENTITY = re.compile(r"[^A-Z]+", re.DOTALL)
TEXT = re.compile(".*", re.DOTALL)
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")
TIMES = ("time", "ctime", "mtime")
DOCUMENTS = ("attributes", "extras", "repository_metadata", "metadata")
REFERENCES = {
    "user_id": "db_dbuser",
    "dbcomputer_id": "db_dbcomputer",
    "dbnode_id": "db_dbnode",
    "dbgroup_id": "db_dbgroup",
    "input_id": "db_dbnode",
    "output_id": "db_dbnode",
}
NULLABLE = (
    *(("db_dbnode", name) for name in ("process_type", "dbcomputer_id")),
    ("db_dbgroup", "user_id"),
)
LONGEST_MESSAGE = 400


def outcome(path, folder):
    """Return what is read of an archive, whose rows must be sound; None if it is refused."""
    try:
        found = read(path, folder)
    except UnsupportedStore as error:
        check(error)
        return None
    assert unsound(found) == []
    return found


def refused(path, folder):
    """Return the message and the reason with which an archive is refused."""
    try:
        found = read(path, folder)
    except UnsupportedStore as error:
        check(error)
        return f"{error.message} {error.reason or ''}"
    raise AssertionError(f"it is read: {found}")


def check(error):
    """Check that the message of a refusal is short, and nothing of the archive is shown raw."""
    assert "`x`" in error.message
    assert len(error.message) < LONGEST_MESSAGE
    assert error.message.isprintable()


def unsound(found):
    """Return what is wrong in rows: values that their columns cannot have, in any store."""
    known = {name: {row["id"] for row in rows} for name, rows in found.tables.items()}
    wrong = []
    for table, rows in found.tables.items():
        wrong += [f"{table} has an id twice"] if len(known[table]) < len(rows) else []
        for row in rows:
            wrong += [
                f"{table} {row['id']} {name}: {value!r:.60}"
                for name, value in row.items()
                if not fits(table, name, value, known)
            ]
    return wrong


def fits(table, name, value, known):
    """Tell whether a column of a table can have a value."""
    if value is None:
        return (table, name) in NULLABLE
    if name in REFERENCES:
        return value in known[REFERENCES[name]]
    if name in DOCUMENTS:
        return isinstance(value, dict)
    if name == "id":
        return type(value) is int
    pattern = TIME if name in TIMES else IDENTITY if name == "uuid" else TEXT
    return isinstance(value, str) and pattern.fullmatch(value) is not None


READ = r"""
import json, re, sys
from pathlib import Path
from provender.errors import ProvenderError
from provender.settings import Cache
from provender.store.archive import open_archive
from provender.store.cache import CacheFolder
from provender.store.progress import quietly
folder, most, *paths = sys.argv[1:]
found = []
for path in map(Path, paths):
    Path("/proc/self/clear_refs").write_text("5")
    cache = CacheFolder(Cache(folder=Path(folder), max_bytes=int(most)))
    try:
        archive = open_archive(path, "The store `x`", cache, quietly)
        connection = archive.database.connect()
        said = ["read", connection.execute("SELECT count(*) FROM db_dbnode").fetchone()[0]]
        connection.close()
        archive.objects.close()
    except ProvenderError as error:
        said = [type(error).__name__, error.message]
    highest = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    found.append([*said, int(highest[1]) * 1024])
print(json.dumps(found))
"""


def measured(paths, folder, most=2_000_000_000):
    """Return what opening archives one by one gives in another process, with its largest memory.

    For each that is the name of an error and its message, or `read` and the number of nodes; then
    bytes.
    """
    command = [sys.executable, "-c", READ, str(folder / "cache"), str(most), *map(str, paths)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, env=unmeasured(), check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
