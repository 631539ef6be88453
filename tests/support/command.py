"""The command `provender`, run as its user runs it: another process."""

from __future__ import annotations

import os
import re
import subprocess
import sys

COMMAND = [sys.executable, "-m", "provender"]


def unmeasured():
    """Return the environment of a program whose coverage is not measured.

    It is for servers, which would take twice as long, and for programs on a full disk.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def run(*arguments, status=0, environment=None):
    """Return what a command writes to its output and its errors; `status` is what it must give."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


class Server:
    """`provender restapi`, running."""

    def __init__(self, *arguments, before=(), module="provender", environment=None):
        command = [sys.executable, "-m", module]
        self.process = subprocess.Popen(
            [*command, *map(str, before), "restapi", "-P", "0", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**unmeasured(), "PYTHONUNBUFFERED": "1", **(environment or {})},
        )
        self.banner = ""
        for line in self.process.stdout:
            self.banner += line
            if "Ctrl-C" in line:
                break
        found = re.search(r"(http://[\d.]+:\d+)/ ", self.banner)
        assert found, self.banner + self.process.stderr.read()
        self.root = found[1]

    def stop(self, number):
        self.process.send_signal(number)
        return self.ended()

    def ended(self):
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err
