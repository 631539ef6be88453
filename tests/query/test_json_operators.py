"""What an operator on JSON becomes, and how posted values are read, whatever the database."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import BadOperator, BadValue
from provender.query.plan.columns import LONGEST_PATTERN
from provender.query.plan.conditions import (
    Disjunction,
    JsonComparison,
    JsonContains,
    JsonHasKey,
    JsonHasType,
    JsonLength,
    JsonMembership,
    JsonPattern,
    JsonType,
    Operand,
    Path,
    Relation,
    Target,
)
from provender.query.plan.jsonoperators import LONGEST, MEANINGS, as_double, condition, json_type
from provender.query.plan.operators import POSTED, QUERY_STRING, Use
from provender.query.plan.values import describe_json, from_json, one_type, read_time
from provender.schema.entities import NODE, Kind

KEY = Target("nodes", NODE.fields["attributes"], Path.of(("key",)))
NAME = "attributes.key"
NOW = datetime(2026, 11, 20, tzinfo=timezone.utc)
NOWHERE = Disjunction(())
UUID = "cda14b00-82b5-443f-b152-62a831206992"


def made(operator, operand, target=KEY, operators=POSTED):
    return condition(Use(NAME, target, operator, operand, operators))


def refused(operator, operand, **options):
    with pytest.raises(BadValue) as caught:
        made(operator, operand, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("operand", "found", "value", "kind"),
    [
        (5, JsonType.NUMBER, 5.0, Kind.NUMBER),
        (Decimal("2.5"), JsonType.NUMBER, 2.5, Kind.NUMBER),
        (10**400, JsonType.NUMBER, math.inf, Kind.NUMBER),
        ("a", JsonType.STRING, "a", Kind.TEXT),
        (True, JsonType.BOOLEAN, "true", Kind.TEXT),
        (False, JsonType.BOOLEAN, "false", Kind.TEXT),
        ([1, "a"], JsonType.ARRAY, '[1, "a"]', Kind.JSON),
        ({"a": None}, JsonType.OBJECT, '{"a": null}', Kind.JSON),
    ],
)
def test_a_comparison_is_with_values_of_one_type(operand, found, value, kind):
    comparison = made("==", operand)
    assert comparison == JsonComparison(KEY, found, Relation.EQUAL, Operand(value, kind))
    assert comparison.operand.value == value


@pytest.mark.parametrize(
    ("spelling", "relation"),
    [
        ("<", Relation.LESS),
        ("<=", Relation.LESS_EQUAL),
        ("=<", Relation.LESS_EQUAL),
        (">=", Relation.GREATER_EQUAL),
        ("=>", Relation.GREATER_EQUAL),
    ],
)
def test_spellings_of_relations(spelling, relation):
    assert made(spelling, "a").relation is relation


@pytest.mark.parametrize("operand", [True, False, None])
def test_booleans_and_null_have_no_order(operand):
    assert "cannot take" in refused("<", operand)


def test_nothing_equals_null_and_json_has_no_datetimes():
    assert made("==", None) == NOWHERE
    assert "no datetimes" in refused("==", NOW, operators=QUERY_STRING)


@pytest.mark.parametrize(
    ("operand", "found", "values"),
    [
        (["a", "b"], JsonType.STRING, ("a", "b")),
        (("a", "b"), JsonType.STRING, ("a", "b")),
        ([1, 2.5], JsonType.NUMBER, (1.0, 2.5)),
        ([1, 10**400, -(10**400)], JsonType.NUMBER, (1.0,)),
        ([True, False], JsonType.BOOLEAN, ("true", "false")),
    ],
)
def test_membership(operand, found, values):
    membership = made("in", operand)
    assert isinstance(membership, JsonMembership)
    assert (membership.type, membership.operand.value) == (found, values)


@pytest.mark.parametrize("operand", [[None], [[1]], [{"a": 1}], [10**400]])
def test_nothing_is_among_what_cannot_be_equal(operand):
    assert made("in", operand) == NOWHERE


@pytest.mark.parametrize("operand", [[], "ab", 5, None, {"a": 1}, ["a", 1], [1, True], [None, "a"]])
def test_lists_of_mixed_types_and_what_is_no_list_are_refused(operand):
    assert "in" in refused("in", operand)


@pytest.mark.parametrize(("operator", "fold"), [("like", False), ("ilike", True)])
def test_patterns(operator, fold):
    found = made(operator, r"a\%%")
    assert found == JsonPattern(KEY, Operand(r"a\%%"), fold=fold)


def test_the_longest_pattern():
    longest = "%" * LONGEST_PATTERN
    assert made("like", longest) == JsonPattern(KEY, Operand(longest))


@pytest.mark.parametrize("pattern", ["a\\", "%" * (LONGEST_PATTERN + 1)])
def test_patterns_that_are_none(pattern):
    assert "single backslash" in refused("like", pattern)


@pytest.mark.parametrize("operator", ["like", "ilike", "has_key"])
@pytest.mark.parametrize(
    ("operand", "words"),
    [(5, "a number"), (True, "a boolean"), (None, "null"), (["a"], "a list"), ({}, "an object")],
)
def test_texts_only(operator, operand, words):
    assert refused(operator, operand).endswith(f"takes a string, not {words}.")


@pytest.mark.parametrize(
    ("operator", "relation"),
    [
        ("of_length", Relation.EQUAL),
        ("longer", Relation.GREATER),
        ("shorter", Relation.LESS),
    ],
)
def test_lengths(operator, relation):
    assert made(operator, 3) == JsonLength(KEY, relation, Operand(3, Kind.INTEGER))
    assert [made(operator, size).operand.value for size in (LONGEST, -LONGEST)] == [
        *(LONGEST, -LONGEST),
    ]
    for operand in (True, 1.0, "3", None, LONGEST + 1, -LONGEST - 1):
        assert "takes an integer" in refused(operator, operand)


@pytest.mark.parametrize("found", JsonType)
def test_types(found):
    assert made("of_type", found.value) == JsonHasType(KEY, found)


@pytest.mark.parametrize("operand", ["text", "", "String", None, 5, ["string"]])
def test_types_that_json_has_not(operand):
    with pytest.raises(BadValue) as caught:
        made("of_type", operand)
    assert caught.value.hint == "Valid: object array string number boolean null"


def test_containment_and_keys():
    found = made("contains", {"a": [1]})
    assert isinstance(found, JsonContains)
    assert (found.operand.value, found.operand.kind) == ('{"a": [1]}', Kind.JSON)
    assert made("has_key", "a") == JsonHasKey(KEY, Operand("a"))


def test_unknown_operators_are_refused_with_those_that_there_are():
    with pytest.raises(BadOperator) as caught:
        made("resembles", "a")
    assert caught.value.hint == "Valid: " + " ".join(MEANINGS)


def test_json_columns_are_asked_by_key_except_attributes_and_extras():
    whole = Target("nodes", NODE.fields["attributes"])
    assert made("has_key", "a", whole) == JsonHasKey(whole, Operand("a"))
    metadata = Target("nodes", NODE.fields["repository_metadata"])
    with pytest.raises(BadOperator, match="is a JSON object"):
        made("has_key", "a", metadata)


@pytest.mark.parametrize(("number", "sign"), [(10**400, 1), (-(10**400), -1)])
def test_numbers_beyond_doubles_are_infinite(number, sign):
    assert as_double(number) == sign * math.inf
    assert as_double(Decimal(sign) / 4) == sign * 0.25


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(sorted(MEANINGS)), JSON)
def test_every_operator_takes_or_refuses_any_value(operator, operand):
    with suppress(BadValue):
        made(operator, operand)
    assert json_type(operand) in JsonType


@pytest.mark.parametrize(
    ("operator", "operand", "kind", "expected"),
    [
        ("==", 5, Kind.INTEGER, 5),
        ("==", "5", Kind.INTEGER, "5"),
        ("in", ["5", "+7", "-1"], Kind.INTEGER, (5, 7, -1)),
        ("in", ["5", "x"], Kind.INTEGER, (5, "x")),
        ("in", [1, 2.0], Kind.INTEGER, (1, 2.0)),
        ("in", [None, None], Kind.INTEGER, (None, None)),
        ("in", ["5"], Kind.TEXT, ("5",)),
        ("==", "2026-11-20", Kind.TIME, NOW),
        ("in", ["2026-11-20"], Kind.TIME, (NOW,)),
        ("==", 5, Kind.TIME, 5),
        ("==", UUID.upper(), Kind.UUID, UUID),
        ("==", UUID.replace("-", ""), Kind.UUID, UUID),
        ("==", None, Kind.UUID, None),
    ],
)
def test_posted_values_are_as_those_of_query_strings(operator, operand, kind, expected):
    assert from_json("field", operator, operand, kind) == expected


def test_part_of_a_uuid_is_refused():
    with pytest.raises(BadValue, match="complete uuid"):
        from_json("uuid", "==", UUID[:8], Kind.UUID)


def test_lists_of_one_type_come_back():
    assert one_type("field", [1, 2.5]) == [1, 2.5]


CLOCK = NOW + timedelta(hours=11, minutes=51)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-20", NOW),
        ("2026-11-20 11:51", CLOCK),
        ("2026-11-20T11:51:08", CLOCK + timedelta(seconds=8)),
        ("2026-11-20T11:51:08.25", CLOCK + timedelta(seconds=8.25)),
        ("2026-11-20T11:51:08,123456789", CLOCK + timedelta(seconds=8, microseconds=123456)),
        ("2026-11-20T11:51Z", CLOCK),
        ("2026-11-20T11:51+01:00", CLOCK - timedelta(hours=1)),
        ("2026-11-20T11:51-0530", CLOCK + timedelta(hours=5, minutes=30)),
        ("2026-11-20T11:51+01", CLOCK - timedelta(hours=1)),
    ],
)
def test_instants(text, time):
    assert read_time("ctime", text) == time


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026", "2026-13-01", "2026-02-29", "2026-11-20T25:00"),
        *("2026-11-20T11:51+25:00", "0001-01-01T00:00+01:00", "9999-12-31T23:59-01:00"),
    ],
)
def test_texts_that_are_no_instants(text):
    with pytest.raises(BadValue, match="`ctime` takes a datetime"):
        read_time("ctime", text)


def test_values_in_words():
    words = {1: "a number", "a": "a string", NOW: "a datetime", None: "null", False: "a boolean"}
    assert {value: describe_json(value) for value in words} == words
