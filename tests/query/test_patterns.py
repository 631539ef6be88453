from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.query.plan.patterns import (
    LikePattern,
    after_prefix,
    escape,
    is_uuid_prefix,
    read_pattern,
    uuid_span,
)


@pytest.mark.parametrize(
    ("pattern", "prefix", "rest"),
    [
        ("", "", ""),
        ("abc", "abc", ""),
        ("abc%", "abc", "%"),
        ("%abc", "", "%abc"),
        ("a_c", "a", "_c"),
        (r"a\%b%c", "a%b", "%c"),
        (r"a\\", "a\\", ""),
        (r"a\\%", "a\\", "%"),
        (r"a%\\", "a", r"%\\"),
        (r"\a", "a", ""),
    ],
)
def test_a_pattern_is_its_fixed_beginning_and_the_rest(pattern, prefix, rest):
    assert read_pattern(pattern) == LikePattern(prefix, rest)


@pytest.mark.parametrize("pattern", ["\\", r"a\\" + "\\", "a%\\", r"a%\\" + "\\"])
def test_a_pattern_that_ends_in_a_lone_backslash_is_none(pattern):
    assert read_pattern(pattern) is None


@given(st.text())
def test_an_escaped_text_is_a_literal_pattern_of_itself(text):
    assert read_pattern(escape(text)) == LikePattern(text, "")


@pytest.mark.parametrize(
    ("prefix", "after"),
    [
        ("data.", "data/"),
        ("a\U0010ffff", "b"),
        ("\U0010fffe", "\U0010ffff"),
        ("\U0010ffff", None),
        ("\ud7ff", "\ue000"),
        ("", None),
    ],
)
def test_the_text_after_all_texts_with_a_prefix(prefix, after):
    assert after_prefix(prefix) == after


SCALARS = st.text(st.characters(exclude_categories=["Cs"]))


@given(SCALARS.filter(bool), SCALARS)
def test_texts_with_a_prefix_lie_before_the_text_after_it(prefix, more):
    after = after_prefix(prefix)
    assert after is None or prefix + more < after
    assert after is None or after.encode() > (prefix + more).encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("cda14b00", True),
        ("cda14b00-", True),
        ("cda14b00-82b5-443f-b152-62a831206992", True),
        ("cda14b0082", False),
        ("cda14b00-82b5-443f-b152-62a8312069920", False),
        ("cda14-", False),
        ("CDA", False),
        ("xyz", False),
        ("cda1_", False),
    ],
)
def test_beginnings_of_uuids(text, expected):
    assert is_uuid_prefix(text) is expected


def test_the_range_of_a_beginning():
    assert uuid_span("cda14b00-8") == (
        "cda14b00-8000-0000-0000-000000000000",
        "cda14b00-8fff-ffff-ffff-ffffffffffff",
    )
