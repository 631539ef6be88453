"""JSON that is the same whichever database kept it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.exports.jsontexts import canonical

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    lambda below: (
        st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=5), below, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ('{"b": 1, "a": {"d": 2, "c": []}}', '{"a": {"c": [], "d": 2}, "b": 1}'),
        ("[1e+16, 1E5, 1.5e+20]", "[10000000000000000, 100000, 150000000000000000000]"),
        ("[10000000000000000, 100000]", "[10000000000000000, 100000]"),
        ("[1.5e-07, 0.00000015]", "[1.5e-07, 1.5e-07]"),
        ("[-0.0, 0.0, 1.0, 1]", "[0.0, 0.0, 1.0, 1]"),
        ("[1.2345678901234567e+22]", "[12345678901234567000000]"),
        ('"\\u00e9 \\/ \\n"', '"é / \\n"'),
        ("[1e-400]", "[0.0]"),
    ],
)
def test_a_text_has_one_form(stored, expected):
    assert canonical(stored) == expected


@pytest.mark.parametrize(
    "text",
    ["[1e5000]", "[1e99999999999999999999]", "[1e400000]", "[" * 5000, "[" + "9" * 5001 + "]"],
)
def test_what_cannot_be_read_stays_as_it_is(text):
    assert canonical(text) == text


@given(VALUES)
def test_values_stay_what_they_are(value):
    text = json.dumps(value)
    found = canonical(text)
    assert json.loads(found, parse_int=float) == json.loads(text, parse_int=float)
    assert canonical(found) == found
