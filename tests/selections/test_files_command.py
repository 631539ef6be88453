"""`provender files`, and zips of `provender archive create`: run as a person runs them."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import json
import os
import pty
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import zipfile
from contextlib import closing, suppress

import pytest

from support import growing
from support.command import COMMAND, run, unmeasured
from support.hearing import hearing
from support.waiting import wait_until

JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
SIZE = 100_000_000
OF_JOB = f'uuid="{JOB}"'


@pytest.fixture
def named(on_each, unpacked):
    """The arguments that name the store of a server."""
    if "://" in on_each.store:
        return [on_each.store, "--repository", str(unpacked / "repo" / "container")]
    return [on_each.store]


@pytest.fixture(scope="module")
def large(unpacked, tmp_path_factory):
    """A store in which a node has two files of 100 MB."""
    store = growing.copied(unpacked, tmp_path_factory.mktemp("large"))
    place, tree = store / "container" / "loose", {}
    for name, size in (("a", SIZE), ("b", SIZE + 1)):
        digest = hashlib.sha256()
        for _ in range(100):
            digest.update(bytes(SIZE // 100))
        digest.update(bytes(size - SIZE))
        key = digest.hexdigest()
        (place / key[:2]).mkdir(exist_ok=True)
        with (place / key[:2] / key[2:]).open("wb") as file:
            file.truncate(size)
        tree[name] = {"k": key}
    told = json.dumps({"o": tree})
    growing.change(
        store, f"UPDATE db_dbnode SET repository_metadata = '{told}' WHERE uuid = '{JOB}'"
    )
    return store


@pytest.fixture(scope="module")
def lab(data):
    run("files", data / "lab.aiida", "--limit", "1")  # opened once: later nothing is extracted
    return str(data / "lab.aiida")


def digests(folder):
    """Return the SHA-256 of all files of a folder by their paths."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_files_are_those_of_the_server(named, on_each):
    out, err = run("files", *named, "--glob", "*.out", "--all", "--json")
    answer = on_each.get("/api/v4/nodes/files?glob=*.out&limit=1000")
    expected = [{key: file[key] for key in file if key != "url"} for file in answer.data["files"]]
    assert len(expected) > 20
    assert (json.loads(out), err) == ({"files": expected}, "")


def test_a_selection_is_an_argument_or_an_option(lab):
    first, _ = run("files", lab, OF_JOB, "--csv")
    second, _ = run("files", lab, "--where", OF_JOB, "--csv")
    assert first == second
    rows = list(csv.DictReader(io.StringIO(first)))
    assert len(rows) == 4
    assert {row["uuid"] for row in rows} == {JOB}
    _, err = run("files", lab, OF_JOB, "--where", OF_JOB, status=1)
    assert "both say which nodes" in err


def test_a_pipe_gets_columns_and_is_told_of_more(lab):
    out, err = run("files", lab, "--glob", "*.out", "--limit", "2")
    assert out.splitlines()[0].split() == ["uuid", "size", "path"]
    assert len(out.splitlines()) == 3
    assert err == "There are more files than 2; --all shows them.\n"
    assert run("files", lab, "--glob", "nothing") == ("", "")


def test_sizes_choose(lab):
    out, _ = run("files", lab, "--min-size", "16Ki", "--json")
    assert [file["size"] for file in json.loads(out)["files"]] == [16384]


def test_files_are_written_into_a_folder(named, tmp_path):
    folder = tmp_path / "out"
    out, err = run("files", *named, OF_JOB, "-o", folder)
    assert (out.startswith("Wrote 4 files ("), err) == (True, "")
    manifest = json.loads((folder / "manifest.json").read_text())
    (node,) = manifest["nodes"]
    found = digests(folder)
    assert {file["path"]: file["sha256"] for file in node["files"]} == {
        path: key for path, key in found.items() if path != "manifest.json"
    }
    assert len(found) == 5
    assert not list(folder.glob(".*"))


def test_the_same_command_goes_on(lab, tmp_path):
    folder = tmp_path / "out"
    run("files", lab, "--glob", "*.out", "-o", folder)
    before = digests(folder)
    gone = sorted(path for path in folder.rglob("*.out"))[:3]
    for path in gone:
        path.unlink()
    (folder / ".provender.part").write_text("half of a file")
    out, _ = run("files", lab, "--glob", "*.out", "-o", folder)
    assert out.startswith("Wrote 3 files (")
    assert f"{len(before) - 1 - 3} files were there." in out
    assert digests(folder) == before


def test_nothing_that_is_there_is_overwritten(lab, tmp_path):
    place = tmp_path / "out" / JOB / "aiida.in"
    place.parent.mkdir(parents=True)
    place.write_text("mine")
    _, err = run("files", lab, OF_JOB, "-o", tmp_path / "out", status=1)
    assert f"{place} is there, and is another file." in err
    assert place.read_text() == "mine"


