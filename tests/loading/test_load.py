"""An archive in a real database: the schema of AiiDA, the same rows, files and answers."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from disk_objectstore import Container as Library

from provender.loading import ddl
from provender.loading.load import Portions, load
from provender.loading.target import from_url
from provender.store.files.container import Container
from support import postgres
from support.folders import fingerprint
from support.server import ask

CATALOGUE = {
    "columns": (
        "SELECT table_name, ordinal_position, column_name, data_type, is_nullable, "
        "character_maximum_length, column_default FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY 1, 2"
    ),
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "constraints": (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable, "
        "condeferred FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
    ),
    "sequences": (
        "SELECT sequencename, data_type, start_value, increment_by, cache_size FROM pg_sequences "
        "ORDER BY 1"
    ),
    "owned": (
        "SELECT d.objid::regclass::text, d.refobjid::regclass::text, d.refobjsubid "
        "FROM pg_depend d JOIN pg_class c ON c.oid = d.objid "
        "WHERE c.relkind = 'S' AND d.deptype = 'a' ORDER BY 1"
    ),
}


def query(url, sql):
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@dataclass(frozen=True)
class Lab:
    """The lab, loaded: what it gave, the steps that were told, database and container."""

    result: object
    steps: list
    url: str
    container: Path


@pytest.fixture(scope="module")
def lab(cluster, data, settings, tmp_path_factory):
    """The lab, loaded once; for tests that do not change it."""
    url, steps = postgres.create_database(cluster), []
    container = tmp_path_factory.mktemp("lab") / "container"
    result = load(
        str(data / "lab.aiida"),
        from_url(url),
        container,
        settings,
        lambda *step: steps.append(step),
    )
    yield Lab(result, steps, url, container)
    postgres.drop_database(cluster, url)


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_schema_is_that_of_aiida(lab, lab_postgres, name):
    expected = query(lab_postgres, CATALOGUE[name])
    assert expected
    assert query(lab.url, CATALOGUE[name]) == expected


def test_the_rows_are_those_of_the_store_that_was_exported(lab, lab_postgres):
    tables = ddl.COLUMNS.keys() - {"db_dbauthinfo", "db_dbsetting"}  # never in an archive
    assert len(tables) == 8
    for table in sorted(tables):
        columns = ", ".join(f'"{name}"' for name in ddl.kinds(table) if name != "id")
        identity = "" if table in ("db_dblink", "db_dbgroup_dbnodes") else "id, "
        sql = f"SELECT ({identity}{columns})::text FROM {table} ORDER BY 1"
        assert query(lab.url, sql) == query(lab_postgres, sql), table


def test_the_result_tells_what_was_loaded_and_compared(lab, data):
    expected = json.loads((data / "expected.json").read_text())["counts"]
    assert lab.result.counts["db_dbnode"] == expected["nodes"] == 312
    assert lab.result.counts["db_dblink"] == expected["links"]
    assert lab.result.rows == sum(lab.result.counts.values())  # few enough to compare all
    assert lab.result.files == lab.result.container.files == 111
    assert (lab.result.revision, lab.result.is_older) == ("main_0002", False)
    assert ("rows of db_dbnode", 312, 312) in lab.steps
    assert all(done <= total for _, done, total in lab.steps)


def test_new_rows_are_numbered_behind_the_loaded_ones(lab):
    last = query(lab.url, "SELECT max(id) FROM db_dbuser")
    with closing(psycopg2.connect(lab.url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO db_dbuser (email, first_name, last_name, institution) "
            "VALUES ('new@x', '', '', '') RETURNING id - 1"
        )
        assert cursor.fetchall() == last


def test_the_planner_knows_the_tables(lab):
    sql = "SELECT reltuples FROM pg_class WHERE relname = 'db_dbnode'"
    assert query(lab.url, sql) == [(312,)]


def test_the_container_belongs_to_the_database(lab):
    sql = "SELECT val, description FROM db_dbsetting WHERE key = 'repository|uuid'"
    assert query(lab.url, sql) == [(Container.at(lab.container).container_id, "Repository UUID")]
    assert query(lab.url, "SELECT count(*) FROM db_dbsetting") == [(1,)]


def test_the_library_of_aiida_reads_and_writes_the_container(lab, folder, data):
    shutil.copytree(lab.container, folder)
    with zipfile.ZipFile(data / "lab.aiida") as archive:
        contents = {
            name[5:]: archive.read(name) for name in archive.namelist() if name.startswith("repo/")
        }
    before = fingerprint(folder)
    own = Container.at(folder)
    for key, content in contents.items():
        with own.open(key) as stream:
            assert stream.read() == content
    assert fingerprint(folder) == before
    with Library(folder) as container:
        assert container.is_initialised
        assert set(container.list_all_objects()) == set(contents)
        for key, content in contents.items():
            assert container.get_object_content(key) == content
        new = container.add_object(b"something new")
        container.pack_all_loose()
        container.repack()
        assert container.get_object_content(new) == b"something new"
        assert container.validate().is_valid()


def test_what_was_deflated_in_the_archive_stays_so(lab, folder, data):
    shutil.copytree(lab.container, folder)
    with zipfile.ZipFile(data / "lab.aiida") as archive:
        members = [item for item in archive.infolist() if item.filename.startswith("repo/")]
    expected = {item.filename[5:]: min(item.file_size, item.compress_size + 6) for item in members}
    with Library(folder) as container:
        metadata = dict(container.get_objects_meta(expected))
    assert {key: item["pack_length"] for key, item in metadata.items()} == expected
    assert any(item["pack_compressed"] for item in metadata.values())


PATHS = [
    *("/api/v4/nodes?attributes=true&extras=true", "/api/v4/nodes?orderby=-label,uuid&limit=50"),
    *("/api/v4/computers?orderby=label", "/api/v4/groups", "/api/v4/users?orderby=-email"),
    *("/api/v2/nodes?orderby=-ctime&limit=20", '/api/v2/nodes?state="FINISHED"'),
    *(
        "/api/v4/nodes/statistics",
        "/api/v4/nodes/full_types_count",
        "/api/v4/nodes/download_formats",
    ),
    '/api/v4/nodes?label=ilike="%É%"&node_type=like="data.core.%"',
]
BELOW = ["links/tree", "links/incoming", "contents/attributes", "contents/comments", "repo/list"]


def test_the_server_answers_as_from_the_archive(lab, serve, on_archive):
    served = serve(lab.url, lab.container, expose=("users.email", "authinfo"))
    for path in PATHS:
        assert same(served, path) == same(on_archive, path), path
    for row in on_archive.get("/api/v4/nodes").rows()[::3]:
        for name in BELOW:
            path = f"/api/v4/nodes/{row['uuid']}/{name}"
            assert same(served, path) == same(on_archive, path), path
        for name in files(on_archive, row["uuid"]):
            path = f'/api/v4/nodes/{row["uuid"]}/repo/contents?filename="{name}"'
            answer, expected = served.get(path), on_archive.get(path)
            assert (
                (answer.status, answer.body)
                == (expected.status, expected.body)
                == (200, expected.body)
            )
    served.app.extensions["provender"].stores.close()


def same(served, path):
    """Return status, total and body of an answer, without the address of the server."""
    answer = ask(served.root + path)
    body = answer.body.decode().replace(served.root, "")
    return answer.status, answer.headers.get("x-total-count"), json.loads(body)


def files(served, uuid):
    entries = served.get(f"/api/v4/nodes/{uuid}/repo/list").data["repo_list"]
    return [
        entry["name"] for entry in entries if entry["type"] == "FILE" and '"' not in entry["name"]
    ]


def test_an_older_archive_is_left_for_aiida_to_migrate(new_database, run, data, folder, serve):
    url = new_database()
    result = run(data / "edge" / "migrated_main_0001.aiida", url, folder)
    assert (result.revision, result.is_older) == ("main_0001", True)
    assert query(url, "SELECT version_num FROM alembic_version") == [("main_0001",)]
    assert query(url, CATALOGUE["indexes"])
    served = serve(url, folder)
    assert served.get("/api/v4/nodes").total == 10
    served.app.extensions["provender"].stores.close()


@pytest.mark.parametrize("name", ["empty", "stored_members", "missing_object"])
def test_small_and_odd_archives(new_database, run, data, folder, name):
    url = new_database()
    result = run(data / "edge" / f"{name}.aiida", url, folder)
    assert query(url, "SELECT count(*) FROM db_dbnode") == [(result.counts["db_dbnode"],)]
    with Library(folder) as container:
        assert container.count_objects()["packed"] == result.container.files


def test_an_unpacked_archive(new_database, run, data, folder, tmp_path):
    with zipfile.ZipFile(data / "lab.aiida") as archive:
        archive.extractall(tmp_path / "open")
    (tmp_path / "open" / "repo" / "README").write_text("no object")
    assert run(tmp_path / "open", new_database(), folder).container.files == 111
    assert run(tmp_path / "open", new_database(), folder.with_name("two")).files == 111
    shutil.rmtree(tmp_path / "open" / "repo")
    result = run(tmp_path / "open", new_database(), folder.with_name("three"))
    assert result.container.files == 0


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_archives_in_other_compressions(new_database, run, data, folder, tmp_path, method):
    path = tmp_path / "x.aiida"
    with zipfile.ZipFile(data / "lab.aiida") as old, zipfile.ZipFile(path, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    result = run(path, new_database(), folder)
    assert (result.counts["db_dbnode"], result.container.files, result.files) == (312, 111, 111)


def test_an_empty_folder_may_be_there(new_database, run, data, folder, monkeypatch):
    folder.mkdir()
    monkeypatch.chdir(folder)
    run(data / "lab.aiida", new_database(), Path())
    assert [path.name for path in folder.parent.iterdir()] == ["container"]


def test_the_archive_is_left_as_it_was(new_database, run, unpacked, folder):
    before = fingerprint(unpacked)
    run(unpacked / "lab.aiida", new_database(), folder)
    assert fingerprint(unpacked) == before


def test_every_letter_arrives(new_database, run, altered, folder):
    text = "tab\t newline\n return\r backslash\\ \\N \\. \u0001 é 漢 𝄞 '\" %s"
    escaped = json.dumps({text: [text, 1e300, -0.0, 12345678901234567890123, None, True]})
    script = (
        f"UPDATE db_dbnode SET description = '{text.replace(chr(39), chr(39) * 2)}', "
        f"attributes = '{escaped.replace(chr(39), chr(39) * 2)}' WHERE id = 100"
    )
    url = new_database()
    run(altered(script), url, folder)
    ((description, attributes),) = query(
        url, "SELECT description, attributes::text FROM db_dbnode WHERE id = 100"
    )
    assert description == text
    assert json.loads(attributes)[text][:2] == [text, 10**300]
    assert json.loads(attributes)[text][3] == 12345678901234567890123


def test_many_rows_and_packs(new_database, run, altered, folder):
    archive = altered("DELETE FROM db_dblink WHERE id % 3 = 0")
    portions = Portions(pack_bytes=2000, rows=50, files=10)
    result = run(archive, new_database(), folder, portions=portions)
    packs = sorted(path.name for path in (folder / "packs").iterdir())
    assert len(packs) > 5
    assert packs == sorted(map(str, range(len(packs))))
    assert 100 < result.rows < sum(result.counts.values())
    assert result.files == 10
    with Library(folder) as library:
        for key in library.list_all_objects():
            assert hashlib.sha256(library.get_object_content(key)).hexdigest() == key
