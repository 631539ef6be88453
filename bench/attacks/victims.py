"""The stores that are attacked: one of the benchmark, and what attackers like. Floor: bench."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extras import execute_values

from bench import cluster, content, stores
from bench.rows import COLUMNS, Row
from bench.stores import DATA, Progress

VERSION = 6
"""Part of the names of stores: other hostile rows get another number."""
LONG, HUB, HUGE, ARRAY = (f"aaaaaaaa-0000-4000-8000-{number:012d}" for number in range(1, 5))
"""Nodes: with a long text, with very many outputs, with a huge file, with an endless array."""
FIRST_ID = 50_000_000
PROCESS_TYPES, OUTPUTS = 30_000, 100_000
TEXT_BYTES, HUGE_BYTES, METADATA_BYTES = 5_000_000, 1 << 30, 60_000_000
HUGE_KEY, ARRAY_KEY = "f" * 64, "e" * 64
BLOCK = bytes(1 << 20)
WORK, DICT = "process.workflow.workchain.WorkChainNode.", "data.core.dict.Dict."
TIME = "2026-01-01 00:00:00.000000"
ENDLESS = b"{'descr': '|S0', 'fortran_order': False, 'shape': (1000000000000,)}"
LAYOUT = {"export_version": "main_0001", "aiida_version": "2.9.4", "key_format": "sha256"}


@dataclass(frozen=True, slots=True)
class Victims:
    """The same rows three times: what a server is given for each, and the files of PostgreSQL."""

    postgresql: str
    container: Path
    sqlite: Path
    archive: Path

    def profile(self, kind: str) -> dict[str, str]:
        """Return the profile of a store in the configuration file."""
        if kind == "postgresql":
            return {"store": self.postgresql, "repository": str(self.container)}
        return {"store": str(self.sqlite if kind == "sqlite" else self.archive)}


def build(cache: Path, url: str, count: int, progress: Progress) -> Victims:
    """Return the stores of this size, built if needed; `url` is a superuser's."""
    clean = stores.postgresql(cache, url, count, progress)
    name = f"attacked_{stores.label(count).lower()}_v{VERSION}"
    target = cluster.with_database(url, name)
    if not cluster.read(url, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608 - ours
        building = f"{name}_building"
        template = clean.location.partition("?")[0].rpartition("/")[2]
        cluster.run(
            url,
            f"DROP DATABASE IF EXISTS {building}",
            f"CREATE DATABASE {building} TEMPLATE {template}",
        )
        _add_to_postgresql(cluster.with_database(url, building))
        cluster.run(url, f"ALTER DATABASE {building} RENAME TO {name}")
    folder = cache / f"attacked-{stores.label(count)}-v{VERSION}"
    profile, archive = folder / "profile", folder / "attacked.aiida"
    if not archive.exists():
        source = stores.sqlite(cache, count, progress)
        shutil.rmtree(folder, ignore_errors=True)
        profile.mkdir(parents=True)
        (profile / "container").symlink_to(source.container)
        _add_to_sqlite(Path(source.database), profile / "database.sqlite")
        _pack(profile / "database.sqlite", archive)
    return Victims(target, clean.container, profile, archive)


def _node(number: int, uuid: str, kind: str, values: Row) -> Row:
    """Return the row of a node; `values` are process type, attributes and files."""
    process, attributes, files = values
    times = TIME, TIME
    return (number, uuid, kind, process, "", "", *times, attributes, "{}", files, None, 1)


def _nodes() -> Iterator[Row]:
    long = json.dumps({"text": "a" * TEXT_BYTES})
    yield _node(FIRST_ID, LONG, DICT, (None, long, "{}"))
    yield _node(FIRST_ID + 1, HUB, WORK, (None, "{}", "{}"))
    huge = json.dumps({"o": {"huge.bin": {"k": HUGE_KEY}}})
    yield _node(FIRST_ID + 2, HUGE, "data.core.folder.FolderData.", (None, "{}", huge))
    names = ("bands.npy", "kpoints.npy")
    arrays = json.dumps({"o": {name: {"k": ARRAY_KEY} for name in names}})
    about = json.dumps({"array|bands": [10**12], "array|kpoints": [10**12]})
    yield _node(FIRST_ID + 3, ARRAY, "data.core.array.ArrayData.", (None, about, arrays))
    for number in range(PROCESS_TYPES):
        uuid = f"bbbbbbbb-0000-4000-8000-{number:012d}"
        process = f"aiida.workflows:lab{number}.chain"
        yield _node(FIRST_ID + 4 + number, uuid, WORK, (process, "{}", "{}"))


def _links() -> Iterator[Row]:
    for number in range(1, OUTPUTS + 1):
        yield FIRST_ID + number, FIRST_ID + 1, number, f"output_{number}", "return"


def _add_to_postgresql(url: str) -> None:
    with closing(cluster.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET timezone = 'UTC'")
        for table, rows in (("db_dbnode", _nodes()), ("db_dblink", _links())):
            names = ", ".join(COLUMNS[table])
            execute_values(cursor, f"INSERT INTO {table} ({names}) VALUES %s", rows, page_size=1000)  # noqa: S608 - ours
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _add_to_sqlite(source: Path, target: Path) -> None:
    shutil.copy(source, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for table, rows in (("db_dbnode", _nodes()), ("db_dblink", _links())):
            places = ", ".join("?" * len(COLUMNS[table]))
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - ours
        connection.commit()


def _pack(database: Path, path: Path) -> None:
    part = path.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        target.writestr("metadata.json", json.dumps(LAYOUT | {"compression": 1}))
        target.write(database, "db.sqlite3")
        for key, value in content.files().contents.items():
            target.writestr(f"repo/{key}", value)
        with target.open(f"repo/{HUGE_KEY}", "w", force_zip64=True) as member:
            for _ in range(HUGE_BYTES // len(BLOCK)):
                member.write(BLOCK)
        head = ENDLESS + b" " * (63 - (10 + len(ENDLESS)) % 64) + b"\n"
        length = len(head).to_bytes(2, "little")
        target.writestr(f"repo/{ARRAY_KEY}", b"\x93NUMPY\x01\x00" + length + head)
    part.rename(path)


def with_long_metadata(folder: Path) -> Path:
    """Return a small archive whose metadata.json has 60 MB of empty lists."""
    path = folder / "longmetadata.aiida"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        with target.open("metadata.json", "w", force_zip64=True) as member:
            member.write(json.dumps(LAYOUT | {"x": []})[:-2].encode())
            member.write(b"[]," * (METADATA_BYTES // 3))
            member.write(b"[]]}")
        with zipfile.ZipFile(DATA / "lab.aiida") as lab:
            target.writestr("db.sqlite3", lab.read("db.sqlite3"))
    return path


def with_symlink(folder: Path, secret: Path) -> tuple[Path, str, str]:
    """Return an unpacked archive, a node and a file name: that file is a link to another file."""
    with zipfile.ZipFile(DATA / "lab.aiida") as lab:
        lab.extractall(folder / "unpacked")
    with closing(sqlite3.connect(folder / "unpacked" / "db.sqlite3")) as connection:
        for uuid, text in connection.execute(FILES):
            for name, entry in json.loads(text).get("o", {}).items():
                if "k" in entry:
                    file = folder / "unpacked" / "repo" / entry["k"]
                    file.unlink()
                    file.symlink_to(secret)
                    return folder / "unpacked", str(uuid), name
    raise AssertionError(folder)


FILES = "SELECT uuid, repository_metadata FROM db_dbnode WHERE repository_metadata LIKE '%\"k\"%'"
BAD = (
    ("label", b"\xff\xfe"),
    ("ctime", "10000-01-01 00:00:00.000000"),
    ("mtime", "2026-01-01 00:00:00.5+00:00"),
    ("attributes", '{"value": NaN}'),
    ("extras", "no JSON"),
    ("repository_metadata", '{"o": {"a": {"k": ["x"]}}}'),
)
"""Values that no AiiDA writes, by column."""


def lab_database(path: Path) -> None:
    """Write the database of the lab archive to a file."""
    with zipfile.ZipFile(DATA / "lab.aiida") as lab:
        path.write_bytes(lab.read("db.sqlite3"))


def with_bad_rows(folder: Path) -> Path:
    """Return an archive with one bad value in each of a few rows."""
    database = folder / "bad.sqlite3"
    with zipfile.ZipFile(DATA / "lab.aiida") as lab:
        database.write_bytes(lab.read("db.sqlite3"))
        metadata = lab.read("metadata.json")
    with closing(sqlite3.connect(database)) as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM db_dbnode ORDER BY id")]
        for number, (column, value) in zip(ids, BAD, strict=False):
            connection.execute(f"UPDATE db_dbnode SET {column} = ? WHERE id = ?", (value, number))  # noqa: S608 - ours
        connection.commit()
    path = folder / "badrows.aiida"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        target.writestr("metadata.json", metadata)
        target.write(database, "db.sqlite3")
    return path
