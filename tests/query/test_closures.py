"""Ancestors and descendants: what they are, and where the search for them begins and ends."""

from __future__ import annotations

import re

import pytest

from provender.query.sql.compiler import compile_count, compile_rows
from provender.schema.statements import Backend
from support.memory import Memory
from support.queries import posted, shown

# Two routes lead from 1 to 4; the links of workflow 7 are not followed.
#
#   1 -> 2 -> 3 -> 4 -> 5
#   1 -----------> 4          7 -> 2, 7 -> 3
LINKS = [
    *((1, 2, "input_calc"), (2, 3, "create"), (3, 4, "input_calc"), (4, 5, "create")),
    *((1, 4, "input_calc"), (7, 2, "call_calc"), (7, 3, "return"), (1, 7, "input_work")),
]
ROUTES = [
    *((1, 2, 0, "[1,2]"), (1, 4, 0, "[1,4]"), (1, 3, 1, "[1,2,3]"), (1, 5, 1, "[1,4,5]")),
    *((1, 4, 2, "[1,2,3,4]"), (1, 5, 3, "[1,2,3,4,5]"), (2, 3, 0, "[2,3]"), (2, 4, 1, "[2,3,4]")),
    *((2, 5, 2, "[2,3,4,5]"), (3, 4, 0, "[3,4]"), (3, 5, 1, "[3,4,5]"), (4, 5, 0, "[4,5]")),
]
"""All routes: first node, last node, depth, path."""

START = {"entity_type": "", "tag": "n"}
AFTER = {"entity_type": "", "tag": "m", "edge_tag": "e", "with_ancestors": "n"}
BEFORE = {"entity_type": "", "tag": "m", "edge_tag": "e", "with_descendants": "n"}
ONE = "cda14b00-82b5-443f-b152-62a831206992"


@pytest.fixture(scope="module")
def store():
    nodes = [{"id": number, "uuid": f"{number}{ONE[1:]}"} for number in range(1, 8)]
    links = [{"input_id": a, "output_id": b, "type": name} for a, b, name in LINKS]
    groups = [{"id": 31, "label": "mine"}, {"id": 32, "label": "other"}]
    members = [{"dbgroup_id": 31, "dbnode_id": 2}, {"dbgroup_id": 32, "dbnode_id": 1}]
    with Memory(node=nodes, link=links, group=groups, group_dbnodes=members) as memory:
        yield memory


def walk(path, **more):
    return posted({"path": path, **more})


WHOLE = {"n": ["id"], "m": ["id"], "e": ["depth", "path"]}


def test_each_route_is_a_row(store):
    assert sorted(store.rows(walk([START, AFTER], project=WHOLE))) == sorted(ROUTES)
    assert store.count(walk([START, AFTER], project=WHOLE)) == len(ROUTES)
    ends = walk([START, AFTER], project={"n": "id", "m": "id"})
    assert sorted(store.rows(ends)) == sorted(route[:2] for route in ROUTES)


def test_a_path_begins_at_the_node_that_is_asked_from(store):
    back = ["[" + ",".join(reversed(path[1:-1].split(","))) + "]" for *_, path in ROUTES]
    expected = sorted(
        (b, a, depth, path) for (a, b, depth, _), path in zip(ROUTES, back, strict=True)
    )
    assert sorted(store.rows(walk([START, BEFORE], project=WHOLE))) == expected


@pytest.mark.parametrize("path", [[START, AFTER], [START, BEFORE]], ids=["after", "before"])
@pytest.mark.parametrize("tag", ["n", "m"])
@pytest.mark.parametrize("number", [1, 3, 4, 5, 7])
@pytest.mark.parametrize("name", ["id", "uuid"])
def test_a_known_end_is_where_the_search_begins(path, tag, number, name, store):
    value = number if name == "id" else f"{number}{ONE[1:]}"
    place = ("n", "m").index(tag)
    every = store.rows(walk(path, project=WHOLE))
    some = walk(path, project=WHOLE, filters={tag: {name: value}})
    assert sorted(store.rows(some)) == sorted(row for row in every if row[place] == number)


