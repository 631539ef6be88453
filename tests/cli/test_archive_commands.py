"""`provender archive`, run as its user runs it."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import zipfile
from contextlib import suppress

import pytest

from support import oldarchives
from support.command import COMMAND, run, unmeasured
from support.waiting import wait_until

MANY = 64 << 30


@pytest.mark.parametrize("command", [[], ["create"], ["upgrade"]], ids=" ".join)
def test_every_command_has_help(command):
    out, _ = run("archive", *command, "-h")
    assert out.startswith("Usage: ")
    if command:
        assert "Examples:" in out


def test_an_upgrade_is_told(data, tmp_path):
    new = tmp_path / "new.aiida"
    out, err = run("archive", "upgrade", data / "lab.aiida", new)
    assert err == ""
    assert out.startswith(f"Wrote {new} (1")
    assert ": version main_0001.\n" in out
    assert "\n  312  nodes\n" in out
    assert "\n111 files, each compared with its SHA-256.\n" in out
    assert out.endswith(f"\nImport it:   verdi archive import {new}\n")
    found = json.loads(run("check", new, "--json", "--files", "1000")[0])
    assert (found["counts"]["nodes"], found["files"]["read"], found["sound"]) == (312, 111, True)


def test_what_the_reading_of_an_older_archive_left_out_is_told(data, tmp_path):
    old = oldarchives.with_lost_links(data / "edge" / "legacy_0.12.aiida", tmp_path / "old.aiida")
    out, _ = run("archive", "upgrade", old, tmp_path / "new.aiida")
    assert ": version main_0001, made of version 0.12.\n" in out
    line = f"  2  links have an unknown node and were left out  {oldarchives.NOBODY}"
    assert f"\nSome things were left out or changed; how many, and the first:\n{line}" in out
    found = json.loads(run("check", tmp_path / "new.aiida", "--json", "--strict")[0])
    assert (found["written_as"], found["remarks"], found["sound"]) == ("main_0001", [], True)


def test_a_file_that_exists_is_refused(data, tmp_path):
    new = tmp_path / "new.aiida"
    new.write_text("mine")
    _, err = run("archive", "upgrade", data / "lab.aiida", new, status=1)
    assert err == f"Error: {new} exists.\n  Name a new file; nothing is ever overwritten.\n"
    assert new.read_text() == "mine"


def test_a_full_disk_leaves_nothing(data, tmp_path):
    new = tmp_path / "out" / "new.aiida"
    new.parent.mkdir()
    run("check", data / "lab.aiida", "--files", "0")  # the cache has the database then
    done = subprocess.run(
        [*COMMAND, "archive", "upgrade", data / "lab.aiida", new],
        capture_output=True,
        text=True,
        check=False,
        env=unmeasured(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: There is no room for {new}.\n  File too large\n"
        "  Nothing is left of it. Free some space, or name a file on another disk.\n"
    )
    assert list(new.parent.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_upgrade_that_is_stopped_leaves_nothing(data, tmp_path, number):
    folder, new = tmp_path / "open", tmp_path / "out" / "new.aiida"
    new.parent.mkdir()
    with zipfile.ZipFile(data / "lab.aiida") as archive:
        archive.extractall(folder)
    with (folder / "repo" / hashlib.sha256(b"?").hexdigest()).open("wb") as file:
        file.truncate(MANY)
    process = subprocess.Popen(
        [*COMMAND, "archive", "upgrade", folder, new],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - safe
    )
    wait_until(lambda: list(new.parent.glob(".new.aiida.*.part")))
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (1, f"Error: Stopped: nothing is left of {new}.\n")
    assert list(new.parent.iterdir()) == []


def test_a_terminal_gets_the_progress(data, tmp_path):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "provender", "archive", "upgrade", data / "lab.aiida"]
    subprocess.run([*command, tmp_path / "new.aiida"], stderr=theirs, check=True)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the end of a terminal
        while block := os.read(ours, 1 << 16):
            shown += block
    os.close(ours)
    assert b"copying the database: 483 kB in" in shown
    assert b"copying files: " in shown


def test_a_selection_is_written(data, tmp_path):
    new = tmp_path / "new.aiida"
    out, err = run("archive", "create", data / "lab.aiida", "group=processes", new)
    assert err == ""
    assert out.startswith(f"Wrote {new} (5")
    assert ": 279 nodes, 380 links, 90 files.\n" in out
    assert out.endswith(f"\nImport it:   verdi archive import {new}\n")
    found = json.loads(run("check", new, "--json", "--files", "1000")[0])
    assert (found["counts"]["nodes"], found["files"]["read"], found["sound"]) == (279, 90, True)
    fewer = tmp_path / "fewer.aiida"
    job = 'uuid="78ccdb4c-e7b5-453b-9de9-3949114d5452"'
    options = ("--no-call-work-backward", "--no-call-calc-backward", "--no-create-backward")
    out, _ = run("archive", "create", data / "lab.aiida", job, fewer, *options)
    assert json.loads(run("check", fewer, "--json")[0])["counts"]["nodes"] < 20


def test_a_selection_that_cannot_be_written_leaves_nothing(data, tmp_path):
    store, new = data / "lab.aiida", tmp_path / "new.aiida"
    _, err = run("archive", "create", store, "group=nobody", new, status=1)
    assert err == "Error: No group has the label `nobody`.\n"
    _, err = run("archive", "create", store, "", tmp_path / "new.tar", status=1)
    assert "does not end in `.aiida` or `.zip`" in err
    _, err = run("archive", "create", store, "id>", new, status=1)
    assert "at character 4" in err
    assert list(tmp_path.iterdir()) == []
    new.write_text("mine")
    _, err = run("archive", "create", store, "", new, status=1)
    assert err.startswith(f"Error: {new} exists.\n")
    assert new.read_text() == "mine"
