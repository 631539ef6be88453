"""What an operator on a column becomes, whatever the database."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from provender.errors import BadOperator, BadValue
from provender.query.plan.columns import LONGEST_PATTERN
from provender.query.plan.conditions import (
    Comparison,
    Conjunction,
    Membership,
    Negation,
    Never,
    Operand,
    Pattern,
    Relation,
    Span,
    Target,
)
from provender.query.plan.operators import POSTED, QUERY_STRING, Use, condition
from provender.schema.entities import COMPUTER, NODE, Computed, Kind

UUID = "cda14b00-82b5-443f-b152-62a831206992"
NOW = datetime(2026, 11, 20, tzinfo=timezone.utc)


def target(name):
    return Target("nodes", NODE.fields[name])


def made(name, operator, operand, **options):
    return condition(Use(name, target(name), operator, operand, **options))


def values(found):
    """Return a condition in short: what it is and the values in it."""
    if isinstance(found, Comparison | Pattern):
        return (type(found), found.operand.value)
    if isinstance(found, Membership):
        return (Membership, found.operand.value)
    if isinstance(found, Span):
        return (Span, found.low.value, found.high and found.high.value)
    if isinstance(found, Conjunction):
        return (Conjunction, *map(values, found.conditions))
    return found


def test_conditions_are_equal_if_their_values_are():
    assert made("id", "<", 5) == made("id", "<", 5)
    assert made("id", "<", 5) != made("id", "<", 7)
    assert made("label", "like", "a%") != made("label", "like", "b%")
    assert Operand(1, Kind.INTEGER) != Operand(1, Kind.NUMBER)


ID = target("id")


@pytest.mark.parametrize(
    ("operator", "number", "relation", "bound"),
    [
        ("==", "5", Relation.EQUAL, 5),
        ("==", "5.0", Relation.EQUAL, 5),
        ("<", "5", Relation.LESS, 5),
        ("<", "5.5", Relation.LESS_EQUAL, 5),
        ("<=", "5.5", Relation.LESS_EQUAL, 5),
        (">", "5.5", Relation.GREATER, 5),
        (">=", "5.5", Relation.GREATER, 5),
        (">=", "5", Relation.GREATER_EQUAL, 5),
        ("<", "-5.5", Relation.LESS_EQUAL, -6),
        (">", "-5.5", Relation.GREATER, -6),
        ("==", "2147483647", Relation.EQUAL, 2**31 - 1),
        ("<", "2147483647", Relation.LESS, 2**31 - 1),
        (">=", "2147483647", Relation.GREATER_EQUAL, 2**31 - 1),
        ("==", "-2147483648", Relation.EQUAL, -(2**31)),
        (">", "-2147483648", Relation.GREATER, -(2**31)),
        ("<=", "-2147483648", Relation.LESS_EQUAL, -(2**31)),
    ],
)
def test_integers_compare_with_any_number(operator, number, relation, bound):
    found = made("id", operator, Decimal(number))
    assert (found.relation, found.operand.value) == (relation, bound)


ALWAYS, NEVER = Negation(Never(ID)), Never(ID)


@pytest.mark.parametrize(
    ("operator", "number", "expected"),
    [
        ("==", "5.5", NEVER),
        ("==", "1e20", NEVER),
        ("==", "2147483648", NEVER),
        ("==", "-2147483649", NEVER),
        ("<", "2147483648", ALWAYS),
        (">", "-2147483649", ALWAYS),
        ("<", "1e20", ALWAYS),
        ("<=", "1e20", ALWAYS),
        (">", "1e20", NEVER),
        (">=", "1e9999", NEVER),
        ("<", "-1e20", NEVER),
        (">=", "-1e20", ALWAYS),
    ],
)
def test_numbers_outside_the_column_compare_as_mathematics_says(operator, number, expected):
    assert made("id", operator, Decimal(number)) == expected


def test_lists_keep_what_can_be_equal():
    assert values(made("id", "in", [Decimal(4), Decimal("4.5"), Decimal("1e30")])) == (
        Membership,
        (4,),
    )
    assert made("id", "in", [Decimal("4.5")]) == NEVER
    assert values(made("uuid", "in", [UUID.upper(), "cda"])) == (Membership, (UUID,))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("abc", (Comparison, "abc")),
        (r"a\%c", (Comparison, "a%c")),
        ("data.%", (Span, "data.", "data/")),
        ("%data", (Pattern, "%data")),
        ("a%b", (Conjunction, (Span, "a", "b"), (Pattern, "a%b"))),
        ("\U0010ffff%", (Span, "\U0010ffff", None)),
    ],
)
def test_like_uses_the_fixed_beginning_of_its_pattern(pattern, expected):
    assert values(made("label", "like", pattern)) == expected


def test_ilike_is_a_folded_pattern():
    found = made("label", "ilike", "a%")
    assert values(found) == (Pattern, "a%")
    assert found.fold


LOW, HIGH = "cda14b00-0000-0000-0000-000000000000", "cda14b00-ffff-ffff-ffff-ffffffffffff"


@pytest.mark.parametrize(
    ("operator", "text", "expected"),
    [
        ("==", UUID, (Comparison, UUID)),
        ("==", UUID.upper(), (Comparison, UUID)),
        ("==", UUID.replace("-", ""), (Comparison, UUID)),
        ("==", "cda14b00", Never(target("uuid"))),
        ("==", "x" * 36, Never(target("uuid"))),
        ("like", "cda14b00%", (Span, LOW, HIGH)),
        ("like", "CDA14B00%", Never(target("uuid"))),
        ("ilike", "CDA14B00%", (Span, LOW, HIGH)),
        ("like", UUID, (Comparison, UUID)),
        ("like", "cda14b00", Never(target("uuid"))),
        ("like", "xyz%", Never(target("uuid"))),
        ("like", "%cda", (Pattern, "%cda")),
        ("like", "cda14b00%9", (Conjunction, (Span, LOW, HIGH), (Pattern, "cda14b00%9"))),
        (">", "FD", (Comparison, "fd")),
    ],
)
def test_uuids(operator, text, expected):
    assert values(made("uuid", operator, text)) == expected


@pytest.mark.parametrize(
    ("name", "operator", "operand", "message"),
    [
        ("id", "==", "3", "`id` takes an integer, not a string."),
        ("id", "==", True, "`id` takes an integer, not a boolean."),
        ("id", "in", [Decimal(4), "a"], "`id` takes an integer, not a string."),
        ("label", "==", Decimal(5), "`label` takes a string, not a number."),
        ("label", "==", True, "`label` takes a string, not a boolean."),
        ("label", "==", NOW, "`label` takes a string, not a datetime."),
        ("label", "like", Decimal(5), "`label` is compared with a pattern, which is a string."),
        ("ctime", "==", "2026-11-20", "`ctime` takes a datetime, not a string."),
        ("ctime", "<", Decimal(2026), "`ctime` takes a datetime, not a number."),
        ("uuid", "==", Decimal(1), "`uuid` takes a uuid, not a number."),
        ("label", "like", "a\\", "The pattern of `label` ends in a single backslash."),
        ("uuid", "like", "a%\\", "The pattern of `uuid` ends in a single backslash."),
        ("label", "==", [1], "`label` takes a string, not a list."),
        ("label", "<", None, "`label` takes a string, not null."),
    ],
)
def test_values_of_the_wrong_type_are_refused(name, operator, operand, message):
    with pytest.raises(BadValue) as caught:
        made(name, operator, operand)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("name", "operator", "operand"),
    [
        ("id", "like", "5%"),
        ("ctime", "like", "2026%"),
    ],
)
def test_operators_of_another_type_are_refused(name, operator, operand):
    with pytest.raises((BadOperator, BadValue)):
        made(name, operator, operand)


def test_patterns_have_a_longest():
    assert made("label", "like", "%" * LONGEST_PATTERN) == Conjunction(())
    with pytest.raises(BadValue, match="longer than"):
        made("label", "like", "%" * (LONGEST_PATTERN + 1))


@pytest.mark.parametrize(
    ("name", "operand", "hint"),
    [
        ("id", "3", "It has no quotes: id=3"),
        ("id", "-3", "It has no quotes: id=-3"),
        ("id", "abc", "For example id=3"),
        ("id", "3.5", "For example id=3"),
        ("id", True, "For example id=3"),
        ("id", NOW, "For example id=3"),
        ("ctime", "2026-11-20", "It has no quotes: ctime=2026-11-20"),
        ("ctime", "2026-11-20T11:51", "It has no quotes: ctime=2026-11-20T11:51"),
        ("ctime", "yesterday", "For example ctime=2026-11-20"),
        ("ctime", Decimal(2026), "For example ctime=2026-11-20"),
        ("label", Decimal("5.0"), 'It has quotes: label="5.0"'),
        ("label", True, 'It has quotes: label="true"'),
        ("label", NOW, 'For example label="bcc Fe"'),
        ("uuid", Decimal(5), 'It has quotes: uuid="5"'),
        ("uuid", NOW, f'For example uuid="{UUID}"'),
    ],
)
def test_how_a_value_is_written_in_a_query_string(name, operand, hint):
    with pytest.raises(BadValue) as caught:
        made(name, "==", operand)
    assert caught.value.hint == hint


def test_posted_queries_get_no_hint_of_query_strings():
    with pytest.raises(BadValue) as caught:
        made("id", "==", True, operators=POSTED)
    assert caught.value.hint is None


@pytest.mark.parametrize(
    ("operand", "hint"),
    [
        ("true", "It has no quotes: enabled=true"),
        ("yes", "For example enabled=true"),
        (Decimal(1), "For example enabled=true"),
    ],
)
def test_how_a_boolean_is_written_in_a_query_string(operand, hint):
    enabled = Target("computers", COMPUTER.computed[Computed.ALWAYS_ENABLED])
    with pytest.raises(BadValue) as caught:
        condition(Use("enabled", enabled, "==", operand))
    assert caught.value.hint == hint
    assert condition(Use("enabled", enabled, "==", True)).operand == Operand(True, Kind.BOOLEAN)


@pytest.mark.parametrize(
    ("name", "query_string", "posted"),
    [
        ("id", "= < <= > >= =in=", "== < <= > >= in like"),
        ("label", "= < <= > >= =in= =like= =ilike=", "== < <= > >= in like ilike"),
        ("uuid", "= < <= > >= =in= =like= =ilike=", "== < <= > >= in like"),
        ("ctime", "= < <= > >= =in=", "== < <= > >= in like"),
    ],
)
def test_operators_that_there_are_for_a_type(name, query_string, posted):
    for operators, written in ((QUERY_STRING, query_string), (POSTED, posted)):
        with pytest.raises(BadOperator) as caught:
            made(name, "resembles", "a", operators=operators)
        assert caught.value.hint == f"Operators of this key: {written}"
        assert caught.value.message.startswith(f"`{name}` is {target(name).field.kind.value},")


def test_operators_that_there_are_for_booleans():
    enabled = Target("computers", COMPUTER.computed[Computed.ALWAYS_ENABLED])
    for operators, written in ((QUERY_STRING, "="), (POSTED, "== in like")):
        with pytest.raises(BadOperator, match="`enabled` is true or false") as caught:
            condition(Use("enabled", enabled, "<", True, operators))
        assert caught.value.hint == f"Operators of this key: {written}"