def test_different_rows_are_found_without_their_routes(store):
    after = walk([START, AFTER], project={"m": "id"}, filters={"n": {"id": 1}}, distinct=True)
    assert sorted(store.column(after)) == [2, 3, 4, 5]
    before = walk([START, BEFORE], project={"m": "id"}, filters={"n": {"id": 5}}, distinct=True)
    assert sorted(store.column(before)) == [1, 2, 3, 4]
    routes = walk([START, AFTER], project={"e": "depth"}, filters={"n": {"id": 1}}, distinct=True)
    assert sorted(store.column(routes)) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"depth": 0}, [2, 4]),
        ({"depth": {"<": 2}}, [2, 3, 4, 5]),
        ({"depth": {"<=": 2}}, [2, 3, 4, 4, 5]),
        ({"depth": {">": 1}}, [4, 5]),
        ({"depth": {">=": 1, "<": 3}}, [3, 4, 5]),
        ({"depth": {"in": [0, 3]}}, [2, 4, 5]),
        ({"path": {"contains": [3]}}, [3, 4, 5]),
        ({"path.1": 4}, [4, 5]),
        ({"ancestor_id": 1, "descendant_id": {">": 4}}, [5, 5]),
    ],
)
def test_conditions_on_routes(filters, expected, store):
    plan = walk([START, AFTER], project={"m": "id"}, filters={"n": {"id": 1}, "e": filters})
    assert sorted(store.column(plan)) == expected
    assert store.count(plan) == len(expected)


def test_orders_by_routes(store):
    plan = walk(
        [START, AFTER],
        project={"m": "id", "e": "depth"},
        filters={"n": {"id": 1}},
        order_by=[{"e": {"depth": "desc"}}, {"m": "id"}],
    )
    assert store.rows(plan) == [(5, 3), (4, 2), (3, 1), (5, 1), (2, 0), (4, 0)]


def test_searches_in_a_row(store):
    second = {"entity_type": "", "tag": "k", "with_descendants": "m"}
    plan = walk([START, AFTER, second], project={"m": "id", "k": "id"}, distinct=True)
    pairs = {(b, a) for a, b, *_ in ROUTES}
    assert set(store.rows(plan)) == pairs
    third = {"entity_type": "", "tag": "k", "with_ancestors": "m"}
    plan = walk([START, AFTER, third], project={"n": "id", "k": "id"}, filters={"n": {"id": 1}})
    steps = [b for a, b, *_ in ROUTES if a == 1]
    expected = sorted((1, b) for first in steps for a, b, *_ in ROUTES if a == first)
    assert sorted(store.rows(plan)) == expected


def test_a_search_from_what_other_things_are_joined_to(store):
    group = {"entity_type": "group.core", "tag": "g"}
    path = [group, {**START, "with_group": "g"}, AFTER]
    plan = walk(path, project={"m": "id"}, filters={"g": {"label": "mine"}})
    assert sorted(store.column(plan)) == [3, 4, 5]
    linked = [START, {**START, "tag": "l", "with_incoming": "n"}, {**AFTER, "with_ancestors": "l"}]
    plan = walk(linked, project={"l": "id", "m": "id"}, filters={"n": {"id": 2}})
    assert sorted(store.rows(plan)) == [(3, 4), (3, 5)]


def search(plan, backend=Backend.SQLITE):
    """Return the SQL of the first recursive table of a plan."""
    text = shown(compile_rows(plan, backend))
    return re.search(r" AS \((SELECT .*?)\)(?=, w\d| SELECT)", text)[1]


def begins(plan):
    """Return from where a search starts: the end of the links, and the query of the ids."""
    found = re.search(r"w\d_first\.(\w+) IN \(SELECT (.*?)\) UNION", search(plan))
    return found and (found[1], found[2])


AT = "FROM db_dbnode AS w1_0 WHERE w1_0"
END = "FROM db_dbnode AS w1_end WHERE w1_end"
PREFIX = {"uuid": {"like": "cda1%"}}
RANGE = "cda10000-0000-0000-0000-000000000000", "cda1ffff-ffff-ffff-ffff-ffffffffffff"


