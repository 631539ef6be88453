"""A clock that jumps: nothing that is waited for depends on the time of day.

A process is given another clock by Python's own `sitecustomize`: its time of day is moved by what
stands in a file. The monotonic clock is left alone, as where the clock of a machine is set.
"""

from __future__ import annotations

import http.client
import os
import time

import pytest

from faults.crowd import BOUND, asking
from faults.serving import KINDS, running
from support import postgres
from support.waiting import wait_until

JUMPS = (86_400, -172_800, 315_360_000, -1, 0)
CLOCK = """
import os, time
real, file = time.time, os.environ["CLOCK_OFFSET"]
def read():
    with open(file) as text:
        return float(text.read() or 0)
time.time = lambda: real() + read()
time.time_ns = lambda: int(1e9 * time.time())
"""


@pytest.fixture(scope="module", params=KINDS)
def jumping(request, tmp_path_factory, profile):
    """A server and a function that sets its clock."""
    folder = tmp_path_factory.mktemp("clock")
    (folder / "sitecustomize.py").write_text(CLOCK)
    file = folder / "offset"

    def set_clock(seconds):
        part = folder / "part"
        part.write_text(str(seconds))
        part.rename(file)

    set_clock(0)
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    environment = {
        "PYTHONPATH": path,
        "CLOCK_OFFSET": str(file),
        "PROVENDER_LIMITS_EXPENSIVE_WAITING": "50",  # no client of the crowd is refused as too many
    }
    with running(request.param, folder, profile, environment) as server:
        yield server, set_clock


def test_a_clock_that_jumps_disturbs_no_request(jumping, figures):
    server, set_clock = jumping
    with asking(server.root) as crowd:
        for jump in JUMPS:
            set_clock(jump)
            crowd.wait_for(200, 30)
        recovery = crowd.recovery(time.monotonic())
    figures.fault(f"the clock jumps, {server.kind}", crowd, recovery)
    assert crowd.wrong() == []
    assert set(crowd.counts()) == {200}
    assert "Traceback" not in server.said()


@pytest.mark.parametrize("jump", [86_400, -86_400])
def test_a_clock_that_jumps_ends_no_idle_connection(jumping, jump):
    server, set_clock = jumping
    host = server.root.removeprefix("http://")
    connections = [http.client.HTTPConnection(host, timeout=BOUND) for _ in range(3)]
    for connection in connections:
        assert asked(connection) == 200
    set_clock(jump)
    with asking(server.root, clients=2) as crowd:
        crowd.wait_for(200, 30)  # so that the server has looked after its connections
    kept = [connection.sock for connection in connections]
    assert [asked(connection) for connection in connections] == [200] * 3
    assert [connection.sock for connection in connections] == kept
    set_clock(0)
    for connection in connections:
        connection.close()


def asked(connection):
    """Return the status of a request, which the connection outlives."""
    connection.request("GET", "/api/v4/users?limit=1")
    answer = connection.getresponse()
    answer.read()
    return answer.status


@pytest.mark.parametrize("jump", [86_400, -86_400])
def test_time_outs_hold_while_a_clock_jumps(jumping, own_postgres, figures, jump):
    server, set_clock = jumping
    with asking(server.root) as crowd:
        with postgres.locked(own_postgres.url) as waiting:
            wait_until(lambda: waiting() > 0)
            set_clock(jump)
            crowd.wait_for(503, 6)
        recovery = crowd.recovery(time.monotonic())
        set_clock(0)
    name = f"the clock jumps by {jump} s while a table is locked, {server.kind}"
    figures.fault(name, crowd, recovery)
    assert crowd.wrong() == []
    assert set(crowd.counts()) <= {200, 400, 503}
    assert crowd.worst() < BOUND
