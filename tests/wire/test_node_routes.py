"""Links, contents, files, reports and numbers of nodes, on every backend."""

from __future__ import annotations

import hashlib
import json

import pytest

STRUCTURE = "cda14b00-82b5-443f-b152-62a831206992"
CALCJOB = "78ccdb4c"
FOLDER = "a8358adf"


def get(served, path, **options):
    return served.get(f"/api/v4{path}", **options)


def ok(served, path, **options):
    answer = get(served, path, **options)
    assert answer.status == 200, answer.body
    return answer


@pytest.fixture(scope="module")
def expected(data):
    return json.loads((data / "expected.json").read_text())


# The check list of the stores, read through HTTP


def test_counts(on_each, expected):
    found = ok(on_each, "/nodes/statistics").data
    assert found["total"] == expected["counts"]["nodes"]
    assert found["types"] == expected["nodes_per_type"]
    for name in ("users", "computers", "groups"):
        assert ok(on_each, f"/{name}").total == expected["counts"][name]


def test_links_of_every_listed_node(on_each, expected):
    assert len(expected["nodes"]) == 61
    for uuid, node in expected["nodes"].items():
        for side in ("incoming", "outgoing"):
            answer = ok(on_each, f"/nodes/{uuid}/links/{side}")
            rows = answer.data[side]
            found = sorted([row["uuid"], row["link_label"], row["link_type"]] for row in rows)
            assert found == sorted(node[side])
            assert answer.total == len(node[side])
            ids = [row["id"] for row in rows]
            assert ids == sorted(ids)


def files_below(served, uuid, folder=""):
    for entry in ok(served, f'/nodes/{uuid}/repo/list?filename="{folder}"').data["repo_list"]:
        path = f"{folder}{entry['name']}"
        if entry["type"] == "FILE":
            yield path
        else:
            yield from files_below(served, uuid, f"{path}/")


def test_every_file_of_every_listed_node(on_each, expected):
    total = 0
    for uuid, node in expected["nodes"].items():
        wanted = {item["path"]: item for item in listed(node.get("files", []))}
        paths = set(files_below(on_each, uuid))
        assert paths == set(wanted)
        for path in paths:
            answer = ok(on_each, f'/nodes/{uuid}/repo/contents?filename="{path}"')
            assert hashlib.sha256(answer.body).hexdigest() == wanted[path]["sha256"]
            assert len(answer.body) == wanted[path]["size"]
            total += 1
    assert total > 30


def listed(files):
    if isinstance(files, dict):
        return [{"path": path, **item} for path, item in files.items()]
    return [
        item if isinstance(item, dict) else dict(zip(("path", "size", "sha256"), item, strict=True))
        for item in files
    ]


def test_the_digest_of_all_files(on_each, expected):
    """All files of all nodes, by the recipe in `expected.json`."""
    lines = []
    for uuid in ok(on_each, "/nodes?orderby=uuid").column("uuid"):
        for path in files_below(on_each, uuid):
            body = ok(on_each, f'/nodes/{uuid}/repo/contents?filename="{path}"').body
            lines.append(f"{uuid} {path} {hashlib.sha256(body).hexdigest()} {len(body)}")
    digest = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
    assert digest == expected["digests"]["files"]


def test_the_digest_of_all_attributes(on_each, expected):
    lines = []
    for row in ok(on_each, "/nodes?attributes=true").rows():
        text = json.dumps(row["attributes"], sort_keys=True, separators=(",", ":"))
        lines.append(f"{row['uuid']} {hashlib.sha256(text.encode()).hexdigest()}")
    digest = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
    assert digest == expected["digests"]["attributes"]


def test_the_digest_of_all_links(on_each, expected):
    lines = []
    for uuid in ok(on_each, "/nodes").column("uuid"):
        found = ok(on_each, f"/nodes/{uuid}/links/outgoing").data["outgoing"]
        lines += [f"{uuid} {row['uuid']} {row['link_label']} {row['link_type']}" for row in found]
    digest = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
    assert digest == expected["digests"]["links"]


