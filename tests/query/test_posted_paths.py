"""What the path of a posted query says: things, tags, joins, and the types they stand for."""

from __future__ import annotations

import pytest

from provender.errors import BadRequest, BadValue, UnknownField
from provender.query.plan.joins import JOINS
from provender.query.posted.reading import read_posted
from provender.schema.statements import Backend
from provender.settings import Limits
from support.queries import EXPOSED, condition, posted


def vertices(path):
    """Return of each thing its tag and kind, and of each join its partner and edge."""
    found = []
    for source in posted({"path": path}).sources:
        join = source.join and (source.join.partner, source.join.edge)
        found.append((source.tag, source.entity.name, *(join or ())))
    return found


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ([""], [("node_1", "node")]),
        (["data.core.int.Int."], [("Int_1", "node")]),
        (["data.x.Foo_."], [("Foo__1", "node")]),
        (["Computer"], [("computer_1", "computer")]),
        (["USER"], [("user_1", "user")]),
        (["comment"], [("comment_1", "comment")]),
        (["Log"], [("log_1", "log")]),
        (["authinfo"], [("authinfo_1", "authinfo")]),
        (["link"], [("link_1", "link")]),
        (["GROUP.core"], [("core_1", "group")]),
        ([{"entity_type": "", "tag": "core_1"}, "group.core"], [
            ("core_1", "node"), ("core_2", "group", "core_1", "core_1--core_2"),
        ]),
        # A tag is taken by an edge too.
        (
            ["", {"entity_type": "", "edge_tag": "node_3"}, ""],
            [
                ("node_1", "node"),
                ("node_2", "node", "node_1", "node_3"),
                ("node_4", "node", "node_2", "node_2--node_4"),
            ],
        ),
        (
            [{"entity_type": "", "tag": "a"}, {"entity_type": "", "tag": "b"}],
            [("a", "node"), ("b", "node", "a", "a--b")],
        ),
        (
            [{"entity_type": "", "tag": "a"}, "", {"entity_type": "", "with_incoming": "a"}],
            [
                ("a", "node"),
                ("node_1", "node", "a", "a--node_1"),
                ("node_2", "node", "a", "a--node_2"),
            ],
        ),
        # The keys that AiiDA writes besides; the class of a thing counts for nothing.
        (
            [{"entity_type": "", "orm_base": "node", "tag": "a", "outerjoin": None}],
            [("a", "node")],
        ),
    ],
)  # fmt: skip
def test_tags_and_edges(path, expected):
    assert vertices(path) == expected


FIRST = {"entity_type": "", "tag": "a"}
GROUP = {"entity_type": "group.core", "tag": "g"}


@pytest.mark.parametrize(
    ("path", "join"),
    [
        # By default to the thing before: nodes by links, other things with their node.
        ([FIRST, ""], ("node", "with_incoming", "node")),
        ([FIRST, "group.core"], ("group", "with_node", "node")),
        ([FIRST, "computer"], ("computer", "with_node", "node")),
        ([FIRST, "user"], ("user", "with_node", "node")),
        ([FIRST, "comment"], ("comment", "with_node", "node")),
        ([FIRST, "log"], ("log", "with_node", "node")),
        # By a keyword, or by its name and what it joins to.
        ([FIRST, {"entity_type": "", "with_outgoing": "a"}], ("node", "with_outgoing", "node")),
        ([FIRST, {"entity_type": "", "with_ancestors": "a"}], ("node", "with_ancestors", "node")),
        (
            [FIRST, {"entity_type": "", "joining_keyword": "with_outgoing", "joining_value": "a"}],
            ("node", "with_outgoing", "node"),
        ),
        ([GROUP, {"entity_type": "", "with_group": "g"}], ("node", "with_group", "group")),
        ([GROUP, {"entity_type": "user", "with_group": "g"}], ("user", "with_group", "group")),
        # By how many steps back: forward along links, or backward with a minus.
        ([FIRST, {"entity_type": "", "direction": 1}], ("node", "with_incoming", "node")),
        ([FIRST, {"entity_type": "", "direction": -1}], ("node", "with_outgoing", "node")),
    ],
)
def test_joins(path, join):
    assert posted({"path": path}).sources[1].join.rule == JOINS[join]


