"""Zips of files of nodes: of selections, of one node, of named files; on every backend."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provender.errors import CorruptObject
from provender.settings import Limits, Settings
from provender.translators.globs import Globs
from support import badrows, growing
from support.unpackers import SEVEN_ZIP, UNZIP, need
from support.waiting import wait_until

PATH = "/api/v4/nodes/archive.zip"
NAMED = "/api/v4/files/archive.zip"
BACKENDS = ("archive", "postgres", "sqlite")
JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
CHAIN = "7ecba7ea-6275-4480-9606-4b0689d980f1"
PARTS = ("files", "attributes", "extras", "links", "logs")
OF_JOB = f"uuid=%22{JOB}%22"
TREES = ("uuid", "label", "workflow")
GLOBS = (
    "*.out",
    "*.sh",
    ".aiida/*",
    "**/*.json",
    "aiida.in",
    "source_file",
    "no such file",
    "?*_*",
)
# Conditions that choose the same nodes in every store: ids differ.
CONDITIONS = (
    {"node_type": {"startswith": "process."}},
    {"node_type": {"like": "data.core.folder.%"}},
    {"label": {"ne": ""}},
    {"process_type": {"exists": True}},
    {"attributes.exit_status": 0},
    {"attributes.value": {"lt": 5.5}},
    {"group": "processes"},
    {"descendant_of": CHAIN},
    {"not": {"node_type": {"startswith": "data."}}},
)
PROGRAMS = {
    "Python": [sys.executable, "-m", "zipfile", "-t"],
    "unzip": [UNZIP, "-tqq"],
    "7-Zip": [SEVEN_ZIP, "t", "-bso0"],
}


@dataclass
class Stored:
    """What a store holds, read by other means: the files of each node by path, and contents."""

    trees: dict = field(default_factory=dict)
    contents: dict = field(default_factory=dict)

    def files(self, uuid):
        return dict(self._walk(self.trees[uuid]))

    def _walk(self, tree, prefix=""):
        for name, entry in tree.get("o", {}).items():
            if "k" in entry:
                yield prefix + name, entry["k"]
            else:
                yield from self._walk(entry, f"{prefix}{name}/")


@pytest.fixture(scope="module")
def stored(data, tmp_path_factory):
    found = Stored()
    folder = tmp_path_factory.mktemp("lab")
    with zipfile.ZipFile(data / "lab.aiida") as file:
        file.extract("db.sqlite3", folder)
        for name in file.namelist():
            if name.startswith("repo/"):
                found.contents[name.removeprefix("repo/")] = file.read(name)
    with closing(sqlite3.connect(folder / "db.sqlite3")) as connection:
        rows = connection.execute("SELECT uuid, repository_metadata FROM db_dbnode").fetchall()
    found.trees = {uuid: json.loads(tree or "{}") for uuid, tree in rows}
    return found


class Taken:
    """A zip that was downloaded, and unpacked in memory."""

    def __init__(self, body):
        self.body = body
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            assert file.testzip() is None
            self.names = file.namelist()
            assert len({name.casefold() for name in self.names}) == len(self.names)
            self.files = {name: file.read(name) for name in self.names}
        assert self.names[-1] == "manifest.json"
        self.manifest = json.loads(self.files["manifest.json"])

    @property
    def nodes(self):
        return {node["uuid"]: node["files"] for node in self.manifest["nodes"]}

    @property
    def listed(self):
        every = (item for node in self.manifest["nodes"] for item in node["files"])
        return {item["path"]: item for item in every}

    @property
    def skipped(self):
        return {(item["uuid"], item["path"]): item["reason"] for item in self.manifest["skipped"]}

    def check(self):
        """Compare every member with its line in the manifest."""
        top = {item["path"]: item for item in self.manifest["files"]}
        listed = self.listed | top
        assert listed.keys() | {"manifest.json"} == self.files.keys()
        for path, item in listed.items():
            assert item["size"] == len(self.files[path])
            assert item["sha256"] == hashlib.sha256(self.files[path]).hexdigest()
        return self


def send(client, path, body=None, **options):
    if body is not None:
        options |= {"method": "POST", "data": json.dumps(body)}
    with client.open(path, **options) as answer:  # which closes it, as servers do
        assert answer.data is not None
        return answer


def take(client, path=PATH, body=None):
    answer = send(client, path, body)
    assert answer.status_code == 200, answer.data
    assert len(answer.data) == int(answer.headers["Content-Length"])
    return Taken(answer.data).check()


def figures(client, path=PATH, body=None):
    if body is not None:
        answer = send(client, path, body | {"dry_run": True})
    else:
        answer = send(client, f"{path}{'&' if '?' in path else '?'}dry_run=1")
    assert answer.status_code == 200, answer.data
    return answer.json["data"]


# What is in a zip.


def test_random_selections_are_the_same_zip_everywhere_and_hold_what_the_store_does(
    lab, stored, fuzz_count
):
    assert len(lab) == len(BACKENDS)

    @settings(max_examples=max(12, fuzz_count // 8))
    @given(
        st.lists(st.sampled_from(range(len(CONDITIONS))), max_size=2, unique=True),
        st.lists(st.sampled_from(GLOBS), max_size=2, unique=True),
        st.lists(st.sampled_from(PARTS), min_size=1, unique=True),
        st.sampled_from(TREES),
    )
    def check(conditions, globs, parts, tree):
        where = {key: value for one in conditions for key, value in CONDITIONS[one].items()}
        body = {"where": where, "glob": globs, "parts": parts, "tree": tree}
        first, *others = (take(client, body=body) for client in lab.values())
        for other in others:
            assert other.body == first.body
        assert first.manifest["selection"] == {"where": where}
        patterns, count = Globs(tuple(globs)), 0
        listing = send(lab["archive"], "/api/v4/nodes/search", {"where": where, "limit": 400})
        uuids = {node["uuid"] for node in listing.json["data"]["nodes"]}
        assert first.nodes.keys() == uuids
        for uuid, files in first.nodes.items():
            described, *rest = files
            assert described["path"].endswith("/node.json")
            assert json.loads(first.files[described["path"]])["uuid"] == uuid
            expected = sorted(
                key
                for path, key in stored.files(uuid).items()
                if "files" in parts and patterns.match(path)
            )
            assert sorted(item["sha256"] for item in rest) == expected
            count += len(expected)
        told = figures(lab["postgres"], body=body)
        size = {"nodes": len(uuids), "files": count, "bytes": len(first.body), "skipped": 0}
        assert told == size

    check()


@pytest.mark.parametrize("backend", BACKENDS)
def test_everything_of_a_store(backend, lab, stored):
    taken = take(lab[backend])
    assert list(taken.nodes) == sorted(stored.trees)
    assert taken.manifest["options"] == {"glob": [], "parts": list(PARTS), "tree": "uuid"}
    for uuid in taken.nodes:
        for path, key in stored.files(uuid).items():
            assert taken.files[f"{uuid}/{path}"] == stored.contents[key]
    assert sum(len(stored.files(uuid)) for uuid in taken.nodes) == 227


def test_a_node_is_told_as_its_record_tells_it(lab):
    taken = take(lab["archive"])
    for uuid in (JOB, CHAIN):
        told = json.loads(taken.files[f"{uuid}/node.json"])
        record = lab["postgres"].get(f"/api/v4/nodes/{uuid}/record").json["data"]["record"]
        same = ("uuid", "label", "description", "node_type", "process_type", "attributes")
        assert {key: told[key] for key in same} == {key: record[key] for key in same}
        assert told["ctime"].startswith("2026-11-20T")
        for side in ("incoming", "outgoing"):
            links = [
                {key: link[key] for key in ("link_label", "link_type", "uuid", "node_type")}
                for link in record["links"][side]
            ]
            assert told["links"][side] == sorted(links, key=lambda link: [*link.values()])
        assert [row["message"] for row in told["logs"]] == [
            row["message"] for row in record["logs"]
        ]
        assert b"a@b.ch" not in taken.files[f"{uuid}/node.json"]
        assert not [key for key in told["extras"] if key.startswith("_aiida_hash")]
    assert json.loads(taken.files[f"{CHAIN}/node.json"])["logs"]


def test_parts_that_are_not_asked_for_are_not_there(lab):
    taken = take(lab["sqlite"], f"{PATH}?parts=files,logs&{OF_JOB}")
    assert taken.files[f"{JOB}/aiida.in"]
    assert json.loads(taken.files[f"{JOB}/node.json"]).keys() == {
        *("uuid", "node_type", "process_type", "label", "description", "ctime", "mtime"),
        *("user", "computer", "logs"),
    }
    assert [*take(lab["sqlite"], f"{PATH}?parts=links&{OF_JOB}").files] == [
        f"{JOB}/node.json",
        "manifest.json",
    ]


def test_folders_of_workflows_are_those_of_the_archive_of_a_process(lab):
    taken = take(lab["archive"], f"{PATH}?tree=workflow")
    own = send(lab["archive"], f"/api/v4/processes/{CHAIN}/archive.zip").data
    with zipfile.ZipFile(io.BytesIO(own)) as file:
        names = {name for name in file.namelist() if "puts/" in name and "node_" not in name}
        assert len(names) > 20
        for name in names:
            assert taken.files[f"MyWC-7ecba7ea/{name}"] == file.read(name)
    step = "MyWC-7ecba7ea/02-MultiplyAddWorkChain/02-ArithmeticAddCalculation"
    assert json.loads(taken.files[f"{step}/node_outputs/sum/node.json"])["attributes"] == {
        "value": 3
    }
    assert b"node_outputs" in taken.files["README.md"]
    assert [name for name in taken.names if name.startswith("others/")]


def test_steps_keep_their_numbers_in_folders_of_workflows(lab):
    selection = 'attributes.process_label="ArithmeticAddCalculation"'
    taken = take(lab["postgres"], f"{PATH}?{quote(selection, safe='=')}&tree=workflow&parts=files")
    folders = {name.rpartition("/")[0] for name in taken.names if name.endswith("/node.json")}
    assert "MyWC-7ecba7ea/02-MultiplyAddWorkChain/02-ArithmeticAddCalculation" in folders
    assert "MyWC-7ecba7ea" not in folders


def test_labels_name_folders_and_equal_ones_get_numbers(changed):
    client = changed(
        "UPDATE db_dbnode SET label = CASE WHEN id % 2 = 0 THEN 'Same' ELSE 'same' END "
        "WHERE id IN (SELECT id FROM db_dbnode ORDER BY id LIMIT 4)",
        "UPDATE db_dbnode SET label = '../x' WHERE id = (SELECT max(id) FROM db_dbnode)",
    )
    taken = take(client, f"{PATH}?tree=label&parts=extras")
    folders = {name.partition("/")[0] for name in taken.names}
    assert {"same", "same~2", "same~3", "same~4", ".._x"} <= {name.lower() for name in folders}


def test_hostile_names_are_made_safe(changed):
    key = hashlib.sha256(b"").hexdigest()
    file = {"k": key}
    tree = {
        "..": {"o": {"x": file}},
        "a": file,
        "A": file,
        "C:\\x": file,
        "node.json": file,
        "l" * 5000: file,
        "odd": 7,
        "keyless": {"k": 7},
    }
    deep = {"o": {"d" * 190: None}}
    place = deep["o"]
    for _ in range(25):
        place["d" * 190] = {"o": {}}
        place = place["d" * 190]["o"]
    place["f"] = file
    text = json.dumps({"o": tree | deep["o"]})
    client = changed(f"UPDATE db_dbnode SET repository_metadata = '{text}' WHERE uuid = '{JOB}'")
    taken = take(client, f"{PATH}?{OF_JOB}")
    found = {name.removeprefix(f"{JOB}/") for name in taken.files}
    long = "l" * 200
    assert found == {
        *("__/x", "A", "a~2", "C__x", "node.json", "node~2.json", long, "manifest.json"),
    }
    assert taken.listed[f"{JOB}/__/x"]["stored_as"] == "../x"
    assert taken.listed[f"{JOB}/node~2.json"]["stored_as"] == "node.json"
    assert taken.listed[f"{JOB}/{long}"]["stored_as"] == "l" * 5000
    reasons = sorted(taken.skipped.values())
    assert len(reasons) == 3
    assert reasons[0] == "its path is longer than any system takes"


def test_what_is_not_in_the_store_is_known_before(changed):
    key = hashlib.sha256(b"nowhere").hexdigest()
    text = json.dumps(
        {"o": {"gone": {"k": key}, "aiida.in": {"k": hashlib.sha256(b"").hexdigest()}}}
    )
    client = changed(f"UPDATE db_dbnode SET repository_metadata = '{text}' WHERE uuid = '{JOB}'")
    taken = take(client, f"{PATH}?{OF_JOB}")
    assert taken.manifest["skipped"] == [
        {
            "uuid": JOB,
            "path": "gone",
            "reason": "its content is not in the store",
            "sha256": key,
        }
    ]
    assert figures(client, f"{PATH}?{OF_JOB}") == {
        "nodes": 1,
        "files": 1,
        "skipped": 1,
        "bytes": len(taken.body),
    }


@pytest.mark.parametrize("size", [-1, 1 << 50, 1 << 62])
def test_an_impossible_size_is_not_believed(size, changed):
    with closing(sqlite3.connect(changed.folder / "container" / "packs.idx")) as index, index:
        key = hashlib.sha256(b"x").hexdigest()
        index.execute(
            "INSERT INTO db_object (hashkey, compressed, size, offset, length, pack_id) "
            "VALUES (?, 0, ?, 0, 1, 0)",
            (key, size),
        )
    text = json.dumps({"o": {"large": {"k": key}}})
    client = changed(f"UPDATE db_dbnode SET repository_metadata = '{text}' WHERE uuid = '{JOB}'")
    taken = take(client, f"{PATH}?{OF_JOB}")
    assert taken.skipped == {(JOB, "large"): "its content in the store is damaged"}


@pytest.mark.parametrize("value", badrows.VALUES)
def test_any_value_in_any_column_of_a_node_hides_no_other(value, data, tmp_path, make_app):
    columns = badrows.TABLES["db_dbnode"]
    changes = [
        f"UPDATE db_dbnode SET {column} = {badrows.VALUES[value]} WHERE id % 20 = {number}"
        for number, column in enumerate(columns)
    ]
    path = badrows.archive(tmp_path, data / "lab.aiida", changes)
    client = make_app(store=path).test_client()
    for tree in TREES:
        taken = take(client, f"{PATH}?tree={tree}")
        assert len(taken.nodes) > 250
        for name, content in taken.files.items():
            assert not name.endswith("node.json") or isinstance(json.loads(content), dict)


def test_processes_that_call_each_other_are_there_once(each_desk_loop):
    taken = take(each_desk_loop, f"{PATH}?tree=workflow")
    assert len(taken.nodes) > 300


@pytest.fixture
def each_desk_loop(changed):
    """The lab with two chains that call each other, and a chain that calls itself."""
    ids = "SELECT id FROM db_dbnode WHERE node_type LIKE '%WorkChainNode.' ORDER BY id LIMIT"
    first, second, third = (f"({ids} 1 OFFSET {number})" for number in range(3))
    link = "INSERT INTO db_dblink (input_id, output_id, label, type) VALUES"
    return changed(
        f"DELETE FROM db_dblink WHERE type LIKE 'call%' AND output_id IN ({ids} 3)",
        f"{link} ({first}, {second}, 'x', 'call_work')",
        f"{link} ({second}, {first}, 'x', 'call_work')",
        f"{link} ({third}, {third}, 'x', 'call_work')",
    )


# One node, named files.


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_files_of_a_node_and_of_a_folder_of_it(backend, lab, stored):
    place = f"/api/v4/nodes/{JOB[:8]}/repo/archive.zip"
    taken = take(lab[backend], place)
    assert {name: taken.listed[name]["sha256"] for name in taken.names[:-1]} == stored.files(JOB)
    assert taken.manifest["node"] == JOB
    below = take(lab[backend], f"{place}?path=.aiida/&glob=*.json&glob=x")
    assert below.names == [".aiida/calcinfo.json", ".aiida/job_tmpl.json", "manifest.json"]
    assert below.manifest["options"] == {"path": ".aiida", "glob": ["*.json", "x"]}
    assert take(lab[backend], f"{place}?glob=nothing").names == ["manifest.json"]
    head = send(lab[backend], f"{place}?path=.aiida", method="HEAD")
    assert head.headers["Content-Disposition"] == 'attachment; filename="78ccdb4c-.aiida.zip"'


@pytest.mark.parametrize("backend", BACKENDS)
def test_files_that_are_named_one_by_one(backend, lab, stored):
    other = next(uuid for uuid in sorted(stored.trees) if stored.files(uuid) and uuid != JOB)
    path = next(iter(stored.files(other)))
    unknown = "ffffffff-ffff-4fff-8fff-ffffffffffff"
    names = [
        *((JOB, "aiida.in"), (JOB, "aiida.in"), (JOB, ".aiida/calcinfo.json"), (other, path)),
        *((JOB, ".aiida"), (JOB, "none"), (JOB, "../x"), (unknown, "x")),
    ]
    body = {"files": [{"uuid": uuid, "path": name} for uuid, name in names]}
    taken = take(lab[backend], NAMED, body)
    assert {name: item["sha256"] for name, item in taken.listed.items()} == {
        f"{JOB}/aiida.in": stored.files(JOB)["aiida.in"],
        f"{JOB}/.aiida/calcinfo.json": stored.files(JOB)[".aiida/calcinfo.json"],
        f"{other}/{path}": stored.files(other)[path],
    }
    assert taken.skipped == {
        (JOB, ".aiida"): "it is a folder",
        (JOB, "none"): "the node has no such file",
        (JOB, "../x"): "the node has no such file",
        (unknown, "x"): "there is no such node",
    }
    told = figures(lab[backend], NAMED, body)
    assert told == {"nodes": 2, "files": 3, "skipped": 4, "bytes": len(taken.body)}
    backwards = {"files": body["files"][::-1]}
    assert take(lab["archive"], NAMED, backwards).body == taken.body


# The download.


@pytest.fixture(scope="module")
def whole(lab, tmp_path_factory):
    """Files with everything, by the tree."""
    folder = tmp_path_factory.mktemp("whole")
    for tree in TREES:
        (folder / f"{tree}.zip").write_bytes(take(lab["archive"], f"{PATH}?tree={tree}").body)
    return folder


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("name", PROGRAMS)
def test_other_programs_accept_it(name, tree, whole):
    need(PROGRAMS[name][0])
    environ = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run([*PROGRAMS[name], str(whole / f"{tree}.zip")], check=True, env=environ)


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_range_is_what_the_whole_has_there(backend, lab):
    chance = random.Random(backend)  # noqa: S311 - not for secrets
    client, path = lab[backend], f"{PATH}?node_type=like=%22process.%25%22&parts=files"
    full = send(client, path)
    etag, size = full.headers["ETag"], len(full.data)
    assert (full.headers["Accept-Ranges"], full.headers["Content-Length"]) == ("bytes", str(size))
    for _ in range(25):
        start = chance.choice((chance.randrange(size), size - chance.randint(1, 9000)))
        stop = chance.randint(start, size - 1)
        headers = {"Range": f"bytes={start}-{stop}", "If-Range": etag}
        part = send(client, path, headers=headers)
        assert (part.status_code, part.headers["ETag"]) == (206, etag)
        assert part.headers["Content-Range"] == f"bytes {start}-{stop}/{size}"
        assert part.data == full.data[start : stop + 1]
    other = send(client, path, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (other.status_code, other.data) == (200, full.data)
    beyond = send(client, path, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")


def test_a_posted_selection_is_resumed_too(lab):
    client, body = lab["postgres"], {"where": {"label": {"ne": ""}}, "parts": ["files"]}
    full = send(client, PATH, body)
    headers = {"Range": "bytes=100-", "If-Range": full.headers["ETag"]}
    rest = send(client, PATH, body, headers=headers)
    assert (rest.status_code, rest.data) == (206, full.data[100:])
    again = send(client, PATH, body, headers={"If-None-Match": full.headers["ETag"]})
    assert again.status_code == 200
    assert send(client, PATH, body, headers={"If-Match": '"other"'}).status_code == 412


def test_head_tells_the_length_and_the_state_that_conditions_name(lab):
    client, path = lab["archive"], f"{PATH}?parts=files"
    head, full = send(client, path, method="HEAD"), send(client, path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Length", "ETag", "Content-Disposition", "Accept-Ranges"):
        assert head.headers[name] == full.headers[name]
    assert full.headers["Content-Disposition"] == 'attachment; filename="nodes.zip"'
    etag = full.headers["ETag"]
    assert send(client, path, headers={"If-None-Match": etag}).status_code == 304
    assert send(client, path, headers={"If-Match": '"other"'}).status_code == 412
    others = {send(client, f"{PATH}?{key}", method="HEAD").headers["ETag"] for key in OPTIONS}
    assert len(others | {etag}) == len(OPTIONS) + 1


@pytest.mark.parametrize(
    "path",
    [
        f"{PATH}?{OF_JOB}",
        f"/api/v4/nodes/{JOB}/repo/archive.zip",
        f"/api/v4/processes/{JOB}/archive.zip",
        "/api/v4/nodes/archive.aiida?group=processes",
    ],
)
def test_the_etag_is_not_taken_for_a_sha256(lab, path):
    etag = send(lab["archive"], path, method="HEAD").headers["ETag"]
    assert re.fullmatch(r'"zip-[0-9a-f]{64}"', etag)


OPTIONS = ("parts=files,links", "tree=label&parts=files", "glob=*&parts=files", "label=%22x%22")


def test_the_etag_changes_with_any_content_and_with_nothing_else(changed):
    client, path = changed(), f"{PATH}?{OF_JOB}"
    first = send(client, path, method="HEAD").headers["ETag"]
    growing.change(changed.folder, f"UPDATE db_dbnode SET label = 'x' WHERE uuid != '{JOB}'")
    assert send(client, path, method="HEAD").headers["ETag"] == first
    growing.change(
        changed.folder, f"UPDATE db_dbnode SET extras = '{{\"a\": 1}}' WHERE uuid = '{JOB}'"
    )
    assert send(client, path, method="HEAD").headers["ETag"] != first


def test_a_dry_run_reads_no_file(changed):
    path = f"{PATH}?parts=files"
    client = changed()
    told = figures(client, path)
    shutil.rmtree(changed.folder / "container" / "packs")
    (changed.folder / "container" / "packs").mkdir()
    assert figures(client, path) == told
    assert int(send(client, path, method="HEAD").headers["Content-Length"]) == told["bytes"]


@pytest.mark.parametrize("size", [50_000, 3 << 20])
def test_damage_on_the_way_ends_the_stream(size, changed):
    content = bytes(range(250)) * (size // 250)
    key = hashlib.sha256(content).hexdigest()
    place = changed.folder / "container" / "loose" / key[:2] / key[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(content[:-1] + b"?")
    text = json.dumps({"o": {"large": {"k": key}}})
    client = changed(f"UPDATE db_dbnode SET repository_metadata = '{text}' WHERE uuid = '{JOB}'")
    length = int(send(client, f"{PATH}?{OF_JOB}", method="HEAD").headers["Content-Length"])
    assert length > len(content)
    sent = io.BytesIO()
    with (
        pytest.raises(CorruptObject, match="`large` cannot be read"),
        client.get(f"{PATH}?{OF_JOB}", buffered=False) as answer,
    ):
        sent.writelines(answer.iter_encoded())
    assert len(sent.getvalue()) < length
    assert not zipfile.is_zipfile(sent)
    assert client.application.extensions["provender"].stores.streams.running == 0


def test_a_client_that_leaves_frees_its_place(serve, unpacked, tmp_path):
    """The place of a stream, its lease of the store, and the places for expensive work."""
    folder = growing.copied(unpacked, tmp_path)
    content = bytes(8 << 20)
    key = hashlib.sha256(content).hexdigest()
    place = folder / "container" / "loose" / key[:2] / key[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(content)
    text = json.dumps({"o": {f"{number}.bin": {"k": key} for number in range(40)}})
    growing.change(
        folder, f"UPDATE db_dbnode SET repository_metadata = '{text}' WHERE uuid = '{JOB}'"
    )
    served = serve(folder, name="leaving")
    stores = served.app.extensions["provender"].stores
    root = urlsplit(served.root)
    for _ in range(6):  # more than a client may have at a time
        connection = http.client.HTTPConnection(root.hostname, root.port, timeout=20)
        connection.request("GET", f"{PATH}?{OF_JOB}&parts=files")
        response = connection.getresponse()
        assert response.status == 200
        assert response.read(1000)
        assert stores.streams.running == 1
        connection.close()
        response.close()
        wait_until(lambda: stores.streams.running == 0)
    assert stores.places.running == 0


def test_one_client_takes_few_zips_at_a_time(lab, changed):
    client = changed(settings=Settings(limits=Limits(client_streams=1)))
    first = client.get(f"{PATH}?parts=files", buffered=False)
    assert first.status_code == 200
    second = send(client, f"{PATH}?parts=files")
    assert (second.status_code, second.json["code"]) == (503, "too-many-streams")
    assert second.headers["Retry-After"]
    assert figures(client, f"{PATH}?parts=files")["nodes"] == 312
    assert send(client, f"{PATH}?parts=files", method="HEAD").status_code == 200
    assert send(client, f"{PATH}?no=1").status_code == 400
    first.close()
    assert send(client, f"{PATH}?parts=files").status_code == 200


# Bounds and mistakes.


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("limits", "query", "words"),
    [
        ({"members": 300}, "", "The selection has 312 nodes, and a zip at most 300 members"),
        (
            {"members": 400},
            "?parts=files",
            "539 members, more than 400 (`limits.members`): 227 files of 312 nodes,",
        ),
        ({"members_text_bytes": 5000}, "", "larger than 5,000 bytes (`limits.members_text_bytes`)"),
        ({"statement_seconds": 0.01}, "", "limits.statement_seconds"),
    ],
)
def test_what_is_too_much_is_refused_with_the_figures(
    backend, limits, query, words, request, make_app, unpacked
):
    served = request.getfixturevalue(f"on_{backend}")
    container = unpacked / "repo" / "container" if backend == "postgres" else None
    app = make_app(
        store=served.store, repository=container, settings=Settings(limits=Limits(**limits))
    )
    for method in ("GET", "HEAD"):
        answer = send(app.test_client(), PATH + query, method=method)
        assert answer.status_code == (503 if "statement_seconds" in limits else 413)
    answer = send(app.test_client(), PATH + query)
    assert words in answer.json["message"]
    assert app.extensions["provender"].stores.streams.running == 0


FILES = [{"uuid": JOB, "path": "aiida.in"}]


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        (f"{PATH}?partz=files", None, 400, "Did you mean `parts`?"),
        (f"{PATH}?parts=filez", None, 400, "`parts` takes no `filez`"),
        (f"{PATH}?parts=", None, 400, ""),
        (f"{PATH}?tree=pk", None, 400, "Valid: uuid, label, workflow"),
        (f"{PATH}?dry_run=x", None, 400, "true or false"),
        (f"{PATH}?glob=", None, 400, ""),
        (f"{PATH}?glob=/", None, 400, "is empty"),
        (f"{PATH}?glob={'a' * 201}", None, 400, "201 characters"),
        (f"{PATH}?{'&'.join(f'glob={number}' for number in range(21))}", None, 400, "21 patterns"),
        (f"{PATH}?limit=3", None, 400, "limit"),
        (f"{PATH}?group=none", None, 404, "No group"),
        (f"{PATH}?colour=red", None, 400, "colour"),
        (PATH, {"glob": 7}, 400, "At `/glob`"),
        (PATH, {"glob": ["*.out", 7]}, 400, "At `/glob`"),
        (PATH, {"tree": "pk"}, 400, "At `/tree`"),
        (PATH, {"parts": {}}, 400, "At `/parts`"),
        (PATH, {"where": {"colour": 1}}, 400, "At `/where/colour`"),
        (PATH, {"files": []}, 400, "no key `files`"),
        (PATH, [], 400, "JSON object"),
        (NAMED, {}, 400, "`files` takes a list"),
        (NAMED, {"files": []}, 400, "`files` takes a list"),
        (NAMED, {"files": ["x"]}, 400, "At `/files/0`"),
        (NAMED, {"files": [*FILES, {"uuid": JOB}]}, 400, "At `/files/1`"),
        (NAMED, {"files": [{"uuid": JOB, "path": 7}]}, 400, "At `/files/0/path`"),
        (NAMED, {"files": [{"uuid": JOB[:8], "path": "x"}]}, 400, "not a whole uuid"),
        (NAMED, {"files": FILES, "where": {}}, 400, "no key `where`"),
        (NAMED, {"files": FILES, "path": []}, 400, "no key `path`"),
        (NAMED, None, 405, "not allowed for the requested URL"),
        (f"/api/v4/nodes/{JOB}/repo/archive.zip?path=none", None, 404, "does not exist"),
        (f"/api/v4/nodes/{JOB}/repo/archive.zip?path=aiida.in", None, 404, "not a directory"),
        (f"/api/v4/nodes/{JOB}/repo/archive.zip?path=../x", None, 404, "does not exist"),
        (f"/api/v4/nodes/{JOB}/repo/archive.zip?tree=uuid", None, 400, "no key `tree`"),
        ("/api/v4/nodes/ffffffff/repo/archive.zip", None, 404, "no object's id"),
        ("/api/v4/nodes/zz/repo/archive.zip", None, 404, "beginning of a uuid"),
    ],
)
def test_what_cannot_be_asked_is_an_error(path, body, status, words, lab):
    assert len(lab) == len(BACKENDS)
    for client in lab.values():
        answer = send(client, path, body)
        assert answer.status_code == status
        assert words in answer.json["message"] + answer.json.get("hint", "")
        running = client.application.extensions["provender"].stores.streams.running
        assert running == 0


def test_a_store_without_files_tells_of_nodes_only(lab_postgres, make_app):
    client = make_app(store=lab_postgres).test_client()
    answer = send(client, PATH)
    assert (answer.status_code, answer.json["code"]) == (503, "store-misconfigured")
    assert len(take(client, f"{PATH}?parts=attributes").nodes) == 312