# Links


def test_links_are_lists_like_others(on_each):
    path = f"/nodes/{STRUCTURE}/links/outgoing"
    everything = ok(on_each, path).data["outgoing"]
    assert len(everything) == 6
    workflows = [row for row in everything if row["node_type"].startswith("process.workflow.")]
    assert workflows
    for query, rows in [
        ("?limit=2&offset=1", everything[1:3]),
        ("/page/2?perpage=4", everything[4:]),
        ("?orderby=-id", everything[::-1]),
        ('?node_type=like="process.workflow.%25"', workflows),
        ('?full_type="process.workflow.%25|%25"', workflows),
        ("?limit=0", []),
    ]:
        assert ok(on_each, path + query).data["outgoing"] == rows
    assert get(on_each, f"{path}/page/3?perpage=4").status == 404
    answer = ok(on_each, f"{path}/page/1?perpage=4")
    assert "/links/outgoing/page/2?perpage=4>" in answer.headers["link"]


@pytest.mark.parametrize("side", ["incoming", "outgoing"])
@pytest.mark.parametrize(
    ("query", "status"),
    [('link_type="create"', 400), ("foo=1", 400), ("attributes=true&attributes_filter=a", 200)],
)
def test_links_know_the_keys_of_nodes_only(side, query, status, on_each):
    answer = get(on_each, f"/nodes/{CALCJOB}/links/{side}?{query}")
    assert answer.status == status
    if status == 200:
        assert all("attributes" not in row for row in answer.data[side])


def test_unknown_and_ambiguous_nodes(on_each):
    paths = [
        *("links/incoming", "links/outgoing", "links/tree", "contents/attributes"),
        *("contents/extras", "contents/comments", "contents/derived_properties", "repo/list"),
        *('repo/contents?filename="x"', "download?download_format=cif"),
    ]
    for path in paths:
        assert get(on_each, f"/nodes/ffffff/{path}").status == 404
        assert get(on_each, f"/nodes/zzz/{path}").status == 404
        assert get(on_each, f"/nodes/1/{path}").status == 400


# The tree


def test_the_tree_is_cut_by_its_limits(on_each):
    whole = ok(on_each, f"/nodes/{STRUCTURE}/links/tree").data
    assert whole["metadata"][0] == {
        "total_no_of_incomings": 0,
        "sent_no_of_incomings": 0,
        "total_no_of_outgoings": 6,
        "sent_no_of_outgoings": 6,
    }
    cut = ok(on_each, f"/nodes/{STRUCTURE}/links/tree?out_limit=2").data
    assert cut["nodes"][0]["outgoing"] == whole["nodes"][0]["outgoing"][:2]
    assert cut["metadata"][0]["total_no_of_outgoings"] == 6
    assert cut["metadata"][0]["sent_no_of_outgoings"] == 2


def test_descriptions_never_fail(on_each):
    uuids = ok(on_each, "/nodes").column("uuid")
    assert len(uuids) == 312
    for uuid in uuids:
        node = ok(on_each, f"/nodes/{uuid}/links/tree").data["nodes"][0]
        assert isinstance(node["description"], str)


def test_odd_neighbours_are_described_by_their_class(serve, lab_copy):
    from support import postgres

    postgres.run(
        lab_copy,
        "UPDATE db_dbnode SET attributes = '{\"kinds\": 5}' WHERE id = 5",
        "UPDATE db_dbnode SET attributes = NULL WHERE id = 18",
        "UPDATE db_dbnode SET attributes = '[]' WHERE id = 19",
    )
    served = serve(lab_copy)
    found = {
        pk: ok(served, f"/nodes/{uuid}/links/tree").data["nodes"][0]["description"]
        for pk, uuid in zip(
            *(ok(served, "/nodes?id=in=5,18,19").column(name) for name in ("id", "uuid")),
            strict=True,
        )
    }
    assert found[5] == "StructureData"
    assert found[18] in ("", "KpointsData")
    assert found[19] == "KpointsData"
    served.app.extensions["provender"].stores.close()