def started(*arguments, **options):
    """Return a running command."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [*COMMAND, *map(str, arguments)]
    with hearing():
        return subprocess.Popen(command, env=unmeasured(), **pipes, **options)


def stopped(*arguments, when):
    """Return the errors of a command that gets Ctrl-C."""
    with started(*arguments) as process:
        wait_until(when)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    return err


def test_ctrl_c_leaves_whole_files_alone(large, tmp_path):
    folder = tmp_path / "out"
    err = stopped("files", large, OF_JOB, "-o", folder, when=(folder / ".provender.part").exists)
    assert err == "Error: Stopped: the files so far are whole.\n  The same command goes on.\n"
    assert not (folder / ".provender.part").exists()
    assert {path.stat().st_size for path in folder.rglob("*") if path.is_file()} <= {SIZE, SIZE + 1}


def test_ctrl_c_leaves_nothing_of_a_zip(large, tmp_path):
    new = tmp_path / "new.zip"
    err = stopped(
        "archive",
        "create",
        large,
        OF_JOB,
        new,
        when=lambda: any(path.stat().st_size for path in tmp_path.glob(".*")),
    )
    assert err == f"Error: Stopped: nothing is left of {new}.\n"
    assert list(tmp_path.iterdir()) == []


def test_one_command_at_a_time_writes_into_a_folder(lab, tmp_path):
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    _, err = run("files", lab, OF_JOB, "-o", tmp_path, status=1)
    os.close(folder)
    assert err == f"Error: Another command writes into {tmp_path}.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told(large, tmp_path):
    most = (50_000_000, 50_000_000)
    for arguments in (
        ("files", large, OF_JOB, "-o", tmp_path / "out"),
        ("archive", "create", large, OF_JOB, tmp_path / "new.zip"),
    ):
        with started(
            *arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, most)
        ) as full:
            _, err = full.communicate(timeout=60)
        assert full.returncode == 1
        assert err.startswith(f"Error: There is no room for {tmp_path}")
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_a_terminal_is_shown_how_far_it_is(large, tmp_path):
    ours, theirs = pty.openpty()
    command = [*COMMAND, "files", str(large), OF_JOB, "-o", str(tmp_path / "out")]
    subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, check=True)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the end of a terminal
        while block := os.read(ours, 1 << 16):
            shown += block
    os.close(ours)
    assert re.search(rb"writing files: [1-9]\d? % of 200 MB", shown)
    assert b"writing files: 200 MB in" in shown


def test_damaged_files_are_told_and_the_others_are_written(unpacked, tmp_path):
    store = growing.copied(unpacked, tmp_path)
    keys = {"good": hashlib.sha256(b"good").hexdigest(), "bad": hashlib.sha256(b"bad").hexdigest()}
    for name, key in keys.items():
        place = store / "container" / "loose" / key[:2] / key[2:]
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(b"good" if name == "good" else b"???")
    tree = json.dumps({"o": {name: {"k": key} for name, key in keys.items()}})
    growing.change(
        store, f"UPDATE db_dbnode SET repository_metadata = '{tree}' WHERE uuid = '{JOB}'"
    )
    out, err = run("files", store, OF_JOB, "-o", tmp_path / "out", status=1)
    assert out.startswith("Wrote 1 file (")
    assert f"{JOB}/bad: " in err
    assert f"1 file could not be read: see {tmp_path / 'out' / 'manifest.json'}." in err
    assert (tmp_path / "out" / JOB / "good").read_bytes() == b"good"
    assert not (tmp_path / "out" / JOB / "bad").exists()
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [file["path"] for file in told["nodes"][0]["files"]] == [f"{JOB}/good"]
    assert [(file["sha256"], file["reason"]) for file in told["skipped"]] == [
        (keys["bad"], "its content in the store is damaged")
    ]


@pytest.mark.parametrize(
    ("options", "is_written", "words"),
    [
        (["--glob", "/"], False, "is empty"),
        (["--min-size", "x"], True, "`x` is no size"),
        (["id>"], True, "at character 4"),
        (["--limit", "3"], True, "-o writes all files"),
        (["group=nobody"], True, "No group has the label"),
    ],
)
def test_what_cannot_be_asked_is_an_error(options, is_written, words, lab, tmp_path):
    more = ["-o", tmp_path / "out"] if is_written else []
    _, err = run("files", lab, *options, *more, status=1)
    assert words in err
    assert not (tmp_path / "out").exists()


def test_a_zip_is_that_of_the_server(named, on_each, tmp_path):
    new = tmp_path / "new.zip"
    options = ("--glob", "*.out", "--tree", "workflow")
    out, err = run("archive", "create", *named[:1], "", new, *named[1:], *options)
    assert (out.startswith(f"Wrote {new} ("), err) == (True, "")
    assert ": 312 nodes, 23 files.\n" in out
    answer = on_each.get("/api/v4/nodes/archive.zip?glob=*.out&tree=workflow")
    assert new.read_bytes() == answer.body
    with zipfile.ZipFile(new) as file:
        assert file.testzip() is None


def test_options_are_about_one_kind_of_archive(lab, tmp_path):
    for name, option, words in (
        ("new.aiida", "--glob=*.out", "--glob is about a .zip"),
        ("new.zip", "--no-create-backward", "--create-backward is about an .aiida"),
        ("new.zip", "--parts=filez", "`parts` takes no `filez`"),
    ):
        _, err = run("archive", "create", lab, OF_JOB, tmp_path / name, option, status=1)
        assert words in err
    assert list(tmp_path.iterdir()) == []


def test_a_zip_that_cannot_be_written_leaves_nothing(lab, unpacked, tmp_path):
    new = tmp_path / "out" / "new.zip"
    new.parent.mkdir()
    store = growing.copied(unpacked, tmp_path)
    shutil.rmtree(store / "container" / "loose")
    run("archive", "create", store, OF_JOB, new, status=1)
    assert list(new.parent.iterdir()) == []
    new.write_text("mine")
    _, err = run("archive", "create", lab, OF_JOB, new, status=1)
    assert err.startswith(f"Error: {new} exists.\n")
    assert new.read_text() == "mine"


def test_a_store_is_only_read(unpacked, tmp_path):
    store = growing.copied(unpacked, tmp_path)
    before = digests(store)
    run("files", store, "--glob", "*.out", "-o", tmp_path / "out")
    run("archive", "create", store, OF_JOB, tmp_path / "new.zip")
    assert digests(store) == before
    with closing(sqlite3.connect(store / "database.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM db_dbnode").fetchone() == (312,)
