"""Everything about a node, the groups of nodes, and the nodes of groups, on every backend."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import pytest

from provender.settings import Limits


def get(served, path):
    return served.get(f"/api/v4{path}")


def ok(served, path):
    answer = get(served, path)
    assert answer.status == 200, answer.json
    return answer


def group(served, label="processes"):
    (found,) = ok(served, f"/groups?label={label}").rows()
    return found


def members(served):
    return ok(served, "/nodes?group=processes").rows()


# Groups


def test_the_nodes_of_a_group_are_those_of_the_key(on_each):
    uuid = group(on_each)["uuid"]
    for query in (
        "",
        "limit=2&orderby=-uuid",
        "offset=1&limit=3&count=none",
        'node_type=like="process.calculation%"',
        "attributes.exit_status=exists=true&attributes=true&attributes_filter=exit_status",
        "link_counts=1&limit=5",
    ):
        listed = ok(on_each, f"/nodes?group=processes&{query}")
        found = ok(on_each, f"/groups/{uuid}/nodes?{query}")
        assert found.data == listed.data
        assert found.headers.get("x-total-count") == listed.headers.get("x-total-count")
        assert found.data["nodes"]
        assert found.headers.get("etag")


def test_a_posted_selection_of_a_group(on_each):
    uuid = group(on_each)["uuid"]
    where = {"or": [{"attributes.exit_status": {"gt": 0}}, {"label": {"startswith": "add"}}]}
    raw = json.dumps({"where": where, "orderby": "uuid"}).encode()
    found = on_each.get(f"/api/v4/groups/{uuid}/nodes", method="POST", body=raw)
    every = ok(on_each, "/nodes?group=processes&attributes=true").rows()
    wanted = [
        row["uuid"]
        for row in every
        if row["label"].startswith("add") or row["attributes"].get("exit_status", 0) > 0
    ]
    assert found.status == 200
    assert found.column("uuid") == sorted(wanted) != []


def test_a_walk_over_a_group_gives_every_node_once(on_each):
    uuid, cursor, found = group(on_each)["uuid"], "*", []
    while cursor:
        page = ok(on_each, f"/groups/{uuid}/nodes?limit=10&cursor={cursor}")
        found += page.column("uuid")
        cursor = page.json["next"]
    assert sorted(found) == sorted(row["uuid"] for row in members(on_each))


def test_a_cursor_of_another_group_is_refused(on_each):
    first, second = ok(on_each, "/groups?limit=2").column("uuid")
    cursors = [
        found
        for uuid in (first, second, group(on_each)["uuid"])
        if (found := ok(on_each, f"/groups/{uuid}/nodes?limit=1&cursor=*").json["next"])
    ]
    other = next(uuid for uuid in (first, second) if uuid != group(on_each)["uuid"])
    assert get(on_each, f"/groups/{other}/nodes?limit=1&cursor={cursors[-1]}").status == 400


def test_the_groups_of_a_node(on_each):
    every = ok(on_each, "/groups?orderby=uuid").rows()
    in_groups = {
        one["uuid"]: {row["uuid"] for row in ok(on_each, f"/groups/{one['uuid']}/nodes").rows()}
        for one in every
    }
    nodes = members(on_each)[:5]
    assert len(nodes) == 5
    for node in nodes:
        path = f"/nodes/{node['uuid']}/groups"
        found = ok(on_each, f"{path}?orderby=uuid")
        wanted = [one for one in every if node["uuid"] in in_groups[one["uuid"]]]
        assert found.data["groups"] == wanted != []
        assert found.total == len(wanted)
        assert ok(on_each, f"{path}?label=processes").total == 1
        assert ok(on_each, f'{path}?label="no such group"').data["groups"] == []
        assert ok(on_each, f"{path}?limit=0").total == len(wanted)


def test_the_pages_of_the_nodes_of_a_group(on_each):
    path = f"/groups/{group(on_each)['uuid']}/nodes"
    every = ok(on_each, f"{path}?orderby=-id").column("uuid")
    assert len(every) > 25
    found, target = [], f"{path}/page?perpage=10&orderby=-id"
    for number in range(1, 1 + -(-len(every) // 10)):
        page = ok(on_each, target)
        found += page.column("uuid")
        assert page.total == len(every)
        assert f"{path}/page/{number + 1}?" in page.headers["link"] or len(found) == len(every)
        target = f"{path}/page/{number + 1}?perpage=10&orderby=-id"
    assert found == every
    assert ok(on_each, f"{path}/page/1?descendant_of={every[-1]}").total < len(every)
    assert get(on_each, target).status == 404
    assert get(on_each, f"{path}/page/1?limit=2").status == 400
    assert on_each.get(f"/api/v4{path}/page/1", method="POST", body=b"{}").status == 405


def test_the_pages_of_the_groups_of_a_node(on_each):
    path = f"/nodes/{members(on_each)[0]['uuid']}/groups"
    every = ok(on_each, f"{path}?orderby=uuid").column("uuid")
    pages = [
        ok(on_each, f"{path}/page/{number}?perpage=1&orderby=uuid").column("uuid")
        for number in range(1, len(every) + 1)
    ]
    assert [uuid for page in pages for uuid in page] == every != []
    assert ok(on_each, f"{path}/page?perpage=20").total == len(every)
    assert get(on_each, f"{path}/page/{len(every) + 1}?perpage=1").status == 404


def test_the_numbers_of_a_group(on_each):
    one = group(on_each)
    counted = ok(on_each, f"/groups/{one['uuid']}?include=counts").data["groups"]
    kinds = Counter(row["node_type"] for row in members(on_each))
    assert counted == [{**one, "counts": {"total": kinds.total(), "types": dict(kinds)}}]
    assert ok(on_each, f"/groups/{one['uuid']}").data["groups"] == [one]
    assert ok(on_each, f"/groups/{one['uuid']}?include=counts&limit=0").data["groups"] == []


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/groups/zz!/nodes?foo=1", 404, "not found"),
        ("/groups/00000000-0000/nodes", 404, "no object's id"),
        ("/groups/{group}/nodes?foo=1", 400, "Unknown key `foo`"),
        ("/groups/{group}/nodes?users.email=x", 400, "Unknown key"),
        ("/groups/{group}/nodes?metadata=1", 400, "This path takes no key `metadata`"),
        ("/groups/{group}/nodes?limit=401", 400, "bigger than 400"),
        ("/groups/{group}/nodes?group=nothing", 404, "No group has the label"),
        ("/groups/{group}?include=count", 400, "`include` takes no `count`"),
        ("/groups/{group}?include=counts&label=x", 400, "specify filters"),
        ("/groups/00000000-0000?include=counts", 404, "no object's id"),
        ("/groups?include=counts", 400, "include"),
        ("/nodes/zz!/groups", 404, "not found"),
        ("/nodes/00000000-0000/groups", 404, "no object's id"),
        ("/nodes/{node}/groups?foo=1", 400, "Unknown key `foo`"),
        ("/nodes/{node}/groups?attributes=true", 400, "`attributes`"),
        ("/nodes/{node}/record?limit=1", 400, "This path takes no key `limit`"),
        ("/nodes/{node}/record?label=x", 400, "This path takes no key `label`"),
        ("/nodes/zz!/record", 404, "not found"),
        ("/nodes/00000000-0000/record", 404, "no object's id"),
    ],
)
def test_wrong_requests_say_what_is_right(path, status, words, on_each):
    names = {"group": group(on_each)["uuid"], "node": members(on_each)[0]["uuid"]}
    answer = get(on_each, path.format(**names))
    assert (answer.status, words in answer.json["message"]) == (status, True), answer.json


# Records

SAMPLE = ("process.calculation.calcjob.%", "data.core.folder.%", "data.core.structure.%")


def one_of(served, pattern):
    found = ok(served, f'/nodes?node_type=like="{pattern}"&orderby=uuid&limit=1').rows()
    return found[0]["uuid"]


@pytest.mark.parametrize("pattern", SAMPLE)
def test_a_record_is_what_the_routes_of_the_parts_say(pattern, on_each):
    uuid = one_of(on_each, pattern)
    node = f"/nodes/{uuid}"
    record = ok(on_each, f"{node}/record").data["record"]
    names = ("attributes", "extras", "user", "computer", "groups", "links", "link_counts")
    parts = ok(on_each, f"{node}?include={','.join(names)},comments").data["nodes"][0]
    logs, files = record.pop("logs"), record.pop("files")
    assert record.pop("description") is not None
    assert record == parts
    listed = ok(on_each, f"{node}/repo/list?metadata=1").data["repo_list"]
    top = {item["name"]: item for item in listed if item["type"] == "FILE"}
    plain = {item["path"]: item for item in files if "/" not in item["path"]}
    assert {*plain} == {*top}
    for name, item in plain.items():
        assert (item["size"], item["sha256"]) == (top[name]["size"], top[name]["sha256"])
    assert isinstance(logs, list)


def test_files_of_all_folders_have_size_and_hash(on_each):
    held = [
        (uuid, item)
        for uuid in ok(on_each, "/nodes?limit=60&orderby=uuid").column("uuid")
        for item in ok(on_each, f"/nodes/{uuid}/record").data["record"]["files"][:2]
    ]
    assert len(held) > 5
    for uuid, item in held:
        content = ok(on_each, f'/nodes/{uuid}/repo/contents?filename="{item["path"]}"').body
        assert item["size"] == len(content)
        assert item["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_log_of_a_process_is_in_its_record(on_each):
    found = 0
    for row in ok(on_each, "/processes?orderby=uuid").rows():
        report = ok(on_each, f"/processes/{row['uuid']}/report").data["logs"]
        if not report:
            continue
        found += 1
        logs = ok(on_each, f"/nodes/{row['uuid']}/record").data["record"]["logs"]
        assert sorted(item["message"] for item in logs) == sorted(
            item["message"] for item in report
        )
        assert {*logs[0]} == {"id", "time", "levelname", "loggername", "message"}
    assert found


def test_long_parts_of_a_record_are_cut_and_told(serve, unpacked, settings):
    limits = Limits(default=1, archive_files=1, log_rows=1)
    served = serve(unpacked / "lab.aiida", name="small records", limits=limits)
    uuid = one_of(served, "data.core.folder.%")
    found = ok(served, f"/nodes/{uuid}/record")
    assert len(found.data["record"]["files"]) == 1
    notes = {note["field"] for note in found.json["notes"]}
    assert "files" in notes


def test_without_a_repository_the_files_are_listed_without_sizes(serve, lab_postgres, on_postgres):
    served = serve(lab_postgres, name="no repository")
    uuid = one_of(served, "data.core.folder.%")
    found = ok(served, f"/nodes/{uuid}/record")
    whole = ok(on_postgres, f"/nodes/{uuid}/record").data["record"]["files"]
    assert found.data["record"]["files"] == [{**item, "size": None} for item in whole] != []
    assert [note["field"] for note in found.json["notes"]] == ["files"]


def test_private_names_stay_private(on_private):
    uuid = one_of(on_private, "process.calculation.calcjob.%")
    record = ok(on_private, f"/nodes/{uuid}/record").data["record"]
    assert {*record["user"]} == {"id", "name"}
    assert "@" not in json.dumps(record["user"])
