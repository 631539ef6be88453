"""Archives of development versions, whose files are in a container: they keep them."""

from __future__ import annotations

import hashlib
from random import Random

import pytest

from support.legacy.containers import Wrapping
from support.legacy.development import PLACES, SCHEMA, container, develop, index
from support.legacy.draft import Draft
from support.legacy.graphs import Graph
from support.legacy.kinds import CALCJOB
from support.legacy.reading import difference, read
from support.legacy.versions import since

FILES = {"path/a.txt": b"a", "path/deep/b": b"b" * 5000, "path/empty": None, "raw_input/c": b""}
TREE = {"a.txt": b"a", "deep": {"b": b"b" * 5000}, "empty": {}, "c": b""}


def with_files(version="0.10"):
    draft = Draft(version)
    draft.user()
    node = draft.node(files=FILES)
    draft.node()
    return draft, node


@pytest.mark.parametrize("is_long", [False, True])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", ["zip", "stored"])
def test_files_in_a_container_are_kept(is_long, place, form, opened, tmp_path):
    draft, node = with_files()
    develop(draft, tmp_path, place, is_long=is_long)
    order = Random(place)  # noqa: S311 - a choice, no secret
    found = opened(draft, Wrapping(form, order=order))
    assert found.tree(node) == TREE
    assert found.remarks() == {}


@pytest.mark.parametrize("version", since("0.10"))
@pytest.mark.parametrize("seed", range(4))
def test_all_steps_from_0_10_on_are_taken(version, seed, tmp_path):
    graph = Graph("0.10", f"development {seed}")
    graph.draft.metadata["export_version"] = version
    draft = develop(graph.draft, tmp_path, PLACES[seed], is_long=bool(seed % 2))
    found = read(draft.save(tmp_path / "x.aiida"), tmp_path)
    assert difference(found, graph.expected) is None
    assert found.origin.version == version


@pytest.mark.parametrize("version", since("0.10"))
def test_steps_that_were_taken_before_change_nothing(version, opened, tmp_path):
    draft, node = with_files(version)
    draft.rows["Node"]["1"] |= {
        "node_type": "data.core.array.kpoints.KpointsData.",
        "process_type": "aiida.calculations:core.arithmetic.add",
    }
    names = {"name": "daint", "label": ...} if version == "0.10" else {"label": "daint"}
    draft.computer(scheduler_type="core.slurm", transport_type="core.ssh", **names)
    found = opened(develop(draft, tmp_path))
    assert found.node(node)["node_type"] == "data.core.array.kpoints.KpointsData."
    assert found.node(node)["process_type"] == "aiida.calculations:core.arithmetic.add"
    computer = found.row("computer")
    assert (computer["label"], computer["scheduler_type"]) == ("daint", "core.slurm")
    assert computer["transport_type"] == "core.ssh"


@pytest.mark.parametrize("version", ["0.12", "0.13"])
def test_types_that_a_development_version_forgot_are_changed(version, opened, tmp_path):
    draft = Draft(version)
    draft.user()
    draft.computer(transport_type="ssh", scheduler_type="direct")
    node = draft.node("data.array.kpoints.KpointsData.", files=FILES)
    job = draft.node(CALCJOB, process_type="aiida.calculations:templatereplacer")
    found = opened(develop(draft, tmp_path))
    assert found.node(node)["node_type"] == "data.core.array.kpoints.KpointsData."
    assert found.node(job)["process_type"] == "aiida.calculations:core.templatereplacer"
    computer = found.row("computer")
    assert (computer["transport_type"], computer["scheduler_type"]) == ("core.ssh", "core.direct")


def test_a_file_without_a_content_is_left_out(opened, tmp_path):
    draft, node = with_files()
    develop(draft, tmp_path)
    key = hashlib.sha256(b"a").hexdigest()
    del draft.members[f"container/loose/{key[:2]}/{key[2:]}"]
    found = opened(draft)
    assert found.tree(node) == {name: entry for name, entry in TREE.items() if name != "a.txt"}
    assert found.remarks()


