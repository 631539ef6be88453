"""What processes gave and were given: lists, formats, arrays, on each backend."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest

from desk.conftest import Place
from support import badrows
from support.desk import contents, names
from support.desk.recorded import UNLIKE

BANDS = "relax__last__bands"
JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
SIDES = {
    "results": ("outputs", ("create", "return")),
    "inputs": ("inputs", ("input_calc", "input_work")),
}


def get(client, path, **options):
    return client.get(f"/api/v4/processes/{path}", **options)


def ok(client, path, **options):
    answer = get(client, path, **options)
    assert answer.status_code == 200, answer.data
    return answer


def by_label(client, path, side="results"):
    return {record["label"]: record for record in ok(client, path).json["data"][side]}


# Lists


@pytest.mark.parametrize("side", SIDES)
def test_links_are_those_of_aiida(side, recorded):
    word, types = SIDES[side]
    ours, theirs = {}, {}
    for uuid, process in recorded.processes:
        ours[uuid] = sorted(
            [one["label"], one["link_type"], one["uuid"]]
            for one in recorded.get(f"processes/{uuid}/{side}")
        )
        links = process[word] if uuid not in UNLIKE else []
        theirs[uuid] = sorted(link for link in links if link[1] in types)
    assert ours == theirs
    assert any(ours.values())


def test_a_result_says_what_it_is(each_desk):
    answer = ok(each_desk, f"{names.TIDY}/results")
    assert answer.headers["X-Total-Count"] == "4"
    found = {record["label"]: record for record in answer.json["data"]["results"]}
    url = f"http://localhost/api/v4/processes/{names.TIDY}/results"
    assert found["plain"] == {
        "label": "plain",
        "link_type": "return",
        "uuid": contents.OUTPUTS["plain"],
        "node_type": "data.core.int.Int.",
        "formats": ["json"],
        "size_bytes": 0,
        "files": 0,
        "summary": "1",
        "url": f"{url}/plain",
    }
    bands = found[BANDS]
    assert bands["formats"][:3] == ["npz", "json", "agr"]
    assert bands["formats"][-1] == "files"
    assert (bands["size_bytes"], bands["files"]) == (864, 3)
    assert bands["summary"] == "(Path of 4 kpts)"
    structure = found["relax__structure"]
    assert structure["formats"] == ["cif", "chemdoodle", "xsf", "xyz", "json"]
    assert structure["summary"] == "Fe"


def test_a_dictionary_is_summed_up_by_its_keys(each_desk):
    chain = "49660afe-73fa-4275-b3a9-a8016c294c7a"
    assert by_label(each_desk, f"{chain}/results")["out"]["summary"] == "n"


def test_lists_are_equal_on_each_backend(desks):
    for path in (names.NESTED, names.TIDY, JOB, names.JOB_DAYS, names.QUIET):
        for side in SIDES:
            answers = {
                name: by_label(client, f"{path}/{side}", side) for name, client in desks.items()
            }
            assert answers["archive"] == answers["sqlite"] == answers["postgres"]


def test_labels_are_nested(each_desk):
    nested = ok(each_desk, f"{names.TIDY}/results").json["data"]["nested"]
    assert nested == {
        "plain": "plain",
        "relax": {
            "last": {"bands": BANDS, "energy": "relax__last__energy"},
            "structure": "relax__structure",
        },
    }
    odd = ok(each_desk, f"{names.NESTED}/results").json["data"]["nested"]
    assert odd["a"] == {"": "a", "b": {"": "a__b", "c": "a__b__c"}}
    assert (odd["__begin"], odd["end__"]) == ("__begin", "end__")


def test_namespaces_without_end_are_nested_up_to_a_bound(tmp_path, desk_archive, open_place):
    label, process = "a__" * 3000 + "b", names.id_of(names.NESTED)
    changes = [
        f"UPDATE db_dblink SET label = '{label}' WHERE input_id = {process} AND label = 'plain'",
        f"UPDATE db_dblink SET label = '{label}' WHERE output_id = {process} "
        "AND label = 'structure'",
    ]
    client = open_place(Place(str(badrows.archive(tmp_path, desk_archive, changes))))
    for side in SIDES:
        data = ok(client, f"{names.NESTED}/{side}").json["data"]
        assert label in [one["label"] for one in data[side]]
        assert f'"{label}"' in json.dumps(data["nested"])
    assert zipfile.ZipFile(io.BytesIO(ok(client, f"{names.NESTED}/archive.zip").data)).namelist()


def test_a_process_without_results_has_none(each_desk):
    answer = ok(each_desk, f"{names.QUIET}/results")
    assert answer.json["data"] == {"results": [], "nested": {}}
    hint = get(each_desk, f"{names.QUIET}/results/sum").json["hint"]
    assert hint == "It has no results."


def test_lists_have_windows(each_desk):
    whole = [
        record["label"]
        for record in ok(each_desk, f"{names.NESTED}/results").json["data"]["results"]
    ]
    assert len(whole) == len(contents.OUTPUTS)
    answer = ok(each_desk, f"{names.NESTED}/results?limit=3&offset=2")
    assert [record["label"] for record in answer.json["data"]["results"]] == whole[2:5]
    assert answer.headers["X-Total-Count"] == str(len(whole))
    assert ok(each_desk, f"{names.NESTED}/results?limit=0").json["data"]["results"] == []


def test_a_list_that_did_not_change_is_a_304(each_desk):
    etag = ok(each_desk, f"{names.TIDY}/results").headers["ETag"]
    again = get(each_desk, f"{names.TIDY}/results", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_the_address_of_a_result_leads_to_it(desk):
    records = by_label(desk, f"{names.NESTED}/results").values()
    assert len(records) == len(contents.OUTPUTS)
    for record in records:
        assert record["formats"]
        assert desk.get(record["url"]).status_code == 200
        for form in record["formats"]:
            answer = desk.get(f"{record['url']}?export_type={form}")
            assert answer.status_code == 200, form


# One of them, in a format


def test_the_first_format_is_the_default(each_desk):
    answer = ok(each_desk, f"{names.TIDY}/results/plain")
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.data) == {"value": 1}
    assert answer.headers["Content-Disposition"] == 'inline; filename="plain.json"'
    cif = ok(each_desk, f"{names.TIDY}/results/relax__structure")
    assert cif.headers["Content-Type"] == "chemical/x-cif"
    assert b"_cell_length_a" in cif.data
    npz = np.load(io.BytesIO(ok(each_desk, f"{names.TIDY}/results/{BANDS}").data))
    assert sorted(npz) == ["bands", "kpoints", "occupations"]


def test_a_format_is_asked_for(each_desk):
    path = f"{names.TIDY}/results/relax__structure"
    xyz = ok(each_desk, f"{path}?export_type=xyz&dload=1")
    assert xyz.headers["Content-Type"] == "chemical/x-xyz"
    assert xyz.headers["Content-Disposition"] == 'attachment; filename="relax__structure.xyz"'
    assert "kinds" in json.loads(ok(each_desk, f"{path}?export_type=json").data)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "chemical/x-cif"),
        ("application/json", "application/json"),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", "chemical/x-cif"),
        ("chemical/x-cif;q=0.1,chemical/x-xyz", "chemical/x-xyz"),
        ("chemical/*", "chemical/x-cif"),
    ],
)
def test_accept_chooses_a_format(accept, media, each_desk):
    path = f"{names.TIDY}/results/relax__structure"
    answer = ok(each_desk, path, headers={"Accept": accept})
    assert answer.headers["Content-Type"] == media
    assert "Accept" in answer.headers["Vary"]
    named = ok(each_desk, f"{path}?export_type=xsf", headers={"Accept": accept})
    assert named.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_who_accepts_json_gets_the_plain_one(each_desk):
    path = f"{names.TIDY}/results/relax__structure"
    answer = ok(each_desk, path, headers={"Accept": "application/json"})
    assert "kinds" in json.loads(answer.data)


def test_what_is_accepted_decides_the_etag(each_desk):
    path = f"{names.TIDY}/results/relax__structure"
    cif = ok(each_desk, path)
    headers = {"Accept": "application/json", "If-None-Match": cif.headers["ETag"]}
    assert get(each_desk, path, headers=headers).status_code == 200
    same = get(each_desk, path, headers={"If-None-Match": cif.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")


def test_a_format_that_there_is_not_is_a_404_that_lists_those_there_are(each_desk):
    path = f"{names.TIDY}/results/relax__structure"
    answer = get(each_desk, f"{path}?export_type=cfi")
    assert (answer.status_code, answer.json["code"]) == (404, "no-such-format")
    hint = "Did you mean `cif`? It has: cif, chemdoodle, xsf, xyz, json."
    assert answer.json["hint"] == hint
    refused = get(each_desk, path, headers={"Accept": "image/png"})
    assert (refused.status_code, refused.json["code"]) == (404, "no-such-format")
    assert "cif (chemical/x-cif)" in refused.json["hint"]


def test_files_come_as_a_zip_and_one_file_as_it_is(each_desk):
    records = by_label(each_desk, f"{JOB}/results")
    retrieved = records["retrieved"]
    assert retrieved["formats"] == ["files", "json"]
    answer = ok(each_desk, f"{JOB}/results/retrieved")
    assert answer.headers["Content-Type"] == "application/zip"
    members = zipfile.ZipFile(io.BytesIO(answer.data))
    assert members.testzip() is None
    assert len(members.namelist()) == retrieved["files"]
    assert sum(item.file_size for item in members.infolist()) == retrieved["size_bytes"]


def test_inputs_are_answered_like_results(each_desk):
    found = by_label(each_desk, f"{names.NESTED}/inputs", "inputs")
    assert sorted(found) == sorted(contents.INPUTS)
    assert (
        ok(each_desk, f"{names.NESTED}/inputs/structure").headers["Content-Type"]
        == "chemical/x-cif"
    )
    parameters = ok(each_desk, f"{names.NESTED}/inputs/base__pw__parameters")
    assert json.loads(parameters.data)


def test_a_range_of_a_result(each_desk):
    path = f"{names.TIDY}/results/relax__structure"
    part = get(each_desk, path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, ok(each_desk, path).data[:4])
    assert part.headers["Content-Range"].startswith("bytes 0-3/")


def test_a_head_tells_what_a_get_would(each_desk):
    for label in ("plain", "relax__structure", BANDS):
        path = f"/api/v4/processes/{names.TIDY}/results/{label}"
        head, answer = each_desk.head(path), each_desk.get(path)
        assert (head.status_code, head.data) == (200, b"")
        for name in ("Content-Type", "Content-Length", "Content-Disposition", "ETag"):
            assert head.headers[name] == answer.headers[name]


# Arrays of results


def test_arrays_of_results_are_those_of_their_nodes(each_desk):
    node = f"/api/v4/nodes/{contents.OUTPUTS[BANDS]}/arrays"
    for asked in ("?slice=0:2", "?slice=0&format=raw", "?slice=...,-1&format=csv", ""):
        answer = ok(each_desk, f"{names.TIDY}/extract/{BANDS}/bands{asked}")
        assert answer.data == each_desk.get(f"{node}/bands{asked}").data
    assert (
        ok(each_desk, f"{names.TIDY}/extract/{BANDS}.npz").data == each_desk.get(f"{node}.npz").data
    )
    attrs = ok(each_desk, f"{names.TIDY}/extract/{BANDS}.attrs").json["data"]
    assert attrs == each_desk.get(f"{node}.attrs").json["data"]
    values = ok(each_desk, f"{names.TIDY}/extract/{BANDS}/bands?format=json").json["data"]
    assert np.shape(values["bands"]) == (4, 6)


WRONG = {
    "results/relax": (404, "Did you mean `relax__last__bands`?"),
    "results/plane": (404, "Did you mean `plain`?"),
    "results/pl%00ain": (404, "It has: "),
    "results/plain?export_type=json&export_type=json": (400, ""),
    "results/plain?dload=perhaps": (400, ""),
    "results/plain?format=json": (400, "export_type"),
    "results?label=%22plain%22": (400, "limit, offset, profile"),
    "results?limit=-1": (400, ""),
    "results?limit=401": (400, ""),
    "inputs/relax__structure": (404, "It has: base__kpoints"),
    f"extract/{BANDS}/band": (404, "Did you mean `bands`?"),
    f"extract/{BANDS}/bands?slice=9": (400, "count from 0"),
    f"extract/{BANDS}.npz?names=band": (404, "Did you mean `bands`?"),
    "extract/plain/x": (404, "It has no arrays."),
    "extract/x/bands": (404, "It has: "),
}


@pytest.mark.parametrize("path", WRONG)
def test_what_is_wrong_is_told_with_what_would_be_right(path, each_desk):
    answer = get(each_desk, f"{names.NESTED}/{path}")
    status, hint = WRONG[path]
    assert answer.status_code == status
    assert hint in answer.json.get("hint", "")


@pytest.mark.parametrize("path", ["results", "inputs", "results/a", "extract/a/b", "extract/a.npz"])
def test_what_is_no_process_is_a_404(path, each_desk):
    for uuid in (contents.OUTPUTS["plain"], "ffffffff-aaaa"):
        answer = get(each_desk, f"{uuid}/{path}")
        assert (answer.status_code, answer.json["code"]) == (404, "no-such-entity")


# Stores that lack something


def test_a_missing_content_has_no_size_and_an_error_that_names_it(each_desk):
    record = by_label(each_desk, f"{names.JOB_MISSING_FILE}/results")["retrieved"]
    assert record["size_bytes"] is None
    assert record["files"] > 1
    answer = get(each_desk, f"{names.JOB_MISSING_FILE}/results/retrieved")
    assert (answer.status_code, answer.json["code"]) == (500, "corrupt-object")
    assert "The file `" in answer.json["message"]


def test_a_damaged_content_is_an_error_that_names_it(each_desk):
    answer = get(each_desk, f"{names.JOB_DAMAGED_FILE}/results/retrieved")
    assert (answer.status_code, answer.json["code"]) == (500, "corrupt-object")
    assert "The file `" in answer.json["message"]


def test_a_store_without_its_files_lists_results_all_the_same(lab_postgres, open_place):
    client = open_place(type("Place", (), {"store": lab_postgres, "repository": None}))
    answer = ok(client, f"{JOB}/results")
    found = {record["label"]: record for record in answer.json["data"]["results"]}
    assert found["retrieved"]["size_bytes"] is None
    assert [note["code"] for note in answer.json["notes"]] == ["sizes-unknown"]


def test_bad_rows_hide_no_others(desk_bad):
    answer = ok(desk_bad, f"{names.NESTED}/results")
    records = answer.json["data"]["results"]
    assert len(records) == len(contents.OUTPUTS)
    assert [record["label"] for record in records].count(None) == 1
    assert answer.json["notes"]
