"""Posted queries: where each mistake is said to be, and what odd but valid ones mean."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from provender.errors import BadRequest, BodyTooLarge, LimitExceeded
from provender.query.plan.conditions import IsNull
from provender.query.plan.planning import MOST_PARTS
from provender.query.posted.body import read_body
from provender.query.posted.reading import read_posted
from provender.query.sql.compiler import compile_plan
from provender.schema.statements import Backend
from provender.settings import Limits
from provender.store.sqlite import jsonfunctions

NODE = {"entity_type": "", "tag": "n"}
SECOND = {"entity_type": "", "tag": "m", "with_incoming": "n", "edge_tag": "e"}
WALK = {**SECOND, "with_ancestors": "n"}
del WALK["with_incoming"]
EXPOSED = ("users.email", "authinfo")


def read(query, expose=EXPOSED):
    return read_posted(query, Limits(filters=MOST_PARTS), expose)


def refused(query, expose=EXPOSED):
    """Return the JSON pointer of what is wrong with a query."""
    with pytest.raises(BadRequest) as caught:
        read(query, expose)
    return said(caught.value)


def said(error):
    pointer = "".join(f"/{segment}" for segment in error.place)
    assert not pointer or f" At `{pointer.replace('~', '~0')}`." in error.message
    return pointer


def sql(query, backend=Backend.SQLITE):
    statement = compile_plan(read(query).plan, backend, with_count=False).rows
    return " ".join(statement.text.split())


# The body


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"", ""),
        (b"{", ""),
        (b'{"path": [""]} x', ""),
        (b"[]", ""),
        (b'"path"', ""),
        (b"null", ""),
        (b'{"limit": NaN}', ""),
        (b'{"limit": -Infinity}', ""),
        (b'{"limit": 1e999}', "/limit"),
        (b'{"limit": ' + b"9" * 401 + b"}", ""),
        (b'{"path": ["a\\u0000"]}', "/path/0"),
        (b'{"path": [{"a\\u0000": 1}]}', "/path/0"),
        (b'{"path": ["\\ud800"]}', "/path/0"),
        (b'{"path": [{"x": [{"\\ud83d": 1}]}]}', "/path/0/x/0"),
        (b'{"\\udfff": 1}', ""),
        (b'{"path": "\xff"}', ""),
    ],
)
def test_bodies_that_are_refused(raw, place):
    with pytest.raises(BadRequest) as caught:
        read_body(raw, Limits())
    assert said(caught.value) == place
    caught.value.message.encode("utf-8")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"limit": NaN}', "The body is not valid JSON: NaN is not JSON."),
        (
            b'{"limit": ' + b"9" * 401 + b"}",
            "The body is not valid JSON: an integer has more than 400 digits.",
        ),
        (b"[]", "The body must be a JSON object."),
        (b'{"\\u0000": 1}', "A string or key holds a NUL character."),
        (
            b'{"a/b": {"~1": "\\ud800"}}',
            "A string or key holds half of a surrogate pair. At `/a~1b/~01`.",
        ),
    ],
)
def test_what_is_said_of_bodies(raw, message):
    with pytest.raises(BadRequest) as caught:
        read_body(raw, Limits())
    assert caught.value.message == str(caught.value) == message


def test_bodies_have_a_size():
    raw = b'{"path": [""]}'
    assert read_body(raw, Limits(body_bytes=len(raw))) == {"path": [""]}
    with pytest.raises(BodyTooLarge):
        read_body(raw, Limits(body_bytes=len(raw) - 1))


def test_bodies_have_a_depth():
    three = Limits(nesting=3)
    for raw in (b'{"a": [{"b": 1}]}', b'{"a": {"b": [1]}}', b'{"a": [[1], {}]}'):
        assert read_body(raw, three) == json.loads(raw)
    for raw in (b'{"a": [{"b": [1]}]}', b'{"a": [[[1]]]}'):
        with pytest.raises(LimitExceeded, match=r"nested more than 3 deep") as caught:
            read_body(raw, three)
        assert caught.value.place[:2] == ("a", 0)
        assert len(caught.value.place) == 3
    with pytest.raises(LimitExceeded, match=r"limits\.nesting"):
        read_body(b"[" * 100_000, Limits())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_bodies_that_are_read(encoding):
    body = {"path": ["😀"], "limit": 10**399}
    assert read_body(json.dumps(body).encode(encoding), Limits()) == body


# Mistakes and their places

WRONG = {
    "top level": [
        ({}, "/path"),
        ({"path": None}, "/path"),
        ({"path": []}, "/path"),
        ({"path": ""}, "/path"),
        ({"path": [""], "group_by": {}}, "/group_by"),
        *(({"path": [NODE], key: "x"}, f"/{key}") for key in ("filters", "project")),
        *(({"path": [NODE], key: [1]}, f"/{key}") for key in ("filters", "project")),
        *(({"path": [NODE], "project_map": value}, "/project_map") for value in ("x", {"n": 1})),
        *(
            ({"path": [NODE], key: value}, f"/{key}")
            for key in ("limit", "offset")
            for value in (-1, 1.0, "1", True, [])
        ),
        *(({"path": [NODE], "distinct": value}, "/distinct") for value in (0, 1, "true", [])),
    ],
    "vertex": [
        ({"path": [1]}, "/path/0"),
        ({"path": [{}]}, "/path/0/entity_type"),
        *(
            ({"path": [{"entity_type": value}]}, "/path/0/entity_type")
            for value in (None, 1, [], [1], ["", "computer"], "node", "group", "data.", "a.b", "no")
        ),
        ({"path": [{**NODE, "colour": 1}]}, "/path/0/colour"),
        ({"path": [{**NODE, "tag": 1}]}, "/path/0/tag"),
        ({"path": [{**NODE, "tag": "a--b"}]}, "/path/0/tag"),
        ({"path": [NODE, NODE]}, "/path/1/tag"),
        ({"path": [NODE, SECOND, {**SECOND, "tag": "e"}]}, "/path/2/tag"),
        *(
            ({"path": [NODE, {**SECOND, "edge_tag": tag}]}, "/path/1/edge_tag")
            for tag in ("n", "m", 1)
        ),
        *(
            ({"path": [NODE, {"entity_type": "", "direction": value}]}, "/path/1/direction")
            for value in (0, 2, -2, 1.0, True, "1")
        ),
        ({"path": [NODE, {"entity_type": "user", "direction": 1}]}, "/path/1/direction"),
        ({"path": [NODE, {**SECOND, "outerjoin": 1}]}, "/path/1/outerjoin"),
        ({"path": [{**NODE, "subclassing": 0}]}, "/path/0/subclassing"),
        ({"path": [{**NODE, "filters": "x"}]}, "/path/0/filters"),
        ({"path": [{**NODE, "filters": False}]}, "/path/0/filters"),
        ({"path": [{**NODE, "project": 0}]}, "/path/0/project"),
        ({"path": [NODE, {**SECOND, "edge_project": "size"}]}, "/path/1/edge_project"),
        ({"path": [NODE, {**SECOND, "edge_filters": {"x": 1}}]}, "/path/1/edge_filters/x"),
    ],
    "join": [
        *(
            ({"path": [NODE, {"entity_type": "", **join}]}, f"/path/1{place}")
            for join, place in (
                ({"joining_keyword": "with_x", "joining_value": "n"}, "/joining_keyword"),
                ({"joining_keyword": [], "joining_value": "n"}, "/joining_keyword"),
                ({"joining_keyword": "with_incoming"}, "/joining_value"),
                ({"joining_keyword": "with_incoming", "joining_value": "z"}, "/joining_value"),
                ({"joining_keyword": "with_user", "joining_value": "n"}, "/joining_value"),
                ({"with_incoming": "z"}, "/with_incoming"),
                ({"with_incoming": []}, "/with_incoming"),
                ({"with_group": "n"}, "/with_group"),
                ({"with_incoming": "n", "with_outgoing": "n"}, ""),
                ({"with_incoming": "n", "direction": 1}, ""),
                (
                    {
                        "with_incoming": "n",
                        "joining_keyword": "with_incoming",
                        "joining_value": "n",
                    },
                    "",
                ),
                ({"joining_keyword": "with_incoming", "joining_value": "n", "direction": 1}, ""),
            )
        ),
        ({"path": [NODE, {**SECOND, "with_incoming": "m"}]}, "/path/1/with_incoming"),
        ({"path": [NODE, "link"]}, "/path/1/entity_type"),
        ({"path": ["user", {"entity_type": "", "direction": 1}]}, "/path/1/direction"),
        ({"path": [""] * 100}, "/path"),
    ],
    "filters": [
        (
            {"path": [{**NODE, "filters": {"id": 1}}], "filters": {"n": {"id": {"<": None}}}},
            "/filters/n/id/<",
        ),
        (
            {"path": [{**NODE, "filters": {"id": "a"}}], "filters": {"n": {"label": "a"}}},
            "/path/0/filters/id/==",
        ),
        ({"path": [NODE], "filters": {"z": {}}}, "/filters/z"),
        ({"path": [NODE], "filters": {"z": None}}, "/filters/z"),
        *(
            ({"path": [NODE], "filters": {"n": value}}, f"/filters/n{place}")
            for value, place in (
                (1, ""),
                ({"size": 1}, "/size"),
                ({"": 1}, "/"),
                ({"computer_id": 1}, "/computer_id"),
                ({"label.x": 1}, "/label.x"),
                ({"id": {"=>": 1}}, "/id/=>"),
                ({"id": {"ilike": "1"}}, "/id/ilike"),
                ({"id": {"!~==": 1}}, "/id/!~=="),
                ({"id": {"": 1}}, "/id/"),
                ({"attributes": 1, "extras.x": {"size": 1}}, "/extras.x/size"),
                ({"repository_metadata": {"has_key": "o"}}, "/repository_metadata/has_key"),
                ({"or": {"id": 1}}, "/or"),
                ({"and": ["id"]}, "/and"),
                ({"or": [{"id": 1}, {"and": [{"size": 1}]}]}, "/or/1/and/0/size"),
                ({"label": {"or": {"==": "a"}}}, "/label/or"),
                ({"label": {"or": ["a"]}}, "/label/or"),
                ({"label": {"or": [{"==": "a"}, {"and": [{"<": 1}]}]}}, "/label/or/1/and/0/<"),
                ({"id": {"in": 1}}, "/id/in"),
                ({"label": {"in": "abc"}}, "/label/in"),
                ({"id": {"in": []}}, "/id/in"),
                ({"id": {"in": [1, "a"]}}, "/id/in"),
                ({"id": {"in": [1, True]}}, "/id/in"),
                ({"attributes.x": {"in": ["a", 1]}}, "/attributes.x/in"),
                ({"label": {"like": 1}}, "/label/like"),
                ({"label": {"like": "a\\"}}, "/label/like"),
                ({"attributes.x": {"ilike": "a\\"}}, "/attributes.x/ilike"),
                ({"attributes.x": {"of_length": 1.0}}, "/attributes.x/of_length"),
                ({"attributes.x": {"longer": True}}, "/attributes.x/longer"),
                ({"attributes.x": {"of_type": "int"}}, "/attributes.x/of_type"),
                ({"attributes.x": {"of_type": None}}, "/attributes.x/of_type"),
                ({"attributes.x": {"has_key": 1}}, "/attributes.x/has_key"),
                ({"id": "a"}, "/id/=="),
                ({"id": True}, "/id/=="),
                ({"label": 1}, "/label/=="),
                ({"label": ["a"]}, "/label/=="),
                ({"uuid": "ab"}, "/uuid/=="),
                ({"uuid": {"in": ["ab"]}}, "/uuid/in"),
                ({"ctime": 2026}, "/ctime/=="),
                ({"ctime": "yesterday"}, "/ctime/=="),
                ({"ctime": {"<": "2026-02-30"}}, "/ctime/<"),
                ({"id": {"<": None}}, "/id/<"),
                ({"attributes.x": {">": None}}, "/attributes.x/>"),
                ({"attributes.x": {"<=": True}}, "/attributes.x/<="),
            )
        ),
        (
            {"path": [NODE, {"entity_type": "user"}], "filters": {"n--user_1": {"id": 1}}},
            "/filters/n--user_1/id",
        ),
    ],
    "projections": [
        ({"path": [NODE], "project": {"z": ["id"]}}, "/project/z"),
        *(
            ({"path": [NODE], "project": {"n": value}}, f"/project/n{place}")
            for value, place in (
                ("", ""),
                (0, ""),
                ("size", ""),
                (["id", "size"], "/1"),
                (["id", 1], "/1"),
                ([["id"]], "/0"),
                ([{"id": 1}], "/0/id"),
                ([{"id": {"size": "t"}}], "/0/id/size"),
                ([{"id": {"cast": "x"}}], "/0/id/cast"),
                ([{"id": {"cast": 1}}], "/0/id/cast"),
                ([{"id": {"func": "sum"}}], "/0/id/func"),
                ([{"id": {"func": ["max"]}}], "/0/id/func"),
                ([{"uuid": {"func": "max"}}], "/0/uuid/func"),
                ([{"uuid": {"func": "min"}}], "/0/uuid/func"),
                ([{"attributes.x": {"func": "max"}}], "/0/attributes.x/func"),
                ([{"*": {"func": "max"}}], "/0/*/func"),
                (["id", "id"], "/1"),
                (["**", "id"], "/1"),
                ([{"id": {"func": "max"}}, "label"], ""),
            )
        ),
        (
            {"path": [NODE, {"entity_type": "user"}], "project": {"n--user_1": ["id"]}},
            "/project/n--user_1/0",
        ),
        (
            {"path": [NODE, {"entity_type": "user"}], "project": {"n--user_1": ["**"]}},
            "/project/n--user_1/0",
        ),
    ],
    "order": [
        *(
            ({"path": [NODE], "order_by": value}, f"/order_by{place}")
            for value, place in (
                ("id", ""),
                (0, ""),
                ([{}, "id"], "/1"),
                ({"z": "id"}, "/z"),
                ({"n": ["id", 1]}, "/n/1"),
                ([{"n": "id"}, {"n": ["id", "size"]}], "/1/n/1"),
                ({"n": {"id": "up"}}, "/n/id"),
                ([{"n": [{"id": {"order": "up"}}]}], "/0/n/0/id/order"),
                ({"n": {"id": 1}}, "/n/id"),
                ({"n": {"id": {"size": 1}}}, "/n/id/size"),
                ({"n": {"id": {"order": None}}}, "/n/id/order"),
                ({"n": {"attributes.x": {"cast": "x"}}}, "/n/attributes.x/cast"),
                ({"n": ["attributes.x"]}, "/n/0/attributes.x"),
                ({"n": ["attributes"]}, "/n/0/attributes"),
            )
        ),
        (
            {"path": [NODE], "project": {"n": "id"}, "order_by": {"n": "label"}, "distinct": True},
            "/order_by/n/label",
        ),
        (
            {"path": [NODE], "project": {"n": {"id": {"func": "max"}}}, "order_by": {"n": "id"}},
            "/project/n",
        ),
    ],
}


@pytest.mark.parametrize(
    ("query", "place"), [row for rows in WRONG.values() for row in rows], ids=json.dumps
)
def test_mistakes_are_placed(query, place):
    assert refused(query) == place


def test_private_names_are_unknown():
    assert refused({"path": ["authinfo"]}, ()) == "/path/0/entity_type"
    user = {"path": [{"entity_type": "user", "tag": "u"}]}
    assert refused({**user, "filters": {"u": {"email": "a"}}}, ()) == "/filters/u/email"
    assert refused({**user, "project": {"u": ["email"]}}, ()) == "/project/u/0"
    read({**user, "filters": {"u": {"email": "a"}}})


def test_a_query_has_a_size():
    conditions = [{"attributes.x": {"!==": number}} for number in range(MOST_PARTS - 1)]
    query = {"path": [NODE], "project": {"n": "id"}, "filters": {"n": {"or": conditions}}}
    assert len(read(query).plan.outputs) == 1
    for section in ({"order_by": {"n": "id"}}, {"project": {"n": ["id", "label"]}}):
        with pytest.raises(LimitExceeded, match="800 conditions, columns and criteria"):
            read({**query, **section})


# What queries mean


@pytest.mark.parametrize(
    ("path", "tags"),
    [
        ([""], ["node_1"]),
        (["data.core.int.Int.", {"entity_type": "", "tag": ""}], ["Int_1", "node_1"]),
        (["", "", ""], ["node_1", "node_2", "node_3"]),
        (["COMPUTER"], ["computer_1"]),
        (["group.core.auto"], ["core_1"]),
        (["Group."], ["core_1"]),
        ([{"entity_type": ["data.Data.", "process.ProcessNode."]}], ["Data-ProcessNode_1"]),
        ([{"entity_type": ["group.a", "group.b"]}], ["core-core_1"]),
    ],
)
def test_tags_that_nobody_gave(path, tags):
    assert [source.tag for source in read({"path": path}).plan.sources] == tags


def test_the_exact_type_of_groups_is_that_of_all():
    vertex = {"entity_type": "group.core.auto", "subclassing": False}
    condition = read({"path": [vertex]}).plan.condition.conditions[0]
    assert condition.operand.value == "core"


@pytest.mark.parametrize(
    "filters",
    [
        {"or": [{}, {"label": None}]},
        {"or": [{"and": []}, {"label": None}]},
        {"and": [{"label": {}}, {"id": {"or": []}}, {"label": None}], "!or": [{}]},
        {"!and": [{"or": [{}]}], "~or": [], "label": None},
        {"label": {"and": [{}, {"==": None}]}, "id": {"!or": []}},
    ],
)
def test_a_filter_that_asks_nothing_is_not_there(filters):
    found = read({"path": [NODE], "filters": {"n": filters}}).plan.condition.conditions
    assert [type(condition) for condition in found] == [IsNull]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"computer": 2**40}, []),
        ({"computer": {"!==": 2**40}}, [1, 2]),
        ({"!and": [{"computer": {"!==": 2**40}}]}, []),
        ({"!or": [{"!or": [{"computer": {"!==": 2**40}}]}]}, [1, 2]),
        ({"!and": [{"computer": 2**40}, {"id": {">": 0}}]}, [1, 2]),
        ({"!or": [{"computer": 1.5}, {"id": 1}]}, [2]),
        ({"computer": {"<": 2**40}}, [1, 2]),
        ({"!or": [{"computer": {"<": 2**40}}]}, []),
        ({"!and": [{"computer": {"in": [None]}}]}, []),
    ],
)
def test_what_no_integer_is_stays_unknown_without_a_value(filters, expected):
    query = {"path": [NODE], "project": {"n": "id"}, "filters": {"n": filters}}
    statement = compile_plan(read(query).plan, Backend.SQLITE).rows
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE db_dbnode (id INTEGER, dbcomputer_id INTEGER)")
        connection.execute("INSERT INTO db_dbnode VALUES (1, 1), (2, 2), (3, NULL)")
        assert [row[0] for row in connection.execute(statement.text, statement.values)] == expected


@pytest.mark.parametrize("backend", list(Backend))
def test_a_walk_starts_from_an_earlier_walk_by_its_name(backend):
    steps = [{"entity_type": "", "tag": f"w{i}", "with_ancestors": f"w{i - 1}"} for i in (1, 2, 3)]
    text = sql({"path": [{**NODE, "tag": "w0", "filters": {"id": 1}}, *steps]}, backend)
    assert text.count("UNION ALL") == len(steps)
    assert "JOIN w1 AS w2_before" in text


@pytest.mark.parametrize(
    "section",
    [
        {"project": {"e": ["path", "path.0", {"path.-1": {"cast": "i"}}]}},
        {"filters": {"e": {"path": {"contains": [1]}, "path.0": 1}}},
        {"order_by": [{"e": "path"}, {"e": {"path.1": {"cast": "t"}}}]},
        {"project": {"e": {"path": {"cast": "t"}}}, "distinct": True},
    ],
)
def test_the_path_of_a_walk_is_json(section):
    query = {"path": [NODE, WALK], **section}
    assert "CAST('[' || e1.path || ']' AS JSONB)" in sql(query, Backend.POSTGRESQL)
    assert "'[' || e1.path || ']'" in sql(query)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", "2026-11-20 00:00:00.000000"),
        ("2026-11-20T11:51:08.2993281234+01:00", "2026-11-20 11:51:08.299328"),
        ("11/20/2026 11:51:24 PM", "2026-11-20 23:51:24.000000"),
        ("11/20/2026 12:00:00 AM", "2026-11-20 00:00:00.000000"),
        ("2026-12-31 23:59:60", "2027-01-01 00:00:00.000000"),
        ("2026-12-31 24:00:00 UTC", "2027-01-01 00:00:00.000000"),
    ],
)
def test_times_that_a_cast_takes(text, expected):
    assert jsonfunctions.cast_time(json.dumps(text)) == expected


@pytest.mark.parametrize(
    ("cast", "text"),
    [
        *(
            (jsonfunctions.cast_time, text)
            for text in ("", "24:00", "2026-02-29", "2026-11-20 24:00:01", "11/20/2026 13:00 PM")
        ),
        *((jsonfunctions.cast_double, text) for text in ("1e400", "1e-400", "0x1", "")),
        *((jsonfunctions.cast_json, text) for text in ("NaN", "-Infinity", "")),
    ],
)
def test_texts_that_a_cast_does_not_take(cast, text):
    with pytest.raises(ValueError):  # noqa: PT011 - the text of the error is nowhere shown
        cast(json.dumps(text))


@pytest.mark.parametrize(("values", "is_kept"), [(100, True), (101, False)])
def test_the_sql_of_large_queries_is_not_kept(values, is_kept):
    conditions = [{"id": number} for number in range(values)]
    query = {"path": [NODE], "filters": {"n": {"or": conditions}}}
    first, second = (compile_plan(read(query).plan, Backend.SQLITE).rows for _ in range(2))
    assert len(first.values) == values
    assert first.text == second.text
    assert (first.text is second.text) is is_kept
