"""A real pgbouncer in transaction mode between Provender and its database."""

from __future__ import annotations

import concurrent.futures
import json
import os
import shutil
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy import processes, replication
from deploy.processes import configured, wait_until
from deploy.watching import INSERT, LIMITS, Writer, watching, wrong
from provender.settings import Limits, Pool, Settings
from provender.store.addresses import parse_url
from provender.store.database import engines
from support import postgres
from support.followers import Follower, writing
from support.server import ask

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
FACTORY = "provender:create_app()"
SERVER_CONNECTIONS = 2
CONFIGURATION = """
[databases]
lab = host={hosts} port={port} dbname={database} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
admin_users = reader
pool_mode = transaction
server_round_robin = 1
max_db_connections = {connections}
server_login_retry = 1
logfile = {folder}/log
"""


class Bouncer:
    """A pgbouncer that listens on a port of its own, in front of one database."""

    def __init__(self, folder: Path, hosts: str, port: int, database: str):
        if PGBOUNCER is None:
            pytest.skip("no pgbouncer: apt-get install pgbouncer")
        self.port = processes.free_port()
        self.url = f"postgresql://reader@127.0.0.1:{self.port}/lab"
        self._folder = folder
        self._file = folder / "pgbouncer.ini"
        values = {"hosts": hosts, "port": port, "database": database, "folder": folder}
        values |= {"listen": self.port, "connections": SERVER_CONNECTIONS}
        self._file.write_text(CONFIGURATION.format(**values))
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        user, group = processes.unprivileged()
        root = os.geteuid() == 0
        owner = {"user": user, "group": group, "extra_groups": []} if root else {}
        processes.own(self._folder)
        self._process = subprocess.Popen([PGBOUNCER, "-q", self._file], **owner)
        processes.wait_for_port(self.port, self._process)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(processes.PATIENCE)


@contextmanager
def bouncer(folder: Path, hosts: str, port: int, database: str):
    folder.mkdir()
    made = Bouncer(folder, hosts, port, database)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def front(place, lab_copy):
    """A pgbouncer in front of a copy of the lab."""
    with processes.relayed(lab_copy) as url:
        parts = urlsplit(url)
        host, database = parts.hostname, parts.path.strip("/")
        folder = place / f"pgbouncer-{database}"
        with bouncer(folder, host, parts.port or 5432, database) as made:
            yield made


PATHS = (
    *("/api/v4/nodes?limit=20&orderby=-id", "/api/v4/nodes/cda14b00", "/api/v2/nodes/page/2"),
    *("/api/v4/nodes/cda14b00/links/outgoing", "/api/v4/nodes/statistics"),
    *("/api/v4/nodes?attributes.number_of_atoms>1&orderby=id", "/api/v4/users"),
)
POSTED = {
    "path": [
        {"entity_type": "", "orm_base": "node", "tag": "maker"},
        {
            "entity_type": "data.core.dict.Dict.",
            "orm_base": "node",
            "tag": "data",
            "joining_keyword": "with_incoming",
            "joining_value": "maker",
        },
    ],
    "project": {"maker": ["id"], "data": ["id", "uuid"]},
    "order_by": [{"data": [{"id": {"order": "asc"}}]}],
    "limit": 20,
}


