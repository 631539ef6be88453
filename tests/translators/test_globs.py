"""Patterns of names of files."""

from __future__ import annotations

import time

import pytest

from provender.errors import BadValue
from provender.translators.globs import Globs


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.out", "a/b.out", True),
        ("*.out", "b.outx", False),
        ("aiida.out", "x/y/aiida.out", True),
        ("A*", "a", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[ab].txt", "b.txt", True),
        ("[!ab].txt", "b.txt", False),
        ("out/*", "out/a", True),
        ("out/*", "out/a/b", False),
        ("out/*", "x/out/a", False),
        ("out/**", "out/a/b", True),
        ("out/", "out/a/b", True),
        ("**", "a/b", True),
        ("**/*.xml", "a.xml", True),
        ("**/*.xml", "x/y/a.xml", True),
        ("**/out/*", "q/out/z", True),
        ("/a", "a", True),
        ("/a", "b/a", False),
        ("a/**/b/**/c", "a/b/x/b/c", True),
        ("a/**/b/**/c", "a/x/c", False),
        (".*", ".aiida/x", False),
        (".*/**", ".aiida/x", True),
    ],
)
def test_a_pattern_matches_names_or_paths(pattern, path, expected):
    assert Globs((pattern,)).match(path) is expected


def test_one_of_several_patterns_has_to_match_and_none_is_any():
    assert Globs().match("x")
    assert Globs(("*.a", "*.b", "*.a")).texts == ("*.a", "*.b")
    assert Globs(("*.a", "*.b")).match("x.b")
    assert not Globs(("*.a", "*.b")).match("x.c")


@pytest.mark.parametrize(
    "patterns", [("",), ("/",), ("//",), ("a" * 201,), tuple(map(str, range(21)))]
)
def test_a_pattern_that_makes_no_sense_is_refused(patterns):
    with pytest.raises(BadValue):
        Globs(patterns)


def test_hostile_patterns_and_names_take_no_time():
    begun = time.monotonic()
    assert not Globs(("*a" * 90 + "b",)).match("a" * 5000)
    assert not Globs(("**/a/" * 30 + "b",)).match("a/" * 5000 + "c")
    assert time.monotonic() - begun < 5
