"""Running the commands of pages in a shell, against a server of the tests."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from support.pages import SERVED_AT

COMMANDS = f"""python3() {{ "{sys.executable}" "$@"; }}
provender() {{ "{sys.executable}" -m provender "$@"; }}
"""


def printed(command, demo, folder=None):
    """Return the lines that a command of a page prints when it asks this server."""
    if shutil.which("curl") is None:
        pytest.skip("no curl")
    done = subprocess.run(
        ["/bin/sh", "-c", COMMANDS + command.replace(SERVED_AT, demo.root)],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.replace(demo.root, SERVED_AT).splitlines()
