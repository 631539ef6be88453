"""Backups and maintenance of stores while they are served and asked."""

from __future__ import annotations

import concurrent.futures
import os
import shutil
import threading
from contextlib import contextmanager

import pytest

from deploy import processes, replication
from deploy.processes import configured, wait_until
from deploy.replication import Node
from deploy.watching import INSERT, LIMITS, OTHERS, Writer, watching, wrong
from support.server import ask


@pytest.fixture(scope="module")
def cluster_of_its_own(data):
    with replication.cluster(data / "lab.psql.sql.gz") as made:
        yield made


@contextmanager
def served(primary, folder):
    """Yield what clients see of a database while the block runs, and its log."""
    environment = configured(folder, profiles={"lab": primary.url()}, limits=LIMITS)
    log = folder / "log"
    with (
        processes.gunicorn("provender:create_app()", environment=environment, log=log) as (root, _),
        watching(root) as watch,
    ):
        watch.wait_for(20)
        yield watch
        watch.wait_for(20)
    assert "Traceback" not in log.read_text()


def test_backups_vacuums_and_new_indexes_fail_no_request(cluster_of_its_own, tmp_path):
    primary, writer = cluster_of_its_own.primary, Writer()
    primary.run(f"DELETE FROM db_dbuser WHERE id >= {OTHERS}")
    with served(primary, tmp_path) as watch, writer.on(primary.url(), OTHERS):
        folder = primary.folder.parent
        watch.wait_for(20)
        primary.programs.run("pg_dump", "-Fc", "-f", folder / "dump", primary.url())
        source = primary.url("postgres")
        primary.programs.run("pg_basebackup", "-D", folder / "copy", "-d", source, "-c", "fast")
        for statement in (
            "VACUUM ANALYZE",
            "VACUUM FULL db_dbnode",
            "VACUUM FULL db_dbuser",
            "REINDEX TABLE CONCURRENTLY db_dbuser",
            "CLUSTER db_dblink USING db_dblink_pkey",
            "CHECKPOINT",
        ):
            primary.run(statement)
    assert {one.status for one in watch.seen} <= {200, 304}
    assert wrong(watch.seen, writer) == []
    assert (folder / "dump").stat().st_size > 10_000
    copy = Node(primary.programs, folder / "copy", processes.free_port())
    copy.start()
    assert copy.value(f"SELECT count(*) FROM db_dbuser WHERE id = {OTHERS}") == 1
    copy.stop()


def test_a_database_that_another_one_takes_the_place_of(cluster_of_its_own, tmp_path):
    primary = cluster_of_its_own.primary
    primary.run(f"DELETE FROM db_dbuser WHERE id >= {OTHERS}")
    primary.run("CREATE DATABASE next TEMPLATE lab", database="postgres")
    primary.run(INSERT.format(3000), database="next")
    with served(primary, tmp_path) as watch:
        primary.run(
            "ALTER DATABASE lab ALLOW_CONNECTIONS false",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'lab'",
            "ALTER DATABASE lab RENAME TO before",
            "ALTER DATABASE next RENAME TO lab",
            database="postgres",
        )
        wait_until(lambda: 3000 in watch.seen[-1].rows)
    good = sorted(
        (one for one in watch.seen if one.status in (200, 304)), key=lambda one: one.asked
    )
    first = next(one for one in good if 3000 in one.rows)
    assert {3000 in one.rows for one in good if one.asked > first.answered} == {True}
    names = {3000 in one.rows: one.etag for one in good}
    assert names[True] != names[False]
    bad = [one for one in watch.seen if one.status not in (200, 304)]
    # Between the two names there is no such database: that no retry helps is told then.
    assert {one.status for one in bad} <= {503}


def test_an_archive_is_replaced_by_a_rename_under_load(data, tmp_path, serve):
    archives = [data / "lab.aiida", data / "materials.aiida"]
    path = tmp_path / "served.aiida"
    shutil.copy(archives[0], path)
    here = serve(path)
    file = f'/api/v4/nodes/a8358adf/repo/contents?filename="{first_file(here)}"'
    content = here.get(file).body
    done = threading.Event()

    def work():
        seen = set()
        while not done.is_set():
            listed, one = ask(f"{here.root}/api/v4/nodes?limit=1"), ask(here.root + file)
            seen.add((listed.status, listed.headers.get("x-total-count")))
            seen.add((one.status, one.body == content))
        return seen

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        workers = [threads.submit(work) for _ in range(4)]
        for turn in range(1, 21):
            new = tmp_path / "new"
            shutil.copy(archives[turn % 2], new)
            os.replace(new, path)  # noqa: PTH105 - what the page says
            total = here.get("/api/v4/nodes?limit=1").total
            assert total == (151 if turn % 2 else 312)
        done.set()
        seen = set().union(*(one.result() for one in workers))
    assert seen == {(200, "312"), (200, "151"), (200, True), (404, False)}


def first_file(here):
    return next(
        entry["name"]
        for entry in here.get("/api/v4/nodes/a8358adf/repo/list").data["repo_list"]
        if entry["type"] == "FILE"
    )