WRONG = {
    "another content": lambda members, name: members.update({name: b"forged"}),
    "no content": lambda members, name: members.update({name: b""}),
    "a folder": lambda members, name: members.update({name: None}),
}


@pytest.mark.parametrize("kind", WRONG)
def test_an_object_that_is_not_what_its_key_says_is_left_out(kind, opened, tmp_path):
    draft, node = with_files()
    develop(draft, tmp_path)
    key = hashlib.sha256(b"a").hexdigest()
    WRONG[kind](draft.members, f"container/loose/{key[:2]}/{key[2:]}")
    found = opened(draft)
    assert "a.txt" not in found.tree(node)
    assert found.tree(node)["deep"] == TREE["deep"]
    assert found.remarks()


@pytest.mark.parametrize("place", ["packed", "compressed"])
@pytest.mark.parametrize("damage", ["cut", "zeros", "no pack", "no index", "no database"])
def test_a_damaged_pack_loses_files_only(place, damage, opened, tmp_path):
    draft, node = with_files()
    develop(draft, tmp_path, place)
    members = draft.members
    pack = members["container/packs/0"]
    if damage == "cut":
        members["container/packs/0"] = pack[: len(pack) // 2]
    elif damage == "zeros":
        members["container/packs/0"] = bytes(len(pack))
    elif damage == "no pack":
        del members["container/packs/0"]
    elif damage == "no index":
        del members["container/packs.idx"]
    else:
        members["container/packs.idx"] = b"no database" * 1000
    found = opened(draft)
    assert len(found.rows("node")) == 2
    assert found.tree(node) != TREE
    assert set(found.files.values()) <= {b"a", b"b" * 5000, b""}
    assert found.remarks()


FIGURES = [-1, 2**40, 2**63 - 1, "x", None, 1.5]


@pytest.mark.parametrize("column", ["size", "offset", "length", "pack_id", "compressed"])
@pytest.mark.parametrize("value", FIGURES)
def test_an_index_with_odd_figures_gives_no_wrong_file(column, value, opened, tmp_path):
    draft, node = with_files()
    develop(draft, tmp_path, "packed")
    key = hashlib.sha256(b"b" * 5000).hexdigest()
    row = {"hashkey": key, "compressed": 0, "size": 5000, "offset": 1, "length": 5000, "pack_id": 0}
    row[column] = value
    loose = SCHEMA.replace(" NOT NULL", "")
    draft.members["container/packs.idx"] = index([tuple(row.values())], tmp_path, loose)
    found = opened(draft)
    assert set(found.files.values()) <= {b"b" * 5000, b""}
    assert len(found.rows("node")) == 2
    assert found.tree(node).get("deep", {}).get("b", b"b" * 5000) == b"b" * 5000


TREES = [None, [], "x", 7, {}, {"o": []}, {"o": {"a": 7}}, {"o": {"a": {"k": 7}}}, {"k": "0" * 64},
         {"o": {"a": {"k": "../x"}}}, {"objects": {"a": {"key": "0" * 64}}}]  # fmt: skip


@pytest.mark.parametrize("tree", TREES)
def test_an_odd_tree_has_no_files(tree, opened, tmp_path):
    draft, node = with_files()
    develop(draft, tmp_path)
    draft.rows["Node"]["1"]["repository_metadata"] = tree
    found = opened(draft)
    assert [*found.files] == []
    assert set(found.tree(node)) <= {"a"} if "k" not in str(tree) else found.tree(node) == {}


def test_names_in_a_tree_lead_nowhere(opened, tmp_path):
    draft, node = with_files()
    draft.members = container({hashlib.sha256(b"a").hexdigest(): b"a"}, tmp_path, "loose")
    entry = {"k": hashlib.sha256(b"a").hexdigest()}
    names = ("..", "/etc", "a/b", "", ".", "a\x00", "ok")
    draft.rows["Node"]["1"]["repository_metadata"] = {"o": dict.fromkeys(names, entry)}
    found = opened(draft)
    assert found.tree(node)["ok"] == b"a"
    assert found.files == {hashlib.sha256(b"a").hexdigest(): b"a"}