# Contents


def test_named_attributes_and_extras(on_each):
    path = f"/nodes/{STRUCTURE}/contents/attributes"
    assert set(ok(on_each, path).data["attributes"]) == {
        *("cell", "kinds", "pbc1", "pbc2", "pbc3", "sites")
    }
    assert ok(on_each, f"{path}?attributes_filter=pbc1,nope").data == {"attributes": {"pbc1": True}}
    assert ok(on_each, f'{path}?attributes_filter="kinds.0"').data == {"attributes": {}}
    extras = ok(on_each, f"/nodes/{CALCJOB}/contents/extras").data["extras"]
    assert extras["trialInt"] == 5
    named = ok(on_each, f"/nodes/{CALCJOB}/contents/extras?extras_filter=trialInt").data
    assert named == {"extras": {"trialInt": 5}}


def test_numbers_of_any_size_pass_through(on_each):
    (uuid,) = ok(on_each, '/nodes?label="base 9"').column("uuid")
    path = f"/nodes/{uuid}/contents/attributes"
    for query in ("", "?attributes_filter=big"):
        assert b"12345678901234567890" in ok(on_each, path + query).body


@pytest.mark.parametrize(
    "path",
    [
        *("contents/attributes", "contents/extras", "contents/comments"),
        *("contents/derived_properties", "repo/list"),
    ],
)
def test_single_nodes_take_no_filters(path, on_each):
    answer = get(on_each, f"/nodes/{STRUCTURE}/{path}?label=a")
    assert answer.status == 400
    assert answer.json["message"] == "selecting a specific id does not allow to specify filters"


# Files


def test_lists_of_files(on_each):
    path = f"/nodes/{FOLDER}/repo/list"
    root = ok(on_each, path).data["repo_list"]
    assert [entry["name"] for entry in root] == ["empty.txt", "root.txt", "sub"]
    for same in ('""', '"."'):
        assert ok(on_each, f"{path}?filename={same}").data["repo_list"] == root
    assert ok(on_each, f'{path}?filename="sub/./dir/"').data["repo_list"]
    for missing in ('"nope"', '"/sub"', '"../sub"', '"sub/../sub"', '"root.txt"', '"root.txt/x"'):
        assert get(on_each, f"{path}?filename={missing}").status == 404


def test_lists_of_files_with_metadata(on_each):
    path = f"/nodes/{FOLDER}/repo/list?metadata=1"
    found = {entry["name"]: entry for entry in ok(on_each, path).data["repo_list"]}
    empty = hashlib.sha256(b"").hexdigest()
    assert found["empty.txt"] == {
        "name": "empty.txt",
        "type": "FILE",
        "size": 0,
        "sha256": empty,
        "mime_type": "text/plain",
        "binary": False,
    }
    assert found["sub"] == {"name": "sub", "type": "DIRECTORY"}
    assert "etag" not in ok(on_each, path).headers
    assert "etag" in ok(on_each, path.partition("?")[0]).headers
    below = ok(on_each, f'{path}&filename="sub/dir"').data["repo_list"]
    binary = next(entry for entry in below if entry["name"] == "binary.dat")
    assert (binary["size"], binary["binary"]) == (16384, True)


FILE = f'/nodes/{FOLDER}/repo/contents?filename="sub/dir/binary.dat"'


