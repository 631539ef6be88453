"""`POST /nodes/search`: the lists that a query string gives, and what only a body can say."""

from __future__ import annotations

import json

import pytest


def search(served, **body):
    raw = json.dumps(body).encode()
    return served.get("/api/v4/nodes/search", method="POST", body=raw)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {}),
        ("limit=3&orderby=-ctime", {"limit": 3, "orderby": "-ctime"}),
        ('node_type=like="data.%"', {"where": {"node_type": {"startswith": "data."}}}),
        ("group=processes&attributes=true", {"where": {"group": "processes"}, "attributes": True}),
        ("offset=5&orderby=label,-id", {"offset": 5, "orderby": ["label", "-id"]}),
        ("count=none&limit=2", {"count": "none", "perpage": 2}),
    ],
)
def test_a_body_lists_what_a_query_string_lists(query, body, on_each):
    listed, found = on_each.get(f"/api/v4/nodes?{query}"), search(on_each, **body)
    assert found.status == listed.status == 200
    assert found.data == listed.data
    assert found.headers.get("x-total-count") == listed.headers.get("x-total-count")
    assert len(listed.rows()) > 0


def test_an_order_is_a_string_or_a_list(on_each):
    def asked(order):
        raw = json.dumps({"orderby": order, "limit": 50}).encode()
        answer = on_each.get("/api/v4/nodes/search", method="POST", body=raw)
        assert answer.status == 200, answer.body
        return answer.column("uuid")

    wanted = on_each.get("/api/v4/nodes?orderby=-label,node_type,id&limit=50").column("uuid")
    assert asked("-label, node_type,id") == asked(["-label", "node_type", "id"]) == wanted


def test_alternatives_and_negations(on_each):
    every = on_each.get("/api/v4/nodes?attributes=true").rows()
    where = {
        "or": [{"label": {"contains": "a"}}, {"attributes.exit_status": 0}],
        "not": {"node_type": {"startswith": "data."}},
    }
    wanted = [
        row["uuid"]
        for row in every
        if ("a" in row["label"] or row["attributes"].get("exit_status") == 0)
        and not row["node_type"].startswith("data.")
    ]
    found = search(on_each, where=where)
    assert found.column("uuid") == wanted != []
    assert found.total == len(wanted)


@pytest.mark.parametrize(
    "where",
    [
        {"process_type": "aiida.calculations:core.arithmetic.add"},
        {"process_type": {"ne": "aiida.calculations:core.arithmetic.add"}},
        {"process_type": {"nin": ["x", "y"]}},
        {"process_type": {"like": "aiida.%"}, "label": {"ne": ""}},
        {"process_type": None},
        {"dbcomputer_id": {"gt": 0}},
        {"dbcomputer_id": {"gt": 2**70}},
        {"dbcomputer_id": {"lt": 2**70}},
        {"or": [{"process_type": "x"}, {"not": {"process_type": {"like": "%add"}}}]},
        {"attributes.exit_status": {"gt": 0}},
        {"attributes.exit_status": {"ne": 0}},
    ],
    ids=str,
)
def test_a_negation_is_all_other_nodes(where, on_each):
    some, others = (search(on_each, where=one) for one in (where, {"not": where}))
    twice = search(on_each, where={"not": {"not": where}})
    assert twice.data == some.data
    assert not {*some.column("uuid")} & {*others.column("uuid")}
    assert some.total + others.total == 312


def test_lists_by_their_members_and_lengths(on_each):
    every = on_each.get("/api/v4/nodes?attributes=true").rows()
    lists = {
        row["uuid"]: row["attributes"]["list"]
        for row in every
        if isinstance(row["attributes"].get("list"), list)
    }
    assert len(lists) > 1
    sized = search(on_each, where={"attributes.list": {"size": len(next(iter(lists.values())))}})
    length = len(next(iter(lists.values())))
    assert {*sized.column("uuid")} == {
        uuid for uuid, items in lists.items() if len(items) == length
    }
    some = next(items for items in lists.values() if items)
    plain = [item for item in some if isinstance(item, int | str) and not isinstance(item, bool)]
    both = search(on_each, where={"attributes.list": {"all": plain}})
    assert {*both.column("uuid")} == {
        uuid for uuid, items in lists.items() if all(item in items for item in plain)
    }
    one = search(on_each, where={"attributes.list": {"any": [plain[0], "no such member"]}})
    assert {*one.column("uuid")} == {uuid for uuid, items in lists.items() if plain[0] in items}


def test_a_posted_walk_gives_every_row_once(on_each):
    where, found, cursor = {"node_type": {"startswith": "process."}}, [], "*"
    while cursor:
        page = search(on_each, where=where, perpage=20, cursor=cursor)
        found += page.column("uuid")
        cursor = page.json["next"]
    assert len(found) == len(set(found)) == page.total > 60
    assert (
        search(
            on_each,
            where={},
            perpage=20,
            cursor=search(on_each, where=where, perpage=20, cursor="*").json["next"],
        ).status
        == 400
    )


