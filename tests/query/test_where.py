"""Posted selections: equal plans for equal meanings, and what is wrong with others."""

from __future__ import annotations

import json

import pytest

from provender.errors import BadRequest, LimitExceeded, UnknownField
from provender.query.plan.conditions import NodeRelation
from provender.query.plan.where import Named
from provender.query.selection.body import Form, read_selection
from provender.settings import Limits
from provender.translators.chosen import with_conditions
from provender.web.resources.selecting import LISTED
from provender.web.routes.views import NODES
from support.queries import listed


def read(body, **limits):
    return read_selection(json.dumps(body).encode(), Form(NODES, LISTED), Limits(**limits))


def plan_of(where):
    return with_conditions(listed(""), read({"where": where}).where)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ('label="a"', {"label": "a"}),
        ('label!="a"', {"label": {"ne": "a"}}),
        ("id>5&id<=9", {"id": {"gt": 5, "lte": 9}}),
        ("id=in=4,5", {"id": {"in": [4, 5]}}),
        ("id=notin=4,5", {"id": {"nin": [4, 5]}}),
        ('label=like="a%"', {"label": {"like": "a%"}}),
        ('label=like="a%"', {"label": {"startswith": "a"}}),
        ('label=ilike="a%"', {"label": {"ilike": "a%"}}),
        ('label=contains="a"', {"label": {"contains": "a"}}),
        ("ctime=2026-11-20", {"ctime": "2026-11-20"}),
        ("ctime>=2026-11-20T10:00", {"ctime": {"gte": "2026-11-20T10:00"}}),
        ("process_type=exists=true", {"process_type": {"exists": True}}),
        ("process_type=exists=false", {"process_type": None}),
        ("attributes.x=exists=true", {"attributes.x": {"ne": None}}),
        ("attributes.x.0=true", {"attributes.x.0": True}),
        ("attributes.energy<-5.25", {"attributes.energy": {"lt": -5.25}}),
        ("attributes.tags=contains=3", {"attributes.tags": {"contains": 3}}),
        ('attributes."a b".c="x"', {'attributes."a b".c': "x"}),
        ('full_type="data.core.int.Int.|"', {"full_type": "data.core.int.Int.|"}),
        ('id=1&label="a"', {"and": [{"id": 1}, {"and": [{"label": "a"}]}]}),
    ],
)
def test_a_query_string_and_a_body_of_one_meaning_give_one_plan(query, where):
    assert plan_of(where) == listed(query)


def test_relations_are_collected():
    where = {"group": "a b", "called_by": ["0f", "0e"], "and": [{"input_of": "12"}]}
    assert read({"where": where}).where.relations == (
        Named(NodeRelation.GROUP, "a b"),
        Named(NodeRelation.CALLED_BY, "0f"),
        Named(NodeRelation.CALLED_BY, "0e"),
        Named(NodeRelation.INPUT_OF, "12"),
    )


@pytest.mark.parametrize(
    ("where", "place", "message"),
    [
        ([1], "/where", "Conditions are an object"),
        ({"lable": 1}, "/where/lable", "Unknown key `lable`"),
        ({"label": {"lik": "x"}}, "/where/label/lik", "There is no operator `lik`"),
        ({"label": {}}, "/where/label", "`label` takes a value, or an object of operators"),
        ({"or": {"a": 1}}, "/where/or", "`or` takes a list of objects"),
        ({"or": [{"group": "x"}]}, "/where/or/0/group", "cannot stand below `or` or `not`"),
        ({"not": {"group": "x"}}, "/where/not/group", "cannot stand below `or` or `not`"),
        ({"not": [1]}, "/where/not", "Conditions are an object"),
        ({"group": 5}, "/where/group", "takes a string"),
        ({"called_by": "xyz"}, "/where/called_by", "takes a uuid or its beginning"),
        ({"ctime": {"gt": "soon"}}, "/where/ctime/gt", "takes a datetime"),
        ({"ctime": "2026-13-01"}, "/where/ctime", "no such date or time"),
        ({"attributes.a b": 1}, "/where/attributes.a b", "is no name"),
        ({"id": {"in": []}}, "/where/id/in", "a list with at least one member"),
        ({"id": {"in": 5}}, "/where/id/in", "a list with at least one member"),
        ({"id": {"gt": [5]}}, "/where/id/gt", "not a list"),
        ({"id": {"gt": None}}, "/where/id/gt", "not null"),
        ({"id": {"size": 1}}, "/where/id/size", "does not have this operator"),
        ({"label": {"all": ["x"]}}, "/where/label/all", "does not have this operator"),
        ({"attributes.x": {"all": "x"}}, "/where/attributes.x/all", "takes a list"),
        ({"attributes.x": {"any": []}}, "/where/attributes.x/any", "takes a list"),
        ({"attributes.x": {"size": "1"}}, "/where/attributes.x/size", "takes an integer"),
        ({"label": {"startswith": 1}}, "/where/label/startswith", "takes a string"),
        ({"label": {"exists": "yes"}}, "/where/label/exists", "takes true or false"),
        ({"full_type": "x"}, "/where/full_type", "does not include"),
        ({"full_type": {"like": "x"}}, "/where/full_type/like", "Unknown key `full_type`"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(where, place, message):
    with pytest.raises(BadRequest) as caught:
        read({"where": where})
    assert message in caught.value.message
    assert caught.value.message.endswith(f" At `{place}`.")


def test_unknown_keys_of_a_body_name_the_nearest_one():
    with pytest.raises(UnknownField, match=r"There is no key `were` here. At `/were`.") as caught:
        read({"were": {}})
    assert "Did you mean `where`?" in caught.value.hint


def test_conditions_and_patterns_are_bounded():
    many = {"or": [{"id": number} for number in range(6)]}
    assert len(read({"where": many}, filters=6).where.conditions) == 1
    with pytest.raises(LimitExceeded, match=r"There are 6 conditions"):
        read({"where": many}, filters=5)
    with pytest.raises(LimitExceeded, match=r"A pattern has 9 characters"):
        read({"where": {"label": {"contains": "x" * 9}}}, pattern_chars=8)


def test_a_query_chooses_the_ids_of_its_last_nodes():
    path = [
        {"entity_type": "group.core", "tag": "g"},
        {"entity_type": "", "joining_keyword": "with_group", "joining_value": "g"},
    ]
    chosen = read({"path": path, "filters": {"g": {"label": "a"}}})
    assert [output.target.field.name for output in chosen.where.query.outputs] == ["id"]
    assert chosen.where.query.distinct


def test_a_query_that_chooses_no_nodes_is_refused():
    with pytest.raises(BadRequest, match="has to choose nodes"):
        read({"path": [{"entity_type": "computer"}]})
