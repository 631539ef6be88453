from __future__ import annotations

from dataclasses import replace

import pytest

from provender.errors import BadOperator, BadRequest, BadValue, UnknownField
from provender.query.plan import planning
from provender.query.plan.conditions import (
    Conjunction,
    Disjunction,
    IsNull,
    Negation,
    Never,
    Operand,
    Target,
)
from provender.query.plan.views import vocabulary
from provender.query.querydict import Dotted, Stored
from provender.query.querystring import builder
from provender.query.sql.shapes import shape_of
from provender.schema.entities import NODE, Kind
from provender.web.dialects import V2, V4
from provender.web.routes.views import NODES, OLD_USERS, USERS
from support.queries import listed, plan_of, posted, request_of


def question(text, view=NODES, dialect=V4):
    return builder.from_list(request_of(text, view, dialect))


def order(text):
    return [(item.target.field.name, item.descending) for item in listed(text).order]


def test_the_question_of_a_list():
    assert question("id>5&orderby=-ctime&limit=2") == {
        "path": [{"entity_type": "", "tag": "nodes"}],
        "filters": {"nodes": {"and": [{"id": {">": 5}}]}},
        "project": {"nodes": list(NODES.shown.values())},
        "order_by": [{"nodes": [{"ctime": "desc"}, {Stored("id"): "asc"}]}],
        "limit": 2,
        "offset": 0,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("id", False)]),
        ("orderby=label", [("label", False), ("id", False)]),
        ("orderby=-pk,-label", [("id", True), ("label", True)]),
        ("orderby=label,id,-label", [("label", True), ("id", False)]),
        ("orderby=user,user_id", [("user_id", False), ("id", False)]),
    ],
)
def test_orders_are_total_and_name_a_column_once(text, expected):
    assert order(text) == expected


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("id>5", "id>7"),
        ("id=in=1,2", "id=in=1,3"),
        ('label=like="a%"', 'label=like="b%"'),
        ('label=like="a%b"', 'label=like="a%c"'),
        ("limit=3", "limit=4"),
        ("limit=3&offset=1", "limit=3&offset=2"),
        ("attributes.x=1", "attributes.x=2"),
        ("attributes.x=1", "attributes.y=1"),
        ("attributes=true&attributes_filter=a", "attributes=true&attributes_filter=b"),
        ("ctime>2020-01-01", "ctime>2020-01-02"),
    ],
)
def test_plans_are_equal_if_they_ask_the_same(text, other):
    assert listed(text) == listed(text)
    assert listed(text) != listed(other)
    assert shape_of(listed(text)).plan == shape_of(listed(other)).plan


def test_other_questions_have_other_shapes():
    shapes = [shape_of(listed(text)).plan for text in ("id>5", "id<5", "pk!=5", "user>5", "")]
    assert len(set(shapes)) == len(shapes)
    assert shape_of(listed("id=in=1,2")).plan == shape_of(listed("id=in=1,2,3")).plan


def test_a_shape_keeps_the_values_beside_in_one_order():
    found = shape_of(
        listed('id>5&label=in="a","b"&attributes=true&attributes_filter="x.y"&limit=3')
    )
    assert [operand.value for operand in found.operands] == [5, ("a", "b"), ("x", "y"), 3, 0]
    assert found.asked == 2
    assert "'x'" not in repr(found.plan)


@pytest.mark.parametrize("text", ["foo=1", "orderby=foo", "email=1", "attributes=true&size=1"])
def test_unknown_names_are_refused_with_the_valid_ones(text):
    with pytest.raises(UnknownField) as caught:
        listed(text)
    assert "Valid: id, pk, uuid" in caught.value.hint
    assert ":" not in caught.value.hint.removeprefix("Valid:")


def test_private_names_are_unknown_unless_they_are_opened():
    with pytest.raises(UnknownField):
        listed('email="a"', USERS)
    assert listed('email="a"', USERS, expose=("users.email",)).condition.conditions


def test_clients_cannot_write_internal_names():
    assert NODES.keys
    assert all(":" not in name for name in NODES.keys)


@pytest.mark.parametrize("text", ["last_login>2014-04-07", "orderby=date_joined", "is_active=true"])
def test_documented_names_without_data_say_so(text):
    with pytest.raises(BadRequest, match="is a documented key, but stores no longer keep its data"):
        listed(text, OLD_USERS, V2)


