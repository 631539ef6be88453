"""What an archive was written as, in words and in a file."""

from __future__ import annotations

import pytest

from provender.store.legacy.origin import LONGEST_EXAMPLE, Origin, Remark, Remarks


@pytest.mark.parametrize(
    ("origin", "words", "is_legacy"),
    [
        (Origin("0.3", "0.12.4"), "written by AiiDA 0.12.4, version 0.3", True),
        (Origin("0.3", None), "written as version 0.3", True),
        (Origin("main_0000", "2.0.0a1"), "written by AiiDA 2.0.0a1, version main_0000", True),
        (Origin("main_0001", "2.9.4"), "written by AiiDA 2.9.4", False),
        (Origin("main_0001", None), "", False),
        (Origin("0.4", "1\x1b[2J"), "written by AiiDA 1\\x1b[2J, version 0.4", True),
    ],
)
def test_who_wrote_it_in_words(origin, words, is_legacy):
    assert (origin.words, origin.is_legacy) == (words, is_legacy)


def test_it_is_read_as_it_was_written(tmp_path):
    remarks = Remarks()
    remarks.note("links with an unknown node were left out", "ab" * LONGEST_EXAMPLE)
    remarks.note("links with an unknown node were left out", "cd", count=2)
    remarks.note("nodes without attributes got none", count=0)
    origin = Origin("0.10", "1.5.0", remarks.all())
    kind, example = "links with an unknown node were left out", "ab" * (LONGEST_EXAMPLE // 2)
    assert origin.remarks == (Remark(kind, 3, example),)
    origin.write(tmp_path / "origin.json")
    assert Origin.read(tmp_path / "origin.json") == origin


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"remarks": [1], "version": "0.3"}'])
def test_a_damaged_file_is_a_value_error(tmp_path, content):
    (tmp_path / "origin.json").write_text(content)
    with pytest.raises(ValueError, match=r"."):
        Origin.read(tmp_path / "origin.json")