@pytest.mark.parametrize(
    ("path", "filters", "expected"),
    [
        ([START, AFTER], {}, None),
        ([START, AFTER], {"n": {"id": 1}}, ("input_id", f"w1_0.id {AT}.id = 1")),
        ([START, BEFORE], {"n": {"id": 1}}, ("output_id", f"w1_0.id {AT}.id = 1")),
        ([START, AFTER], {"n": {"label": "a"}}, ("input_id", f"w1_0.id {AT}.label = 'a'")),
        # One end is named, the other is not.
        ([START, AFTER], {"m": {"id": 1}}, ("output_id", f"w1_end.id {END}.id = 1")),
        ([START, BEFORE], {"m": {"id": 1}}, ("input_id", f"w1_end.id {END}.id = 1")),
        ([START, AFTER], {"m": {"uuid": ONE}}, ("output_id", f"w1_end.id {END}.uuid = '{ONE}'")),
        (
            [START, AFTER],
            {"m": PREFIX},
            ("output_id", f"w1_end.id {END}.uuid >= '{RANGE[0]}' AND w1_end.uuid <= '{RANGE[1]}'"),
        ),
        (
            [START, AFTER],
            {"n": {"label": "a"}, "m": {"id": 1}},
            ("output_id", f"w1_end.id {END}.id = 1"),
        ),
        ([START, AFTER], {"n": {"id": 2}, "m": {"id": 1}}, ("input_id", f"w1_0.id {AT}.id = 2")),
        # A label, a user, or a comparison names no node.
        ([START, AFTER], {"m": {"label": "a"}}, None),
        ([START, AFTER], {"m": {"user": 1}}, None),
        ([START, AFTER], {"m": {"label": {"in": ["a"]}}}, None),
        ([START, AFTER], {"m": {"id": {">": 1}}}, None),
        ([START, AFTER], {"m": {"uuid": {">": ONE}}}, None),
        ([START, AFTER], {"m": {"label": {"like": "a%"}}}, None),
        ([START, AFTER], {"m": {"attributes.id": 1}}, None),
        # Conditions on both ends together belong to neither.
        ([START, AFTER], {"e": {"depth": 1}}, None),
    ],
)
def test_where_a_search_begins(path, filters, expected):
    assert begins(walk(path, project={"m": "id"}, filters=filters)) == expected


def test_a_list_of_ids_names_an_end():
    column, ids = begins(walk([START, AFTER], filters={"m": {"id": {"in": [1, 2]}}}))
    assert column == "output_id"
    assert "FROM json_each('[1, 2]')" in ids


def test_a_search_begins_at_all_that_its_start_is_joined_to():
    group = {"entity_type": "group.core", "tag": "g"}
    path = [group, {**START, "with_group": "g", "edge_tag": "i"}, {**AFTER, "edge_tag": "e"}]
    joined = (
        "w2_1.id FROM db_dbgroup AS w2_0 "
        "JOIN db_dbgroup_dbnodes AS w2_e1 ON w2_e1.dbgroup_id = w2_0.id "
        "JOIN db_dbnode AS w2_1 ON w2_1.id = w2_e1.dbnode_id"
    )
    assert begins(walk(path)) == ("input_id", joined)
    filters = {"g": {"label": "a"}, "i": {"id": 5}, "n": {"label": "b"}}
    where = "w2_0.label = 'a' AND w2_e1.id = 5 AND w2_1.label = 'b'"
    assert begins(walk(path, filters=filters)) == ("input_id", f"{joined} WHERE {where}")
    assert begins(walk(path, filters={"g": {"id": 3}, "m": {"id": 4}}))[0] == "input_id"


def test_an_outer_join_before_a_search_is_an_inner_one_in_it():
    computer = {"entity_type": "computer", "tag": "c"}
    path = [computer, {**START, "with_computer": "c", "outerjoin": True}, AFTER]
    filters = {"n": {"node_type": {"like": "data.%"}}}
    column, ids = begins(walk(path, filters=filters))
    assert column == "input_id"
    assert "JOIN db_dbnode AS w2_1 ON w2_1.dbcomputer_id = w2_0.id" in ids
    assert "OUTER" not in ids


def test_a_second_search_begins_where_the_first_one_ends():
    second = {"entity_type": "", "tag": "k", "with_descendants": "m"}
    text = shown(compile_rows(walk([START, AFTER, second]), Backend.SQLITE))
    assert (
        "w2_first.output_id IN (SELECT w2_0.id FROM db_dbnode AS w2_0 "
        "JOIN w1 AS w2_before ON w2_before.descendant_id = w2_0.id) UNION"
    ) in text


