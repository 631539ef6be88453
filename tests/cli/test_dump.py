"""`provender dump`, run as its user runs it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pty
import signal
import subprocess
import sys
import zipfile
from contextlib import suppress

import pytest

from support import growing
from support.command import COMMAND, run
from support.waiting import wait_until

CHAIN = "7ecba7ea-6275-4480-9606-4b0689d980f1"
JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def with_file(folder, content, size):
    """Make the only file of a job: its name is the digest of `content`, its bytes are zeros."""
    key = hashlib.sha256(content).hexdigest()
    place = folder / "container" / "loose" / key[:2] / key[2:]
    place.parent.mkdir(exist_ok=True)
    with place.open("wb") as file:
        file.truncate(size)
    tree = json.dumps({"o": {"large": {"k": key}}})
    growing.change(
        folder, f"UPDATE db_dbnode SET repository_metadata = '{tree}' WHERE uuid = '{JOB}'"
    )
    return folder


@pytest.mark.parametrize("kind", ["archive", "sqlite", "postgres"])
def test_it_writes_what_the_server_sends(kind, unpacked, lab_postgres, on_archive, tmp_path):
    store = {
        "archive": [unpacked / "lab.aiida"],
        "sqlite": [unpacked / "sqlite_dos"],
        "postgres": [lab_postgres, "--repository", unpacked / "repo" / "container"],
    }[kind]
    folder = tmp_path / "new" / "chain"
    out, err = run("dump", CHAIN[:8], folder, "-s", *store)
    assert err == ""
    body = on_archive.get(f"/api/v4/processes/{CHAIN}/archive.zip").body
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        assert files_of(folder) == {name: file.read(name) for name in file.namelist()}
    assert out.startswith("Wrote 85 files (")
    assert out.endswith(f" into {folder}.\n")
    assert [path.name for path in folder.parent.iterdir()] == ["chain"]


def test_without_a_folder_it_is_named_after_the_process(unpacked, tmp_path):
    done = subprocess.run(
        [*COMMAND, "dump", CHAIN, "-s", unpacked / "lab.aiida"], cwd=tmp_path, check=True
    )
    assert done.returncode == 0
    assert (tmp_path / "MyWC-7ecba7ea" / "README.md").exists()


def test_an_empty_folder_is_filled(unpacked, tmp_path):
    run("dump", CHAIN, tmp_path, "-s", unpacked / "lab.aiida")
    assert (tmp_path / "manifest.json").exists()


def test_what_is_damaged_is_listed_and_everything_else_is_written(unpacked, tmp_path):
    store = with_file(growing.copied(unpacked, tmp_path), b"what it should be", 3)
    folder = tmp_path / "job"
    _, err = run("dump", JOB, folder, "-s", store, status=1)
    assert err == f"1 file could not be read: see {folder / 'manifest.json'}.\n"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [item["path"] for item in manifest["missing"]] == ["inputs/large"]
    assert "inputs/large" not in files_of(folder)
    assert (folder / "outputs" / "aiida.out").read_bytes() == b"0\n"
    assert "1 file could not be read" in (folder / "README.md").read_text()


@pytest.mark.parametrize(
    ("uuid", "words"),
    [
        ("zz", "`zz` is not an id: an id is the beginning of a uuid, or a pk."),
        ("ffffffff", "There is no process with a uuid that begins with `ffffffff`."),
        ("a8358adf", "There is no process with a uuid that begins with `a8358adf`."),
        ("d", "Several processes have a uuid that begins with `d`."),
        ("7", "There is no process with the pk `7`."),
    ],
)
def test_what_is_no_process_is_an_error(uuid, words, unpacked, tmp_path):
    _, err = run("dump", uuid, tmp_path / "out", "-s", unpacked / "lab.aiida", status=1)
    assert err.startswith(f"Error: {words}")
    assert not any(tmp_path.iterdir())


def test_a_folder_that_is_in_use_is_refused(unpacked, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    for folder, words in ((tmp_path, "is not empty"), (tmp_path / "notes.txt", "is a file")):
        _, err = run("dump", CHAIN, folder, "-s", unpacked / "lab.aiida", status=1)
        assert err == f"Error: {folder} {words}.\n  Name a new folder, or an empty one.\n"
    assert files_of(tmp_path) == {"notes.txt": b"mine"}


def test_a_folder_that_cannot_be_made_is_an_error(unpacked):
    _, err = run("dump", CHAIN, "/proc/nothing/here", "-s", unpacked / "lab.aiida", status=1)
    assert err.startswith("Error: /proc/nothing/here cannot be written.")


def test_ctrl_c_leaves_nothing(unpacked, tmp_path):
    store = with_file(growing.copied(unpacked, tmp_path), b"x", 4 << 30)
    parent = tmp_path / "out"
    parent.mkdir()
    process = subprocess.Popen(
        [*COMMAND, "dump", JOB, str(parent / "job"), "-s", str(store)],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - safe
    )
    wait_until(lambda: list(parent.rglob("large")))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (1, "Error: Stopped: nothing was left.\n")
    assert not any(parent.iterdir())


def test_a_terminal_gets_a_bar(unpacked, tmp_path):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "provender", "dump", CHAIN, str(tmp_path / "chain")]
    subprocess.run([*command, "-s", unpacked / "lab.aiida"], stderr=theirs, check=True)
    os.close(theirs)
    shown = ""
    with suppress(OSError):  # of Linux at the end
        while block := os.read(ours, 10_000):
            shown += block.decode()
    os.close(ours)
    assert "writing " in shown
    assert "100%" in shown


def test_its_help_has_examples():
    out, _ = run("dump", "--help")
    assert "provender dump 7ecba7ea -s paper.aiida" in out
