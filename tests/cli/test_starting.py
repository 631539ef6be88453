"""How `provender restapi` starts: it answers first, and counts for its banner after."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import psycopg2
import pytest

from support.command import unmeasured
from support.server import ask


@pytest.fixture
def links_in_use(lab_copy):
    """URL of a lab whose links nobody can count before the connection is closed."""
    with closing(psycopg2.connect(lab_copy)) as connection:
        connection.cursor().execute("LOCK TABLE db_dblink IN ACCESS EXCLUSIVE MODE")
        yield lab_copy, connection


def started(*arguments):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "provender", *map(str, arguments), "-P", str(port)]
    environment = {**unmeasured(), "PYTHONUNBUFFERED": "1"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)
    return process, f"http://127.0.0.1:{port}/api/v4"


def first_answer(process, url):
    for _ in range(600):
        assert process.poll() is None, process.stderr.read()
        try:
            return ask(url)
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError(url)


def ended(process):
    """The rest of what a server writes, which is interrupted after its banner."""
    banner = ""
    while "Ctrl-C" not in banner:
        banner += process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    return banner + out


def test_requests_are_answered_before_the_rows_are_counted(links_in_use):
    url, connection = links_in_use
    process, root = started("restapi", url)
    assert first_answer(process, f"{root}/users").status == 200
    connection.close()  # now they can be
    said = ended(process)
    assert re.search(r"holds   [0-9]+ nodes, [0-9]+ links, [0-9]+ groups, [0-9]+ users\n", said)
    assert said.endswith("Stopped.\n")


def test_a_store_that_cannot_be_counted_in_time_is_served(links_in_use, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("limits: {statement_seconds: 1}\n")
    process, root = started("--config", config, "restapi", links_in_use[0])
    assert first_answer(process, f"{root}/users").status == 200
    assert "holds   not counted: The database did not answer in time" in ended(process)


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["--version"], {"flask", "sqlalchemy"}),
        (["ps", "--help"], {"flask", "sqlalchemy"}),
        (["check", "--help"], {"flask"}),
        (["--help"], {"flask"}),
    ],
)
def test_a_command_loads_what_it_needs_alone(arguments, unneeded):
    code = (
        "import sys\nfrom provender.cli import main\n"
        f"try: main({arguments!r})\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert done.stdout
    assert "click" in loaded
    assert not loaded & unneeded
