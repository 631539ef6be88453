"""Building the stores that are measured, once, and finding them again. Floor: bench."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from disk_objectstore import Container

from bench import cluster, content
from bench.graph import VERSION, batches
from bench.rows import COLUMNS, Row
from provender.loading.candidates import CANDIDATES

DATA = Path(__file__).parents[1] / "tests" / "data"
SETTING = "INSERT INTO db_dbsetting (id, key, val, description, time) VALUES (1, %s, %s, '', %s)"
Progress = Callable[[int], None]
"""Told how many more nodes have been written."""
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n"})
ADVISED = ("provender_node_state", "provender_node_failed")
KINDS = ("postgresql", "sqlite", "archive")


@dataclass(frozen=True, slots=True)
class Store:
    """A built store: its kind (`postgresql`, `sqlite`, `archive`) and what a server is given.

    `database` is what the benchmark itself reads: the URL, or a SQLite file with the same rows.
    """

    kind: str
    location: str
    database: str
    container: Path


def label(count: int) -> str:
    """Return a number of nodes as it is written in names, such as 100k."""
    for size, letter in ((10**6, "M"), (10**3, "k")):
        if count % size == 0:
            return f"{count // size}{letter}"
    return str(count)


def build(kind: str, cache: Path, url: str, count: int, progress: Progress) -> Store:
    """Return a store of a kind and size, built if needed; `url` is a superuser's."""
    if kind == "postgresql":
        return postgresql(cache, url, count, progress)
    return (sqlite if kind == "sqlite" else archive)(cache, count, progress)


def container(cache: Path) -> Path:
    """Return the folder of the container with the files of every store, made if needed."""
    folder = cache / f"files-{VERSION}" / "container"
    if not (folder / "config.json").exists():
        target = Container(folder)
        target.init_container(clear=True)
        for key, value in content.files().contents.items():
            if len(value) < content.BIG_FILE:
                target.add_object(value)
            else:
                target.add_objects_to_pack([value], compress=True)
            if not target.has_object(key):
                raise RuntimeError(key)
        target.close()
    return folder


def postgresql(cache: Path, url: str, count: int, progress: Progress) -> Store:
    """Return the store of this size in a cluster, built if needed.

    It has all indexes of AiiDA, and those of processes that `provender store index` advises.
    """
    name = f"bench_{label(count).lower()}_v{VERSION}"
    files = container(cache)
    location = cluster.with_database(url, name)
    store = Store("postgresql", location, location, files)
    if cluster.read(url, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608 - ours
        return store
    building = f"{name}_building"
    cluster.run(url, f"DROP DATABASE IF EXISTS {building}", f"CREATE DATABASE {building}")
    target = cluster.with_database(url, building)
    schema = gzip.decompress((DATA / "lab.psql.sql.gz").read_bytes()).decode()
    tables, _, rest = schema.partition("\nCOPY ")
    cluster.run(target, tables)
    _copy(target, count, progress)
    identity = json.loads((files / "config.json").read_text())["container_id"]
    with closing(cluster.connect(target)) as connection, connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(rest[rest.index("\nALTER TABLE ONLY") :])
        cursor.execute(SETTING, ("repository|uuid", json.dumps(identity), "2020-03-01"))
        cursor.execute("INSERT INTO alembic_version VALUES ('main_0002')")
        for table in COLUMNS:
            cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608 - ours
        for candidate in (item for item in CANDIDATES if item.name in ADVISED):
            cursor.execute(candidate.statement)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    cluster.run(url, f"ALTER DATABASE {building} RENAME TO {name}")
    return store


def _copy(url: str, count: int, progress: Progress) -> None:
    """Fill the tables of an empty database, which have no indexes yet."""
    with closing(cluster.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET timezone = 'UTC'")
        for batch in batches(count):
            for table, rows in batch.rows.items():
                text = io.StringIO("".join(map(_line, rows)))
                cursor.copy_expert(f"COPY {table} ({', '.join(COLUMNS[table])}) FROM STDIN", text)
            progress(batch.nodes)


def _line(row: Row) -> str:
    """Return a row as PostgreSQL's COPY reads it; no value has tabs."""
    values = ("\\N" if value is None else str(value).translate(ESCAPES) for value in row)
    return "\t".join(values) + "\n"


def sqlite(cache: Path, count: int, progress: Progress) -> Store:
    """Return the SQLite profile of this size, built if needed."""
    folder = cache / f"{label(count)}-v{VERSION}" / "profile"
    files = container(cache)
    database = folder / "database.sqlite"
    if not database.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "container").exists():
            (folder / "container").symlink_to(files)
        part = database.with_suffix(".part")
        part.unlink(missing_ok=True)
        _fill(part, count, progress)
        identity = json.loads((files / "config.json").read_text())["container_id"]
        with closing(sqlite3.connect(part)) as connection:
            given = "repository|uuid", json.dumps(identity), "2020-03-01 00:00:00.000000"
            connection.execute(SETTING.replace("%s", "?"), given)
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.execute("INSERT INTO alembic_version VALUES ('main_0002')")
            connection.commit()
        part.rename(database)
    return Store("sqlite", str(folder), str(database), files)


def _fill(database: Path, count: int, progress: Progress) -> None:
    """Write a database with the tables and indexes of the lab archive."""
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(DATA / "lab.aiida") as archive:
            archive.extract("db.sqlite3", folder)
        with closing(sqlite3.connect(Path(folder) / "db.sqlite3")) as lab:
            schema = lab.execute("SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL")
            statements = schema.fetchall()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = OFF")
        for kind in ("table", "index"):
            for text in (sql for found, sql in statements if found == kind):
                connection.execute(text)
            if kind == "table":
                _insert(connection, count, progress)
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.commit()


def _insert(connection: sqlite3.Connection, count: int, progress: Progress) -> None:
    for batch in batches(count):
        for table, rows in batch.rows.items():
            places = ", ".join("?" * len(COLUMNS[table]))
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - ours
        progress(batch.nodes)


def archive(cache: Path, count: int, progress: Progress) -> Store:
    """Return the archive of this size, made from the SQLite profile if needed."""
    profile = sqlite(cache, count, progress)
    path = Path(profile.location).parent / "bench.aiida"
    if not path.exists():
        part = path.with_suffix(".part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            told = {"export_version": "main_0001", "aiida_version": "2.9.4", "key_format": "sha256"}
            target.writestr("metadata.json", json.dumps(told | {"compression": 1}))
            target.write(profile.database, "db.sqlite3")
            for key, value in content.files().contents.items():
                target.writestr(f"repo/{key}", value)
        part.rename(path)
    return Store("archive", str(path), profile.database, profile.container)