def test_a_file_has_its_length_and_a_strong_etag(on_each):
    answer = ok(on_each, FILE)
    assert answer.headers["content-length"] == "16384"
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.body).hexdigest()}"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "application/octet-stream"
    head = ok(on_each, FILE, method="HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == "16384"
    assert head.headers["etag"] == answer.headers["etag"]


def test_a_file_that_the_client_has_is_not_sent(on_each):
    etag = ok(on_each, FILE).headers["etag"]
    for given in (etag, f'"x", {etag}', "*"):
        answer = get(on_each, FILE, headers={"If-None-Match": given})
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag
    assert get(on_each, FILE, headers={"If-None-Match": '"x"'}).status == 200


@pytest.mark.parametrize(
    ("given", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=16000-", 16000, 16384),
        ("bytes=-10", 16374, 16384),
        ("bytes=16000-99999", 16000, 16384),
    ],
)
def test_ranges(given, start, stop, on_each):
    whole = ok(on_each, FILE).body
    answer = get(on_each, FILE, headers={"Range": given})
    assert answer.status == 206
    assert answer.body == whole[start:stop]
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/16384"
    assert answer.headers["content-length"] == str(stop - start)


def test_ranges_that_cannot_be(on_each):
    answer = get(on_each, FILE, headers={"Range": "bytes=20000-"})
    assert answer.status == 416
    assert answer.headers["content-range"] == "bytes */16384"
    assert answer.json["message"]
    for whole in ("bytes=0-1,5-6", "lines=1-2", "nonsense"):
        answer = get(on_each, FILE, headers={"Range": whole})
        assert (answer.status, len(answer.body)) in ((200, 16384), (416, len(answer.body)))


def test_a_range_of_a_file_that_changed_is_the_whole_file(on_each):
    etag = ok(on_each, FILE).headers["etag"]
    same = get(on_each, FILE, headers={"Range": "bytes=0-9", "If-Range": etag})
    other = get(on_each, FILE, headers={"Range": "bytes=0-9", "If-Range": '"x"'})
    assert (same.status, len(same.body)) == (206, 10)
    assert (other.status, len(other.body)) == (200, 16384)


def test_names_of_files(on_each):
    answer = ok(on_each, f'/nodes/{FOLDER}/repo/contents?filename="sub/na%C3%AFve%20name.txt"')
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"na_ve name.txt\"; filename*=UTF-8''na%C3%AFve%20name.txt"
    )


def test_odd_names_of_files():
    from provender.web.answers.files import disposition

    assert disposition('a"b\\c') == 'attachment; filename="a\\"b\\\\c"'
    assert disposition("a\r\nb") == ("attachment; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab")


@pytest.mark.parametrize(
    ("name", "message"), [("missing_object", "is missing in"), ("bad_crc", "fails its checksum")]
)
def test_damaged_files_are_errors_of_their_own(name, message, serve, data, caplog):
    served = serve(data / "edge" / f"{name}.aiida")
    uuid = next(row["uuid"] for row in ok(served, "/nodes").rows() if "folder" in row["node_type"])
    assert len(ok(served, f"/nodes/{uuid}/repo/list").data["repo_list"]) == 3
    answer = get(served, f'/nodes/{uuid}/repo/contents?filename="root.txt"')
    assert answer.status == 500
    assert answer.json["code"] == "corrupt-object"
    assert "`root.txt`" in answer.json["message"]
    assert message in answer.json["message"]
    assert "root.txt" in caplog.text
    assert ok(served, f'/nodes/{uuid}/repo/contents?filename="empty.txt"').body == b""
    listed = ok(served, f"/nodes/{uuid}/repo/list?metadata=1").data["repo_list"]
    assert {entry["name"] for entry in listed} == {"empty.txt", "root.txt", "sub"}


def test_without_a_container_files_are_a_503(serve, lab_postgres):
    served = serve(lab_postgres)
    answer = get(served, f'/nodes/{FOLDER}/repo/contents?filename="root.txt"')
    assert answer.status == 503
    assert "not configured" in answer.json["message"]
    assert ok(served, f"/nodes/{FOLDER}/repo/list").data["repo_list"]


# Processes


def test_reports_and_files_of_processes(on_each):
    assert ok(on_each, "/processes/49660afe/report").data["logs"][0]["levelname"] == "REPORT"
    names = [entry["name"] for entry in ok(on_each, f"/calcjobs/{CALCJOB}/input_files").data]
    assert names == [".aiida", "_aiidasubmit.sh", "aiida.in"]
    answer = ok(on_each, f"/calcjobs/{CALCJOB}/output_files?metadata=1")
    assert {entry["type"] for entry in answer.data} == {"FILE"}
    assert all(entry["size"] >= 0 for entry in answer.data)
    assert get(on_each, f"/calcjobs/{STRUCTURE}/input_files").json["message"] == (
        f"node {STRUCTURE} is not of the required type CalcJobNode"
    )
    assert get(on_each, "/calcjobs/ffffff/output_files").status == 404


