"""Posted queries on the public internet: private names, limits, walks without end, wrong input."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from provender.settings import Limits
from support import postgres

PATH = "/api/v4/querybuilder"
ANY = {"entity_type": "", "tag": "n"}
USER = {"entity_type": "user", "tag": "u"}


def post(served, query, **options):
    body = query if isinstance(query, bytes) else json.dumps(query).encode()
    return served.get(PATH, method="POST", body=body, **options)


# Private names

PRIVATE = {
    "projection": {"path": [USER], "project": {"u": ["email"]}},
    "filter": {"path": [USER], "filters": {"u": {"email": "a@b.ch"}}},
    "filter below or": {"path": [USER], "filters": {"u": {"or": [{"email": {"like": "a%"}}]}}},
    "order": {"path": [USER], "order_by": [{"u": "email"}]},
    "function": {"path": [USER], "project": {"u": {"email": {"func": "max"}}}},
    "filter of a vertex": {"path": [{**USER, "filters": {"email": "a@b.ch"}}]},
    "joined": {"path": [ANY, USER], "project": {"u": ["email"]}},
    "entity": {"path": ["authinfo"]},
    "join to it": {"path": ["user", {"entity_type": "authinfo", "with_user": "user_1"}]},
    "join from it": {"path": ["authinfo", {"entity_type": "user", "with_authinfo": "authinfo_1"}]},
    "keyword": {"path": ["user", {"entity_type": "user", "with_authinfo": "user_1"}]},
}


@pytest.mark.parametrize("road", PRIVATE)
def test_private_names_cannot_be_reached(road, on_private, on_archive):
    answer = post(on_private, PRIVATE[road])
    assert answer.status == 400
    assert "a@b.ch" not in answer.body.decode()
    assert "auth_params" not in answer.body.decode()
    if road != "keyword":
        assert post(on_archive, PRIVATE[road]).status == 200


@pytest.mark.parametrize("star", ["*", "**", ["**"], [{"*": {}}], []])
def test_all_columns_are_without_private_ones(star, on_private, on_archive):
    query = {"path": [USER], "project": {"u": star}, "order_by": {"u": "id"}}
    assert "email" not in post(on_private, query).data["u"][0]
    assert post(on_archive, query).data["u"][0]["email"] == "a@b.ch"


def test_unknown_and_private_names_get_the_same_answer(on_private):
    def answer(name):
        text = post(on_private, {"path": [USER], "project": {"u": [name]}}).body.decode()
        return text.replace(name, "NAME")

    assert answer("email") == answer("nothing")
    entities = [post(on_private, {"path": [name]}).body for name in ("authinfo", "authinfx")]
    assert entities[0].replace(b"authinfo", b"") == entities[1].replace(b"authinfx", b"")


# Limits


@pytest.fixture(scope="module")
def on_small(serve, unpacked):
    """The archive with small limits."""
    limits = Limits(posted_rows=5, joins=1, nesting=6, body_bytes=300)
    return serve(unpacked / "lab.aiida", name="small", limits=limits)


@pytest.mark.parametrize(
    ("query", "status", "setting"),
    [
        ({"path": [ANY]}, 400, "limits.posted_rows"),
        ({"path": [ANY], "limit": 6}, 400, "limits.posted_rows"),
        ({"path": ["", "", ""]}, 400, "limits.joins"),
        ({"path": [ANY], "filters": {"n": {"or": [{"or": [{"or": []}]}]}}}, 400, "limits.nesting"),
        (b'{"path": ' + b"[" * 100 + b"]" * 100 + b"}", 400, "limits.nesting"),
        ({"path": ["x" * 300]}, 413, "limits.body_bytes"),
    ],
)
def test_limits_name_their_setting(query, status, setting, on_small):
    answer = post(on_small, query)
    assert answer.status == status
    assert setting in answer.json["message"]


def test_what_stays_within_the_limits_is_answered(on_small):
    assert post(on_small, {"path": [ANY], "limit": 5}).total == 5
    assert post(on_small, {"path": [ANY], "limit": 100}).status == 400
    assert post(on_small, {"path": ["user"], "filters": {"user_1": {"id": 1}}}).total == 1


def test_deep_nesting_is_an_error_of_the_client(on_archive):
    assert post(on_archive, b"[" * 400_000).status == 400
    assert post(on_archive, b'{"path":' * 100_000).status == 400


def test_posting_can_be_switched_off(make_app, data):
    client = make_app(store=data / "lab.aiida", posting=False).test_client()
    assert client.post(PATH, json={"path": [""]}).status_code == 404


def test_a_slow_query_is_the_error_of_who_posted_it(serve, lab_copy):
    served = serve(lab_copy, limits=Limits(statement_seconds=0.2))
    with closing(postgres.connect(lab_copy)) as blocker:
        blocker.autocommit = False
        with blocker.cursor() as cursor:
            cursor.execute("LOCK TABLE db_dbnode IN ACCESS EXCLUSIVE MODE")
        answer = post(served, {"path": [""], "limit": 1})
        assert answer.status == 400
        assert "limits.statement_seconds" in answer.json["message"]
        blocker.rollback()
    assert post(served, {"path": [""], "limit": 1}).status == 200
    served.app.extensions["provender"].stores.close()


# Walks

DIAMONDS = 20
FIRST = 100_000


def diamonds():
    """Yield the links of diamonds one on top of the other: each doubles the routes."""
    for number in range(DIAMONDS):
        top = FIRST + 3 * number
        for middle in (top + 1, top + 2):
            yield top, middle, "input_calc"
            yield middle, top + 3, "create"


def statements():
    columns = (
        "node_type, process_type, label, description, ctime, mtime, attributes, extras, "
        "repository_metadata, dbcomputer_id, user_id"
    )
    for pk in range(FIRST, FIRST + 3 * DIAMONDS + 1):
        uuid = f"00000000-0000-4000-8000-{pk:012}"
        yield (
            f"INSERT INTO db_dbnode (id, uuid, {columns}) "
            f"SELECT {pk}, '{uuid}', {columns} FROM db_dbnode WHERE id = 24"
        )
    for number, (start, end, kind) in enumerate(diamonds()):
        yield (
            "INSERT INTO db_dblink (id, input_id, output_id, label, type) "
            f"VALUES ({FIRST + number}, {start}, {end}, 'x{number}', '{kind}')"
        )


@pytest.fixture(scope="module", params=["postgres", "sqlite"])
def on_diamonds(request, serve, unpacked, tmp_path_factory, cluster, data):
    """Twenty diamonds: 61 nodes and a million routes."""
    if request.param == "postgres":
        url = postgres.create_database(cluster)
        postgres.restore(url, data / "lab.psql.sql.gz")
        postgres.run(url, *statements())
        served = serve(url, name="postgres")
        yield served
        served.app.extensions["provender"].stores.close()
        postgres.drop_database(cluster, url)
        return
    import shutil

    folder = tmp_path_factory.mktemp("diamonds") / "sqlite_dos"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    with closing(sqlite3.connect(folder / "database.sqlite")) as connection, connection:
        for statement in statements():
            connection.execute(statement.replace("id = 24", "id = (SELECT min(id) FROM db_dbnode)"))
    yield serve(folder, name="sqlite")


def walk(keyword, start, **more):
    return {
        "path": [
            {**ANY, "filters": {"id": start}},
            {"entity_type": "", "tag": "x", "joining_keyword": keyword, "joining_value": "n"},
        ],
        "project": {"x": ["id"]},
        **more,
    }


@pytest.mark.parametrize(
    ("keyword", "start"),
    [("with_ancestors", FIRST), ("with_descendants", FIRST + 3 * DIAMONDS)],
)
def test_walks_over_diamonds(keyword, start, on_diamonds):
    answer = post(on_diamonds, walk(keyword, start, distinct=True))
    assert answer.total == 3 * DIAMONDS  # a walk of every route would end in the time-out
    every = post(on_diamonds, walk(keyword, start))
    assert every.status == 400
    assert "limits.posted_rows" in every.json["message"]


def test_each_route_is_a_row(on_diamonds):
    query = walk("with_ancestors", FIRST, project={"n--x": ["depth", "path"], "x": ["id"]})
    query["filters"] = {"n--x": {"depth": {"<=": 5}}, "x": {"id": FIRST + 6}}
    rows = post(on_diamonds, query).data
    assert len(rows["x"]) == 4
    assert {tuple(row["path"]) for row in rows["n--x"]} == {
        (FIRST, FIRST + a, FIRST + 3, FIRST + 3 + b, FIRST + 6) for a in (1, 2) for b in (1, 2)
    }
    assert {row["depth"] for row in rows["n--x"]} == {3}


# Wrong input

WRONG = {
    "no JSON": (b"{", ""),
    "nothing": (b"", ""),
    "a list": (b"[]", ""),
    "not a number": (b'{"path": [""], "limit": NaN}', ""),
    "a NUL": ({"path": [""], "filters": {"node_1": {"label": "a\0"}}}, "/filters/node_1/label"),
    "half a pair": (b'{"path": ["\\ud800"]}', "/path/0"),
    "no path": ({}, "/path"),
    "a tag": ({"path": [""], "project": {"z": "id"}}, "/project/z"),
    "a column": ({"path": [ANY], "filters": {"n": {"x": 1}}}, "/filters/n/x"),
    "an operator": (
        {"path": [ANY], "filters": {"n": {"or": [{"id": {"=~": 1}}]}}},
        "/filters/n/or/0/id/=~",
    ),
    "below a vertex": (
        {"path": ["user", {**ANY, "filters": {"id": {">": "x"}}, "with_user": "user_1"}]},
        "/path/1/filters/id/>",
    ),
    "before all time": (
        {"path": [ANY], "filters": {"n": {"ctime": {">": "0001-01-01T00:00:00+14:00"}}}},
        "/filters/n/ctime/>",
    ),
    "after all time": (
        {"path": [ANY], "filters": {"n": {"ctime": "9999-12-31T23:59:59-14:00"}}},
        "/filters/n/ctime",
    ),
    "an order": ({"path": [ANY], "order_by": [{"n": ["id", {"ctime": "up"}]}]}, "/order_by/0/n/1"),
    "a slash in a key": ({"path": [ANY], "filters": {"n": {"a/b~": 1}}}, "/filters/n/a~1b~0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_queries_say_where(name, on_archive, on_postgres):
    query, place = WRONG[name]
    for served in (on_archive, on_postgres):
        answer = post(served, query)
        assert answer.status == 400
        assert answer.json["message"]
        assert not place or f"At `{place}" in answer.json["message"]


@pytest.mark.parametrize(("value", "cast"), [("hello", "f"), ("add", "i"), ("add", "d")])
def test_a_cast_that_a_value_does_not_take(value, cast, on_each):
    query = {"path": [ANY], "project": {"n": {"attributes.value": {"cast": cast}}}}
    query["filters"] = {"n": {"attributes.value": {"of_type": "string"}}}
    answer = post(on_each, query)
    assert answer.status == 400
    assert answer.json["code"] == "cannot-convert"
    assert f"`attributes.value` by `{cast}`" in answer.json["message"]
    assert post(on_each, {"path": ["user"]}).status == 200


@pytest.mark.parametrize("digits", ["9" * 30, "9" * 5000, "٣"])
def test_positions_that_no_list_has(digits, on_each):
    query = {"path": [ANY], "project": {"n": [f"attributes.cell.{digits}"]}, "limit": 1}
    assert post(on_each, query).data["n"] == [{f"attributes.cell.{digits}": None}]


def test_nothing_but_posting(on_archive):
    answer = on_archive.get(PATH)
    assert answer.status == 405
    assert "POST" in answer.headers["allow"]
    assert on_archive.get(PATH, method="PUT", body=b"{}").status == 405
    assert on_archive.get("/api/v2/querybuilder", method="POST", body=b"{}").status == 404


def test_a_profile_is_chosen_only_where_that_is_on(on_archive):
    assert on_archive.get(f"{PATH}?profile=x", method="POST", body=b"{}").status == 400


def test_the_query_of_the_explorer(on_each):
    """Its list: up to 5000 nodes of types or groups."""
    node = {"entity_type": "", "tag": "node"}
    group = {
        "entity_type": "group.core",
        "tag": "group",
        "joining_keyword": "with_node",
        "joining_value": "node",
        "edge_tag": "edge",
    }
    types = ["data.core.int.Int.", "process.calculation.calcjob.CalcJobNode."]
    columns = ["id", "uuid", "node_type", "process_type", "label", "ctime", "mtime"]
    query = {
        "path": [node],
        "filters": {"node": {"node_type": {"or": [{"like": text} for text in types]}}},
        "project": {"node": columns},
        "order_by": [{"node": [{"ctime": {"order": "desc"}}]}],
        "limit": 5000,
        "distinct": True,
    }
    answer = on_each.get(f"{PATH}/", method="POST", body=json.dumps(query).encode())
    assert answer.total == len(answer.data["node"]) > 20
    assert {"id", "uuid", "node_type", "label", "ctime", "mtime", "full_type"} <= set(
        answer.data["node"][0]
    )
    labels = [row["label"] for row in on_each.get("/api/v4/groups").rows()]
    query["path"].append(group)
    query["filters"] = {"group": {"label": {"or": [{"==": label} for label in labels]}}}
    query["project"] |= {"group": [], "edge": []}
    answer = post(on_each, query, headers={"Origin": "https://explorer.example.org"})
    assert set(answer.data) == {"node"}
    assert answer.headers["access-control-allow-origin"]


# Keys of attributes in the query string


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("attributes.value=1", 19),
        ("attributes.value=1.0", 19),
        ("attributes.exit_status=in=410,420", None),
        ('attributes.process_label="ArithmeticAddCalculation"', None),
        ('attributes."process_label"=like="Arith%25"', None),
        ("attributes.value>1&attributes.value<3.5", None),
        ("attributes.value!=1", None),
        ("attributes.value=true", None),
        ('attributes.cell.0.0>2&node_type=like="data.core.structure.%25"', None),
        ("extras.nothing=1", 0),
    ],
)
def test_keys_of_attributes(query, total, on_postgres, on_archive, on_sqlite):
    found = [
        served.get(f"/api/v4/nodes?{query}") for served in (on_postgres, on_archive, on_sqlite)
    ]
    assert [answer.status for answer in found] == [200] * 3
    assert len({answer.total for answer in found}) == 1
    assert found[0].total == total or (total is None and found[0].total)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("attributes.=1", 400),
        ("attributes.value=2026-11-20", 400),
        ("attributes.value>true", 400),
        ("label.x=1", 400),
        ("repository_metadata.o=1", 400),
        ("limit.x=1", 400),
        ("attributes=1", 400),
        ("attributes.value=in=1,a", 400),
        ('attributes."x""y"=1', 200),
    ],
)
def test_wrong_keys_of_attributes(query, status, on_each):
    assert on_each.get(f"/api/v4/nodes?{query}").status == status


def test_keys_of_extras_of_groups(on_each):
    assert on_each.get('/api/v4/groups?extras.x="y"').total == 0
    assert on_each.get('/api/v4/groups?attributes.x="y"').status == 400
    assert on_each.get('/api/v4/computers?metadata.x="y"').status == 400
    assert on_each.get("/api/v2/nodes?attributes.value=1").total == 19


def test_the_database_goes_away_under_a_query(serve, lab_copy, cluster):
    served = serve(lab_copy)
    assert post(served, {"path": ["user"]}).status == 200
    name = lab_copy.partition("?")[0].rpartition("/")[2]
    postgres.run(
        cluster,
        f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    assert post(served, {"path": ["user"]}).status == 503
    postgres.run(cluster, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    assert post(served, {"path": ["user"]}).status == 200
    served.app.extensions["provender"].stores.close()
