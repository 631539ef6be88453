"""`provender store`, run as its user runs it: the two commands that write."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from contextlib import closing

import psycopg2
import pytest

from support import postgres

COMMAND = [sys.executable, "-m", "provender"]


def run(*arguments, status=0):
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


def start(*arguments):
    """Start the command as a terminal would: a test run in the background ignores Ctrl-C."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - safe
    )


def query(url, sql):
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def tables(url):
    return query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")


def own_indexes(url):
    return query(
        url, "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'provender%' ORDER BY 1"
    )


def wait_until_blocked(url):
    """Wait until a session of the database waits for a lock of another."""
    blocked = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND wait_event_type = 'Lock'"
    )
    for _ in range(300):
        if query(url, blocked) != [(0,)]:
            return
        time.sleep(0.1)
    pytest.fail("nothing waits for a lock")


@pytest.mark.parametrize("command", [[], ["load"], ["index"]], ids=" ".join)
def test_every_command_has_help(command):
    out, _ = run("store", *command, "-h")
    assert out.startswith("Usage: ")
    if command:
        assert "Examples:" in out


def test_a_load_is_told_and_its_advice_works(new_database, data, tmp_path):
    url, folder = new_database(), tmp_path / "container"
    out, err = run("store", "load", data / "lab.aiida", url, "--repository", folder)
    assert re.match(r"Loaded 776 rows and 111 files \([\d.]+ kB\) in [\d.]+ s\.\n", out)
    assert re.search(r"^  312  nodes$", out, re.MULTILINE)
    assert "Compared with the archive: all counts, 776 rows, 111 files." in out
    assert "Schema: main_0002\n" in out
    assert err == ""
    found, _ = run("check", url, "--repository", folder)
    assert "Files    111 read" in found
    assert "all intact" in found
    assert "Indexes  complete" in found
    advice = re.search(r"provender store index '(.*)'", out)[1]
    assert "provender_node_type_id" in run("store", "index", advice)[0]


def test_an_older_archive_names_the_command_that_comes_next(new_database, data, tmp_path):
    archive = data / "edge" / "migrated_main_0001.aiida"
    out, _ = run("store", "load", archive, new_database(), "--repository", tmp_path / "container")
    assert "Schema: main_0001; before AiiDA opens it: verdi storage migrate" in out


def test_a_terminal_shows_progress(new_database, data, tmp_path):
    master, terminal = pty.openpty()
    folder = tmp_path / "container"
    done = subprocess.run(
        [*COMMAND, "store", "load", data / "lab.aiida", new_database(), "--repository", folder],
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        check=True,
        timeout=60,
    )
    os.close(terminal)
    text = b""
    while chunk := read(master):
        text += chunk
    os.close(master)
    assert done.returncode == 0
    lines = text.decode().replace("\r\n", "\n").split("\n")
    assert any(re.search(r"\rcopying files: 22.8 kB in [\d.]+ s\x1b\[K$", line) for line in lines)
    assert any("\rrows of db_dbnode: 312 in " in line for line in lines)
    assert lines[-1] == ""


def read(master):
    try:
        return os.read(master, 1 << 16)
    except OSError:  # Linux, at the end
        return b""


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["load"], 2, "Missing argument 'ARCHIVE'"),
        (["load", "x.aiida", "postgresql://x/y"], 2, "Missing option '--repository'"),
        (["load", "x.aiida", "mysql://x/y", "--repository", "z"], 1, "The scheme `mysql`"),
        (["load", "x.aiida", "y", "--repository", "z"], 1, "Name the database by its URL."),
        (["load", "x.aiida", "postgresql:///y", "--repository", "/no/z"], 1, "There is no folder"),
        (
            ["load", "x.aiida", "postgresql://me:secret@127.0.0.1:1/y", "--repository", "z"],
            1,
            "The database `y` cannot be reached.",
        ),
        (["index"], 2, "Missing argument 'URL'"),
        (["index", "demo"], 1, "Name the database by its URL."),
        (["index", "postgresql://me:secret@127.0.0.1:1/y"], 1, "The store `y` cannot be reached."),
    ],
)
def test_mistakes_are_one_clear_line(arguments, status, message):
    out, err = run("store", *arguments, status=status)
    assert out == ""
    assert message in err.splitlines()[-1 if status == 2 else 0]
    assert "secret" not in err


