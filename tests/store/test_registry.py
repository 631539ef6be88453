"""Which stores are open: leased, closed for others, idle, replaced, in the way of each other."""

from __future__ import annotations

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from provender.errors import StoreBusy, StoreUnreachable
from provender.settings import Cache, Pool, Settings, Stores
from provender.store.inspection import counts
from provender.store.profiles import Profiles, from_store
from provender.store.registry import StoreRegistry
from support import postgres
from support.waiting import wait_until


@pytest.fixture
def archives(data, tmp_path):
    """Folder of the archives `a`, `b`, `c` and `d`."""
    for name in "abcd":
        shutil.copy(data / "lab.aiida", tmp_path / f"{name}.aiida")
    return tmp_path


@pytest.fixture
def registry(archives):
    """A function that makes a registry of all archives, and of more stores."""
    made = []

    def make(*more, wait_seconds=0.1, **stores):
        found = [from_store(str(path)) for path in sorted(archives.glob("*.aiida"))]
        by_name = {profile.name: profile for profile in [*found, *more]}
        settings = Settings(
            cache=Cache(folder=archives / "cache"),
            stores=Stores(**stores),
            pool=Pool(wait_seconds=wait_seconds, connect_seconds=2),
        )
        made.append(StoreRegistry(Profiles(by_name, "a"), settings))
        return made[-1]

    yield make
    for one in made:
        one.close()
        assert one.open_names == ()


def reapers():
    """Return the threads that look for idle stores, those of other tests included."""
    return {thread for thread in threading.enumerate() if thread.name == "idle stores"}


def is_closed(store):
    """Tell whether a store keeps no connection after a use, as one that is closed."""
    assert store.reader.within(counts)["nodes"] == 312
    return store.reader.connections() == (0, 0)


def test_the_store_that_was_not_used_for_longest_is_closed_for_another(registry):
    stores = registry(open=2)
    for name in ("a", "b", "a", "c"):
        stores.get(name)
    assert set(stores.open_names) == {"a", "c"}


def test_a_store_in_use_is_never_closed_for_another(registry):
    stores = registry(open=2)
    lease = stores.lease("a")
    for name in ("b", "c", "d"):
        stores.get(name)
    assert set(stores.open_names) == {"a", "d"}
    assert not is_closed(lease.store)
    lease.close()
    lease.close()
    stores.get("b")
    stores.get("c")
    assert is_closed(lease.store)


def test_when_all_are_in_use_another_is_refused_after_the_time_set(registry):
    stores = registry(open=2)
    leases = [stores.lease("a"), stores.lease("b")]
    with pytest.raises(StoreBusy, match=r"stores\.open"):
        stores.lease("c")
    leases[0].close()
    stores.lease("c").close()  # at once: being refused is no failure of the store
    leases[1].close()


def test_a_request_waits_until_another_store_is_no_longer_used(registry):
    stores = registry(open=1, wait_seconds=30)
    lease = stores.lease("a")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(stores.get, "b")
        time.sleep(0.1)
        assert not waiting.done()
        lease.close()
        assert waiting.result(30).profile.name == "b"
    assert stores.open_names == ("b",)


def test_idle_stores_are_closed_without_any_request(registry):
    stores, others = registry(idle_seconds=0.3), reapers()
    first, lease = stores.get("a"), stores.lease("b")
    wait_until(lambda: stores.open_names == ("b",))
    assert is_closed(first)
    assert not is_closed(lease.store)
    lease.close()
    wait_until(lambda: stores.open_names == ())
    wait_until(lambda: not reapers() - others)
    assert stores.get("a") is not first
    wait_until(lambda: stores.open_names == ())


def test_without_an_idle_time_nothing_is_closed_and_no_thread_runs(registry):
    stores, others = registry(idle_seconds=0), reapers()
    stores.get("a")
    assert reapers() <= others


def test_a_replaced_archive_is_closed_after_its_last_use(registry, archives, data):
    stores = registry()
    lease = stores.lease("a")
    shutil.copy(data / "materials.aiida", archives / "new")
    (archives / "new").replace(archives / "a.aiida")
    again = stores.lease("a")
    assert again.store.reader.within(counts)["nodes"] == 151
    assert lease.store.reader.within(counts)["nodes"] == 312
    assert stores.open_names == ("a", "a")
    lease.close()
    assert is_closed(lease.store)
    assert stores.open_names == ("a",)
    again.close()


def test_a_store_opened_by_many_threads_is_opened_once(registry):
    stores = registry(wait_seconds=60)
    with ThreadPoolExecutor(16) as pool:
        leases = [future.result() for future in [pool.submit(stores.lease, "a") for _ in range(16)]]
    assert len({id(lease.store) for lease in leases}) == 1
    for lease in leases:
        lease.close()


def test_many_threads_on_more_stores_than_may_be_open(registry):
    """Never more are open than may be, and every answer is right."""
    stores, most = registry(open=2, wait_seconds=60), []

    def work(number):
        lease = stores.lease("abcd"[number % 4])
        most.append(len(stores.open_names))
        try:
            return lease.store.reader.within(counts)["nodes"]
        finally:
            lease.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(work, range(80))) == {312}
    assert max(most) <= 2


def test_what_is_closed_while_in_use_is_closed_at_its_end(registry):
    stores = registry()
    lease = stores.lease("a")
    stores.close()
    assert not is_closed(lease.store)
    lease.close()
    assert is_closed(lease.store)


def test_a_database_that_hangs_while_it_is_opened_holds_up_no_other_store(registry, own_postgres):
    hung = from_store(own_postgres.url, "hung")
    stores = registry(hung, wait_seconds=30)
    with own_postgres.hanging(), ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(stores.lease, "hung") for _ in range(4)]
        wait_until(lambda: all(future.running() for future in asked))
        assert stores.get("b").reader.within(counts)["nodes"] == 312
        errors = [future.exception(30) for future in asked]
        assert all(isinstance(error, StoreUnreachable) for error in errors)
        assert len(set(map(id, errors))) == 1  # one has tried for all
    found = wait_until(lambda: stores.get("hung"), raising=StoreUnreachable)
    assert found.reader.within(counts)["nodes"] == 312


def test_closed_stores_leave_no_connection_behind(registry, lab_postgres):
    url = lab_postgres + ("&" if "?" in lab_postgres else "?") + "application_name=leaving"
    stores = registry(from_store(url, "lab"), open=1)
    sql = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leaving' "
        "AND datname = current_database()"
    )
    with closing(postgres.connect(lab_postgres)) as connection, connection.cursor() as cursor:

        def number():
            cursor.execute(sql)
            return cursor.fetchone()[0]

        stores.get("lab").reader.within(counts)
        assert number() == 1
        stores.get("a")
        wait_until(lambda: number() == 0)


def test_the_threads_of_a_registry_end_with_its_stores(registry):
    stores, others = registry(idle_seconds=600), reapers()
    stores.get("a")
    (reaper,) = reapers() - others
    stores.close()
    reaper.join(60)
    assert not reaper.is_alive()


def test_a_failure_of_one_store_is_none_of_another(registry, archives):
    stores = registry()
    (archives / "c.aiida").write_bytes(b"no archive")
    for _ in range(2):
        with pytest.raises(Exception, match="`c` is not an AiiDA archive"):
            stores.get("c")
    assert stores.get("b").profile.name == "b"
