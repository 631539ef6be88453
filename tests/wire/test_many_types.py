"""Stores with many types of process: the tree of types and the statistics, on both databases."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from support import growing

MANY = 30_000
CHAIN = "process.workflow.workchain.WorkChainNode."


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def served(request, unpacked, tmp_path_factory, serve):
    """A copy of the lab with many types of work chain, each with one node, and one deep type."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            store = growing.copied(unpacked, tmp_path_factory.mktemp("types"))
        else:
            store = stack.enter_context(growing.database(request.getfixturevalue("cluster")))
        deep = ".".join("a" * 127)
        growing.add_nodes(
            store,
            MANY,
            node_type=f"'{CHAIN}'",
            process_type=f"CASE WHEN n.i = 0 THEN '{deep}' ELSE 'package' || n.i || '.Chain' END",
        )
        yield serve(store)


def leaves(space):
    """Return the leaves of a tree."""
    found, left = [], [space]
    while left:
        space = left.pop()
        left += space["subspaces"]
        if not space["subspaces"]:
            found.append(space)
    return found


@pytest.mark.parametrize("dialect", ["/api/v4/nodes/full_types_count", "/api/v4/nodes/full_types"])
def test_the_tree_has_all_types(dialect, served):
    answer = served.get(dialect)
    assert answer.status == 200
    full_types = [leaf["full_type"] for leaf in leaves(answer.data)]
    assert len(set(full_types)) == len(full_types) > MANY
    assert f"{CHAIN}|package{MANY - 1}.Chain" in full_types


def test_the_tree_counts_all_nodes(served):
    total = served.get("/api/v4/nodes?limit=0").total
    assert total > MANY
    tree = served.get("/api/v4/nodes/full_types_count").data
    assert tree["counter"] == sum(leaf["counter"] for leaf in leaves(tree)) == total
    assert served.get("/api/v4/nodes/statistics").data["total"] == total