FOLLOWED = "type IN ('create', 'input_calc')"


def test_what_a_search_reads():
    plan = walk([START, AFTER], project={"m": "id"}, filters={"n": {"id": 1}}, distinct=True)
    assert search(plan) == (
        "SELECT w1_first.input_id AS ancestor_id, w1_first.output_id AS descendant_id "
        f"FROM db_dblink AS w1_first WHERE w1_first.{FOLLOWED} "
        f"AND w1_first.input_id IN (SELECT w1_0.id {AT}.id = 1) "
        "UNION SELECT w1.ancestor_id AS ancestor_id, w1_next.output_id AS output_id "
        "FROM w1 JOIN db_dblink AS w1_next ON w1_next.input_id = w1.descendant_id "
        f"WHERE w1_next.{FOLLOWED}"
    )


def test_what_a_search_for_routes_reads():
    plan = walk([START, BEFORE], project={"e": "path"}, filters={"e": {"depth": {"<": 5}}})
    assert search(plan) == (
        "SELECT w1_first.input_id AS ancestor_id, w1_first.output_id AS descendant_id, "
        "0 AS depth, CAST(w1_first.output_id AS TEXT) || ',' || "
        "CAST(w1_first.input_id AS TEXT) AS path "
        f"FROM db_dblink AS w1_first WHERE w1_first.{FOLLOWED} "
        "UNION ALL SELECT w1_next.input_id AS input_id, w1.descendant_id AS descendant_id, "
        "w1.depth + 1 AS anon_1, w1.path || ',' || CAST(w1_next.input_id AS TEXT) AS anon_2 "
        "FROM w1 JOIN db_dblink AS w1_next ON w1_next.output_id = w1.ancestor_id "
        f"WHERE w1_next.{FOLLOWED} AND w1.depth < 5"
    )


@pytest.mark.parametrize(
    ("filters", "bound"),
    [
        ({"depth": {"<": 5}}, " AND w1.depth < 5"),
        ({"depth": {"<=": 5}}, " AND w1.depth < 5"),
        ({"depth": 5}, " AND w1.depth < 5"),
        ({"depth": {"<": 5, "<=": 6}}, " AND w1.depth < 5 AND w1.depth < 6"),
        ({"depth": {">": 5}}, ""),
        ({"depth": {">=": 5}}, ""),
        ({"depth": {"!==": 5}}, ""),
        ({"ancestor_id": {"<": 5}}, ""),
        ({"or": [{"depth": {"<": 5}}, {"depth": {">": 6}}]}, ""),
    ],
)
def test_a_search_ends_at_the_depth_that_is_asked_for(filters, bound):
    plan = walk([START, AFTER], project={"m": "id"}, filters={"e": filters})
    assert search(plan).rpartition(FOLLOWED)[2] == bound


@pytest.mark.parametrize(
    ("more", "union", "columns"),
    [
        ({"project": {"m": "id"}}, "UNION ALL", 3),
        ({"project": {"m": "id"}, "distinct": True}, "UNION", 2),
        ({"project": {"e": "depth"}, "distinct": True}, "UNION ALL", 4),
        ({"project": {"m": "id"}, "filters": {"e": {"depth": 1}}}, "UNION ALL", 4),
        ({"project": {"m": "id", "e": "depth"}, "order_by": {"e": "depth"}}, "UNION ALL", 4),
        ({"project": {"m": "id"}, "order_by": {"e": "depth"}}, "UNION ALL", 4),
    ],
)
def test_routes_are_told_apart_if_each_is_a_row_or_something_of_them_is_asked(more, union, columns):
    text = search(walk([START, AFTER], **more))
    assert re.findall(r"UNION(?: ALL)?", text) == [union]
    assert text.partition(" FROM ")[0].count(" AS ") - text.partition(" FROM ")[0].count("(") == (
        columns
    )


def test_a_count_needs_no_columns_of_routes():
    plan = walk([START, AFTER], project={"e": "path"})
    assert " || " not in shown(compile_count(plan, Backend.SQLITE))
    assert " || " in shown(compile_rows(plan, Backend.SQLITE))
