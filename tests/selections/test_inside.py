"""Members of lists inside JSON in the shape of a template."""

from __future__ import annotations

import json

import orjson
import pytest

from provender.errors import CannotExport, LimitExceeded
from provender.query.selection.want import read_want
from provender.settings import Limits
from provender.translators.selections.inside import members_of


def pieces(want):
    (piece,) = read_want({"attributes": {"a": {"*": want}}}, Limits()).pieces
    return piece.members


def made(text, want):
    found = members_of(text, pieces(want), lambda size: None)
    return found if found is None else orjson.dumps(found)


@pytest.mark.parametrize(
    ("text", "want", "expected"),
    [
        ('[{"b": 1}, {"c": 2}, 3, null]', {"b": "*"}, '[{"b":1},{"b":null},{"b":null},{"b":null}]'),
        ("[]", {"b": "*"}, "[]"),
        ("[[1, 2], [3]]", {"[-1]": "*", "[1]": "*"}, '[{"[-1]":2,"[1]":2},{"[-1]":3,"[1]":null}]'),
        ('[{"0": 1, "00": 2}]', {"0": "*", "00": "*"}, '[{"0":1,"00":2}]'),
        ("[[7, 8]]", {"00": "*", "-0": "*", "1": "*"}, '[{"00":null,"-0":null,"1":8}]'),
        ('[{"b": [1, 2]}, {"b": 5}]', {"b": "count"}, '[{"b":2},{"b":null}]'),
        ('[{"b": 1, "c": 2}]', {"*": "*", "c": "exclude"}, '[{"b":1}]'),
        ("[[[1], 2]]", {"*": {"[0]": "*"}}, '[{"*":[{"[0]":1},{"[0]":null}]}]'),
        ('[{"b": {"c": {"d": 1}}}]', {"b": {"c": {"d": "*"}}}, '[{"b":{"c":{"d":1}}}]'),
        ('[{"b": 1e400}]', {"b": "*"}, '[{"b":1e400}]'),
        ('[{"b": 123456789012345678901234567890}]', {"b": "*"}, None),
        (
            '[{"b": -123456789012345678901, "c": 1e400}]',
            {"b": "*", "c": "*"},
            '[{"b":-123456789012345678901,"c":1e400}]',
        ),
        ("[[1]]", {"9" * 5000: "*"}, f'[{{"{"9" * 5000}":null}}]'),
        ('[{"b": "\\ud800"}]', {"b": "*"}, None),
        ('["\\u0000\\u00e9"]', {"*": "*"}, '["\\u0000\u00e9"]'),
    ],
)
def test_each_member_has_the_shape(text, want, expected):
    if expected is None:
        assert json.loads(made(text, want)) == json.loads(text)
    else:
        assert made(text, want).decode() == expected


@pytest.mark.parametrize("text", [None, "null", "5", '"a"', '{"b": [1]}'])
def test_what_is_no_list_is_null(text):
    assert made(text, {"b": "*"}) is None


def test_lists_inside_lists_are_counted_before_they_are_made():
    left = [Limits().answer_bytes]

    def spend(size):
        left[0] -= size
        if left[0] < 0:
            raise LimitExceeded("too large")

    text = json.dumps([[0] * 1_000_000])
    wanted = pieces({"*": {f"k{number}": "*" for number in range(190)}})
    with pytest.raises(LimitExceeded):
        members_of(text, wanted, spend)


def test_a_list_that_is_nested_too_deeply_is_an_error():
    with pytest.raises(CannotExport):
        made("[" * 100_000 + "]" * 100_000, {"b": "*"})
