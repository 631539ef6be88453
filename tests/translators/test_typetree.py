"""The tree of types: its work grows with the number of types, and its depth has an end."""

from __future__ import annotations

import sys
from itertools import chain

import orjson

from provender.translators import typetree
from provender.translators.typetree import DEEPEST

CHAIN = "process.workflow.workchain.WorkChainNode."


def lines_run(pairs):
    """Return how many lines of the module run for a tree."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if frame.f_code.co_filename != typetree.__file__:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        typetree.type_tree(pairs, with_counts=True)
    finally:
        sys.settrace(before)
    return count


def type_tree(pairs):
    """Return the tree with its counters."""
    return orjson.loads(b"".join(typetree.type_tree(pairs, with_counts=True).blocks))


def below(space):
    """Return all namespaces of a tree."""
    return [space, *chain.from_iterable(map(below, space["subspaces"]))]


def test_twice_the_types_are_twice_the_work():
    for pattern in ("package{}.Chain", "package.Chain{}", "aiida.workflows:plugin{}", "a.b{}.C{}"):
        few, many = (
            lines_run({(CHAIN, pattern.format(number, number)): 1 for number in range(size)})
            for size in (400, 800)
        )
        assert few > 400
        assert many < 2.2 * few


def test_leaves_move_into_the_namespace_of_their_path():
    pairs = {
        (CHAIN, "aiida.workflows:a"): 1,
        (CHAIN, "aiida.workflows:a.b"): 2,
        (CHAIN, "aiida.workflows:c"): 4,
        ("process.workflow.workchain.OtherNode.", "aiida.workflows:a"): 8,
    }
    (workchain,) = [space for space in below(type_tree(pairs)) if space["label"] == "Work chain"]
    inner, last = workchain["subspaces"]
    assert (inner["namespace"], inner["counter"], inner["full_type"][-2:]) == ("a", 11, ".%")
    assert [(leaf["path"][-4:], leaf["counter"]) for leaf in inner["subspaces"]] == [
        ("in.a", 8),
        ("in.a", 1),
        (".a.b", 2),
    ]
    assert last["counter"] == 4


def test_a_type_of_many_parts_is_cut_off_so_that_it_can_be_written():
    for length in (DEEPEST - 7, DEEPEST, 127, 20_000):
        process_type = ".".join("a" * length)
        tree = type_tree({(CHAIN, process_type): 3, (CHAIN, f"{process_type}.b"): 4})
        assert tree["counter"] == 7
        leaves = [space for space in below(tree) if not space["subspaces"]]
        assert [leaf["full_type"] for leaf in leaves] == [
            f"{CHAIN}|{process_type}",
            f"{CHAIN}|{process_type}.b",
        ]
        assert [leaf["label"] for leaf in leaves] == ["a", "b"]
