"""What is refused, and what a load that fails leaves behind: nothing."""

from __future__ import annotations

import os
import signal
import threading
import zipfile
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import psycopg2
import pytest

from provender.errors import (
    ConfigurationError,
    CorruptObject,
    StoreError,
    StoreUnreachable,
    UnsupportedStore,
)
from provender.loading.copying import RefusedError, RowStream
from provender.loading.target import LOAD_LOCK, from_url
from support import postgres

TABLES = (
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'public'"
)


def count(url):
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
        return cursor.fetchone()[0]


@contextmanager
def nothing_left(url, folder):
    """Check that the block leaves neither tables nor a folder."""
    before = count(url)
    yield
    assert count(url) == before
    assert list(folder.parent.iterdir()) == []


@pytest.fixture
def url(new_database):
    """A database that the test may fill."""
    return new_database()


@pytest.fixture(scope="module")
def empty(cluster):
    """A database that stays empty, since every load into it fails."""
    url = postgres.create_database(cluster)
    yield url
    assert count(url) == 0
    postgres.drop_database(cluster, url)


@pytest.mark.parametrize(
    "table", ["db_dbnode (id int)", "alembic_version (x int)", "shopping_list (item text)"]
)
def test_a_database_that_holds_a_table(url, run, data, folder, table):
    postgres.run(url, f"CREATE TABLE {table}")
    with (
        nothing_left(url, folder),
        pytest.raises(ConfigurationError, match="is not empty") as caught,
    ):
        run(data / "lab.aiida", url, folder)
    assert f"public.{table.partition(' ')[0]}." in caught.value.message


def test_a_table_in_another_schema_counts(url, run, data, folder):
    postgres.run(url, "CREATE SCHEMA other", "CREATE VIEW other.v AS SELECT 1")
    with pytest.raises(ConfigurationError, match=r"other\.v"):
        run(data / "lab.aiida", url, folder)


def test_what_belongs_to_an_extension_does_not_count(url, run, data, folder):
    postgres.run(url, "CREATE VIEW v AS SELECT 1", "ALTER EXTENSION plpgsql ADD VIEW v")
    assert run(data / "lab.aiida", url, folder).rows == 776


