"""Random archives of every version and container, against rows that are worked out apart."""

from __future__ import annotations

import pytest

from support.legacy.graphs import Graph
from support.legacy.reading import difference, read
from support.legacy.versions import VERSIONS

SHARE = 15
"""Of the number of requests of a fuzzing test, one in so many is an archive of each version."""


@pytest.mark.parametrize("version", VERSIONS)
def test_random_archives_hold_what_was_written(version, fuzz_count, tmp_path):
    seeds = range(max(1, fuzz_count // SHARE))
    wrong = {seed: found for seed in seeds if (found := tried(version, seed, tmp_path))}
    assert wrong == {}


def tried(version, seed, folder):
    """Return where what is read of a random archive differs from what it must be."""
    graph = Graph(version, seed)
    found = read(graph.save(folder / f"{seed}.aiida"), folder)
    return difference(found, graph.expected)


def test_the_random_archives_are_not_alike():
    graphs = [Graph(version, seed) for version in VERSIONS for seed in range(30)]
    tables = [graph.expected.tables for graph in graphs]
    largest = {name: max(len(found[name]) for found in tables) for name in tables[0]}
    assert min(count for name, count in largest.items() if name != "db_dbauthinfo") >= 3
    types = {row["node_type"] for found in tables for row in found["db_dbnode"]}
    assert len(types) > 40
    assert len({row["type"] for found in tables for row in found["db_dblink"]}) > 7
    assert len({key for graph in graphs for key in graph.contents}) == 4
