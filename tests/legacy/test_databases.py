"""Archives of 1.0 and main_0000: their database becomes one of today."""

from __future__ import annotations

import tarfile
import zipfile

import pytest

from provender.errors import UnsupportedStore
from support.badrows import VALUES
from support.legacy.databases import MAIN, NODE, OLD_VERSIONS, PK, SAMPLES, altered, packed
from support.legacy.outcomes import outcome, refused
from support.legacy.reading import count, difference, read, read_migrated

NOW = "2020-01-01 00:00:00.000000"
USER = "(SELECT min(id) FROM db_dbuser)"
COMPUTER = "(SELECT min(id) FROM db_dbcomputer)"


def comment(uuid, node=PK, user=USER, content="'c'", ctime=f"'{NOW}'"):
    return (
        "INSERT INTO db_dbcomment (uuid, dbnode_id, ctime, mtime, user_id, content) VALUES "
        f"('{uuid}', {node}, {ctime}, '{NOW}', {user}, {content})"
    )


def log(uuid, values=f"'{NOW}', 'a', 'b', 'c', '{{}}'"):
    return (
        "INSERT INTO db_dblog (uuid, dbnode_id, time, loggername, levelname, message, metadata) "
        f"VALUES ('{uuid}', {PK}, {values})"
    )


@pytest.mark.parametrize("version", OLD_VERSIONS)
def test_every_name_of_that_version_is_read_alike(version, tmp_path):
    found = read(altered(tmp_path, version=version), tmp_path)
    twin = MAIN.with_name(f"{MAIN.stem}.migrated.aiida")
    assert difference(found, read_migrated(twin, tmp_path)) is None
    assert found.origin.version == version
    assert found.remarks() == {}


def test_what_1_0_holds_is_what_main_0000_holds(tmp_path):
    found = [
        read(path, tmp_path) for path in (MAIN, SAMPLES / "1.0--core.export_v1.0_simple.aiida")
    ]
    assert difference(*found) is None


def test_types_and_transports_keep_what_they_have(tmp_path):
    sql = (
        "UPDATE db_dbcomputer SET scheduler_type = 'slurm', transport_type = 'local'",
        f"UPDATE db_dbnode SET node_type = 'data.int.Int.', process_type = '' WHERE id = {PK}",
        "UPDATE db_dbgroup SET type_string = 'user' WHERE id = 50",
        "UPDATE db_dblink SET label = '_return'",
    )
    found = read(altered(tmp_path, *sql), tmp_path)
    computer = found.row("computer")
    assert (computer["scheduler_type"], computer["transport_type"]) == ("slurm", "local")
    assert "data.int.Int." in {row["node_type"] for row in found.rows("node")}
    assert "user" in {row["type_string"] for row in found.rows("group")}
    assert {row["label"] for row in found.rows("link")} == {"_return"}


EMPTY = {
    "user": ("first_name", "last_name", "institution"),
    "computer": ("hostname", "description", "scheduler_type", "transport_type"),
    "group": ("description",),
    "node": ("label", "description"),
    "log": ("loggername", "levelname", "message"),
    "comment": ("content",),
}


def test_nulls_get_the_defaults_of_today(tmp_path):
    made = [log("l1", "NULL, NULL, NULL, NULL, NULL"), comment("c1", content="NULL", ctime="NULL")]
    nulls = [
        f"UPDATE db_db{table} SET {', '.join(f'{name} = NULL' for name in names)}"
        for table, names in EMPTY.items()
    ]
    more = [
        "UPDATE db_dbcomputer SET metadata = NULL",
        "UPDATE db_dbgroup SET type_string = NULL, time = NULL",
        f"UPDATE db_dbnode SET attributes = NULL, extras = NULL, ctime = NULL WHERE id = {PK}",
        f"UPDATE db_dbnode SET mtime = NULL, process_type = NULL WHERE id <> {PK}",
        f"INSERT INTO db_dbauthinfo (aiidauser_id, dbcomputer_id) SELECT {USER}, {COMPUTER}",
    ]
    found = read(altered(tmp_path, *made, *nulls, *more), tmp_path)
    for table, names in EMPTY.items():
        assert {row[name] for row in found.rows(table) for name in names} == {""}
    assert {row["type_string"] for row in found.rows("group")} == {"core"}
    node = next(row for row in found.rows("node") if row["uuid"] == NODE)
    assert (node["attributes"], node["extras"]) == ({}, {})
    assert all(row["ctime"] == row["mtime"] is not None for row in found.rows("node"))
    assert {row["process_type"] for row in found.rows("node") if row["id"] != PK} == {None}
    assert found.row("comment")["ctime"] == NOW
    assert found.row("log")["metadata"] == found.row("computer")["metadata"] == {}
    assert found.row("log")["time"] == found.rows("group")[0]["time"]
    info = found.row("authinfo")
    assert (info["metadata"], info["auth_params"], info["enabled"]) == ({}, {}, 1)
    assert found.remarks()


