"""`/calcjobs/<id>/files`: what a job sent and brought back, with the nodes that hold the files."""

from __future__ import annotations

import json

import pytest

from support.desk import names

CALCJOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
RETRIEVED = "2a8a80b9-9df1-497f-98bb-3e031fc4172e"


def get(client, path):
    return client.get(f"/api/v4/calcjobs/{path}")


def files(client, path):
    answer = get(client, path)
    assert answer.status_code == 200, answer.text
    return answer.json["data"]["files"]


def below(client, uuid, side, folder=""):
    """Yield the files on a side, in all folders."""
    for item in files(client, f'{uuid}/files?side={side}&filename="{folder}"'):
        assert item["side"] == side
        if item["type"] == "FILE":
            yield item
        else:
            yield from below(client, uuid, side, item["path"])


@pytest.fixture(scope="module")
def recorded(data):
    """What AiiDA says of the jobs of the lab: their files by side."""
    processes = json.loads((data / "desk" / "lab.json").read_text())["processes"]
    return {
        uuid: {"inputs": found["files"]["sent"], "outputs": found["files"]["retrieved"]}
        for uuid, found in processes.items()
        if found.get("files")
    }


def test_the_files_of_every_job_are_those_that_aiida_lists(each_desk, recorded):
    assert len(recorded) > 5
    holders = set()
    for uuid, sides in recorded.items():
        for side, expected in sides.items():
            found = list(below(each_desk, uuid, side))
            assert sorted(item["path"] for item in found) == sorted(expected or [])
            holders |= {(side, item["uuid"] == uuid) for item in found}
    assert holders == {("inputs", True), ("outputs", False)}


def test_each_file_can_be_read_from_the_node_that_holds_it(each_desk):
    listed = files(each_desk, f"{CALCJOB}/files?metadata=1")
    assert {item["uuid"] for item in listed} == {CALCJOB, RETRIEVED}
    read = 0
    for item in listed:
        if item["type"] == "FILE":
            path = f'/api/v4/nodes/{item["uuid"]}/repo/contents?filename="{item["path"]}"'
            answer = each_desk.get(path)
            assert (answer.status_code, len(answer.data)) == (200, item["size"])
            read += 1
    assert read == 5


def test_both_sides_are_the_default(each_desk):
    both = files(each_desk, f"{CALCJOB}/files")
    one, other = (
        files(each_desk, f"{CALCJOB}/files?side={side}") for side in ("inputs", "outputs")
    )
    assert both == one + other
    assert (len(one), len(other)) == (3, 3)


def test_a_folder_may_be_on_one_side_only(each_desk):
    found = files(each_desk, f'{CALCJOB}/files?filename=".aiida/"')
    assert [item["path"] for item in found] == [".aiida/calcinfo.json", ".aiida/job_tmpl.json"]
    assert [item["name"] for item in found] == ["calcinfo.json", "job_tmpl.json"]


def test_answers_are_equal_on_every_backend(desks, recorded):
    assert recorded
    for uuid in (*recorded, names.JOB_NO_FOLDER, names.JOB_DAMAGED_FILE, names.JOB_MISSING_FILE):
        for query in ("", "?metadata=1", "?side=outputs"):
            first, *others = [files(client, f"{uuid}/files{query}") for client in desks.values()]
            assert others == [first, first]


def test_a_job_that_brought_nothing_back_has_a_note(each_desk):
    for query, sides in (("", {"inputs"}), ("?side=outputs", set())):
        answer = get(each_desk, f"{names.JOB_NO_FOLDER}/files{query}")
        assert {item["side"] for item in answer.json["data"]["files"]} == sides
        (note,) = answer.json["notes"]
        assert (note["code"], note["field"]) == ("nothing-retrieved", "outputs")
    assert "notes" not in get(each_desk, f"{names.JOB_NO_FOLDER}/files?side=inputs").json


def test_a_file_that_the_store_lacks_has_no_size(each_desk):
    listed = files(each_desk, f"{names.JOB_MISSING_FILE}/files?metadata=1&side=outputs")
    assert None in [item["size"] for item in listed]


def test_the_answer_has_an_etag_unless_it_depends_on_files(each_desk):
    path = f"/api/v4/calcjobs/{CALCJOB}/files"
    etag = each_desk.get(path).headers["etag"]
    assert each_desk.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert "etag" not in each_desk.get(f"{path}?metadata=1").headers


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("side=output", 400, "Did you mean `outputs`? Valid: inputs, outputs."),
        ('side=""', 400, "Valid: inputs, outputs."),
        ("side=inputs,outputs", 400, "one value"),
        ("sides=inputs", 400, "Did you mean `side`?"),
        ("limit=3", 400, "Valid: filename, metadata, profile, side."),
        ("metadata=maybe", 400, "true or false"),
        ('filename="nope"', 404, "nope"),
        ('filename="../x"', 404, "x"),
        ('filename="aiida.in"', 404, "aiida.in"),
    ],
)
def test_wrong_requests_say_what_is_right(query, status, words, each_desk):
    answer = get(each_desk, f"{CALCJOB}/files?{query}")
    assert answer.status_code == status
    assert words in answer.json["message"] + answer.json.get("hint", "")


def test_other_nodes_have_no_such_files(each_desk):
    for uuid, status in ((names.TOP, 404), (RETRIEVED, 404), ("ffffff", 404), ("de5", 400)):
        assert get(each_desk, f"{uuid}/files").status_code == status


def test_bad_rows_are_no_500(desk_bad):
    uuids = [uuid for name, uuid in vars(names).items() if name.isupper() and isinstance(uuid, str)]
    assert len(uuids) > 20
    for uuid in uuids:
        for query in ("", "?metadata=1"):
            assert get(desk_bad, f"{uuid}/files{query}").status_code in (200, 404)
