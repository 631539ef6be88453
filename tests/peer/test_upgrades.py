"""The comparison of `make test-upgrades`; AiiDA is not needed for these."""

from __future__ import annotations

from pathlib import Path

import pytest

from peer.upgrades import difference, twin


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("0.4--x.aiida", "0.4--x.migrated.aiida"),
        ("0.1--core.export_0.1_simple.aiida", "0.5--core.export_0.5_simple.migrated.aiida"),
        ("1.0--y.aiida", "main_0000--core.export_main_0000_simple.migrated.aiida"),
        ("lab.aiida", "lab.aiida"),
    ],
)
def test_what_an_archive_is_compared_with(tmp_path: Path, name, expected):
    (tmp_path / "0.4--x.migrated.aiida").touch()
    assert twin(tmp_path / name).name == expected


def test_a_difference_is_told_with_its_place():
    ours = {"a": {"label": "x", "files": {"b": 1}}}
    theirs = {"a": {"label": "x", "files": {"b": 1, "c": 2}}}
    assert difference(ours, theirs) == "a files c None instead of 2"