def test_a_query_of_a_querybuilder_chooses_nodes(on_each):
    query = {
        "path": [
            {"entity_type": "group.core", "tag": "g"},
            {"entity_type": "", "tag": "n", "joining_keyword": "with_group", "joining_value": "g"},
        ],
        "filters": {"g": {"label": "processes"}},
        "project": {"n": ["uuid"]},
    }
    raw = json.dumps(query).encode()
    asked = on_each.get("/api/v4/querybuilder", method="POST", body=raw).data["n"]
    found = search(on_each, **query)
    assert {*found.column("uuid")} == {row["uuid"] for row in asked} != set()


def test_a_query_that_chooses_nothing_lists_nothing(on_each):
    query = {"path": [{"entity_type": "", "tag": "n"}], "filters": {"n": {"label": "no such"}}}
    found = search(on_each, **query)
    assert (found.status, found.total, found.rows()) == (200, 0, [])


@pytest.mark.parametrize(
    "path",
    [
        "nodes/search?limit=3",
        'nodes/search?label="x"',
        "nodes/search?no.such.key=1",
        "nodes/facets?facet=label",
        "nodes/select?flat=1",
        "groups/{group}/nodes?group=processes",
    ],
)
def test_beside_a_body_a_query_string_names_a_profile_at_most(path, on_each):
    group = on_each.get("/api/v4/groups?label=processes").rows()[0]["uuid"]
    path = path.format(group=group)
    raw = b'{"want": "*"}' if "select" in path else b"{}"
    answer = on_each.get(f"/api/v4/{path}", method="POST", body=raw)
    key = path.partition("?")[2].partition("=")[0]
    assert (answer.status, answer.json["code"]) == (400, "unknown-field")
    assert answer.json["message"] == f"The query string of a POST takes no key `{key}`."
    assert answer.json["hint"].startswith("Valid: profile.")
    plain = on_each.get(f"/api/v4/{path.partition('?')[0]}?_=7", method="POST", body=raw)
    assert plain.status == 200


@pytest.mark.undescribed("/nodes/search", "/nodes/suggest", "/nodes/keys")
def test_posting_can_be_switched_off(make_app, data):
    client = make_app(store=data / "lab.aiida", posting=False).test_client()
    assert client.post("/api/v4/nodes/search", json={}).status_code in (404, 405)
    for path in ("suggest", "keys"):
        assert client.post(f"/api/v4/nodes/{path}", json={}).status_code == 405
        assert client.get(f"/api/v4/nodes/{path}").status_code == 200
    assert client.get("/api/v4/nodes?group=processes").status_code == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not valid JSON"),
        (b"[]", "The body must be a JSON object."),
        (b'{"where": {"label": {"lik": "x"}}}', "At `/where/label/lik`."),
        (b'{"page": 2}', "There is no key `page` here. At `/page`."),
        (b'{"limit": 401}', "Limit and perpage cannot be bigger than 400"),
        (b'{"limit": null}', "not null. At `/limit`."),
        (b'{"limit": 1, "perpage": 2}', "more than once"),
        (
            b'{"path": [{"entity_type": ""}], "where": {}}',
            "There is no key `where` here. At `/where`.",
        ),
        (b'{"path": ["nodes!"]}', "At `/path/0/entity_type`."),
        (b'{"where": {"called_by": "0"}}', "More than one uuid begins with `0`"),
        (b'{"where": {"users.email": "x"}}', "Unknown key"),
        (b'{"where": {"label": {"nin": []}}}', "`nin` takes a list with at least one member. At"),
        (b'{"where": {"label": {"exists": 1}}}', "`exists` takes true or false, not a number. At"),
        (b'{"where": {"extras.x": {"size": "3"}}}', "`size` takes an integer, not a string. At"),
        (b'{"orderby": "-lable"}', "Unknown key `lable`. At `/orderby`."),
        (b'{"orderby": ["id", 3]}', "each with an optional sign. At `/orderby`."),
        (b'{"limit": "3"}', "`limit` takes an integer from 0, not a string. At `/limit`."),
        (b'{"count": "all"}', "`count` takes exact, estimate or none. At `/count`."),
    ],
)
def test_a_wrong_body_is_refused(body, message, on_each):
    answer = on_each.get("/api/v4/nodes/search", method="POST", body=body)
    assert (answer.status, message in answer.json["message"]) == (400, True), answer.json


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ({"id": "3"}, 'For example {"id": 3}'),
        ({"label": 3}, 'For example {"label": "bcc Fe"}'),
        ({"ctime": "yesterday"}, 'For example {"ctime": "2026-11-20"}'),
        ({"label": ["a", "b"]}, 'One of several values: {"in": [...]}'),
        ({"id": {"like": "3%"}}, "Operators of this key: eq ne lt lte gt gte in nin exists"),
    ],
)
def test_hints_are_written_as_a_body_is(where, hint, on_archive):
    answer = search(on_archive, where=where)
    assert (answer.status, answer.json["hint"]) == (400, hint)
