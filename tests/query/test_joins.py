"""Which rows each join gives, and what it is as SQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provender.query.plan.joins import JOINS, ColumnJoin
from provender.query.sql.compiler import compile_count, compile_rows
from provender.query.sql.shapes import shape_of
from provender.schema.entities import CLOSURE, LINK, MEMBERSHIP
from provender.schema.statements import Backend
from support.memory import Memory
from support.queries import posted, shown

TYPES = {"node": "", "group": "group.core"}
NODES = {"entity_type": "", "tag": "n"}

# Ids say what a thing is: users from 11, computers from 21, groups from 31, nodes from 41, ...
STORE = {
    "user": [{"id": 11}, {"id": 12}, {"id": 13}],
    "computer": [{"id": 21}, {"id": 22}],
    "group": [{"id": 31, "user_id": 12}, {"id": 32, "user_id": 11}],
    "node": [
        {"id": 41, "user_id": 11, "dbcomputer_id": 21, "node_type": "process.ProcessNode."},
        {"id": 42, "user_id": 12, "dbcomputer_id": 22, "node_type": "data.core.int.Int."},
        {"id": 43, "user_id": 11, "node_type": "data.core.int.Int."},
    ],
    "group_dbnodes": [
        {"dbgroup_id": 31, "dbnode_id": 42},
        {"dbgroup_id": 32, "dbnode_id": 41},
        {"dbgroup_id": 32, "dbnode_id": 43},
    ],
    "link": [
        {"id": 81, "input_id": 41, "output_id": 42, "type": "create", "label": "result"},
        {"id": 82, "input_id": 43, "output_id": 41, "type": "input_calc", "label": "x"},
    ],
    "comment": [
        {"id": 51, "dbnode_id": 42, "user_id": 11},
        {"id": 52, "dbnode_id": 41, "user_id": 12},
    ],
    "log": [{"id": 61, "dbnode_id": 41}, {"id": 62, "dbnode_id": 43}],
    "authinfo": [
        {"id": 71, "aiidauser_id": 12, "dbcomputer_id": 21},
        {"id": 72, "aiidauser_id": 11, "dbcomputer_id": 22},
    ],
}
# By the thing joined, the keyword and what it is joined to: the pairs, the joined thing second.
PAIRS = {
    ("node", "with_incoming", "node"): {(41, 42), (43, 41)},
    ("node", "with_outgoing", "node"): {(42, 41), (41, 43)},
    ("node", "with_ancestors", "node"): {(41, 42), (43, 41), (43, 42)},
    ("node", "with_descendants", "node"): {(42, 41), (41, 43), (42, 43)},
    ("node", "with_group", "group"): {(31, 42), (32, 41), (32, 43)},
    ("node", "with_computer", "computer"): {(21, 41), (22, 42)},
    ("node", "with_user", "user"): {(11, 41), (12, 42), (11, 43)},
    ("node", "with_comment", "comment"): {(51, 42), (52, 41)},
    ("node", "with_log", "log"): {(61, 41), (62, 43)},
    ("group", "with_node", "node"): {(42, 31), (41, 32), (43, 32)},
    ("group", "with_user", "user"): {(12, 31), (11, 32)},
    ("computer", "with_node", "node"): {(41, 21), (42, 22)},
    ("user", "with_node", "node"): {(41, 11), (42, 12), (43, 11)},
    ("user", "with_group", "group"): {(31, 12), (32, 11)},
    ("user", "with_comment", "comment"): {(51, 11), (52, 12)},
    ("user", "with_authinfo", "authinfo"): {(71, 12), (72, 11)},
    ("comment", "with_node", "node"): {(42, 51), (41, 52)},
    ("comment", "with_user", "user"): {(11, 51), (12, 52)},
    ("log", "with_node", "node"): {(41, 61), (43, 62)},
    ("authinfo", "with_computer", "computer"): {(21, 71), (22, 72)},
    ("authinfo", "with_user", "user"): {(12, 71), (11, 72)},
}


@pytest.fixture(scope="module")
def store():
    with Memory(**STORE) as memory:
        yield memory


def two(joined, keyword, to, **more):
    """Return the plan of pairs of ids."""
    path = [
        {"entity_type": TYPES.get(to, to), "tag": "y"},
        {"entity_type": TYPES.get(joined, joined), "tag": "x", keyword: "y", **more},
    ]
    return posted({"path": path, "project": {"y": "id", "x": "id"}})


def test_every_join_is_tried_here():
    assert set(PAIRS) == set(JOINS)


@pytest.mark.parametrize("join", PAIRS, ids="-".join)
def test_what_is_joined(join, store):
    rows = store.rows(two(*join))
    assert set(rows) == PAIRS[join]
    assert store.count(two(*join)) == len(rows) == len(PAIRS[join])


@pytest.mark.parametrize(
    ("join", "without_partner"),
    [
        (("computer", "with_node", "node"), {(43, None)}),
        (("user", "with_authinfo", "authinfo"), set()),
        (("node", "with_user", "user"), {(13, None)}),
        (("log", "with_node", "node"), {(42, None)}),
    ],
    ids=str,
)
def test_outer_joins_leave_nothing_out(join, without_partner, store):
    plan = two(*join, outerjoin=True)
    if join[0] == "node":  # without its type, which a node has
        plan = replace(plan, condition=replace(plan.condition, conditions=()))
    assert set(store.rows(plan)) == PAIRS[join] | without_partner
    assert store.count(plan) == len(PAIRS[join] | without_partner)


def tables(plan, compiled=compile_rows):
    """Return what stands after `FROM`."""
    return shown(compiled(plan, Backend.SQLITE)).partition(" FROM ")[2]


LINKED = "db_dbnode AS t0 JOIN db_dblink AS e1 ON e1.input_id = t0.id "
EDGES = {
    ("node", "with_incoming", "node"): (
        "db_dbnode AS t0 LEFT OUTER JOIN db_dblink AS e1 ON e1.input_id = t0.id "
        "LEFT OUTER JOIN db_dbnode AS t1 ON t1.id = e1.output_id"
    ),
    ("node", "with_outgoing", "node"): (
        "db_dbnode AS t0 JOIN db_dblink AS e1 ON e1.output_id = t0.id "
        "LEFT OUTER JOIN db_dbnode AS t1 ON t1.id = e1.input_id"
    ),
    ("node", "with_group", "group"): (
        "db_dbgroup AS t0 JOIN db_dbgroup_dbnodes AS e1 ON e1.dbgroup_id = t0.id "
        "LEFT OUTER JOIN db_dbnode AS t1 ON t1.id = e1.dbnode_id"
    ),
    ("group", "with_node", "node"): (
        "db_dbnode AS t0 JOIN db_dbgroup_dbnodes AS e1 ON e1.dbnode_id = t0.id "
        "LEFT OUTER JOIN db_dbgroup AS t1 ON t1.id = e1.dbgroup_id"
    ),
}


@pytest.mark.parametrize("join", EDGES, ids="-".join)
def test_the_row_between_is_left_out_for_incoming_links_alone_as_in_aiida(join):
    column = "type_string" if join[0] == "group" else "node_type"
    assert tables(two(*join, outerjoin=True)) == f"{EDGES[join]} WHERE t1.{column} IS NOT NULL"
    inner = EDGES[join].replace("LEFT OUTER ", "")
    assert tables(two(*join)) == inner


@pytest.mark.parametrize(
    ("join", "entity", "columns", "rows"),
    [
        (
            ("node", "with_incoming", "node"),
            LINK,
            ["id", "input_id", "output_id", "label", "type"],
            {(81, 41, 42, "result", "create"), (82, 43, 41, "x", "input_calc")},
        ),
        (
            ("group", "with_node", "node"),
            MEMBERSHIP,
            ["dbgroup_id", "dbnode_id"],
            {(31, 42), (32, 41), (32, 43)},
        ),
        (
            ("node", "with_ancestors", "node"),
            CLOSURE,
            ["ancestor_id", "descendant_id", "depth", "path"],
            {(41, 42, 0, "[41,42]"), (43, 41, 0, "[43,41]"), (43, 42, 1, "[43,41,42]")},
        ),
    ],
    ids=["link", "membership", "closure"],
)
def test_what_is_between_has_columns(join, entity, columns, rows, store):
    joined, keyword, to = join
    path = [
        {"entity_type": TYPES[to], "tag": "y"},
        {"entity_type": TYPES[joined], "tag": "x", keyword: "y", "edge_tag": "e"},
    ]
    assert set(columns) <= set(entity.fields)
    assert set(store.rows(posted({"path": path, "project": {"e": columns}}))) == rows


def test_conditions_and_orders_on_what_is_between(store):
    second = {"entity_type": "", "tag": "m", "with_incoming": "n", "edge_tag": "e"}
    query = {"path": [NODES, second], "project": {"m": "id"}}
    assert store.rows(posted({**query, "filters": {"e": {"type": "create"}}})) == [(42,)]
    assert store.rows(posted({**query, "order_by": {"e": {"label": "desc"}}})) == [(41,), (42,)]
    assert store.rows(posted({**query, "order_by": {"e": "label"}})) == [(42,), (41,)]


USER = {"entity_type": "user", "tag": "u"}
COMPUTER = {"entity_type": "computer", "tag": "c"}
GROUP = {"entity_type": "group.core", "tag": "g"}
SECOND = {"entity_type": "", "tag": "m", "with_incoming": "n", "edge_tag": "e"}
COMMENT = {"entity_type": "comment", "tag": "k"}


@pytest.mark.parametrize(
    ("path", "more", "counted"),
    [
        # Each node has a user, so that nothing depends on it, whatever is shown of it.
        ([NODES, USER], {"project": {"u": "email"}}, "db_dbnode"),
        ([NODES, USER], {"order_by": {"u": "email"}, "limit": 3}, "db_dbnode"),
        (
            [NODES, USER],
            {"filters": {"u": {"id": 5}}},
            "db_dbnode AS t0 JOIN db_dbuser AS t1 ON t1.id = t0.user_id WHERE t1.id = 5",
        ),
        (
            [NODES, {**USER, "outerjoin": True}],
            {},
            "db_dbnode AS t0 LEFT OUTER JOIN db_dbuser AS t1 ON t1.id = t0.user_id",
        ),
        # Some nodes have no computer.
        (
            [NODES, COMPUTER],
            {},
            "db_dbnode AS t0 JOIN db_dbcomputer AS t1 ON t1.id = t0.dbcomputer_id",
        ),
        # A link has two ends.
        ([NODES, SECOND], {}, LINKED.strip()),
        (
            [NODES, SECOND],
            {"filters": {"e": {"type": "create"}}},
            f"{LINKED}WHERE e1.type = 'create'",
        ),
        (
            [NODES, SECOND],
            {"filters": {"m": {"id": 5}}},
            f"{LINKED}JOIN db_dbnode AS t1 ON t1.id = e1.output_id WHERE t1.id = 5",
        ),
        # What something else is joined to stays.
        (
            [NODES, SECOND, {**COMPUTER, "with_node": "m"}],
            {},
            f"{LINKED}JOIN db_dbnode AS t1 ON t1.id = e1.output_id "
            "JOIN db_dbcomputer AS t2 ON t2.id = t1.dbcomputer_id",
        ),
        ([NODES, SECOND, {**USER, "with_node": "m"}], {}, LINKED.strip()),
        # Several comments have one user.
        (
            [USER, {**COMMENT, "with_user": "u"}],
            {},
            "db_dbuser AS t0 JOIN db_dbcomment AS t1 ON t1.user_id = t0.id",
        ),
        ([COMMENT, {**USER, "with_comment": "k"}], {}, "db_dbcomment"),
        ([COMMENT, {**NODES, "with_comment": "k"}], {}, "db_dbcomment"),
        (
            [{"entity_type": "authinfo", "tag": "a"}, {**USER, "with_authinfo": "a"}],
            {},
            "db_dbauthinfo",
        ),
        (
            [NODES, GROUP],
            {},
            "db_dbnode AS t0 JOIN db_dbgroup_dbnodes AS e1 ON e1.dbnode_id = t0.id",
        ),
    ],
)
def test_what_neither_filters_nor_multiplies_is_not_counted(path, more, counted):
    plan = posted({"path": path, **more})
    assert tables(plan, compile_count) == counted


def test_three_things_are_joined_in_a_row(store):
    path = [GROUP, {**NODES, "with_group": "g"}, {**SECOND, "with_outgoing": "n"}]
    del path[2]["with_incoming"]
    plan = posted({"path": path, "project": {"g": "id", "n": "id", "m": "id"}})
    assert set(store.rows(plan)) == {(31, 42, 41), (32, 41, 43)}


def test_a_join_is_another_if_its_table_or_its_direction_is():
    links = [JOINS["node", name, "node"] for name in ("with_incoming", "with_outgoing")]
    groups = [JOINS["node", "with_group", "group"], JOINS["group", "with_node", "node"]]
    others = [ColumnJoin("output_id", "input_id")]
    for rule in (*links, *groups):
        assert rule == replace(rule)
        assert hash(rule) == hash(replace(rule))
        assert [rule == other for other in (*links, *groups, *others)].count(True) == 1
    shapes = [shape_of(two(*join)).plan for join in PAIRS]
    assert len(set(shapes)) == len(shapes)
