"""Trees of nodes with many neighbours: cut by default, within an upper limit, on both databases."""

from __future__ import annotations

import json

import pytest

from provender.settings import Limits
from support import growing

NODE = "cda14b00-82b5-443f-b152-62a831206992"
BEFORE, ADDED = 6, 1500
"""Outputs of the node in the lab, and those that are added."""
PATHS = (f"/api/v4/nodes/{NODE}/links/tree", f"/api/v2/nodes/{NODE}/io/tree")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def grown(request, unpacked, tmp_path_factory):
    """A copy of the lab in which a node has many outputs."""
    if request.param == "sqlite":
        yield from _grown(growing.copied(unpacked, tmp_path_factory.mktemp("many")))
    else:
        with growing.database(request.getfixturevalue("cluster")) as url:
            yield from _grown(url)


def _grown(store):
    growing.add_outputs(store, NODE, ADDED)
    yield store


@pytest.fixture(scope="module")
def served(grown, serve):
    return serve(grown)


def tree(answer):
    """Return the outgoing neighbours of a tree, and its totals."""
    assert answer.status == 200, answer.body
    (node,), (totals,) = answer.data["nodes"], answer.data["metadata"]
    return node["outgoing"], totals


@pytest.mark.parametrize("path", PATHS)
def test_a_thousand_neighbours_by_default_and_all_on_demand(path, served):
    whole, totals = tree(served.get(f"{path}?out_limit=10000"))
    assert len(whole) == totals["sent_no_of_outgoings"] == BEFORE + ADDED
    shown, totals = tree(served.get(path))
    assert shown == whole[:1000]
    assert (totals["sent_no_of_outgoings"], totals["total_no_of_outgoings"]) == (1000, len(whole))
    assert (totals["sent_no_of_incomings"], totals["total_no_of_incomings"]) == (0, 0)
    for limit in (0, 999, 1001):
        cut, totals = tree(served.get(f"{path}?tree_out_limit={limit}"))
        assert cut == whole[:limit]
        assert totals["total_no_of_outgoings"] == len(whole)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("key", ["in_limit", "out_limit", "tree_in_limit", "tree_out_limit"])
def test_a_limit_beyond_the_setting_is_refused(path, key, served, on_private):
    for asked in (served, on_private):
        for value in ("10001", "1" + "0" * 300, "1e300"):
            answer = asked.get(f"{path}?{key}={value}")
            assert (answer.status, answer.json["code"]) == (400, "limit-exceeded")
            assert "10000 (`limits.neighbours`)" in answer.json["message"]


def test_the_setting_decides(grown, serve):
    served = serve(grown, limits=Limits(neighbours=20))
    assert [tree(served.get(path))[1]["sent_no_of_outgoings"] for path in PATHS] == [20, 20]
    assert json.loads(served.get(f"{PATHS[0]}?out_limit=21").body)["code"] == "limit-exceeded"
