"""Opening stores, and noticing that they changed."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from dataclasses import replace

import pytest

from provender.errors import StoreUnreachable, UnknownProfile, UnsupportedStore
from provender.schema.tables import Index
from provender.settings import Cache, Settings
from provender.store import inspection
from provender.store.health import examine
from provender.store.inspection import counts, missing_indexes
from provender.store.profiles import Profile, ProfileKind, Profiles, from_store
from provender.store.registry import StoreRegistry
from support import postgres
from support.folders import fingerprint
from support.waiting import wait_until


@pytest.fixture
def registry(tmp_path):
    """A function that makes a registry of one store."""
    made = []

    def make(store, repository=None, **options):
        profile = store if isinstance(store, Profile) else from_store(str(store), None, repository)
        settings = replace(Settings(cache=Cache(folder=tmp_path / "cache")), **options)
        made.append(StoreRegistry(Profiles({profile.name: profile}), settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


def node_count(store):
    return store.reader.within(counts)["nodes"]


def test_the_three_kinds_hold_the_same(registry, unpacked, lab_postgres, data):
    expected = json.loads((data / "expected.json").read_text())["counts"]
    for place in (unpacked / "lab.aiida", unpacked / "sqlite_dos", lab_postgres):
        found = registry(place).get().reader.within(counts)
        for name in ("nodes", "links", "users", "computers", "groups", "comments", "logs"):
            assert found[name] == expected[name]


def test_after_a_run_the_folder_is_as_before(registry, unpacked):
    before = fingerprint(unpacked)
    for place in (unpacked / "lab.aiida", unpacked / "sqlite_dos"):
        store = registry(place).get()
        assert examine(store, 1000).is_sound
        store.close()
    assert fingerprint(unpacked) == before


def test_a_store_is_opened_once_by_many_threads(registry, data):
    stores = registry(data / "lab.aiida")
    found = []
    threads = [threading.Thread(target=lambda: found.append(stores.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(store) for store in found}) == 1


def test_a_replaced_archive_is_opened_again(registry, data, tmp_path):
    path = tmp_path / "x.aiida"
    shutil.copy(data / "lab.aiida", path)
    stores = registry(path)
    assert node_count(stores.get()) == 312
    shutil.copy(data / "materials.aiida", path.with_name("new"))
    path.with_name("new").replace(path)
    assert node_count(stores.get()) == 151
    path.unlink()
    with pytest.raises(StoreUnreachable):
        stores.get()


def test_a_failure_to_open_is_remembered_briefly(registry, data, tmp_path):
    path = tmp_path / "x.aiida"
    stores = registry(path)
    with pytest.raises(StoreUnreachable) as first:
        stores.get()
    with pytest.raises(StoreUnreachable) as second:
        stores.get()
    assert second.value is first.value
    shutil.copy(data / "lab.aiida", path)
    found = wait_until(stores.get, raising=StoreUnreachable)
    assert node_count(found) == 312


def test_a_sqlite_profile_that_was_replaced(registry, unpacked, tmp_path):
    folder = tmp_path / "profile"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    stores = registry(folder)
    first = stores.get()
    assert stores.get() is first
    shutil.copy(folder / "database.sqlite", folder / "new")
    (folder / "new").replace(folder / "database.sqlite")
    assert stores.get() is not first


def test_new_rows_of_a_live_profile_are_seen(registry, unpacked, tmp_path):
    folder = tmp_path / "profile"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    store = registry(folder).get()
    assert node_count(store) == 312
    with sqlite3.connect(folder / "database.sqlite") as writer:
        writer.execute("DELETE FROM db_dblink")
        writer.execute("DELETE FROM db_dbgroup_dbnodes")
        writer.execute("DELETE FROM db_dbnode WHERE id > 300")
    writer.close()
    assert node_count(store) < 312


def test_unknown_profiles(registry, data):
    stores = registry(data / "lab.aiida")
    assert stores.get("lab") is stores.get()
    with pytest.raises(UnknownProfile):
        stores.get("other")


def test_unsupported_profiles(registry):
    unsupported = Profile("x", ProfileKind.UNSUPPORTED, "here", problem="Not supported.")
    with pytest.raises(UnsupportedStore, match="Not supported"):
        registry(unsupported).get()


def test_a_garbage_database_is_refused_at_the_start(registry, data):
    with pytest.raises(UnsupportedStore, match="damaged"):
        registry(data / "edge" / "garbage_database.aiida").get()


REVISIONS = [
    ("UPDATE alembic_version SET version_num = 'main_9999'", "newer than main_0002"),
    ("UPDATE alembic_version SET version_num = '34a831f4286d'", "AiiDA 1.x"),
    ("UPDATE alembic_version SET version_num = 'banana'", "unknown schema version"),
    ("DELETE FROM alembic_version", "is not an AiiDA database"),
    ("DROP TABLE alembic_version", "is not an AiiDA database"),
    (
        "DROP TABLE alembic_version;"
        "CREATE TABLE django_migrations (id integer, app text, name text, applied text);"
        "INSERT INTO django_migrations VALUES (1, 'db', '0001_initial', ''), "
        "(2, 'db', '0048_computer_name_to_label', '')",
        "django_0048 of AiiDA 1.x",
    ),
    (
        "DROP TABLE alembic_version;"
        "CREATE TABLE django_migrations (id integer, app text, name text, applied text)",
        "is not an AiiDA database",
    ),
    ("DROP TABLE db_dblog", "it has no table db_dblog"),
    (
        "ALTER TABLE db_dbcomment RENAME COLUMN content TO text",
        "db_dbcomment has no column content",
    ),
]


@pytest.mark.parametrize(("change", "message"), REVISIONS)
def test_databases_that_cannot_be_read(change, message, registry, lab_copy, unpacked, tmp_path):
    postgres.run(lab_copy, change)
    with pytest.raises(UnsupportedStore, match=message):
        registry(lab_copy).get()
    folder = tmp_path / "profile"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    with sqlite3.connect(folder / "database.sqlite") as writer:
        writer.executescript(change)
    writer.close()
    with pytest.raises(UnsupportedStore, match=message):
        registry(folder).get()


def test_the_former_revision_has_the_same_tables(registry, lab_copy):
    postgres.run(lab_copy, "UPDATE alembic_version SET version_num = 'main_0001'")
    assert registry(lab_copy).get().revision == "main_0001"


def test_a_container_of_another_database_is_a_warning(registry, lab_copy, unpacked, caplog):
    postgres.run(lab_copy, "UPDATE db_dbsetting SET val = '\"0000\"' WHERE key = 'repository|uuid'")
    store = registry(lab_copy, unpacked / "repo" / "container").get()
    assert "does not belong to the database" in caplog.text
    assert store.objects is not None


def test_without_its_container_the_database_still_answers(registry, lab_postgres, tmp_path):
    store = registry(lab_postgres, tmp_path / "none").get()
    assert node_count(store) == 312
    with pytest.raises(StoreUnreachable, match="file repository"):
        store.files()
    with pytest.raises(StoreUnreachable, match="not configured"):
        registry(lab_postgres).get().files()


def test_missing_indexes_are_found(registry, lab_copy, data):
    store = registry(lab_copy).get()
    look = lambda snapshot: missing_indexes(snapshot, store.reader.backend)  # noqa: E731
    assert store.reader.within(look) == ()
    postgres.run(
        lab_copy, "DROP INDEX ix_pat_db_dbnode_label", "DROP INDEX ix_db_dblink_db_dblink_input_id"
    )
    assert store.reader.within(look) == (
        Index("db_dbnode", "label", pattern=True),
        Index("db_dblink", "input_id"),
    )
    migrated = registry(data / "edge" / "migrated_main_0001.aiida").get()
    lacking = migrated.reader.within(
        lambda snapshot: missing_indexes(snapshot, migrated.reader.backend)
    )
    assert Index("db_dbnode", "ctime") in lacking
    assert not any(index.pattern for index in lacking)


@pytest.mark.parametrize(
    ("name", "faults"), [("missing_object", 1), ("bad_crc", 1), ("stored_members", 0)]
)
def test_damaged_files_are_found(name, faults, registry, data):
    health = examine(registry(data / "edge" / f"{name}.aiida").get(), 100)
    assert len(health.faults) == faults
    assert health.is_sound == (faults == 0)
    assert health.files_read == 4
    assert [fault.path for fault in health.faults] == ["root.txt"] * faults


def test_a_container_with_a_wrong_object(registry, unpacked, tmp_path):
    folder = tmp_path / "profile"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    path = next(item for item in (folder / "container" / "loose").rglob("*") if item.is_file())
    path.chmod(0o600)
    path.write_bytes(b"something else")
    seen = []
    health = examine(registry(folder).get(), 1000, seen.append)
    assert [fault.reason for fault in health.faults] == [
        "The content of the file is damaged: it fails its checksum."
    ]
    assert seen == list(range(1, 112))


def test_a_sample_of_the_files(registry, lab_postgres, unpacked):
    store = registry(lab_postgres, unpacked / "repo" / "container").get()
    assert examine(store, 5).files_read == 5
    assert examine(store, 0).files_read == 0
    assert examine(store, 1000).files_read == 111
    lost = registry(lab_postgres).get()
    assert "not configured" in examine(lost, 5).repository_problem


def test_what_is_counted_is_every_required_table_but_authinfos():
    assert len(inspection.COUNTED) == len(inspection.REQUIRED) - 1
