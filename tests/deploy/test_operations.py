"""Running it: several processes that count together, logs, and stopping, with a real gunicorn."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy import processes
from deploy.processes import children, configured
from deploy.test_gunicorn import FACTORY, ask_many, lab, nginx
from support.command import run
from support.postgres import locked
from support.server import Asking, ask

ROUTE = {"method": "GET", "route": "/api/v4/nodes", "status": "200"}


def sample(root, name, **labels):
    """Return the figure of a name and some of its labels, summed over the others."""
    families = text_string_to_metric_families(ask(f"{root}/metrics").body.decode())
    found = [
        item.value
        for family in families
        for item in family.samples
        if item.name == name and labels.items() <= item.labels.items()
    ]
    return sum(found)


@pytest.fixture
def measured(tmp_path, lab_copy, unpacked):
    """The environment of a gunicorn whose workers share their figures."""
    environment = configured(tmp_path, profiles={"lab": lab(lab_copy, unpacked)}, metrics=True)
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"of an earlier run")
    return environment | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def is_gone(pid):
    """Tell whether a process has ended, and its parent knows."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def workers_of(root, count):
    """Wait until this many workers have answered, and been counted."""

    def all_are_there():
        ask_many(f"{root}/alive", 12)
        return sample(root, "provender_processes") == count

    processes.wait_until(all_are_there)


def test_each_worker_answers_with_the_sums_of_all(measured):
    with processes.gunicorn(FACTORY, "-w", "2", environment=measured) as (root, process):
        workers_of(root, 2)
        sizes = [len(answer.body) for answer in ask_many(f"{root}/api/v4/nodes?limit=5", 100)]
        processes.wait_until(lambda: sample(root, "provender_requests_total", **ROUTE) == 100)
        for _ in range(10):
            assert sample(root, "provender_requests_total", **ROUTE) == 100
            assert sample(root, "provender_request_seconds_count", route="/api/v4/nodes") == 100
            assert sample(root, "provender_sent_bytes_total", route="/api/v4/nodes") == sum(sizes)
        processes.wait_until(
            lambda: sample(root, "provender_cache_lookups_total", cache="answers") == 100
        )
        processes.wait_until(lambda: sample(root, "provender_connections_open", profile="lab") > 1)
        assert sample(root, "provender_connections_used", profile="lab") == 0
        assert sample(root, "provender_stores_open") in (1, 2)  # of those that were asked for nodes
        pids = {str(pid) for pid in children(process.pid)}
        text = ask(f"{root}/metrics").body.decode()
        assert all(f'process_resident_memory_bytes{{pid="{pid}"}}' in text for pid in pids)
        assert "# TYPE process_cpu_seconds_total counter" in text


def test_a_file_that_another_process_just_begins_does_no_harm(measured):
    with processes.gunicorn(FACTORY, "-w", "1", environment=measured) as (root, _):
        (Path(measured["PROMETHEUS_MULTIPROC_DIR"]) / "counter_1.db").touch()
        assert sample(root, "provender_processes") == 1


def test_what_a_dead_worker_counted_stays_and_what_it_held_goes(measured):
    with processes.gunicorn(FACTORY, "-w", "2", environment=measured) as (root, process):
        workers_of(root, 2)
        ask_many(f"{root}/api/v4/nodes?limit=5", 50)
        processes.wait_until(lambda: sample(root, "provender_requests_total", **ROUTE) == 50)
        for pid in children(process.pid):
            os.kill(pid, signal.SIGKILL)
            processes.wait_until(lambda pid=pid: is_gone(pid))
        workers_of(root, 2)
        assert sample(root, "provender_requests_total", **ROUTE) == 50
        assert sample(root, "provender_connections_open", profile="lab") == 0


def test_figures_survive_a_fork_after_requests(measured, tmp_path):
    (tmp_path / "warm.py").write_text(
        "import provender\n"
        "app = provender.create_app()\n"
        "assert app.test_client().get('/api/v4/nodes?limit=1').data\n"
    )
    options = ("--preload", "-w", "2", "--chdir", str(tmp_path))
    with processes.gunicorn("warm:app", *options, environment=measured) as (root, _):
        ask_many(f"{root}/api/v4/nodes?limit=5", 40)
        processes.wait_until(lambda: sample(root, "provender_requests_total", **ROUTE) == 41)


def test_a_folder_for_figures_that_cannot_be_used_is_told_at_the_start(tmp_path):
    environment = {
        "PROVENDER_METRICS": "true",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "none"),
    }
    _, err = run("restapi", "demo", "-P", "0", status=1, environment=environment)
    assert err.startswith("Error: PROMETHEUS_MULTIPROC_DIR does not name a folder that can be")


def test_each_request_is_one_line_of_the_log(tmp_path, data):
    environment = configured(tmp_path, profiles={"lab": str(data / "lab.aiida")}, log_format="json")
    log = tmp_path / "log"
    with processes.gunicorn(FACTORY, "-w", "2", environment=environment, log=log) as (root, _):
        for number in range(20):
            ask(f"{root}/alive", headers={"X-Request-ID": f"mine-{number}"})
    lines = [line for line in log.read_text().splitlines() if "/alive" in line]
    names = sorted(json.loads(line)["request_id"] for line in lines)
    assert names == sorted(f"mine-{number}" for number in range(20))


def test_gunicorn_finishes_the_requests_that_run_when_it_is_stopped(tmp_path, lab_copy, unpacked):
    environment = configured(tmp_path, profiles={"lab": lab(lab_copy, unpacked)})
    log, port = tmp_path / "log", processes.free_port()
    with (
        processes.gunicorn(FACTORY, port=port, environment=environment, log=log) as (root, server),
        processes.load(port, "/alive", threads=2) as seen,
    ):
        with locked(lab_copy) as waiting:
            slow = [Asking(f"{root}/api/v4/nodes?limit=3&offset={number}") for number in range(4)]
            processes.wait_until(lambda: waiting() == 4)
            server.send_signal(signal.SIGTERM)
            processes.wait_until(lambda: "Handling signal: term" in log.read_text())
            time.sleep(1.5)  # a worker looks up from its connections once in a second
            assert server.poll() is None
            assert [request.outcome for request in slow] == [None] * 4
        for request in slow:
            request.join()
        assert server.wait(processes.PATIENCE) == 0
    assert [request.outcome for request in slow] == [200] * 4
    assert {outcome for outcome in seen if isinstance(outcome, int)} == {200}


def test_nginx_keeps_figures_from_strangers(tmp_path, data):
    environment = configured(
        tmp_path, profiles={"lab": str(data / "lab.aiida")}, proxy={"trusted": ["127.0.0.1"]},
        metrics=True,
    )  # fmt: skip
    with (
        processes.gunicorn(FACTORY, "-w", "1", environment=environment) as (root, _),
        nginx(tmp_path, root.removeprefix("http://")) as outside,
    ):
        assert ask(f"{outside}/metrics").status == 200
        for path in ("/metrics", "/metrics/", "/lab/metrics", "/lab//metrics", "/%6detrics"):
            assert processes.from_stranger(outside, path) in (403, 404), path
        for path in ("/browse/../metrics", "/browse/..%2Fmetrics", "/browse/x/%2e%2e%2f../metrics"):
            assert processes.from_stranger(outside, path) == 403, path
        for path in ("/browse/x/metrics", "/lab/browse//metrics"):
            assert processes.from_stranger(outside, path) == 200, path
        assert processes.from_stranger(outside, "/ready") == 200
