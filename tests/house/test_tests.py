"""The tests themselves: that they can fail, and harm nobody."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from house.assertions import (
    can_fail,
    can_pass_unasked,
    failing,
    functions_that_test,
    looks_inside,
    written_out,
)

TESTS = Path(__file__).parents[1]
TREES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(TESTS.rglob("*.py"))}
HELPERS = failing(list(TREES.values()))


def named(is_wrong):
    """Return the tests that something is wrong with."""
    return [
        f"{path.relative_to(TESTS)}: {test.name}"
        for path, tree in TREES.items()
        for test in functions_that_test(tree)
        if is_wrong(test, written_out(tree.body))
    ]


def test_every_test_can_fail():
    assert len(named(lambda _test, _known: True)) > 900
    assert named(lambda test, _known: not can_fail(test, HELPERS)) == []


def test_every_test_asserts_whatever_its_loops_find():
    """Where a list is empty, nothing in a loop over it is asserted: assert its length first."""
    assert named(can_pass_unasked) == []


@pytest.mark.parametrize(
    ("body", "passes"),
    [
        ("for row in rows(): assert row", True),
        ("assert all(row for row in rows())", True),
        ("assert rows()\n    for row in rows(): assert row", False),
        ("assert all(row for row in (1, 2))", False),
        ("for row in TABLE.items(): assert row", False),
        ("for row in [name for name in TABLE if name]: assert row", True),
        ("for row in range(3): assert row", False),
        ("for row in range(0): assert row", True),
        ("more = [*TABLE]\n    for row in enumerate(more): assert row", False),
        ("if rows(): assert True", True),
        ("if rows(): assert True\n    else: assert rows()", False),
        ("while rows(): assert True", True),
        ("with pytest.raises(ValueError): rows()", False),
        ("with rows(): assert True", False),
        ("for row in rows():\n        with pytest.raises(ValueError): row", True),
        ("try: assert True\n    finally: rows()", False),
        ("check(rows())", False),
    ],
)
def test_what_counts_as_an_assertion(body, passes):
    tree = ast.parse(f"TABLE = {{'a': 1}}\ndef test_it():\n    {body}\n")
    (test,) = functions_that_test(tree)
    assert can_pass_unasked(test, written_out(tree.body)) is passes


def test_helpers_that_assert_count():
    source = "def deep(): check()\ndef check(): assert 1\ndef wait(): raise TimeoutError\n"
    tree = ast.parse(
        source + "def nothing(): pass\ndef test_it(): deep()\ndef test_no(): nothing()"
    )
    assert failing([tree]) == {"deep", "check", "wait"}
    assert [can_fail(test, failing([tree])) for test in functions_that_test(tree)] == [True, False]


def test_no_test_replaces_what_is_ours_or_looks_inside():
    """Sizes and times are arguments; what a test needs to see is public."""
    inside = {str(path.relative_to(TESTS)): looks_inside(tree) for path, tree in TREES.items()}
    assert {name: found for name, found in inside.items() if found} == {}


def test_what_counts_as_looking_inside():
    source = """
from provender.store import census
from provender.store.cache import _folder
import shutil, provender.settings as ours
def test_a(monkeypatch): monkeypatch.setattr(census, "FRESH", 0)
def test_b(monkeypatch): monkeypatch.setattr("provender.x.Y", 0)
def test_c(monkeypatch): monkeypatch.setattr(ours.Limits, "rows", 0)
def test_d(monkeypatch): monkeypatch.setattr(shutil, "disk_usage", 0)
"""
    found = looks_inside(ast.parse(source))
    assert found == ["_folder", "census", "provender.x.Y", "ours.Limits"]


def test_no_other_run_touches_the_servers_of_this_one(own_postgres, tmp_path_factory):
    """pytest takes the rights off its folder when another run by the same user begins."""
    shared = tmp_path_factory.getbasetemp().parent
    assert not own_postgres.server.folder.is_relative_to(shared)