@pytest.mark.parametrize(
    ("direction", "partner", "keyword"),
    [
        (1, "b", "with_incoming"),
        (2, "a", "with_incoming"),
        (-1, "b", "with_outgoing"),
        (-2, "a", "with_outgoing"),
    ],
)
def test_directions_count_things_back(direction, partner, keyword):
    path = [FIRST, {"entity_type": "", "tag": "b"}, {"entity_type": "", "direction": direction}]
    join = posted({"path": path}).sources[2].join
    assert (join.partner, join.rule) == (partner, JOINS["node", keyword, "node"])


@pytest.mark.parametrize(("given", "outer"), [({}, False), ({"outerjoin": False}, False)])
def test_joins_leave_out_what_has_no_partner(given, outer):
    (_, user) = posted({"path": [FIRST, {"entity_type": "user", **given}]}).sources
    assert user.join.outer is outer
    (_, user) = posted({"path": [FIRST, {"entity_type": "user", "outerjoin": True}]}).sources
    assert user.join.outer is True


def types(vertex):
    """Return the condition that the types of a thing stand for."""
    return condition(posted({"path": [vertex]}), Backend.SQLITE)


INT = "data.core.int.Int."


@pytest.mark.parametrize(
    ("vertex", "expected"),
    [
        ({"entity_type": ""}, ""),
        ({"entity_type": "", "subclassing": False}, "node_type = ''"),
        (
            {"entity_type": INT},
            "(node_type >= 'data.core.int.') AND (node_type < 'data.core.int/')",
        ),
        ({"entity_type": INT, "subclassing": False}, f"node_type = '{INT}'"),
        (
            {"entity_type": "data.a_b.C."},
            "(node_type >= 'data.a_b.') AND (node_type < 'data.a_b/')",
        ),
        ({"entity_type": "data.Data."}, "(node_type >= 'data.') AND (node_type < 'data/')"),
        (
            {"entity_type": "data.core.code.abstract.AbstractCode."},
            "(node_type >= 'data.core.code.') AND (node_type < 'data.core.code/')",
        ),
        (
            {"entity_type": "data.core.code.abstract.AbstractCode.", "subclassing": False},
            "node_type = 'data.core.code.abstract.AbstractCode.'",
        ),
        (
            {"entity_type": [INT, "process.ProcessNode."]},
            "(node_type >= 'data.core.int.') AND (node_type < 'data.core.int/') "
            "OR (node_type >= 'process.') AND (node_type < 'process/')",
        ),
        (
            {"entity_type": [INT, "process.ProcessNode."], "subclassing": False},
            f"node_type = '{INT}' OR node_type = 'process.ProcessNode.'",
        ),
        ({"entity_type": [INT, ""]}, ""),  # any node
        ({"entity_type": "group.core.auto"}, ""),
        ({"entity_type": "group.core.auto", "subclassing": False}, "type_string = 'core'"),
        ({"entity_type": "user", "subclassing": False}, ""),
    ],
)
def test_types_are_filters(vertex, expected):
    assert types(vertex) == expected


def test_the_filters_of_a_thing_count_more_than_its_type_and_those_of_the_query_more():
    vertex = {"entity_type": INT, "tag": "a", "filters": {"node_type": "x", "id": 1}}
    assert types(vertex) == "node_type = 'x' AND id = 1"
    plan = posted({"path": [vertex], "filters": {"a": {"node_type": "y", "label": "l"}}})
    assert condition(plan, Backend.SQLITE) == "node_type = 'y' AND id = 1 AND label = 'l'"


