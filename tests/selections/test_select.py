"""`/nodes/select`: what plain Python makes of the other routes' answers, on every backend."""

from __future__ import annotations

import json
import logging
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from provender.settings import Limits
from support import badrows, growing
from support.filling import COLUMNS, LINKED, Whole

TEMPLATES = [
    {"uuid": "*"},
    {"*": "*", "description": "exclude"},
    {"uuid": "*", "attributes": {"exit_status": "*", "no_such_key": "*"}},
    {"attributes": "*", "extras": "*"},
    {"attributes": {"*": "*", "process_label": "exclude"}, "extras": "count"},
    {"attributes": {"cell": {"[-1]": "*", "[0]": {"[1]": "*"}, "[7]": "*"}, "kinds": "count"}},
    {"attributes": {"sites": {"*": {"kind_name": "*", "position": {"[0]": "*"}, "no": "*"}}}},
    {"attributes": {"cell": {"[-1]": "*", "*": {"[1]": "*"}}, "kinds": {"*": {"*": "*"}}}},
    {"attributes": {"kinds": {"*": {"*": "*", "mass": "exclude"}}, "cell": {"*": {"[2]": "*"}}}},
    {"attributes": {"kinds": {"*": {"weights": {"*": {"x": "*"}}, "symbols": "count"}}}},
    {"incoming": {"*": {"attributes": {"kinds": {"*": {"symbols": "*"}}}}}},
    {"incoming": "count", "outgoing": "*", "called": "uuid", "caller": {"*": "count"}},
    {"incoming": {"x": {"attributes": {"value": "*"}}, "x[]": "uuid", "*": "uuid", "y": "count"}},
    {"outgoing": {"*": {"label": "*"}, "retrieved": "exclude"}},
    {"called": {"*": {"outgoing": {"*": {"attributes": {"value": "*"}}}}}},
    {"logs": {"levelname": "*", "message": "*"}, "comments": "*", "groups": {"label": "*"}},
    {"logs": "count", "comments": "count", "groups": "count"},
    {"user": {"last_name": "*"}, "computer": "uuid"},
    {"caller": {"CALL": {"caller": {"CALL": {"user": "*", "groups": "uuid"}}}}},
]
STORES = {}


def whole_of(served):
    """Return a store in memory, read once for each backend."""
    if served.root not in STORES:
        STORES[served.root] = Whole(served)
    return STORES[served.root]


@pytest.fixture
def whole(on_each):
    return whole_of(on_each)


@pytest.fixture
def whole_archive(on_archive):
    return whole_of(on_archive)


def select(served, **body):
    raw = json.dumps(body).encode()
    return served.get("/api/v4/nodes/select", method="POST", body=raw)


def rows(served, **body):
    answer = select(served, **body)
    assert answer.status == 200, answer.body
    return answer.data["rows"]


@pytest.mark.parametrize("want", TEMPLATES, ids=str)
def test_a_template_gives_what_the_other_routes_give(want, whole, on_each):
    found = rows(on_each, want=want)
    assert found == [whole.fill(want, node) for node in whole.nodes.values()]
    assert len(found) == 312


def is_template(want):
    return isinstance(want, dict)


@st.composite
def inside(draw, value, depth=0):
    """A part of a template about a value of JSON, most of it about what is there."""
    names = [*value][:20] if isinstance(value, dict) else ["[0]", "[-1]", "0", "x"]
    if depth == 3 or not names or draw(st.booleans()):
        return draw(st.sampled_from(["*", "*", "count"]))
    chosen = draw(st.lists(st.sampled_from([*names, "no such key"]), min_size=1, max_size=3))
    if isinstance(value, list) and draw(st.booleans()):
        return {"*": draw(inside((value or [None])[0], depth + 1).filter(is_template))}
    if draw(st.integers(0, 4)) == 0:
        return {"*": "*", **dict.fromkeys(chosen, "exclude")}
    below = [
        value.get(key)
        if isinstance(value, dict)
        else (value or [None])[0]
        if isinstance(value, list)
        else None
        for key in chosen
    ]
    return {key: draw(inside(one, depth + 1)) for key, one in zip(chosen, below, strict=True)}


