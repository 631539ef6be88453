"""Equal expensive requests at the same time are answered by one computation."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from provender.settings import Cache, Limits
from support.waiting import wait_until

PATHS = ["/api/v4/nodes/full_types_count", "/api/v4/nodes/statistics"]


@pytest.fixture(scope="module", params=["archive", "postgres"])
def served(request, serve, data, settings):
    """A server with one expensive place that keeps no answers in memory."""
    cache = Cache(folder=settings.cache.folder, memory_bytes=0)
    is_archive = request.param == "archive"
    store = data / "lab.aiida" if is_archive else request.getfixturevalue("lab_postgres")
    return serve(store, name="shared", cache=cache, limits=Limits(expensive=1))


@pytest.mark.parametrize("path", PATHS)
def test_equal_requests_run_one_statement(path, served, caplog):
    places = served.app.extensions["provender"].stores.places
    alone = served.get(path)
    caplog.set_level(logging.DEBUG, "provender.store.database")
    with ThreadPoolExecutor() as pool:
        with places.expensive():
            asked = [pool.submit(served.get, path) for _ in range(4)]
            wait_until(lambda: places.waiting == 4)
        answers = [one.result() for one in asked]
    assert {(one.status, one.body, one.headers["etag"]) for one in answers} == {
        (200, alone.body, alone.headers["etag"])
    }
    counts = [record for record in caplog.records if "GROUP BY" in record.getMessage()]
    each = 1 + path.endswith("statistics")
    assert len(counts) == each


def test_different_requests_share_nothing(served):
    places = served.app.extensions["provender"].stores.places
    with ThreadPoolExecutor() as pool:
        with places.expensive():
            asked = [pool.submit(served.get, path) for path in PATHS]
            wait_until(lambda: places.waiting == 2)
        first, second = (one.result() for one in asked)
    assert set(first.data) != set(second.data)
