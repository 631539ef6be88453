"""Nodes chosen by their relations to others, compared with walks through the links."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from provender.errors import AmbiguousIdentifier, BadRequest, NoSuchEntity

LINKS = {
    "path": [
        {"entity_type": "", "tag": "a"},
        {"entity_type": "", "tag": "b", "joining_keyword": "with_incoming", "joining_value": "a"},
    ],
    "project": {"a": ["uuid"], "b": ["uuid"], "a--b": ["type"]},
    "limit": 10000,
}
ALL = ("input_calc", "input_work", "create", "return", "call_calc", "call_work")
TYPES = {
    "input_of": ("input_calc", "input_work"),
    "output_of": ("create", "return"),
    "called_by": ("call_calc", "call_work"),
    "caller_of": ("call_calc", "call_work"),
    "with_incoming": ALL,
    "with_outgoing": ALL,
    "ancestor_of": ("create", "input_calc"),
    "descendant_of": ("create", "input_calc"),
}
AGAINST = ("input_of", "caller_of", "ancestor_of", "with_outgoing")


def graph(served):
    """The neighbours of each node by relation, of one step each."""
    body = json.dumps(LINKS).encode()
    rows = served.get("/api/v4/querybuilder", method="POST", body=body).data
    steps = {relation: defaultdict(set) for relation in TYPES}
    for first, second, link in zip(rows["a"], rows["b"], rows["a--b"], strict=True):
        for relation, types in TYPES.items():
            if link["type"] in types:
                given, found = (second, first) if relation in AGAINST else (first, second)
                steps[relation][given["uuid"]].add(found["uuid"])
    return steps


def related(steps, relation, uuid):
    """What a walk from a node finds."""
    if relation not in ("ancestor_of", "descendant_of"):
        return steps[relation][uuid]
    found, waiting = set(), [uuid]
    while waiting:
        new = steps[relation][waiting.pop()] - found
        found |= new
        waiting += new
    return found


def listed(served, query):
    answer = served.get(f"/api/v4/nodes?{query}")
    assert answer.status == 200, answer.body
    assert len(answer.rows()) == answer.total
    return answer.column("uuid")


@pytest.mark.parametrize("relation", TYPES)
def test_a_relation_finds_what_a_walk_finds(relation, on_each):
    steps = graph(on_each)
    given = sorted(steps[relation])[::5]
    assert len(given) >= 3
    for uuid in given:
        found = listed(on_each, f"{relation}={uuid}")
        assert len(found) == len(set(found))
        assert set(found) == related(steps, relation, uuid) != set()


def test_relations_and_filters_all_hold(on_each):
    steps = graph(on_each)
    caller = max(steps["called_by"], key=lambda uuid: len(steps["called_by"][uuid]))
    called = sorted(steps["called_by"][caller])
    output = next(uuid for one in called for uuid in sorted(steps["output_of"][one]))
    both = listed(on_each, f"called_by={caller}&ancestor_of={output[:13]}")
    wanted = related(steps, "called_by", caller) & related(steps, "ancestor_of", output)
    assert set(both) == wanted != set()
    assert len(wanted) < len(called)
    assert listed(on_each, f'called_by="{caller}"&uuid="{both[0]}"') == both[:1]


def test_a_walk_by_cursor_belongs_to_its_relations(on_each):
    steps = graph(on_each)
    first, second = sorted(steps["descendant_of"], key=lambda x: -len(steps["descendant_of"][x]))[
        :2
    ]
    answer = on_each.get(f"/api/v4/nodes?descendant_of={first}&limit=1&cursor=*")
    following = answer.json["next"]
    rest = on_each.get(f"/api/v4/nodes?descendant_of={first}&limit=400&cursor={following}")
    assert {*answer.column("uuid"), *rest.column("uuid")} == related(steps, "descendant_of", first)
    assert on_each.get(f"/api/v4/nodes?descendant_of={second}&cursor={following}").status == 400


def test_a_group_is_named_by_its_label_or_its_uuid(on_each):
    groups = on_each.get("/api/v4/groups").rows()
    assert len(groups) > 2
    sizes = []
    for group in groups:
        by_uuid = listed(on_each, f"group={group['uuid'][:8]}")
        same = [other for other in groups if other["label"] == group["label"]]
        by_label = listed(on_each, f"group={group['label']}")
        assert set(by_label) >= set(by_uuid)
        assert len(same) > 1 or sorted(by_label) == sorted(by_uuid)
        sizes.append(len(by_uuid))
    assert max(sizes) > 0


@pytest.mark.parametrize(
    ("query", "error", "message"),
    [
        ("ancestor_of=zz", BadRequest, "`ancestor_of` takes a uuid or its beginning, not `zz`."),
        ("ancestor_of=", BadRequest, "Expected a value"),
        ('ancestor_of=""', BadRequest, "Expected a value"),
        ("input_of=0", AmbiguousIdentifier, "More than one uuid begins with `0` (`input_of`)."),
        ("called_by=00000000", NoSuchEntity, "No node has a uuid that begins with `00000000`"),
        ("group=no such group", NoSuchEntity, "No group has the label `no such group`."),
        ("group=0000", NoSuchEntity, "No group has the label `0000`."),
        ("group!=x", BadRequest, "only assignment operator '=' is permitted after 'group'"),
    ],
)
def test_what_cannot_be_found_is_said(query, error, message, on_each):
    answer = on_each.get(f"/api/v4/nodes?{query}")
    assert answer.status == error.status
    assert message in answer.json["message"]


@pytest.mark.parametrize(
    "path",
    ["/api/v4/users", "/api/v4/nodes/statistics", "/api/v2/nodes", "/api/v4/nodes/0f/repo/list"],
)
def test_other_routes_do_not_take_relations(path, on_archive):
    assert on_archive.get(f"{path}?ancestor_of=0f5cd5b9").status == 400
