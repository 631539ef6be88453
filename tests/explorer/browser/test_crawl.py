"""Nodes of the stores open in a real browser without any error: a sample, or all of them."""

from __future__ import annotations

import pytest

from support.visits import Visit

STORES = ["on_demo", "on_private", "on_materials"]


@pytest.fixture(scope="module")
def crawled(request):
    return request.config.getoption("--crawl")


def every_uuid(served):
    found, cursor = [], "*"
    while cursor:
        answer = served.get(f"/api/v4/nodes?cursor={cursor}&limit=400&count=none")
        found += answer.column("uuid")
        cursor = answer.json.get("next")
    return found


@pytest.mark.parametrize("store", STORES)
def test_nodes_open_without_an_error(request, browser, crawled, store):
    served = request.getfixturevalue(store)
    uuids = every_uuid(served)
    chosen = uuids if crawled == 0 else uuids[:: max(1, len(uuids) // crawled)]
    visit = Visit(browser, served.root)
    wrong = {}
    for uuid in chosen:
        visit.open(f"/browse/nodes/{uuid}")
        if visit.page.locator("main h1").count() != 1 or visit.problems():
            wrong[uuid] = visit.problems()
            visit.wrong.clear()
    visit.close()
    assert wrong == {}
