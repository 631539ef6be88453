"""JSON values as YAML, read again by PyYAML."""

from __future__ import annotations

import math
from datetime import datetime, timezone

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from provender.exports.yamltexts import document

VALUES = {
    "none": None,
    "flags": [True, False],
    "numbers": [0, -1, 10**30, 1.5, 1e-5, 1e16, -2.5e300],
    "words": ["yes", "No", "null", "~", "on", "y", ".inf", "1e5", "1:30", "2026-11-20", "0x10"],
    "strings": ["", " ", "a b", "a: b", "a #b", "- a", "'", '"', "\\", "é 東", "a\tb", "\x07\x85"],
    "texts": ["one\ntwo", "one\n", "one\n\n\n", "\none", " one\ntwo", "a\n\n  b \nc\n", "\n"],
    "empty": [[], {}],
    "nested": [[1, [2, {"a": [3]}]], {"b": {"c": "d"}}],
    "k" * 300: {"l" * 2000: 1},
    "a: b": {"": 0, "yes": 1, "12": 2},
}


def test_every_kind_of_value_is_read_again():
    assert yaml.safe_load(document(VALUES)) == VALUES


def test_it_is_written_for_people():
    found = document({"label": "add 0", "script": "set -e\nrun\n", "kpoints": [2, {"mesh": [4]}]})
    assert found.decode() == (
        "---\nlabel: add 0\nscript: |\n  set -e\n  run\nkpoints:\n  - 2\n  -\n    mesh:\n"
        "      - 4\n"
    )


def test_times_are_times():
    time = datetime(2026, 11, 20, 11, 57, 28, 414175, tzinfo=timezone.utc)
    assert document({"ctime": time}) == b"---\nctime: 2026-11-20 11:57:28.414175+00:00\n"
    assert yaml.safe_load(document({"ctime": time})) == {"ctime": time}


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_numbers_without_bound(value):
    assert yaml.safe_load(document({"a": value})) == {"a": value}


def test_half_of_a_surrogate_pair_is_a_question_mark():
    found = yaml.safe_load(document({"a\ud800": ["b\udfff", "c\nd\ud800"]}))
    assert found == {"a?": ["b?", "c\nd?"]}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.text(alphabet="a \n\t-#:'\"|>[]{},&*!%@`~?\x85\u2028"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON))
def test_any_json_is_read_again(value):
    assert yaml.safe_load(document(value)) == value