def test_nothing_is_written_over(lab_copy, data, tmp_path):
    before = query(lab_copy, "SELECT count(*), sum(id) FROM db_dbnode")
    arguments = ["store", "load", data / "lab.aiida", lab_copy, "--repository", tmp_path / "new"]
    _, err = run(*arguments, status=1)
    assert "is not empty: it has the table public.db_dbauthinfo." in err
    assert query(lab_copy, "SELECT count(*), sum(id) FROM db_dbnode") == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_load_that_is_stopped_leaves_nothing(new_database, data, tmp_path, number):
    url = new_database()
    arguments = ["load", data / "lab.aiida", url, "--repository", tmp_path / "container"]
    with closing(psycopg2.connect(url)) as other, other.cursor() as cursor:
        cursor.execute("CREATE TABLE db_dbnode (id int)")  # seen by nobody else, but in the way
        process = start("store", *arguments)
        wait_until_blocked(url)
        assert any(".container.loading-" in path.name for path in tmp_path.iterdir())
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert (out, err) == ("", "Error: Stopped: the database and the folder are as before.\n")
    assert list(tmp_path.iterdir()) == []
    assert tables(url) == []
    run("store", *arguments)


def test_indexes_are_listed_and_made_on_request_only(lab_copy):
    out, _ = run("store", "index", lab_copy)
    assert re.search(r"provender_node_type_id +missing +[\d.]+ kB +[\d.]+ ms ", out)
    assert "--apply makes the 11 missing indexes; they will take about" in out
    assert own_indexes(lab_copy) == []
    only = ["--only", "provender_node_state", "--only", "provender_node_attributes"]
    out, _ = run("store", "index", lab_copy, "--apply", *only)
    made = r"provender_node_state: [\d.]+ kB in [\d.]+ s; lists of .*: [\d.]+ ms before, "
    assert re.search(made, out)
    names = [("provender_node_attributes",), ("provender_node_state",)]
    assert own_indexes(lab_copy) == names
    run("store", "index", lab_copy, "--apply")
    assert len(own_indexes(lab_copy)) == 12
    run("store", "index", lab_copy, "--apply")
    out, _ = run("store", "index", lab_copy)
    assert out.count(" present ") == 12
    assert out.endswith("No index is missing.\n")


def test_an_index_that_nobody_knows(lab_copy):
    _, err = run("store", "index", lab_copy, "--only", "other", status=2)
    assert "There is no index other. Known: provender_node_type_id, " in err


def test_a_database_of_others_gets_no_index(new_database):
    url = new_database()
    postgres.run(url, "CREATE TABLE db_dbnode (id int)")
    _, err = run("store", "index", url, "--apply", status=1)
    assert "is not an AiiDA database" in err


def test_an_index_that_is_stopped_says_what_is_left(lab_copy):
    arguments = ["store", "index", lab_copy, "--only", "provender_node_user_id"]
    with closing(psycopg2.connect(lab_copy)) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE db_dbnode IN ROW EXCLUSIVE MODE")
        process = start(*arguments, "--apply")
        wait_until_blocked(lab_copy)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err.startswith("Error: provender_node_user_id was not completed.\n")
    command = re.search(r"DROP INDEX IF EXISTS provender_node_user_id;", err)[0]
    out, err = run(*arguments, "--apply", status=1)
    assert "invalid" in out
    assert "provender_node_user_id is incomplete, because a run was stopped. Remove it:" in err
    postgres.run(lab_copy, command)
    run(*arguments, "--apply")
    assert own_indexes(lab_copy) == [("provender_node_user_id",)]