def test_a_type_is_kept_beside_other_filters():
    plan = posted({"path": [{"entity_type": INT, "tag": "a"}], "filters": {"a": {"id": 1}}})
    assert condition(plan, Backend.SQLITE) == (
        "(node_type >= 'data.core.int.') AND (node_type < 'data.core.int/') AND id = 1"
    )


def test_filters_and_columns_may_be_given_at_a_thing_and_at_its_edge():
    second = {
        "entity_type": "",
        "tag": "b",
        "filters": {"id": 2},
        "project": ["uuid"],
        "edge_filters": {"label": "x"},
        "edge_project": ["type"],
    }
    plan = posted({"path": [{**FIRST, "filters": {"id": 1}}, second]})
    assert [(item.target.tag, item.key) for item in plan.outputs] == [
        ("b", "uuid"),
        ("a--b", "type"),
    ]
    assert condition(plan, Backend.SQLITE) == "t0.id = 1 AND t1.id = 2 AND e1.label = 'x'"


def test_columns_of_the_query_replace_those_of_a_thing():
    path = [{**FIRST, "project": ["uuid"]}]
    assert [item.key for item in posted({"path": path, "project": {"a": ["id"]}}).outputs] == ["id"]
    for nothing in (None, [], {}):
        plan = posted({"path": path, "project": {"a": nothing}})
        assert [item.key for item in plan.outputs] == ["uuid"]


def test_columns_are_in_the_order_of_the_path_and_edges_come_last():
    path = [FIRST, {"entity_type": "", "tag": "b", "edge_tag": "e"}]
    found = read_posted(
        {"path": path, "project": {"e": ["type"], "b": ["id"], "a": ["uuid", "id"]}},
        Limits(),
        EXPOSED,
    )
    assert found.tags == ("a", "b", "e")
    assert [item.key for item in found.plan.outputs] == ["uuid", "id", "id", "type"]


def test_without_columns_the_last_thing_is_shown():
    path = [
        {"entity_type": "user", "tag": "u"},
        {"entity_type": "comment", "tag": "c", "with_user": "u"},
    ]
    for more in ({}, {"project": {}}, {"project": {"u": []}}):
        found = read_posted({"path": path, **more}, Limits(), EXPOSED)
        assert found.tags == ("c",)
        assert [item.key for item in found.plan.outputs][:2] == ["id", "uuid"]
        assert {item.target.tag for item in found.plan.outputs} == {"c"}


def refused(path, kind=BadRequest, **more):
    with pytest.raises(kind) as caught:
        posted({"path": path, **more})
    return caught.value


@pytest.mark.parametrize(
    ("vertex", "valid"),
    [
        ({"entity_type": "", "with_x": "a"}, {"tag", "with_incoming", "edge_project", "direction"}),
        ({"entity_type": "", "joining_keyword": "with_x", "joining_value": "a"}, {"with_incoming"}),
        ({"entity_type": "", "with_incoming": "z"}, {"a"}),
    ],
)
def test_what_would_be_right_at_a_thing(vertex, valid):
    assert valid <= set(refused([FIRST, vertex], UnknownField).valid)


def test_the_name_of_a_key_that_is_meant():
    assert "`outerjoin`" in refused([{**FIRST, "outer_join": True}], UnknownField).hint
    error = refused([FIRST, {"entity_type": "", "with_outgoings": "a"}], UnknownField)
    assert error.hint.startswith("Did you mean `with_outgoing`?")


def test_directions_are_those_of_links():
    with pytest.raises(BadValue, match="`direction` is for joins between nodes"):
        posted({"path": [FIRST, {"entity_type": "user", "direction": 1}]})
    with pytest.raises(BadValue, match="must be 1 to 1, or the same with a minus"):
        posted({"path": [FIRST, {"entity_type": "", "direction": 2}]})


