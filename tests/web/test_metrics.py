"""`/metrics`: what is counted, under which labels, and for whom."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from provender.settings import Settings
from support import postgres
from support.server import ask, serving

REQUESTS = "provender_requests_total"


class Figures(dict):
    """The samples of an answer by name and labels, in the order of the labels' names."""

    def __init__(self, text):
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = tuple(value for _, value in sorted(sample.labels.items()))
                self[(sample.name, *labels)] = sample.value

    def of(self, name):
        """Return those of one name, without the requests that asked for figures."""
        found = {key[1:]: value for key, value in self.items() if key[0] == name}
        return {labels: value for labels, value in found.items() if "/metrics" not in labels}


def current(root):
    answer = ask(f"{root}/metrics")
    assert answer.status == 200
    return Figures(answer.body.decode())


def figures(root):
    """Return the figures when all other requests have ended: a client may be quicker than that."""
    while (found := current(root))["provender_requests_running",] > 1:
        pass
    return found


@pytest.fixture
def measured(make_app, settings):
    """A function that serves a store with metrics."""
    stack = []

    def start(store="demo", **options):
        app = make_app(store=store, settings=replace(settings, metrics=True, **options))
        app.add_url_rule("/fault", "fault", lambda: 1 // 0)
        stack.append(serving(app))
        return stack[-1].__enter__()

    yield start
    for context in stack:
        context.__exit__(None, None, None)


def test_there_are_none_unless_they_are_asked_for(make_app):
    assert Settings().metrics is False
    answer = make_app(store="demo").test_client().get("/metrics")
    assert (answer.status_code, answer.json["code"]) == (404, "unknown-route")


def test_requests_are_counted_by_route_method_and_status(measured):
    root = measured()
    uuids = ask(f"{root}/api/v4/nodes?limit=3").column("uuid")
    for uuid in uuids:
        assert ask(f"{root}/api/v4/nodes/{uuid}").status == 200
    ask(f"{root}/api/v4/nodes/{uuids[0]}", method="HEAD")
    ask(f"{root}/api/v4/nodes/ffffffff-0000-0000-0000-000000000000")
    ask(f"{root}/fault")
    found = figures(root)
    route = "/api/v4/nodes/<id>"
    assert found.of(REQUESTS) == {
        ("GET", "/api/v4/nodes", "200"): 1,
        ("GET", route, "200"): 3,
        ("HEAD", route, "200"): 1,
        ("GET", route, "404"): 1,
        ("GET", "/fault", "500"): 1,
    }


def test_clients_cannot_make_labels(measured):
    root = measured()
    for number in range(50):
        ask(f"{root}/nowhere/{number}")
        ask(f"{root}/api/v4/nodes/not-an-id-{number}")
        ask(f"{root}/alive", method=f"M{number}")
    found = figures(root).of(REQUESTS)
    assert found == {
        ("GET", "other", "404"): 50,
        ("GET", "/api/v4/nodes/<id>", "404"): 50,
        ("other", "other", "405"): 50,
    }


def test_times_and_bytes_are_those_of_the_answers(measured):
    root = measured()
    sent = sum(len(ask(f"{root}/api/v4/nodes?limit={limit}").body) for limit in (1, 2, 3))
    found = figures(root)
    assert found["provender_sent_bytes_total", "/api/v4/nodes"] == sent
    assert found["provender_request_seconds_count", "/api/v4/nodes"] == 3
    buckets = found.of("provender_request_seconds_bucket")
    assert buckets["+Inf", "/api/v4/nodes"] == 3
    bounds = sorted(float(key[0]) for key in buckets if key[1] == "/api/v4/nodes")
    assert (bounds[0], len(bounds)) == (0.001, 15)
    values = [buckets[key] for key in sorted(buckets, key=lambda key: float(key[0]))]
    assert values == sorted(values)


def test_what_memory_saves_is_counted(measured, data):
    root = measured(data / "lab.aiida")
    path = f"{root}/api/v4/nodes?limit=2&orderby=id"
    etag = ask(path).headers["etag"]
    ask(path)
    ask(path)
    ask(path, headers={"If-None-Match": etag})
    ask(f"{root}/api/v4/nodes?limit=2&orderby=-id")
    found = figures(root)
    lookups = found.of("provender_cache_lookups_total")
    assert (lookups["answers", "hit"], lookups["answers", "miss"]) == (2, 2)
    assert (lookups["counts", "hit"], lookups["counts", "miss"]) == (1, 1)
    assert found[REQUESTS, "GET", "/api/v4/nodes", "304"] == 1
    assert found["provender_cache_bytes",] > 1000


def test_connections_show_what_is_in_use_now(measured, lab_copy):
    root = measured(lab_copy)
    assert figures(root)["provender_stores_open",] == 0
    ask(f"{root}/api/v4/users")
    name = lab_copy.partition("/provender_")[2].partition("?")[0]
    before = figures(root)
    assert before["provender_stores_open",] == 1
    assert before["provender_connections_open", f"provender_{name}"] == 1
    assert before["provender_connections_used", f"provender_{name}"] == 0
    connection = postgres.connect(lab_copy)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE db_dbnode IN ACCESS EXCLUSIVE MODE")
        path = f"{root}/api/v4/nodes?limit=1"
        waiting = [threading.Thread(target=ask, args=(path,)) for _ in range(2)]
        for worker in waiting:
            worker.start()
        while current(root)["provender_connections_used", f"provender_{name}"] < 2:
            pass
        now = current(root)
        cursor.execute("ROLLBACK")
    connection.close()
    for worker in waiting:
        worker.join()
    assert now["provender_connections_open", f"provender_{name}"] == 2
    assert now["provender_requests_running",] == 3
    after = figures(root)
    assert after["provender_connections_used", f"provender_{name}"] == 0
    assert after["provender_requests_running",] == 1


def test_applications_of_one_process_count_apart(measured):
    roots = [measured(), measured()]
    ask(f"{roots[0]}/alive")
    assert [figures(root).of(REQUESTS).get(("GET", "/alive", "200")) for root in roots] == [1, None]


def test_prometheus_gets_its_own_format(measured):
    root = measured()
    ask(f"{root}/alive")
    plain = ask(f"{root}/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert plain.headers["cache-control"] == "no-store"
    assert "etag" not in plain.headers
    asked = {"Accept": "application/openmetrics-text; version=1.0.0"}
    answer = ask(f"{root}/metrics", headers=asked)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    text = answer.body.decode()
    families = {family.name for family in openmetrics.text_string_to_metric_families(text)}
    assert {"provender_requests", "process_cpu_seconds"} <= families


def test_the_process_and_the_version_are_shown(measured):
    from provender import __version__

    found = figures(measured())
    assert found["provender_processes", __version__] == 1
    assert found["process_resident_memory_bytes",] > 1 << 20


def test_without_metrics_their_library_is_not_loaded():
    script = (
        "import sys, provender; app = provender.create_app(store='demo');"
        "sys.exit('prometheus_client' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
