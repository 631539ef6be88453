"""Zips that have files alone, and those of some size."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

PATH = "/api/v4/nodes/archive.zip"
JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
CHOSEN = f'uuid="{JOB}"'


def taken(answer):
    assert answer.status == 200, answer.body
    with zipfile.ZipFile(io.BytesIO(answer.body)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_files_alone_are_the_files_and_a_manifest(on_each):
    whole = taken(on_each.get(f"{PATH}?{CHOSEN}"))
    alone = taken(on_each.get(f"{PATH}?{CHOSEN}&described=0"))
    assert len(alone) > 2
    assert {*whole} - {*alone} == {f"{JOB}/node.json"}
    assert {name: whole[name] for name in alone if name != "manifest.json"} == {
        name: alone[name] for name in alone if name != "manifest.json"
    }
    told = json.loads(alone["manifest.json"])
    assert told["options"] == {"glob": [], "tree": "uuid", "min_size": 0}


@pytest.mark.parametrize("more", ["", "&described=0"])
def test_small_files_are_left_out(more, on_archive):
    every = taken(on_archive.get(f"{PATH}?{CHOSEN}{more}"))
    told = ("manifest.json", f"{JOB}/node.json")
    files = {name: len(every[name]) for name in every if name not in told}
    middle = sorted(files.values())[len(files) // 2]
    some = taken(on_archive.get(f"{PATH}?{CHOSEN}{more}&min_size={middle}"))
    options = json.loads(some.pop("manifest.json"))["options"]
    some.pop(f"{JOB}/node.json", None)
    assert {*some} == {name for name, size in files.items() if size >= middle}
    assert 0 < len(some) < len(files)
    assert options["min_size"] == middle


def test_a_posted_selection_has_both_keys(on_archive):
    body = {"where": {"uuid": JOB}, "described": False, "min_size": "1"}
    posted = on_archive.get(PATH, method="POST", body=json.dumps(body).encode())
    asked = taken(on_archive.get(f"{PATH}?{CHOSEN}&described=0&min_size=1"))
    found = taken(posted)
    assert {*found} == {*asked}
    assert f"{JOB}/node.json" not in found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("described=0&parts=files,logs", "nothing is told of nodes"),
        ("described=perhaps", "true or false"),
        ("min_size=many", "5000, 20k, 1.5M or 4Gi"),
    ],
)
def test_what_makes_no_sense_is_refused(query, words, on_archive):
    answer = on_archive.get(f"{PATH}?{CHOSEN}&{query}")
    assert answer.status == 400
    assert words in answer.body.decode()


def test_files_alone_may_be_named_as_the_only_part(on_archive):
    first = on_archive.get(f"{PATH}?{CHOSEN}&described=0&parts=files")
    assert first.body == on_archive.get(f"{PATH}?{CHOSEN}&described=0").body