@st.composite
def templates(draw, whole, depth=0):
    """A template of nodes, with labels and keys that the store has."""
    want = {}
    for name in draw(st.lists(st.sampled_from(COLUMNS["node"].split()), max_size=3)):
        want[name] = "*"
    if draw(st.booleans()):
        node = draw(st.sampled_from([*whole.nodes.values()]))
        column = draw(st.sampled_from(["attributes", "attributes", "extras"]))
        want[column] = draw(inside(node[column]))
    for layer in draw(st.lists(st.sampled_from(["logs", "comments", "groups"]), max_size=1)):
        want[layer] = draw(st.sampled_from(["count", "uuid", {"id": "*", "uuid": "*"}]))
    if depth < 3:
        for layer in draw(st.lists(st.sampled_from([*LINKED]), max_size=2, unique=True)):
            want[layer] = draw(branches(whole, depth))
    return want or {"uuid": "*"}


@st.composite
def branches(draw, whole, depth):
    """A layer of links: labels, lists, patterns, and what they exclude."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(["*", "uuid", "count"]))
    labels = sorted({link[2] for link in whole.links})
    want = {}
    for label in draw(st.lists(st.sampled_from(labels), min_size=1, max_size=3)):
        form = draw(st.sampled_from(["{}", "{}[]", "*", "{}*", "*{}"]))
        key = form.format(label if form != "{}*" else label[:1])
        want[key] = draw(st.one_of(st.sampled_from(["uuid", "count"]), templates(whole, depth + 1)))
    if any("*" in key for key in want):
        want |= {draw(st.sampled_from(labels)): "exclude"} if draw(st.booleans()) else {}
    if all(value == "exclude" for value in want.values()):
        return "count"
    if not any("*" in key for key, value in want.items() if value != "exclude"):
        want = {key: value for key, value in want.items() if value != "exclude"}
    return want


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_templates_give_what_the_other_routes_give(data, whole, on_each):
    want = data.draw(templates(whole))
    ids = data.draw(st.lists(st.sampled_from([*whole.nodes]), min_size=1, max_size=30))
    found = rows(on_each, want=want, where={"id": {"in": sorted(set(ids))}})
    assert found == [whole.fill(want, whole.nodes[pk]) for pk in sorted(set(ids))]


def test_a_page_is_followed_by_the_next_one(on_each):
    where, want = {"node_type": {"startswith": "process."}}, {"uuid": "*", "called": "count"}
    whole_page = rows(on_each, where=where, want=want, orderby="-ctime")
    found, cursor = [], "*"
    while cursor:
        page = select(on_each, where=where, want=want, orderby="-ctime", limit=7, cursor=cursor)
        found += page.data["rows"]
        cursor = page.json["next"]
    assert found == whole_page
    assert len(found) > 60


def test_a_query_string_gives_what_a_body_gives(on_each):
    want = {"uuid": "*", "attributes": {"a & b": "*"}, "outgoing": {"*": {"label": "*"}}}
    query = f'node_type=like="process.%25"&want={json.dumps(want)}&limit=5'.replace("&", "&", 1)
    query = query.replace("a & b", "a %26 b")
    found = on_each.get(f"/api/v4/nodes/select?{query}")
    posted = select(on_each, where={"node_type": {"startswith": "process."}}, want=want, limit=5)
    assert found.status == 200, found.body
    assert found.data == posted.data
    assert len(found.data["rows"]) == 5
    link = found.headers["link"]
    assert link.endswith('; rel="next"')
    following = on_each.get(link[len(f"<{on_each.root}") : link.index(">")])
    assert following.data["rows"][0]["uuid"] != found.data["rows"][-1]["uuid"]
    again = on_each.get(f"/api/v4/nodes/select?{query}")
    assert again.headers["etag"] == found.headers["etag"]
    header = {"If-None-Match": found.headers["etag"]}
    assert on_each.get(f"/api/v4/nodes/select?{query}", headers=header).status == 304


class Statements(logging.Handler):
    """Collects the statements that are sent to databases."""

    def __init__(self):
        super().__init__()
        self.sent = []

    def emit(self, record):
        self.sent.append(record.getMessage())


@pytest.fixture
def statements():
    logger, handler = logging.getLogger("provender.store.database.snapshot"), Statements()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler.sent
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_each_layer_takes_one_statement_whatever_the_number_of_rows(on_each, statements):
    want = {
        "uuid": "*",
        "incoming": {"x": {"attributes": {"value": "*"}}, "*": "uuid", "y": "count"},
        "called": {"*": {"outgoing": {"*": {"label": "*"}}, "logs": "*"}},
        "user": "*",
    }
    layers = ("incoming", "called", "outgoing", "logs", "user")
    where, numbers = {"node_type": {"startswith": "process.workflow"}}, []
    rows(on_each, where=where, want=want, limit=1)
    for limit in (5, 400):
        del statements[:]
        found = rows(on_each, where=where, want=want, limit=limit)
        numbers.append((len(found) > 5, len(statements)))
    # the highest id, the ids of the page, the nodes themselves
    assert numbers == [(False, 3 + len(layers)), (True, 3 + len(layers))]


@pytest.mark.parametrize("backend", ["postgres", "sqlite"])
def test_what_is_beyond_the_fan_out_is_told(backend, request, tmp_path, unpacked, serve):
    if backend == "sqlite":
        store = growing.copied(unpacked, tmp_path)
    else:
        store = request.getfixturevalue("lab_copy")
    served = serve(store)
    uuid = rows(served, want={"uuid": "*"}, where={"label": ""}, limit=1)[0]["uuid"]
    growing.add_outputs(store, uuid, 300)
    want = {"outgoing": {"link[]": {"id": "*"}, "link": {"id": "*"}, "li*": "count"}}
    (row,) = rows(served, where={"uuid": uuid}, want=want)
    found = row["outgoing"]
    assert [one["id"] for one in found["link[]"]] == [*range(growing.FIRST, growing.FIRST + 100)]
    assert [one["more"] for one in found["link[]"]] == [False] * 99 + [True]
    assert found["link"] == {"more": True, "id": growing.FIRST}
    assert found["li*"] == 300


def test_flat_rows_have_the_keys_of_the_template(on_each):
    want = {
        "uuid": "*",
        "attributes": {"exit_status": "*", "odd.key": "*"},
        "incoming": {"x": {"attributes": {"value": "*"}, "user": {"last_name": "*"}}},
        "outgoing": {"*": {"label": "*"}, "sum": "count"},
        "logs": "count",
    }
    keys = {
        *("uuid", "attributes.exit_status", 'attributes."odd.key"'),
        *("incoming.x.more", "incoming.x.attributes.value", "incoming.x.user.last_name"),
        *("outgoing.*", "outgoing.sum", "logs"),
    }
    nested, flat = rows(on_each, want=want), rows(on_each, want=want, flat=True)
    assert len(flat) == len(nested) == 312
    for row, one in zip(nested, flat, strict=True):
        assert set(one) == keys
        found = row["incoming"]["x"]
        assert one["incoming.x.attributes.value"] == (found and found["attributes"]["value"])
        assert one["outgoing.*"] == row["outgoing"]["*"]
    assert any(one["incoming.x.more"] is False for one in flat)


@pytest.mark.parametrize(
    ("want", "message", "hint"),
    [
        ({"uuidd": "*"}, "Nothing of a node is called `uuidd`. At `/want/uuidd`.", "`uuid`"),
        (
            {"incoming": {"x": {"atributes": "*"}}},
            "Nothing of a node is called `atributes`. At `/want/incoming/x/atributes`.",
            "`attributes`",
        ),
        ({"incomming": "count"}, "At `/want/incomming`.", "Did you mean `incoming`?"),
        ({"outgoing": {"a/b": "cuont"}}, "At `/want/outgoing/a~1b`.", None),
        ({"logs": "cuont"}, "At `/want/logs`.", None),
        ({"attributes": {"a": "cuont"}}, "not `cuont`. At `/want/attributes/a`.", "`count`"),
        ({"attributes": {"a": "exclude"}}, "At `/want/attributes/a`.", None),
        ({"attributes": {"a": {}}}, "There is nothing wanted here. At `/want/attributes/a`.", None),
        ({"attributes": {"*": "*", "a": "*"}}, "At `/want/attributes/a`.", None),
        (
            {"attributes": {"*": {"a": "*"}}},
            "`attributes` is an object. At `/want/attributes",
            "sites",
        ),
        ({"attributes": {"a": {"*": {}}}}, "There is nothing wanted here. At `/want/attri", None),
        ({"attributes": {"a": {"*": {"b": "cuont"}}}}, "At `/want/attributes/a/*/b`.", "`count`"),
        ({"attributes": {"a": {"*": "count"}}}, "At `/want/attributes/a/*`.", None),
        ({"uuid": 5}, "Here stands `*`, not a number. At `/want/uuid`.", None),
        ({"user": "count"}, "At `/want/user`.", None),
        ({"user": "uuid"}, "At `/want/user`.", None),
        ({"user": "first_name"}, "At `/want/user`.", '{"first_name": "*"}'),
        ({"logs": "label"}, "not `label`. At `/want/logs`.", None),
        ({"called": {"CALL": "label"}}, "At `/want/called/CALL`.", 'Did you mean {"label": "*"}?'),
        ({"files": {"size": "*"}}, "At `/want/files/size`.", "Valid: path, sha256."),
        ({"incoming": {"x": "exclude"}}, "`exclude` stands beside a pattern", None),
        ({"repository_metadata": "*"}, "called `repository_metadata`", None),
        ({"called": {"a*" * 101: "count"}}, "(200)", None),
        ({}, "A template is an object of what is wanted. At `/want`.", '{"uuid": "*"'),
        ("no", "not `no`. At `/want`.", None),
        ([], "A template is an object of what is wanted. At `/want`.", None),
        ({"attributes": {str(n): "*" for n in range(201)}}, "(`limits.columns`)", None),
    ],
)
def test_wrong_templates_are_told_what_is_right(want, message, hint, on_archive):
    answer = select(on_archive, want=want)
    assert answer.status == 400
    assert message in answer.json["message"]
    assert hint is None or hint in answer.json["hint"]


def test_a_template_is_no_deeper_than_six_layers(on_archive):
    want = {"uuid": "*"}
    for _ in range(6):
        want = {"called": {"*": want}}
    assert rows(on_archive, want=want, limit=1) != []
    deeper = {"called": {"*": {"called": {"*": want}}}}
    answer = select(on_archive, want={"caller": "count", "called": {"*": want}})
    assert answer.status == 400
    assert "no more than 6 layers below each other" in answer.json["message"]
    assert select(on_archive, want=deeper).status == 400


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "There is no `want`"),
        ("want=uuid", "Expected a JSON object at character 6."),
        ('want={"uuid":"*"', "Expected valid JSON"),
        ('want={"uuid":"*"}x', "Expected `&`"),
        ('want={"uuid":"*"}&limit=0', "`limit` is the size of a page, at least 1."),
        ('want={"uuid":"*"}&limit=1001', "cannot be bigger than 1000"),
        ('want={"uuid":"*"}&offset=3', "takes no key `offset`"),
        ('want={"uuid":"*"}&want={"id":"*"}', "You cannot specify want more than once"),
        ('want={"uuid":"*"}&cursor="x"', "The cursor is malformed."),
        ('want={"uuid":"*"}&flat=3', "`flat` takes true or false."),
        (f"want={'{%22a%22:' * 3000}1{'}' * 3000}", ""),
    ],
)
def test_wrong_query_strings(query, message, on_archive):
    answer = on_archive.get(f"/api/v4/nodes/select?{query}")
    assert answer.status in (400, 414)
    assert message in answer.json["message"]


@pytest.mark.parametrize("want", [{"user": {"email": "*"}}, {"user": {"emial": "*"}}])
def test_private_names_stay_private(want, on_private, on_archive):
    answer = select(on_private, want=want)
    assert answer.status == 400
    assert "email" not in json.dumps(answer.json.get("hint"))
    assert all("email" not in row["user"] for row in rows(on_private, want={"user": "*"}))
    shown = rows(on_archive, want={"user": {"email": "*"}}, limit=1)
    assert "@" in shown[0]["user"]["email"]


@pytest.mark.parametrize("backend", ["archive", "postgres"])
def test_an_answer_has_no_more_things_than_the_limit(backend, serve, unpacked, request):
    store = unpacked / "lab.aiida"
    if backend == "postgres":
        store = request.getfixturevalue("lab_postgres")
    served = serve(store, limits=replace(Limits(), things=200))
    for want in ({"uuid": "*"}, {"incoming": {"*": {"incoming": {"*": {"incoming": "uuid"}}}}}):
        answer = select(served, want=want)
        assert answer.status == 400
        assert answer.json["message"].startswith("The answer has more than 200 things")
    assert len(rows(served, want={"incoming": "uuid"}, limit=20)) == 20


def test_an_answer_is_no_larger_than_the_limit(serve, unpacked):
    small = replace(Limits(), answer_bytes=20_000)
    served = serve(unpacked / "lab.aiida", name="small", limits=small)
    answer = select(served, want={"attributes": "*"})
    assert answer.status == 400
    assert answer.json["code"] == "limit-exceeded"
    assert len(rows(served, want={"attributes": "*"}, limit=3)) == 3


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("db_dbnode", name) for name in badrows.TABLES["db_dbnode"]),
        *(("db_dblink", name) for name in ("label", "type", "input_id", "output_id")),
        *(("db_dblog", name) for name in badrows.TABLES["db_dblog"]),
        *(("db_dbgroup_dbnodes", name) for name in ("dbnode_id", "dbgroup_id")),
    ],
)
def test_bad_values_hide_no_others(table, column, serve, data, tmp_path, whole_archive):
    ids = [pk for (pk,) in _ids(data, table)][: len(badrows.VALUES)]
    changes = [
        f"UPDATE {table} SET {column} = {value} WHERE id = {pk}"
        for pk, value in zip(ids, badrows.VALUES.values(), strict=False)
    ]
    served = serve(badrows.archive(tmp_path, data / "lab.aiida", changes))
    found = rows(served, want=badrows.WHOLE)
    assert len(found) == 312
    if table == "db_dbnode":
        whole = [whole_archive.fill(GOOD, one) for one in whole_archive.nodes.values()]
        pairs = zip(found, whole, strict=True)
        others = [(row, one) for row, one in pairs if one["id"] not in ids]
        assert len(others) > 200
        assert all({**row, **one} == row for row, one in others)
    linked = {side: {"*": {**badrows.INSIDE, "*": "*"}} for side in LINKED}
    assert len(rows(served, want=linked)) == 312


GOOD = {"*": "*", "attributes": "*", "extras": "*"}


def _ids(data, table):
    with zipfile.ZipFile(data / "lab.aiida") as archive, tempfile.NamedTemporaryFile() as file:
        file.write(archive.read("db.sqlite3"))
        file.flush()
        with closing(sqlite3.connect(file.name)) as connection:
            return connection.execute(f"SELECT id FROM {table} ORDER BY id").fetchall()
