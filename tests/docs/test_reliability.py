"""The page on reliability and SECURITY.md name tests that exist, and figures that were measured."""

from __future__ import annotations

import ast
import json
import re
from functools import cache

import pytest
from bench.attacks import page
from bench.attacks.__main__ import ATTACKS

from support.pages import ROOT, read

PAGE, POLICY = read("docs/reliability.md"), read("SECURITY.md")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
FOLDERS = re.compile(r"`(tests/[\w/]+?(?:\.py)?)`")
POINTS = {f"3.{number}" for number in range(1, 15)}
KEPT = json.loads(read("docs/reliability.json"))


@cache
def functions(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(PAGE + POLICY))))
def test_a_test_that_is_named_exists(path, name):
    assert name in functions(path)


def test_files_and_folders_of_tests_that_are_named_exist():
    found = set(FOLDERS.findall(PAGE + POLICY))
    assert len(found) > 8
    assert {path for path in found if not (ROOT / path).exists()} == set()


def test_every_point_has_an_attack_and_a_test():
    rows = re.findall(r"^\| (3\.\d+) \|.*`tests/", PAGE, re.MULTILINE)
    assert set(rows) == POINTS
    assert {attack.point for attack in ATTACKS} == POINTS


def test_names_of_attacks_are_unique():
    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names) > 20


@pytest.mark.parametrize("column", ["before", "after"])
def test_every_attack_was_measured(column):
    assert {attack.name for attack in ATTACKS} == set(KEPT[column]["rows"])
    assert KEPT[column]["about"]["machine"]


def test_the_page_shows_what_was_measured(tmp_path):
    copy = tmp_path / page.PAGE
    copy.write_text(PAGE)
    page.write(copy, KEPT, ATTACKS)
    assert copy.read_text() == PAGE
    assert PAGE.count("| before |") == PAGE.count("| after |") == len(ATTACKS)