def test_a_database_of_another_encoding(new_database, run, data, folder):
    url = new_database("TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with nothing_left(url, folder), pytest.raises(ConfigurationError, match="LATIN1, not UTF8"):
        run(data / "lab.aiida", url, folder)


def test_folders(empty, run, data, folder):
    folder.mkdir()
    (folder / "mine").touch()
    with pytest.raises(ConfigurationError, match="not an empty folder"):
        run(data / "lab.aiida", empty, folder)
    with pytest.raises(ConfigurationError, match="not an empty folder"):
        run(data / "lab.aiida", empty, folder / "mine")
    with pytest.raises(ConfigurationError, match="There is no folder"):
        run(data / "lab.aiida", empty, folder / "not" / "there")
    assert [path.name for path in folder.iterdir()] == ["mine"]
    assert count(empty) == 0


def test_a_folder_that_cannot_be_made(empty, run, data, folder, monkeypatch):
    mkdir = Path.mkdir

    def refuse(path, *arguments, **options):
        if ".loading-" in path.name:
            raise PermissionError(13, "Permission denied")
        mkdir(path, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", refuse)
    with nothing_left(empty, folder), pytest.raises(ConfigurationError, match="No folder can be"):
        run(data / "lab.aiida", empty, folder)


@pytest.mark.parametrize(
    ("archive", "error", "message"),
    [
        ("none.aiida", ConfigurationError, "is not an archive"),
        ("configs", ConfigurationError, "is not an archive"),
        ("edge/truncated.aiida", UnsupportedStore, "truncated"),
        ("edge/legacy_0.12.aiida", UnsupportedStore, "of version 0.12"),
        ("edge/garbage_database.aiida", UnsupportedStore, "damaged"),
        ("edge/bad_crc.aiida", CorruptObject, "A file of the archive is damaged"),
    ],
)
def test_archives(empty, run, data, folder, archive, error, message):
    with nothing_left(empty, folder), pytest.raises(error, match=message):
        run(data / archive, empty, folder)


def member(path, name):
    """Return the directory entry of a member of a zip."""
    with zipfile.ZipFile(path) as archive:
        return next(item for item in archive.infolist() if item.filename.startswith(name))


@pytest.mark.parametrize(
    ("place", "reason"),
    [(0, "it is not at the place that the archive names"), (-1, "repo/")],
)
def test_a_member_that_is_damaged(empty, run, data, folder, tmp_path, place, reason):
    path = tmp_path / "damaged.aiida"
    content = bytearray((data / "lab.aiida").read_bytes())
    entry = member(data / "lab.aiida", "repo/")
    with zipfile.ZipFile(data / "lab.aiida") as archive:
        deflated = max(archive.infolist()[2:], key=lambda item: item.file_size - item.compress_size)
    start = entry.header_offset
    if place:
        start = deflated.header_offset + 30 + len(deflated.filename)
    content[start : start + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    damage = pytest.raises(CorruptObject, match="A file of the archive is damaged")
    with nothing_left(empty, folder), damage as caught:
        run(path, empty, folder)
    assert reason in caught.value.reason


LEAF_OF_TABLE, PAGE = 13, 4096
"""SQLite file format, section 1.6."""


def test_a_database_that_is_damaged_in_the_middle(empty, run, data, folder, tmp_path):
    path = tmp_path / "damaged.aiida"
    with zipfile.ZipFile(data / "lab.aiida") as old, zipfile.ZipFile(path, "w") as new:
        content = bytearray(old.read("db.sqlite3"))
        pages = range(0, len(content), PAGE)
        leaves = [at for at in pages if content[at] == LEAF_OF_TABLE]
        nodes = [at for at in leaves if b"StructureData." in content[at : at + PAGE]]
        content[nodes[-1] : nodes[-1] + PAGE] = bytes(PAGE)
        new.writestr("db.sqlite3", bytes(content))
        new.writestr("metadata.json", old.read("metadata.json"))
    with nothing_left(empty, folder), pytest.raises(UnsupportedStore, match="is damaged"):
        run(path, empty, folder)


def test_a_sequence_in_the_way(url, run, data, folder):
    postgres.run(url, "CREATE SEQUENCE db_dbnode")
    with nothing_left(url, folder), pytest.raises(ConfigurationError, match="is not empty"):
        run(data / "lab.aiida", url, folder)


@pytest.mark.parametrize("url", ["mysql://x/y", "paper.aiida", "demo"])
def test_urls(url):
    with pytest.raises(ConfigurationError):
        from_url(url)


def test_a_server_that_is_not_there(run, data, folder):
    with pytest.raises(StoreUnreachable, match="cannot be reached") as caught:
        run(data / "lab.aiida", "postgresql://me:secret@127.0.0.1:1/x", folder)
    assert "secret" not in str(caught.value.reason)
    assert list(folder.parent.iterdir()) == []


def test_a_role_that_may_not_make_tables(url, new_role, run, data, folder):
    postgres.run(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    with nothing_left(url, folder), pytest.raises(ConfigurationError, match="may not make"):
        run(data / "lab.aiida", postgres.as_role(url, new_role()), folder)


def test_a_role_that_only_reads_by_default_may_load(url, run, data, folder):
    name = url.partition("?")[0].rpartition("/")[2]
    postgres.run(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert run(data / "lab.aiida", url, folder).rows == 776


def test_two_loads_at_once(empty, run, data, folder):
    with closing(psycopg2.connect(empty)) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOAD_LOCK,))
        with nothing_left(empty, folder), pytest.raises(ConfigurationError, match="Another load"):
            run(data / "lab.aiida", empty, folder)


@pytest.mark.parametrize(
    ("script", "message", "reason"),
    [
        (
            "UPDATE db_dbnode SET label = printf('%300c', 'x') WHERE id = 100",
            "`label` of the row with id 100 of db_dbnode",
            "value too long",
        ),
        (
            "UPDATE db_dbnode SET attributes = '{\"a\": NaN}' WHERE id = 100",
            "`attributes` of the row with id 100 of db_dbnode",
            "invalid input syntax for type json",
        ),
        (
            "UPDATE db_dbcomment SET ctime = 'yesterday noon' WHERE id = 2",
            "`ctime` of the row with id 2 of db_dbcomment",
            "invalid input syntax",
        ),
        (
            "UPDATE db_dblink SET input_id = 9999 WHERE id = 100",
            "The archive breaks a constraint of AiiDA databases",
            "fk_db_dblink_input_id_db_dbnode",
        ),
        (
            "CREATE TABLE new AS SELECT * FROM db_dbnode; DROP TABLE db_dbnode;"
            "ALTER TABLE new RENAME TO db_dbnode; UPDATE db_dbnode SET label = NULL WHERE id = 100",
            "of the row with id 100 of db_dbnode",
            "violates not-null constraint",
        ),
    ],
)
def test_rows_that_a_database_does_not_take(empty, run, altered, folder, script, message, reason):
    with nothing_left(empty, folder), pytest.raises(UnsupportedStore, match=message) as caught:
        run(altered(script), empty, folder)
    assert reason in caught.value.reason


def test_a_bad_row_ends_the_copy_at_once(url):
    """The server speaks in the middle of the copy, and hears no more rows."""
    stream = refused(url, lambda _backend: None)
    assert isinstance(stream.failure, RefusedError)
    assert stream.done < 10_000


def test_a_bad_row_ends_the_copy_of_a_server_that_is_slow(url):
    """There is no room for more rows before it speaks."""

    def stop_a_while(backend):
        os.kill(backend, signal.SIGSTOP)
        threading.Timer(0.5, os.kill, (backend, signal.SIGCONT)).start()

    stream = refused(url, stop_a_while)
    assert isinstance(stream.failure, RefusedError)
    assert stream.done < 10_000


def refused(url, begin):
    """Copy many rows, the first of which is refused; `begin` is called before with the backend."""
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE somewhere (number int, text text)")

        def rows():
            begin(connection.info.backend_pid)
            yield b"never", b"x" * 9000
            yield from ((b"1", b"x" * 9000) for _ in range(9_999))

        stream = RowStream(rows(), connection.fileno())
        with pytest.raises(psycopg2.Error, match="invalid input syntax for type integer"):
            cursor.copy_expert("COPY somewhere FROM STDIN", stream)
    return stream


STEPS = ["copying files", "rows of db_dbnode", "rows indexed"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_whatever_happens_on_the_way_leaves_nothing(empty, run, data, folder, step, error):
    def interrupt(what, _done, _total):
        if what == step:
            raise error

    with nothing_left(empty, folder), pytest.raises(error):
        run(data / "lab.aiida", empty, folder, interrupt)


def when_indexes_are_made(url, body, *before):
    """Let the server do something of its own in the transaction that loads, after the rows."""
    postgres.run(
        url,
        *before,
        f"CREATE FUNCTION meddle() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$",
        "CREATE EVENT TRIGGER meddle ON ddl_command_end WHEN TAG IN ('CREATE INDEX') "
        "EXECUTE FUNCTION meddle()",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("UPDATE db_dbnode SET label = 'another' WHERE id = 100", "row with id 100 of db_dbnode"),
        ("DELETE FROM db_dbcomment WHERE id = 1", "db_dbcomment has 2 rows, 3"),
    ],
)
def test_a_difference_is_found_and_nothing_kept(url, run, data, folder, change, message):
    when_indexes_are_made(url, f"{change};")
    with nothing_left(url, folder), pytest.raises(StoreError, match=message):
        run(data / "lab.aiida", url, folder)


def test_a_folder_that_appears_meanwhile(empty, run, data, folder):
    def appear(what, done, total):
        if what == "rows indexed" and done == total:
            folder.mkdir()
            (folder / "mine").touch()

    with pytest.raises(ConfigurationError, match="can no longer be made"):
        run(data / "lab.aiida", empty, folder, appear)
    assert [path.name for path in folder.parent.iterdir()] == ["container"]
    assert [path.name for path in folder.iterdir()] == ["mine"]
    assert count(empty) == 0


def test_a_server_that_goes_away_before_the_end(url, cluster, run, data, folder):
    name = url.partition("?")[0].rpartition("/")[2]

    def end(what, done, total):
        if what == "rows indexed" and done == total:
            postgres.run(
                cluster,
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            )

    with nothing_left(url, folder), pytest.raises(StoreUnreachable, match="failed"):
        run(data / "lab.aiida", url, folder, end)


def at_the_commit(url, body):
    """Let the server do something when the transaction that loads ends."""
    when_indexes_are_made(
        url,
        "IF to_regclass('pg_temp.last') IS NULL THEN "
        "CREATE TEMP TABLE last (x int) ON COMMIT DROP; "
        "CREATE CONSTRAINT TRIGGER last AFTER INSERT ON last DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION ending(); "
        "INSERT INTO last VALUES (1); END IF;",
        "CREATE FUNCTION ending() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$BEGIN {body} RETURN NULL; END$$",
    )


def test_a_commit_that_fails_takes_the_folder_back(url, run, data, folder):
    at_the_commit(url, "PERFORM pg_terminate_backend(pg_backend_pid());")
    with nothing_left(url, folder), pytest.raises(StoreUnreachable, match="failed"):
        run(data / "lab.aiida", url, folder)


def test_no_room_for_the_files(empty, run, data, folder, monkeypatch):
    import shutil

    usage = SimpleNamespace(free=100)
    monkeypatch.setattr(
        shutil,
        "disk_usage",
        lambda path: usage if "loading" in str(path) else SimpleNamespace(free=1 << 40),
    )
    with nothing_left(empty, folder), pytest.raises(StoreUnreachable, match="no room"):
        run(data / "lab.aiida", empty, folder)


def test_a_disk_that_fails(empty, run, data, folder, monkeypatch):
    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with nothing_left(empty, folder), pytest.raises(StoreUnreachable, match="cannot be copied"):
        run(data / "lab.aiida", empty, folder)


def test_an_interruption_in_the_last_moment_comes_too_late(url, run, data, folder):
    at_the_commit(url, "PERFORM pg_advisory_xact_lock(7);")
    main = threading.get_ident()
    is_waiting = postgres.WAITING + " AND locktype = 'advisory'"

    def interrupt():
        with closing(postgres.connect(url)) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7)")
            is_locked.set()
            found = 0
            while not found:
                cursor.execute(is_waiting)
                found = cursor.fetchone()[0]
            signal.pthread_kill(main, signal.SIGINT)

    is_locked, worker = threading.Event(), threading.Thread(target=interrupt)
    worker.start()
    assert is_locked.wait(30)
    assert run(data / "lab.aiida", url, folder).rows == 776
    worker.join()
    assert count(url) > 0
