"""Processes and jobs: lists by state, all that is told of one, logs that grow, and the end."""

from __future__ import annotations

import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import islice

import numpy as np
import pytest

from client.conftest import Noting
from provender import create_app
from provender.client import (
    Ambiguous,
    BadQuery,
    Client,
    NotFound,
    Outdated,
    Process,
    Retries,
    StillRunning,
)
from support import growing
from support.server import serving
from support.waiting import wait_until

PATIENCE = 60
"""Seconds that a process is waited for; they do not pass."""
SET = "json_remove(json_set(attributes, '$.process_state', '{state}'), '$.sealed')"
ARRAYS = (
    "INSERT INTO db_dblink (id, input_id, output_id, label, type) SELECT 900, p.id, max(a.id), "
    "'arrays', 'create' FROM db_dbnode p, db_dbnode a WHERE p.uuid = '{uuid}' AND "
    "a.node_type = 'data.core.array.ArrayData.'"
)
LOG = (
    "INSERT INTO db_dblog (id, uuid, time, loggername, levelname, dbnode_id, message, metadata) "
    "SELECT {id}, '00000000-0000-4000-9000-{id:012d}', '2026-11-21 00:00:0{second}.000000', 'own', "
    "'REPORT', id, '{text}', '{{}}' FROM db_dbnode WHERE uuid = '{uuid}'"
)


def test_lists_by_state(client):
    every = client.processes.list()
    failed = client.processes.list(failed=True, include="summary")
    assert failed.count() == len(list(failed)) == 4
    assert sorted(row.exit_status or 0 for row in failed) == [0, 300, 410, 418]
    assert every.count() == failed.count() + client.processes.list(failed=False).count()
    assert client.processes.list(state=["finished", "excepted"]).count() == every.count()
    assert client.processes.list(state="killed").first() is None
    assert client.processes.list(running=True).count() == 0
    assert 0 < client.processes.list(root=True).count() < every.count()
    assert client.processes.list(past="99999d").count() == every.count()
    with pytest.raises(BadQuery, match="past"):
        client.processes.list(past="soon").first()


def test_jobs_are_searched_by_any_field(client):
    assert client.jobs.search(exit_status=410).count() == 1
    assert client.processes.search(exit_status=[300, 410]).count() == 2
    assert client.jobs.search({"exit_status.gt": 0}).count() == 1
    assert client.jobs.search({"attributes.process_label.like": "Arith%"}).count() == 23
    assert client.jobs.list(group="processes", failed=True).count() == 1
    with pytest.raises(BadQuery, match="takes no `or`"):
        client.jobs.list({"$or": [{"label": "a"}, {"label": "b"}]}).first()


@pytest.fixture
def failed(client):
    return client.processes.search({"exit_status": 418}).first()


def test_a_process_tells_how_it_is(client, failed):
    assert isinstance(failed, Process)
    assert failed.status().exit_status == 418
    assert failed.done()
    assert failed.wait(timeout=0).process_state == "finished"
    assert failed.summary().process_label == "failing"
    events = failed.history()
    assert (events[0].event, type(events[0].time)) == ("created", datetime)
    assert failed.traceback().lines == ["I am a teapot, 100% useless"]
    for same in (failed.uuid, failed.uuid[:8], failed.id):
        assert client.processes.status(same) == failed.status()
    with pytest.raises(NotFound):
        client.processes.status("ffffffff-ffff")
    with pytest.raises(Ambiguous):
        client.processes.status("f")


def test_what_it_called(client):
    workflow = client.processes.list({"attributes.process_label": "MultiplyAddWorkChain"}).first()
    tree = workflow.tree()
    assert {called.process_label for called in tree.called} >= {"ArithmeticAddCalculation"}
    assert "called" not in workflow.summary()
    assert workflow.tree(depth=1).called[0].called is not None


