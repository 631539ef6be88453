"""Attacks by files: a lost cache, an overwritten profile, hostile archives. Floor: bench."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.attacks import sending, victims
from bench.attacks.scene import ARCHIVE, POSTGRESQL, WAITRESS, Attack, Scene
from bench.attacks.victims import ARRAY, Victims
from bench.stores import DATA

API = "/api/v4"
SECONDS, IDLE = 6.0, 0.5
SECRET_BYTES = 2 << 20
LINKED = "linked.json"


def _spoilt(scene: Scene, spoil: Callable[[Path], None]) -> str:
    """Spoil what is cached of an archive that is not open, and ask for it until it is served."""
    path = f"/small{API}/nodes?limit=3"
    before = set(scene.server.cache.iterdir())
    sending.ask(scene.port, path)
    time.sleep(4 * IDLE)
    for entry in set(scene.server.cache.iterdir()) - before:
        if entry.is_dir():
            spoil(entry)
    begun, number = time.monotonic(), 0
    while True:
        number += 1
        reply = sending.ask(scene.port, f"{path}&offset={number}")
        after = time.monotonic() - begun
        if reply.status == 200:  # noqa: PLR2004 - OK
            return f"served again after {after:.1f} s"
        if after > SECONDS:
            return f"HTTP {reply.status} for {SECONDS:.0f} s"
        time.sleep(0.2)


def cache_removed(scene: Scene) -> str:
    """The database of an archive is removed from the cache."""
    return _spoilt(scene, lambda entry: (entry / "db.sqlite3").unlink())


def cache_truncated(scene: Scene) -> str:
    """The database of an archive in the cache loses its second half."""
    return _spoilt(scene, lambda entry: os.truncate(entry / "db.sqlite3", 200_000))


def small(folder: Path, _: Victims) -> Mapping[str, Any]:
    """Return a small archive, the same with each run."""
    shutil.copy(DATA / "lab.aiida", folder / "small.aiida")
    return {"small": {"store": str(folder / "small.aiida")}}


def own_profile(folder: Path, stores: Victims) -> Mapping[str, Any]:
    """Return a small SQLite profile of its own, which may be overwritten."""
    profile = folder / "own"
    profile.mkdir()
    (profile / "container").symlink_to(stores.container)
    _write_labels(profile / "database.sqlite", "before")
    return {"own": {"store": str(profile)}}


def _write_labels(path: Path, label: str) -> None:
    """Write a database with one label at each node: others have the same size and counter."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    victims.lab_database(part)
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('main_0002')")
        connection.execute("UPDATE db_dbnode SET label = ?", (label,))
        connection.commit()
    shutil.copyfile(part, path)
    part.unlink()


def overwritten(scene: Scene) -> str:
    """A profile is overwritten in place; its size and its change counter stay what they were."""
    path = f"/own{API}/nodes?limit=1"
    first = sending.ask(scene.port, path)
    _write_labels(scene.folder / "own" / "database.sqlite", "behind")
    begun = time.monotonic()
    while True:
        reply = sending.ask(scene.port, path)
        after = time.monotonic() - begun
        if b"behind" in reply.body:
            return f"new data after {after:.1f} s"
        if after > SECONDS:
            word = "the old data" if reply.body == first.body else f"HTTP {reply.status}"
            return f"{word} for {SECONDS:.0f} s"
        time.sleep(0.1)


def endless_array(scene: Scene) -> str:
    """Two clients ask for an array of 10¹² empty strings."""
    path = f"{API}/nodes/{ARRAY}/download?download_format=json"
    found = sending.at_once(2, lambda: sending.ask(scene.port, path, patience=30))
    return str(max(found, key=lambda one: one.seconds))


def long_metadata(folder: Path, _: Victims) -> Mapping[str, Any]:
    """Return an archive with 400 MB of metadata in half a megabyte."""
    return {"hostile": {"store": str(victims.with_long_metadata(folder))}}


def symlink(folder: Path, _: Victims) -> Mapping[str, Any]:
    """Return an unpacked archive with a link to a file outside."""
    secret = folder / "secret.txt"
    secret.write_bytes(b"secret" * (SECRET_BYTES // 6))
    path, uuid, name = victims.with_symlink(folder, secret)
    (folder / LINKED).write_text(json.dumps([uuid, name]))
    return {"hostile": {"store": str(path)}}


def bad_rows(folder: Path, _: Victims) -> Mapping[str, Any]:
    """Return an archive with values that no AiiDA writes."""
    return {"hostile": {"store": str(victims.with_bad_rows(folder))}}


def list_hostile(scene: Scene) -> str:
    """All nodes of the hostile store, with all that they have."""
    path = f"/hostile{API}/nodes?limit=400&attributes=true&extras=true"
    reply = sending.ask(scene.port, path)
    try:
        data = json.loads(reply.body, parse_constant=_refuse)["data"]
        held = f"{len(data['nodes'])} nodes" if "nodes" in data else "an error"
    except (ValueError, KeyError, TypeError):
        held = "no valid JSON" if reply.status == 200 else "an error"  # noqa: PLR2004 - OK
    return f"{reply}: {held}"


def _refuse(name: str) -> None:
    raise ValueError(name)


def linked(scene: Scene) -> str:
    """The file that is a link to a file outside of the archive."""
    uuid, name = json.loads((scene.folder / LINKED).read_text())
    path = f'/hostile{API}/nodes/{uuid}/repo/contents?filename="{name}"'
    reply = sending.ask(scene.port, path)
    return f"{reply}: {'a file of the server' if b'secret' in reply.body else 'nothing of it'}"


DISKS = (
    Attack(
        *("3.5", "cache-removed", "cache removed", WAITRESS, ARCHIVE, cache_removed),
        settings={"stores": {"idle_seconds": IDLE}},
        prepare=small,
    ),
    Attack(
        *("3.5", "cache-truncated", "cache truncated", WAITRESS, ARCHIVE, cache_truncated),
        settings={"stores": {"idle_seconds": IDLE}},
        prepare=small,
    ),
    Attack(
        *("3.9", "overwritten", "SQLite profile overwritten", WAITRESS, POSTGRESQL, overwritten),
        prepare=own_profile,
    ),
    Attack("3.12", "array", "an endless array", WAITRESS, ARCHIVE, endless_array),
    Attack(
        *("3.12", "metadata", "60 MB of metadata", WAITRESS, POSTGRESQL, list_hostile),
        prepare=long_metadata,
    ),
    Attack(
        *("3.12", "symlink", "a link in an archive", WAITRESS, POSTGRESQL, linked), prepare=symlink
    ),
    Attack(
        *("3.12", "rows", "bad values in rows", WAITRESS, POSTGRESQL, list_hostile),
        prepare=bad_rows,
    ),
)
