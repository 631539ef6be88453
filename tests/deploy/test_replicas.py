"""One store on several PostgreSQL servers: who dies, who takes over, and what clients see."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from contextlib import closing, contextmanager
from itertools import pairwise

import pytest

from deploy import processes, replication
from deploy.processes import configured, wait_until
from deploy.watching import INSERT, LIMITS, Writer, summary, watching, wrong
from provender.settings import Limits, Pool
from provender.store.addresses import parse_url
from provender.store.database import engines
from provender.store.database.reader import Reader
from support import postgres

LOGGER = logging.getLogger(__name__)
FACTORY = "provender:create_app()"
READER = (
    "CREATE ROLE reader LOGIN",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
)
AT_ONCE = "SET synchronous_commit = remote_apply"
"""A commit returns when the standbys show it."""


@pytest.fixture(scope="module")
def dump(data):
    return data / "lab.psql.sql.gz"


@pytest.fixture(scope="module")
def shared(dump):
    """A primary, for tests that leave it as it is."""
    with replication.cluster(dump) as made:
        made.primary.run(*READER)
        yield made


@pytest.fixture
def own(dump):
    """A primary that a test may stop."""
    with replication.cluster(dump) as made:
        made.primary.run(*READER)
        yield made


def url(*nodes, **parameters):
    """Return the URL of a store on several hosts."""
    pairs = [f"host=127.0.0.1:{node.port}" for node in nodes]
    pairs += [f"{name}={value}" for name, value in parameters.items()]
    return f"postgresql://reader@/lab?{'&'.join(pairs)}"


@pytest.fixture
def engine():
    """A function that makes an engine as a store has it."""
    made = []

    def make(*nodes, pool=Pool(), **parameters):  # noqa: B008 - it never changes
        dsn = parse_url(url(*nodes, **parameters))
        made.append(engines.postgresql(dsn, pool, Limits()))
        return made[-1]

    yield make
    for one in made:
        one.close()


@contextmanager
def snapshot(engine):
    """Yield the name of a snapshot, and a function that asks for one value in it."""
    connection = engine.pool.connect()
    cursor = connection.cursor()

    def value(statement):
        cursor.execute(statement)
        return cursor.fetchone()[0]

    try:
        yield engine.start(connection.dbapi_connection, cursor), value
    finally:
        cursor.execute("ROLLBACK")
        connection.close()


def test_a_service_goes_on_when_a_standby_and_then_the_primary_die(own, tmp_path):
    one, two, primary = own.standby(), own.standby(), own.primary
    synchronous_with(primary, "FIRST 2 (*)")
    store = url(
        one, two, primary, target_session_attrs="prefer-standby", load_balance_hosts="random"
    )
    environment = configured(tmp_path, profiles={"lab": store}, limits=LIMITS)
    writer, log = Writer(), tmp_path / "log"
    times = [time.monotonic()]

    def next_phase(watch):
        watch.wait_for(100)
        times.append(time.monotonic())

    with (
        processes.gunicorn(FACTORY, "-w", "2", environment=environment, log=log) as (root, _),
        watching(root) as watch,
    ):
        with writer.on(primary.url(), 1000, AT_ONCE):
            next_phase(watch)
            synchronous_with(primary, two.folder.name)
            one.stop()
            next_phase(watch)
        primary.stop("immediate")
        next_phase(watch)
        two.promote()
        with writer.on(two.url(), 5000):
            next_phase(watch)
    assert wrong(watch.seen, writer) == []
    bad = [seen for seen in watch.seen if seen.status not in (200, 304)]
    assert {seen.status for seen in bad} <= {503}
    assert all(seen.may_retry for seen in bad)
    assert watch.seen[-1].rows[-1] >= 5000
    assert "Traceback" not in log.read_text()
    names = ("all well", "a standby stopped", "the primary dead", "the standby promoted")
    for name, (since, until) in zip(names, pairwise(times), strict=True):
        LOGGER.info("%s: %s", name, summary(watch.seen, since, until))


def synchronous_with(primary, names):
    primary.run(
        f"ALTER SYSTEM SET synchronous_standby_names = '{names}'", "SELECT pg_reload_conf()"
    )
    wait_until(lambda: primary.value("SHOW synchronous_standby_names") == names)


def test_each_of_two_standbys_names_its_own_data(shared, engine):
    one, two = shared.standby(), shared.standby()
    engines_of = {node: engine(node) for node in (one, two)}
    two.run("SELECT pg_wal_replay_pause()")
    wait_until(lambda: two.value("SELECT pg_get_wal_replay_pause_state()") == "paused")
    shared.primary.run(INSERT.format(3000))
    one.catch_up(shared.primary)
    count = "SELECT count(*) FROM db_dbuser WHERE id = 3000"
    names = {}
    for node, here in engines_of.items():
        with snapshot(here) as (name, value):
            names[node] = name
            assert value(count) == (1 if node is one else 0)
    assert names[one] != names[two]
    two.run("SELECT pg_wal_replay_resume()")
    two.catch_up(shared.primary)
    with snapshot(engines_of[two]) as (name, value):
        assert value(count) == 1
        assert name not in names.values()


@contextmanager
def looking(engine, statement):
    """Ask for a number again and again; yields what was found under each name of a snapshot."""
    found: dict[str | None, set[int]] = {}
    stop = threading.Event()

    def work():
        while not stop.is_set():
            with snapshot(engine) as (name, value):
                found.setdefault(name, set()).add(value(statement))

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield found
    finally:
        stop.set()
        worker.join()


def each_table(statement, first):
    return (
        f"DO $$ BEGIN FOR n IN {first}..{first + 499} LOOP "
        f"EXECUTE format('{statement}', n); END LOOP; END $$"
    )


def test_a_commit_that_is_being_replayed_has_no_name(shared, engine):
    """Its rows show long before its position does while the files of many tables are deleted."""
    primary = shared.primary
    for first in range(0, 2000, 500):
        primary.run(each_table("CREATE TABLE scratch%s (x int)", first))
    standby = shared.standby()
    with (
        closing(postgres.connect(primary.url())) as oldest,
        closing(postgres.connect(primary.url())) as writer,
    ):
        oldest.autocommit = writer.autocommit = False
        oldest.cursor().execute("UPDATE db_dbuser SET last_name = 'open'")
        cursor = writer.cursor()
        cursor.execute("DELETE FROM db_dbcomment")
        for first in range(0, 2000, 500):
            cursor.execute(each_table("DROP TABLE scratch%s", first))
        primary.run("UPDATE db_dbgroup SET description = 'later'")
        standby.catch_up(primary)
        number = standby.value("SELECT count(*) FROM db_dbcomment")
        with looking(engine(standby), "SELECT count(*) FROM db_dbcomment") as found:
            wait_until(lambda: {number} in [found[name] for name in list(found) if name])
            writer.commit()
            wait_until(lambda: {0} in [found[name] for name in list(found) if name])
        oldest.rollback()
    assert number > 0
    assert [numbers for name, numbers in found.items() if name and len(numbers) > 1] == []


def test_a_standby_that_was_started_again_names_its_data(shared, engine):
    standby = shared.standby()
    shared.primary.run(INSERT.format(5000))
    standby.catch_up(shared.primary)
    standby.stop()
    standby.start()
    here = engine(standby)

    def has_name():
        with snapshot(here) as (name, _):
            return name is not None

    wait_until(has_name)


def test_two_primaries_that_count_alike_name_their_data_apart(own, engine):
    """A standby is promoted while the old primary lives: both give the next numbers."""
    promoted = own.standby()
    promoted.promote()
    names, texts = {}, {}
    for node, first_name in ((own.primary, "old"), (promoted, "new")):
        node.run("SELECT pg_current_xact_id()", f"UPDATE db_dbuser SET first_name = '{first_name}'")
    behind = promoted if number(promoted) < number(own.primary) else own.primary
    ahead = own.primary if behind is promoted else promoted
    while number(behind) < number(ahead):
        behind.run("SELECT pg_current_xact_id()")
    for node in (own.primary, promoted):
        with snapshot(engine(node)) as (name, value):
            names[node], texts[node] = name, value("SELECT txid_current_snapshot()::text")
            assert value("SELECT max(first_name) FROM db_dbuser") == (
                "new" if node is promoted else "old"
            )
    assert texts[own.primary] == texts[promoted]
    assert names[own.primary] != names[promoted]


def number(node):
    return int(node.value("SELECT txid_snapshot_xmax(txid_current_snapshot())::text"))


def test_a_standby_that_is_promoted_has_new_names(own, engine):
    standby = own.standby()
    here = engine(standby)
    with snapshot(here) as (before, _):
        assert before
    standby.promote()
    with snapshot(here) as (first, _):
        assert first is None  # its kind has just changed
    standby.run(INSERT.format(3000))
    with snapshot(here) as (after, value):
        assert after not in (None, before)
        assert value("SELECT count(*) FROM db_dbuser WHERE id = 3000") == 1


WRITER = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'"
WORKERS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'autovacuum%'"


def test_commits_lost_in_a_crash_do_not_lend_their_names_to_others(own, engine):
    primary = own.primary
    primary.run(
        "ALTER SYSTEM SET synchronous_commit = off",
        # Nothing else takes the number of a transaction, or writes what was committed to the disk.
        "ALTER SYSTEM SET autovacuum = off",
        "ALTER SYSTEM SET bgwriter_lru_maxpages = 0",
        "SELECT pg_reload_conf()",
        "CHECKPOINT",
    )
    wait_until(lambda: primary.value("SHOW synchronous_commit") == "off")
    wait_until(lambda: not primary.value(WORKERS))
    names, texts = [], []
    for first_name in ("lost", "kept"):
        here = engine(primary)
        writer = primary.value(WRITER)
        if first_name == "lost":
            os.kill(writer, signal.SIGSTOP)
        primary.run(f"UPDATE db_dbuser SET first_name = '{first_name}'")
        with snapshot(here) as (name, value):
            assert value("SELECT max(first_name) FROM db_dbuser") == first_name
            texts.append(value("SELECT txid_current_snapshot()::text"))
            names.append(name)
        if first_name == "lost":
            os.kill(writer, signal.SIGKILL)
            wait_until(lambda: has_recovered(primary))
            assert primary.value("SELECT max(first_name) FROM db_dbuser") != "lost"
    assert texts[0] == texts[1]
    assert names[0] != names[1]


def has_recovered(node):
    try:
        return node.value("SELECT NOT pg_is_in_recovery()")
    except postgres.psycopg2.OperationalError:
        return False


def test_one_pool_holds_both_kinds_and_finds_back_to_a_host_that_returns(own, engine):
    standby = own.standby()
    standby.stop()
    here = engine(standby, own.primary, pool=Pool(recycle_seconds=1))
    with snapshot(here) as (of_primary, value):
        assert not value(IS_STANDBY)
        standby.start()
        standby.catch_up(own.primary)
        with snapshot(here) as (of_standby, other_value):
            assert other_value(IS_STANDBY)
            assert len({of_primary, of_standby, None}) == 3

    def both():
        with snapshot(here) as (_, value), snapshot(here) as (_, other_value):
            return value(IS_STANDBY) and other_value(IS_STANDBY)

    wait_until(both)


IS_STANDBY = "SELECT pg_is_in_recovery()"


def test_a_snapshot_that_a_standby_takes_back_is_read_again(shared, engine):
    """Rows are removed for good on the primary while a query on the standby still sees them."""
    standby = shared.standby(max_standby_streaming_delay=0)
    shared.primary.run(INSERT.format(4000))
    standby.catch_up(shared.primary)
    tries = []

    def work(snapshot):
        tries.append(snapshot.read("SELECT count(*) FROM db_dbuser WHERE id = 4000"))
        if len(tries) == 1:
            shared.primary.run("DELETE FROM db_dbuser WHERE id = 4000", "VACUUM db_dbuser")
            snapshot.read("SELECT pg_sleep(20)")
        return tries[-1]

    assert Reader(engine(standby), "lab").within(work) == [(0,)]
    assert tries == [[(1,)], [(0,)]]


def test_requests_go_on_elsewhere_when_a_host_freezes(shared, engine):
    standby = shared.standby()
    reader = Reader(engine(standby, shared.primary, pool=Pool(connect_seconds=1)), "lab")

    def ask():
        return reader.within(lambda snapshot: snapshot.read(IS_STANDBY))

    assert ask() == [(True,)]
    with standby.frozen():
        assert ask() == [(False,)]


def test_the_system_watches_for_a_host_that_vanishes(shared, engine):
    with closing(engine(shared.primary).pool.connect()) as connection:
        given_up = option_of(connection, socket.TCP_USER_TIMEOUT)
        first_probe = option_of(connection, socket.TCP_KEEPIDLE)
    assert given_up == engines.DEAD_PEERS["tcp_user_timeout"]
    assert first_probe == engines.DEAD_PEERS["keepalives_idle"]
    with closing(engine(shared.primary, tcp_user_timeout=3000).pool.connect()) as connection:
        assert option_of(connection, socket.TCP_USER_TIMEOUT) == 3000


def option_of(connection, name):
    with socket.socket(fileno=os.dup(connection.dbapi_connection.fileno())) as copy:
        return copy.getsockopt(socket.IPPROTO_TCP, name)