def test_how_a_thing_can_be_joined_is_said():
    error = refused([FIRST, {"entity_type": "user", "with_computer": "a"}], BadValue)
    assert error.hint == (
        "A user can be joined with_node to a node, with_group to a group, "
        "with_comment to a comment, with_authinfo to a authinfo."
    )
    with pytest.raises(BadValue) as caught:
        posted({"path": [FIRST, {"entity_type": "user", "with_computer": "a"}]}, expose=())
    assert "authinfo" not in caught.value.hint


@pytest.mark.parametrize(
    ("text", "meant"),
    [("Int", INT), ("comptuer", "computer"), ("groups", "group.core"), ("logs", "log")],
)
def test_the_type_that_is_meant(text, meant):
    error = refused([text], BadValue)
    assert error.hint.startswith(f'Did you mean "{meant}"? "" is any node;')
    assert refused(["zzz"], BadValue).hint.startswith('"" is any node;')


def test_a_path_has_so_many_joins():
    two = Limits(joins=2)
    assert len(read_posted({"path": ["", "", ""]}, two, ()).plan.sources) == 3
    with pytest.raises(BadRequest, match="more than 2 joins"):
        read_posted({"path": ["", "", "", ""]}, two, ())


@pytest.mark.parametrize(
    ("more", "window"),
    [
        ({}, (None, None)),
        ({"limit": 3}, (3, 0)),
        ({"limit": 3, "offset": 2}, (3, 2)),
        ({"limit": 0, "offset": None}, (0, 0)),
        ({"limit": None, "offset": 0}, (None, None)),
        ({"offset": 2}, (2**62, 2)),
        ({"limit": 2**80, "offset": 2**80}, (2**62, 2**62)),
    ],
)
def test_windows(more, window):
    plan = posted({"path": [""], **more})
    assert (plan.limit and plan.limit.value, plan.offset and plan.offset.value) == window


def test_what_is_not_given_is_not_asked():
    plan = posted({"path": [""], "filters": [], "project": {}, "order_by": [], "distinct": None})
    assert (plan.order, plan.distinct, plan.condition.conditions) == ((), False, ())
    assert posted({"path": [""], "project_map": {"a": {"b": "c"}}, "distinct": True}).distinct


@pytest.mark.parametrize(
    "order_by",
    [
        {"a": "id"},
        {"a": ["id"]},
        [{"a": "id"}],
        {"a": {"id": "asc"}},
        [{"a": [{"id": {"order": "asc"}}]}],
        {"a": {"id": {}}},
    ],
)
def test_forms_of_orders(order_by):
    (item,) = posted({"path": [FIRST], "order_by": order_by}).order
    assert (item.target.field.name, item.descending, item.cast) == ("id", False, None)


def test_orders_keep_their_order():
    order_by = [{"a": ["label", {"id": "desc", "uuid": "asc"}]}, {"a": {"ctime": "desc"}}]
    found = posted({"path": [FIRST], "order_by": order_by}).order
    assert [(item.target.field.name, item.descending) for item in found] == [
        *(("label", False), ("id", True), ("uuid", False), ("ctime", True)),
    ]


@pytest.mark.parametrize(
    "project", ["id", ["id"], {"id": {}}, [{"id": {}}], [{"id": {"cast": "t"}}]]
)
def test_forms_of_columns(project):
    (item,) = posted({"path": [FIRST], "project": {"a": project}}).outputs
    assert (item.key, item.cast, item.function) == ("id", None, None)


def test_the_same_column_of_json_may_be_shown_in_several_ways():
    items = ["attributes.x", "attributes.y", {"extras": {}, "label": {"func": "count"}}]
    error = refused([FIRST], project={"a": items})
    assert error.message.startswith("`count` of `label` gives one row")
    plan = posted({"path": [FIRST], "project": {"a": items[:2]}})
    assert [item.target.path.segments for item in plan.outputs] == [("x",), ("y",)]