def test_inputs_and_results(client):
    job = client.jobs.list({"exit_status": 0}).first()
    assert {row.label for row in job.inputs()} >= {"x", "y", "code"}
    total = {row.label: row for row in job.outputs()}["sum"]
    assert job.result("sum") == client.nodes.attributes(total.uuid)
    assert job.result("retrieved", "files")[:2] == b"PK"
    assert isinstance(client.jobs.input(job, "code", "yaml"), str)
    with pytest.raises(NotFound, match="nothing"):
        job.result("nothing")
    with pytest.raises(NotFound):
        job.result("sum", "cif")


def test_arrays_of_results(served_store):
    client, _, folder, uuid = served_store
    growing.change(folder, ARRAYS.format(uuid=uuid))
    arrays = client.jobs.result(uuid, "arrays", "npz")
    assert set(arrays) == {"clean", "dirty"}
    whole = client.jobs.array(uuid, "arrays", "clean")
    assert np.array_equal(whole, arrays["clean"])
    assert np.array_equal(client.jobs.array(uuid, "arrays", "clean", ":2"), whole[:2])
    assert set(client.jobs.array_file(uuid, "arrays", ["clean"])) == {"clean"}
    assert len(client.jobs.array_attributes(uuid, "arrays").arrays) == 2


def test_files_of_a_job(client):
    job = client.jobs.list({"exit_status": 0}).first()
    sides = {file.side for file in job.files(metadata=True)}
    assert sides == {"inputs", "outputs"}
    outputs = client.jobs.files(job, side="outputs")
    assert {file.name for file in outputs} == {row.name for row in client.jobs.output_files(job)}
    assert "aiida.in" in {row.name for row in client.jobs.input_files(job)}
    assert client.jobs.lines(job, "stderr") == []


def test_a_process_is_a_folder_for_people(client, tmp_path):
    job = client.jobs.list({"exit_status": 0}).first()
    job.archive(tmp_path)
    with zipfile.ZipFile(tmp_path / f"{job.uuid}.zip") as file:
        assert any(name.endswith("aiida.in") for name in file.namelist())


def test_types_are_told_with_their_executions(client):
    (kind,) = [row for row in client.processes.types() if row.count == 23]
    assert client.processes.type(kind.process_type).count == 23
    assert client.processes.list(process_type=kind.process_type).count() == 23
    with pytest.raises(NotFound):
        client.processes.type(None)


@pytest.fixture
def growing_store(unpacked, tmp_path):
    """The folder of a store whose first job runs, and the uuid of this job."""
    folder = growing.copied(unpacked, tmp_path)
    app = create_app(store=folder)
    with serving(app) as root, Client(root) as client:
        uuid = client.jobs.list(orderby="id").first().uuid
    app.extensions["provender"].stores.close()
    set_state(folder, uuid, "running")
    return folder, uuid


def set_state(folder, uuid, state):
    attributes = SET.format(state=state)
    growing.change(folder, f"UPDATE db_dbnode SET attributes = {attributes} WHERE uuid = '{uuid}'")


@pytest.fixture
def served_store(growing_store, settings):
    """A client of that store, the requests that its server got, the folder and the uuid."""
    folder, uuid = growing_store
    app = create_app(store=folder, settings=settings)
    noting = Noting(app)
    with serving(noting) as root, Client(root) as client:
        yield client, noting.asked, folder, uuid
    app.extensions["provender"].stores.close()


def test_the_server_says_when_a_process_has_ended(served_store):
    client, asked, folder, uuid = served_store
    job = client.jobs.get(uuid)
    assert not job.done()
    asked.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(job.wait, PATIENCE)
        wait_until(lambda: asked)
        set_state(folder, uuid, "finished")
        status = waiting.result()
    assert (status.process_state, status.is_running) == ("finished", False)
    assert {path for _, path, _ in asked} == {f"/processes/{uuid}/status"}
    assert job.done()


def test_one_who_waits_in_vain_asks_seldom(served_store):
    client, asked, _, uuid = served_store
    job = client.jobs.get(uuid)
    asked.clear()
    with pytest.raises(StillRunning, match=r"is running after 1\.5 seconds") as raised:
        job.wait(timeout=1.5)
    assert isinstance(raised.value, TimeoutError)
    assert len(asked) <= 3
    assert asked[0][2].startswith("wait=1.")