def test_a_job_that_brought_nothing_back(serve, lab_copy):
    from support import postgres

    postgres.run(lab_copy, "UPDATE db_dblink SET label = 'x' WHERE label = 'retrieved'")
    served = serve(lab_copy)
    assert ok(served, f"/calcjobs/{CALCJOB}/output_files").data == {
        "status": 200,
        "data": "This node does not have retrieved folder",
    }
    served.app.extensions["provender"].stores.close()


# Numbers


def test_statistics_of_one_user(on_lab):
    assert ok(on_lab, "/nodes/statistics?user_id=1").data["total"] == 312
    assert ok(on_lab, "/nodes/statistics?user=99").data == {
        "total": 0,
        "types": {},
        "ctime_by_day": {},
    }
    for query in ("user>1", "user=1.5", "id=1", "user=1&user_id=1", 'user="1"'):
        for path in ("statistics", "full_types_count"):
            assert get(on_lab, f"/nodes/{path}?{query}").status == 400
        assert get(on_lab, f"/nodes/full_types?{query}").status == 200


# What the web explorer asks (contract, section 12)

EXPLORED = {
    "calcjob": CALCJOB,
    "workchain": "3a31e793",
    "structure": "cda14b00",
    "bands": "6422a299",
    "kpoints": "2944768f",
    "cif": "760e7861",
    "array": "dbae98dc",
    "folder": FOLDER,
    "code": "607c50a6",
}


@pytest.mark.parametrize("kind", EXPLORED)
def test_every_request_of_the_explorer(kind, on_each):
    headers = {"Origin": "https://explorer.example.org"}
    uuid = ok(on_each, f"/nodes/{EXPLORED[kind]}").column("uuid")[0]

    def asked(path):
        answer = ok(on_each, path, headers=headers)
        assert answer.headers["access-control-allow-origin"]
        return answer

    assert {"uuid", "node_type", "ctime", "mtime", "user_id"} <= set(
        asked(f"/nodes/{uuid}").rows()[0]
    )
    for side in ("incoming", "outgoing"):
        for row in asked(f"/nodes/{uuid}/links/{side}").data[side]:
            assert {"uuid", "node_type", "link_label"} <= set(row)
    for part in ("attributes", "comments", "extras", "derived_properties"):
        assert part in asked(f"/nodes/{uuid}/contents/{part}").data
    for entry in asked(f"/nodes/{uuid}/repo/list").data["repo_list"]:
        if entry["type"] == "FILE":
            asked(f'/nodes/{uuid}/repo/contents?filename="{entry["name"]}"')
    if kind == "calcjob":
        assert isinstance(asked(f"/calcjobs/{uuid}/input_files").data, list)
        assert isinstance(asked(f"/calcjobs/{uuid}/output_files").data, list)
    formats = {"structure": ["cif", "xsf", "xyz"], "cif": ["cif"], "bands": ["json"]}
    for name in formats.get(kind, []):
        asked(f"/nodes/{uuid}/download?download_format={name}")
    users = asked("/users/").data["users"]
    assert {"id", "first_name", "last_name", "institution"} <= set(users[0])
    assert all("label" in group for group in asked("/groups").data["groups"])
    assert all(key.endswith("|") for key in asked("/nodes/download_formats/").data)


def test_the_explorer_draws_pseudopotentials(on_materials):
    (row, *_) = ok(on_materials, '/nodes?node_type=like="data.core.upf.%25"').rows()
    document = ok(on_materials, f"/nodes/{row['uuid']}/download?download_format=json").json
    assert set(document["pseudo_potential"]) >= {
        *("header", "radial_grid", "atomic_wave_functions", "beta_projectors"),
        *("total_charge_density", "core_charge_density"),
    }
