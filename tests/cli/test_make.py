"""`make`, as a newcomer runs it; that what it installs works is seen in continuous integration."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.server import ask

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make")
FLAGS = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
OUTSIDE = {name: text for name, text in os.environ.items() if name not in FLAGS}
"""The environment without the flags of a make that runs the tests."""

pytestmark = pytest.mark.skipif(MAKE is None, reason="no make: apt-get install make")


def planned(*arguments):
    """Return the commands that make would run in a clone without a virtual environment."""
    command = [MAKE, "-n", *arguments, "VENV=no-such-folder"]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, env=OUTSIDE
    ).stdout.splitlines()


@pytest.fixture
def venv(tmp_path):
    """A virtual environment in which make finds nothing to install, and our command."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    command = tmp_path / "bin" / "provender"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m provender "$@"\n')
    command.chmod(0o755)
    (tmp_path / ".serve").touch()
    return tmp_path


def test_serve_takes_a_store_with_blanks_and_a_port_but_no_host_of_the_environment(venv, data):
    store = venv / "a b & 'c'.aiida"
    shutil.copy(data / "lab.aiida", store)
    process = subprocess.Popen(
        [MAKE, "serve", f"VENV={venv}", f"STORE={store}", "PORT=0"],
        cwd=ROOT,
        env=OUTSIDE | {"HOST": "name.of.the.machine", "PORT": "1", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        banner = ""
        while "Ctrl-C" not in banner:
            line = process.stdout.readline()
            assert line, banner
            banner += line
        assert f"where   {store}" in banner
        root = re.search(r"(http://127\.0\.0\.1:\d+)/ ", banner)[1]
        assert ask(f"{root}/api/v4/nodes?limit=1").total == 312
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("target", "extra"), [("serve", "."), ("test", ".[test]"), ("lint", ".[lint]")]
)
def test_what_is_installed_is_told_before_with_size_and_time(target, extra):
    lines = planned(target)
    install = next(i for i, line in enumerate(lines) if line.endswith(f"-e '{extra}'"))
    assert re.match(r'echo "Installing .* MB, .* minutes?\."', lines[install - 1])
    assert "pip install" in lines[install]
    assert " -q " not in lines[install]


def test_the_tests_say_how_many_they_are_and_how_long_they_take():
    lines = planned("test")
    told = next(i for i, line in enumerate(lines) if "minutes on two cores" in line)
    assert re.search(r"more than [\d,]+ tests", lines[told])
    assert "pytest" in lines[told + 1]


def test_linting_installs_no_tests():
    installs = [line.split(" -e ")[1] for line in planned("lint", "types") if " -e " in line]
    assert installs == ["'.'", "'.[lint]'"]


def test_an_audit_without_a_network_says_so():
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / "audit.py"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **nowhere},
    )
    assert done.returncode == 2
    assert "so nothing was looked at" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