def test_a_null_of_json_is_an_empty_object(tmp_path):
    sql = (
        "UPDATE db_dbcomputer SET metadata = 'null'",
        "UPDATE db_dbgroup SET extras = ' null '",
        f"UPDATE db_dbnode SET attributes = 'null', extras = 'null' WHERE id = {PK}",
    )
    found = read(altered(tmp_path, *sql), tmp_path)
    assert found.row("computer")["metadata"] == {}
    assert {str(row["extras"]) for row in found.rows("group")} == {"{}"}
    node = next(row for row in found.rows("node") if row["uuid"] == NODE)
    assert (node["attributes"], node["extras"]) == ({}, {})


def test_rows_without_what_they_belong_to_are_left_out(tmp_path):
    sql = (
        *(comment("c1"), comment("c2", node="NULL"), comment("c3", user="NULL")),
        f"INSERT INTO db_dbauthinfo (aiidauser_id, dbcomputer_id) SELECT {USER}, NULL",
        f"INSERT INTO db_dbauthinfo (aiidauser_id, dbcomputer_id) SELECT NULL, {COMPUTER}",
    )
    found = read(altered(tmp_path, *sql), tmp_path)
    assert [row["uuid"] for row in found.rows("comment")] == ["c1"]
    assert found.rows("authinfo") == []
    assert found.remarks()


@pytest.mark.parametrize("version", OLD_VERSIONS)
def test_a_tar_of_such_a_version_is_refused(version, tmp_path):
    source = altered(tmp_path, version=version)
    with zipfile.ZipFile(source) as old, tarfile.open(tmp_path / "y.aiida", "w:gz") as new:
        old.extractall(tmp_path / "unpacked")  # noqa: S202 - our own archive
        new.add(tmp_path / "unpacked", "")
    assert version in refused(tmp_path / "y.aiida", tmp_path)


TABLES = ("db_dbnode", "db_dblink", "db_dbgroup_dbnodes", "db_dbauthinfo")


@pytest.mark.parametrize("table", TABLES)
def test_a_database_without_a_table_is_refused(table, tmp_path):
    assert outcome(altered(tmp_path, f"DROP TABLE {table}"), tmp_path) is None


@pytest.mark.parametrize("table", TABLES)
def test_a_view_is_no_table(table, tmp_path):
    sql = (f"ALTER TABLE {table} RENAME TO kept", f"CREATE VIEW {table} AS SELECT * FROM kept")
    assert outcome(altered(tmp_path, *sql, is_free=True), tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"x" * 5000, b"SQLite format 3\x00", bytes(100_000)])
def test_what_is_no_database_is_refused(content, tmp_path):
    assert outcome(packed(tmp_path / "x.aiida", content), tmp_path) is None


def test_a_database_that_was_cut_is_refused(tmp_path):
    with zipfile.ZipFile(MAIN) as file:
        whole = file.read("db.sqlite3")
    for part in (1, 5, 9):
        path = packed(tmp_path / f"{part}.aiida", whole[: len(whole) * part // 10])
        assert outcome(path, tmp_path) is None


COLUMNS = [
    *(("db_dbnode", name) for name in ("uuid", "label", "ctime", "attributes", "user_id")),
    *(("db_dbnode", name) for name in ("dbcomputer_id", "repository_metadata", "process_type")),
    *(("db_dbcomputer", name) for name in ("uuid", "label", "metadata")),
    *(("db_dbgroup", name) for name in ("time", "extras", "user_id", "type_string")),
    *(("db_dbuser", name) for name in ("email", "first_name")),
    *(("db_dblink", name) for name in ("input_id", "output_id", "label", "type")),
    *((table, "id") for table in ("db_dbnode", "db_dbgroup", "db_dbuser", "db_dblink")),
    *(("db_dbgroup_dbnodes", name) for name in ("dbnode_id", "dbgroup_id")),
]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_any_value_in_any_column(table, column, fuzz_count, tmp_path):
    """What is served of it is a matter of bad rows; opening does not fail in another way."""
    step = max(1, 1500 // fuzz_count)
    kinds = [*VALUES][COLUMNS.index((table, column)) % step :: step]
    assert [kind for kind in kinds if not is_opened(table, column, VALUES[kind], tmp_path)] == []


def is_opened(table, column, value, folder):
    """Tell whether an archive with a value in one row is opened, or refused for its database."""
    sql = (
        f"ALTER TABLE {table} RENAME TO kept",
        f"CREATE TABLE {table} AS SELECT * FROM kept",  # whose `id` takes any value, too
        f"UPDATE {table} SET {column} = {value} WHERE id = (SELECT max(id) FROM kept)",
    )
    try:
        return count(altered(folder, *sql, is_free=True), folder) >= 9
    except UnsupportedStore as error:
        return "database" in error.message