def test_a_server_without_a_place_to_wait_is_asked_from_time_to_time(growing_store, settings):
    folder, uuid = growing_store
    limits = replace(settings.limits, waits=0)
    app = create_app(store=folder, settings=replace(settings, limits=limits))
    noting = Noting(app)
    with serving(noting) as root, Client(root, retries=Retries(tries=9)) as client:
        with pytest.raises(StillRunning):
            client.jobs.wait(uuid, timeout=0.2)
        queries = [query for _, _, query in noting.asked]
        set_state(folder, uuid, "killed")
        assert client.jobs.wait(uuid).process_state == "killed"
    assert [bool(query) for query in queries] == [True, False, False]
    app.extensions["provender"].stores.close()


def test_a_log_is_followed_to_its_end(served_store):
    client, _, folder, uuid = served_store
    job = client.jobs.get(uuid)
    before = len(job.logs())
    growing.change(folder, LOG.format(id=900, second=1, text="first", uuid=uuid))
    rows = job.logs(follow=True, every=0.1)
    found = [next(rows) for _ in range(before + 1)]
    assert found[-1].message == "first"
    growing.change(folder, LOG.format(id=901, second=2, text="second", uuid=uuid))
    assert next(rows).message == "second"
    growing.change(folder, LOG.format(id=902, second=3, text="third", uuid=uuid))
    set_state(folder, uuid, "finished")
    assert [row.message for row in rows] == ["third"]
    assert [row.message for row in job.logs(since=900)] == ["second", "third"]
    with pytest.raises(BadQuery, match="no slices"):
        job.logs(follow=True, start=-1)


def test_a_long_log_comes_in_several_answers(growing_store, settings):
    folder, uuid = growing_store
    statements = [
        LOG.format(id=number, second=number % 9, text=number, uuid=uuid)
        for number in range(900, 950)
    ]
    growing.change(folder, *statements)
    limits = replace(settings.limits, log_rows=7)
    app = create_app(store=folder, settings=replace(settings, limits=limits))
    with serving(app) as root, Client(root) as client:
        rows = client.jobs.logs(uuid, since=899)
        assert sorted(row.id for row in rows) == list(range(900, 950))
        assert len(client.jobs.logs(uuid, start=0)) == 7
        assert len(client.jobs.logs(uuid, start=-3)) == 3
        assert client.jobs.log_size(uuid, since=899).rows == 50
        assert len(client.jobs.report(uuid)) >= 50
    app.extensions["provender"].stores.close()


def test_a_store_is_watched(served_store):
    client, _, _, uuid = served_store
    watching = iter(
        client.watch(since="*", every=0.05, node_type="process.calculation.calcjob.CalcJobNode.")
    )
    known = {next(watching).uuid for _ in range(client.jobs.list().count())}
    assert uuid in known
    changes = client.nodes.changes(since="*")
    assert len(list(changes)) == client.nodes.list().count()
    assert list(changes) == list(client.nodes.changes(since=changes.cursor)) == []


def test_a_node_that_is_written_is_told(lab_copy, unpacked, settings):
    app = create_app(store=lab_copy, repository=unpacked / "repo" / "container", settings=settings)
    noting = Noting(app)
    with serving(noting) as root, Client(root) as client, ThreadPoolExecutor(1) as pool:
        watching = client.watch(label="added", every=0.05)
        first = pool.submit(next, iter(watching))
        wait_until(lambda: len(noting.asked) > 2)
        growing.add_nodes(lab_copy, 2)
        assert first.result(PATIENCE).kind == "created"
        later = client.watch(label="added", every=0.05, since=watching.cursor)
        uuids = {change.uuid for change in islice(later, 2)}
        assert uuids == {node.uuid for node in client.nodes.list(label="added")}
    app.extensions["provender"].stores.close()


def test_a_file_that_changed_is_watched_anew(served_store):
    client, _, folder, uuid = served_store
    changes = client.nodes.changes()
    assert len(list(changes)) > 0
    set_state(folder, uuid, "finished")
    with pytest.raises(Outdated):
        list(changes)