def test_full_types():
    found = listed('full_type="data.core.%|"').condition
    span, empty = found.conditions
    assert (span.low.value, span.high.value) == ("data.core.", "data.core/")
    assert isinstance(empty, Disjunction)
    assert isinstance(empty.conditions[1], IsNull)
    assert len(listed('full_type="process.%|%"').condition.conditions) == 1
    assert len(listed('full_type="a_b|c%"').condition.conditions) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bad", "full type `bad` does not include the required concatenator symbol `|`."),
        ("a|b|c", "full type `a|b|c` includes the concatenator symbol `|` more than once."),
        ("%%|", "full type component `%%` contained more than one like-operator character"),
        ("a|%b", "like-operator character in full type component `%b` is not at the end"),
    ],
)
def test_malformed_full_types(text, message):
    with pytest.raises(BadValue) as caught:
        listed(f'full_type="{text}"')
    assert caught.value.message == message


def test_negated_lists_of_intervals_and_of_nothing():
    found = listed("ctime=notin=2026-11-20,2026-11-21").condition.conditions[0]
    assert isinstance(found, Negation)
    assert isinstance(found.condition, Disjunction)
    never = planning.check(
        {
            "path": [{"entity_type": "", "tag": "n"}],
            "filters": {"n": {"id": {"!in": []}, "label": {"!==": None}}},
        },
        {"node": vocabulary(NODES, ())},
    )
    target = Target("n", NODE.fields["id"])
    assert never.condition == Conjunction(
        (Negation(Never(target)), Negation(IsNull(Target("n", NODE.fields["label"]))))
    )
    assert never.limit is None


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ({"project": {"z": ["id"]}}, ("project", "z")),
        ({"project": {"nodes": ["size.x"]}}, ("project", "nodes", 0)),
        ({"project": {"nodes": ["id", Dotted("size", ("x",))]}}, ("project", "nodes", 1)),
        ({"filters": {"z": {}}}, ("filters", "z")),
        ({"filters": {"nodes": {Dotted("size", ("x", "y")): 5}}}, ("filters", "nodes", "size.x.y")),
        ({"order_by": [{"z": []}]}, ("order_by", 0, "z")),
    ],
)
def test_unknown_names_have_a_place(section, place):
    with pytest.raises(UnknownField) as caught:
        plan_of({"path": [{"entity_type": "", "tag": "nodes"}], **section})
    assert caught.value.place == place


def test_errors_name_the_whole_path():
    with pytest.raises(BadValue, match=r"^`attributes\.a\.b c` is JSON, which has no datetimes"):
        listed('attributes.a."b c"=2026-11-20')


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (
            "ctime=like=2026-11-20",
            BadOperator,
            "`ctime` is a datetime, which does not have this operator",
        ),
        (
            "ctime=ilike=2026-11-20",
            BadOperator,
            "`ctime` is a datetime, which does not have this operator",
        ),
        ("ctime=in=2026-11-20,5", BadValue, "`ctime` takes a datetime, not a number."),
        ('label=in="a",2026-11-20', BadValue, "`label` takes a string, not a datetime."),
        ("label=like=2026-11-20", BadValue, "`label` is compared with a pattern"),
        ("id>2026-11-20", BadValue, "`id` takes an integer, not a datetime."),
    ],
)
def test_datetimes_where_they_do_not_belong(text, error, message):
    with pytest.raises(error) as caught:
        listed(text)
    assert caught.value.message.startswith(message)


def test_a_view_is_itself_alone():
    same, other = NODES, replace(NODES)
    assert same == NODES
    assert other != NODES
    assert len({same, other, NODES}) == 2


def window(plan):
    return (plan.limit and plan.limit.value, plan.offset and plan.offset.value)


def test_a_plan_can_give_no_more_rows_than_a_setting_allows():
    every, few = posted({"path": [""]}), posted({"path": [""], "limit": 3, "offset": 2})
    assert window(every.at_most(5)) == (5, 0)
    assert every.at_most(5).limit == Operand(5, Kind.INTEGER)
    assert few.at_most(4) is few.at_most(3) is few
    assert window(few.at_most(2)) == (2, 2)


def test_conditions_on_some_things_alone():
    path = [{"entity_type": "", "tag": "a"}, {"entity_type": "", "tag": "b", "edge_tag": "e"}]
    filters = {"a": {"id": 1, "!or": [{"id": 2}, {"label": "x"}]}, "b": {"id": 3}, "e": {"id": 4}}
    plan = posted({"path": path, "filters": filters})
    first, second, third, last = plan.condition.conditions
    assert plan.conditions_on({"a"}) == [first, second]
    assert plan.conditions_on({"b", "e"}) == [third, last]
    assert plan.conditions_on({"z"}) == []