def test_answers_are_those_of_the_database(front, lab_copy, make_app):
    clients = [
        make_app(store=url, settings=Settings()).test_client() for url in (front.url, lab_copy)
    ]
    for path in PATHS:
        through, direct = (client.get(path) for client in clients)
        assert through.status_code == direct.status_code == 200
        assert through.json["data"] == direct.json["data"]
        assert through.headers.get("X-Total-Count") == direct.headers.get("X-Total-Count")
        again = clients[0].get(path, headers={"If-None-Match": through.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    posted = [
        client.post("/api/v4/querybuilder", data=json.dumps(POSTED)).json for client in clients
    ]
    assert posted[0]["data"] == posted[1]["data"]
    assert posted[0]["data"]["maker"]


def test_what_changed_is_told_through_it(front, lab_copy, make_app):
    follower = Follower(make_app(store=front.url).test_client(), since=None)
    follower.poll()
    with writing(lab_copy, 2) as (early, late):
        first, second = early.insert(1), late.insert(2)
        late.commit()
        assert follower.poll() == [second]
        early.commit()
        assert follower.poll() == [first]
    direct = Follower(make_app(store=lab_copy).test_client(), follower.since)
    assert direct.poll() == follower.poll() == []


def test_a_commit_shows_in_the_next_answer(front, lab_copy, make_app):
    client = make_app(store=front.url, settings=Settings()).test_client()
    before = client.get("/api/v4/users?limit=400")
    number = len(before.json["data"]["users"])
    for added in range(1, 6):
        postgres.run(lab_copy, INSERT.format(1000 + added))
        answer = client.get(
            "/api/v4/users?limit=400", headers={"If-None-Match": before.headers["ETag"]}
        )
        assert len(answer.json["data"]["users"]) == number + added


def test_a_slow_statement_is_ended_and_its_limit_stays_in_its_transaction(
    front, lab_copy, make_app
):
    settings = Settings(limits=Limits(statement_seconds=0.3))
    client = make_app(store=front.url, settings=settings).test_client()
    assert client.get("/api/v4/nodes?limit=1").status_code == 200
    with closing(postgres.connect(lab_copy)) as blocker:
        blocker.autocommit = False
        blocker.cursor().execute("LOCK TABLE db_dbnode IN ACCESS EXCLUSIVE MODE")
        answer = client.get("/api/v4/nodes?limit=2")
        assert answer.status_code == 503
        assert "limits.statement_seconds" in answer.json["message"]
        blocker.rollback()
    assert client.get("/api/v4/nodes?limit=2").status_code == 200
    with closing(postgres.connect(front.url)) as other, other.cursor() as cursor:
        for name in ("statement_timeout", "transaction_read_only"):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone()[0] in {"0", "off"}


def test_many_connections_share_the_few_of_the_database(front, lab_copy, tmp_path):
    environment = configured(tmp_path, profiles={"lab": front.url}, pool={"size": 8})
    with (
        processes.gunicorn(FACTORY, "-w", "2", environment=environment) as (root, _),
        concurrent.futures.ThreadPoolExecutor(16) as threads,
    ):
        path = f"{root}/api/v4/nodes?limit=50&orderby=-id"
        answers = list(threads.map(ask, [path] * 300))
        ours = rows(front.url.replace("/lab", "/pgbouncer"), "SHOW CLIENTS")
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    servers = rows(lab_copy, "SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    assert len(servers) <= SERVER_CONNECTIONS + 1  # and the one that asks
    assert len(ours) > SERVER_CONNECTIONS + 1


def rows(url, statement):
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_a_restart_of_the_pooler_is_survived(front, lab_copy, tmp_path):
    environment = configured(tmp_path, profiles={"lab": front.url}, limits=LIMITS)
    writer, log = Writer(), tmp_path / "log"
    with (
        processes.gunicorn(FACTORY, "-w", "2", environment=environment, log=log) as (root, _),
        watching(root) as watch,
        writer.on(lab_copy, 1000),
    ):
        watch.wait_for(50)
        front.stop()
        wait_until(lambda: any(one.status == 503 for one in watch.seen))
        front.start()
        watch.wait_for(50)
    assert wrong(watch.seen, writer) == []
    bad = [one for one in watch.seen if one.status not in (200, 304)]
    assert {one.status for one in bad} == {503}
    assert all(one.may_retry for one in bad)
    assert watch.seen[-1].status in (200, 304)
    assert "Traceback" not in log.read_text()


@pytest.fixture
def twins(data):
    """Two standbys, one of which stays behind: the same port at two addresses."""
    with replication.cluster(data / "lab.psql.sql.gz") as made:
        one = made.standby()
        two = made.standby(beside=one)
        two.run("SELECT pg_wal_replay_pause()")
        made.primary.run(INSERT.format(1000))
        one.catch_up(made.primary)
        yield one, two


def test_standbys_by_turns_behind_a_pooler_are_never_taken_for_each_other(twins, place):
    """A name is read in two round trips, and each may go to another standby."""
    hosts = ",".join(node.host for node in twins)
    with bouncer(place / "twins", hosts, twins[0].port, "lab") as front:
        engine = engines.postgresql(parse_url(front.url), Pool(), Limits())
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            seen = list(threads.map(lambda _: look(engine), range(400)))
        engine.close()
    assert {number for _, number in seen} == {0, 1}
    numbers = dict(pair for pair in seen if pair[0])
    assert [pair for pair in seen if pair[0] and numbers[pair[0]] != pair[1]] == []


def look(engine):
    """Return the name of a snapshot, and how many rows it sees of those that one standby lacks."""
    with closing(engine.pool.connect()) as connection:
        cursor = connection.cursor()
        name = engine.start(connection.dbapi_connection, cursor)
        cursor.execute("SELECT count(*) FROM db_dbuser WHERE id = 1000")
        number = cursor.fetchone()[0]
        cursor.execute("ROLLBACK")
        return name, number
