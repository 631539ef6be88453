"""The archive of a process, on every backend, and beside what AiiDA itself writes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import sqlite3
import tracemalloc
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from provender.errors import CorruptObject
from provender.settings import Limits, Settings
from support import badrows, growing
from support.desk import names

CHAIN = "7ecba7ea-6275-4480-9606-4b0689d980f1"
"""A work chain of the lab that calls three, each of which calls two."""
JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
STRUCTURE = "a8358adf-784e-45d5-9623-3b6914b7acac"
METADATA = "aiida_node_metadata.yaml"
OF_AIIDA = (".aiida_dump_safeguard", "aiida_dump_log.json", "README.md")
BACKENDS = ("archive", "postgres", "sqlite")


def path_of(uuid, query=""):
    return f"/api/v4/processes/{uuid}/archive.zip{query}"


class Taken:
    """An archive that was downloaded, and unpacked in memory."""

    def __init__(self, body):
        self.body = body
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            assert file.testzip() is None
            assert len(set(file.namelist())) == len(file.namelist())
            self.files = {name: file.read(name) for name in file.namelist()}
        self.manifest = json.loads(self.files["manifest.json"])

    @property
    def listed(self):
        return {item["path"]: item for item in self.manifest["files"]}

    @property
    def missing(self):
        return {item["path"]: item for item in self.manifest["missing"]}

    def yaml(self, folder=""):
        return yaml.safe_load(self.files[f"{folder}{METADATA}"])


def take(client, uuid, query=""):
    answer = get(client, path_of(uuid, query))
    assert answer.status_code == 200, answer.data
    assert len(answer.data) == int(answer.headers["Content-Length"])
    return Taken(answer.data)


def get(client, path, **options):
    with client.get(path, **options) as answer:  # which closes it, as servers do
        assert answer.data is not None
        return answer


def recorded(data, store):
    return json.loads((data / "desk" / f"{store}.json").read_text())["dumps"]


def check_dump(taken, dump):
    """Compare an archive with what `verdi process dump` wrote of the same process."""
    for path, stored in dump["files"].items():
        if stored is None:
            assert path in taken.files or path.rpartition("/")[2] in OF_AIIDA
        elif path not in taken.missing:
            size, digest = stored
            assert len(taken.files[path]) == size
            assert taken.listed[path]["sha256"].startswith(digest)
    for part, values in dump["yaml"].items():
        found = taken.yaml().get(part, {})
        for name, value in values.items():
            if name == "pk" or name.startswith("_aiida_hash"):
                assert name not in found
            elif name.endswith("time") and part == "Node data":
                assert str(found[name]) == value
            else:
                assert found[name] == value


@pytest.mark.parametrize("backend", BACKENDS)
def test_archives_of_the_lab_hold_what_aiida_dumps(backend, lab, data):
    dumps = recorded(data, "lab")
    assert len(dumps) == 9
    for uuid, dump in dumps.items():
        check_dump(take(lab[backend], uuid), dump)


def test_archives_of_the_materials_hold_what_aiida_dumps(on_materials, data):
    dumps = recorded(data, "materials")
    assert len(dumps) == 2
    for uuid, dump in dumps.items():
        check_dump(take(on_materials.app.test_client(), uuid), dump)


def test_archives_of_the_desk_hold_what_aiida_dumps(each_desk, data):
    recent = (names.RECENT, names.LAST_WEEK)  # their times are those of the run
    dumps = {
        uuid: dump
        for uuid, dump in recorded(data, "desk").items()
        if "error" not in dump and uuid not in recent
    }
    assert len(dumps) > 20
    for uuid, dump in dumps.items():
        check_dump(take(each_desk, uuid), dump)


def test_the_same_process_is_the_same_archive_on_every_backend(lab, data):
    uuids = recorded(data, "lab")
    assert uuids
    for uuid in uuids:
        first, *others = (take(lab[backend], uuid) for backend in BACKENDS)
        for other in others:
            assert first.files == other.files
            assert first.body == other.body


def test_the_same_process_of_the_desk_is_the_same_archive_on_every_backend(desks):
    for uuid in (names.TOP, names.NESTED, names.TIDY, names.LOGGED, names.JOB_MISSING_FILE):
        assert len({take(client, uuid).body for client in desks.values()}) == 1


def test_the_manifest_tells_the_truth_of_every_file(lab):
    taken = take(lab["archive"], CHAIN)
    assert taken.manifest["process"] == CHAIN
    assert taken.manifest["files"][0]["path"] == "README.md"
    assert taken.listed.keys() | {"manifest.json"} == taken.files.keys()
    assert len(taken.listed) > 80
    for path, item in taken.listed.items():
        assert item["bytes"] == len(taken.files[path])
        assert item["sha256"] == hashlib.sha256(taken.files[path]).hexdigest()
    assert taken.manifest["missing"] == taken.manifest["notes"] == []


def test_steps_are_numbered_and_data_is_described(lab):
    taken = take(lab["archive"], CHAIN)
    step = "02-MultiplyAddWorkChain/02-ArithmeticAddCalculation/"
    assert taken.files[f"{step}outputs/aiida.out"] == b"3\n"
    assert taken.yaml(f"{step}node_inputs/x/")["Node attributes"]["value"] == 2
    assert taken.yaml(f"{step}node_outputs/retrieved/")["Files"] == f"{step}outputs/"
    assert (
        b"Submitted the `ArithmeticAddCalculation`"
        in taken.files["02-MultiplyAddWorkChain/report.txt"]
    )
    page = taken.files["README.md"].decode()
    assert "finished with exit status 0" in page
    assert "- `02-MultiplyAddWorkChain`" in page
    assert "  - `02-ArithmeticAddCalculation`" in page


def test_files_of_a_workflow_stand_at_the_calculation_that_used_them(on_materials):
    client = on_materials.app.test_client()
    taken = take(client, "6de05a9d-6009-4df4-adef-3f9662df793a")
    assert taken.files["02-energy/node_inputs/pseudo/Si.upf"].startswith(b"<UPF")
    assert taken.yaml("node_inputs/pseudo/")["Files"] == "02-energy/node_inputs/pseudo/"
    assert "node_inputs/pseudo/Si.upf" not in taken.files


def test_nested_labels_are_nested_folders(desk):
    taken = take(desk, names.TIDY)
    folders = {name.rpartition("/")[0] for name in taken.files if name.startswith("node_outputs")}
    assert max(name.count("/") for name in folders) >= 3


@pytest.mark.parametrize("number", [99, 100])
def test_folders_stand_in_the_order_of_the_calls(number, changed):
    client = changed(*many_calls(number, CHAIN, first=3))
    found = [name for name in take(client, CHAIN).files if name.count("/") == 1]
    steps = [name.partition("/")[0] for name in found if name[0].isdigit()]
    assert len(set(steps)) == number
    assert steps == sorted(steps)


def many_calls(number, caller, first=0):
    """Return SQL by which a process calls more functions, so many in all."""
    nodes = (
        f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < "
        f"{number - 1}) INSERT INTO db_dbnode (id, uuid, node_type, process_type, label, "
        "description, ctime, mtime, attributes, extras, repository_metadata, user_id) SELECT "
        f"{growing.FIRST} + n.i, {growing.OF_SQLITE['uuid']}, "
        "'process.calculation.calcfunction.CalcFunctionNode.', 'made.up', 'step', '', "
        "'2026-11-21 00:00:00.000000', '2026-11-21 00:00:00.000000', "
        """'{"process_label": "step", "process_state": "finished", "exit_status": 0}', '{}', """
        "'{}', (SELECT min(id) FROM db_dbuser) FROM n"
    )
    links = (
        "INSERT INTO db_dblink (id, input_id, output_id, label, type) SELECT n.id, o.id, n.id, "
        f"'CALL', 'call_calc' FROM db_dbnode n, db_dbnode o WHERE n.id >= {growing.FIRST} AND "
        f"n.label = 'step' AND o.uuid = '{caller}'"
    )
    return nodes, links


def test_files_that_are_not_in_the_store_are_listed(each_desk):
    taken = take(each_desk, names.JOB_MISSING_FILE)
    item = taken.missing["outputs/_scheduler-stderr.txt"]
    assert item["reason"] == "its content is not in the store"
    assert item["node"] == names.retrieved_of(names.JOB_MISSING_FILE)
    assert "outputs/_scheduler-stderr.txt" not in taken.files
    assert b"2 files could not be read" in taken.files["README.md"]


def test_damaged_files_are_listed(each_desk):
    taken = take(each_desk, names.JOB_DAMAGED_FILE)
    assert list(taken.missing) == ["outputs/_scheduler-stderr.txt"]
    assert taken.missing["outputs/_scheduler-stderr.txt"]["reason"] == (
        "its content in the store is damaged"
    )
    assert "outputs/out.txt" in taken.files


def test_damage_in_much_data_ends_the_download_unless_it_is_verified_before(changed):
    size = 66 << 20
    key = hashlib.sha256(b"what it should be").hexdigest()
    place = changed.folder / "container" / "loose" / key[:2] / key[2:]
    place.parent.mkdir(exist_ok=True)
    with place.open("wb") as file:
        file.truncate(size)
    tree = json.dumps({"o": {"large": {"k": key}}})
    client = changed(f"UPDATE db_dbnode SET repository_metadata = '{tree}' WHERE uuid = '{JOB}'")
    answer = client.get(path_of(JOB), buffered=False)
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) > size
    sent = io.BytesIO()
    with pytest.raises(CorruptObject, match="`large` cannot be read"):
        sent.writelines(answer.iter_encoded())
    answer.close()
    assert not zipfile.is_zipfile(sent)
    taken = take(client, JOB, "?verify=1")
    assert list(taken.missing) == ["inputs/large"]


def test_head_tells_the_length_and_the_state_that_conditions_name(lab):
    client, path = lab["archive"], path_of(CHAIN)
    head, full = client.head(path), get(client, path)
    assert head.status_code == 200
    assert head.data == b""
    for name in ("Content-Length", "ETag", "Content-Disposition"):
        assert head.headers[name] == full.headers[name]
    assert full.headers["Content-Disposition"] == 'attachment; filename="MyWC-7ecba7ea.zip"'
    etag = full.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(path, headers={"If-Match": '"other"'}).status_code == 412


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_range_of_an_archive_is_what_the_whole_has_there(backend, lab):
    draw = random.Random(3)  # noqa: S311 - not for secrets
    client, path = lab[backend], path_of(CHAIN)
    full = get(client, path)
    etag, size = full.headers["ETag"], len(full.data)
    assert full.headers["Accept-Ranges"] == "bytes"
    for _ in range(60):
        start = draw.choice((draw.randrange(size), size - draw.randint(1, 9000)))
        stop = draw.randint(start, size - 1)
        part = get(client, path, headers={"Range": f"bytes={start}-{stop}", "If-Range": etag})
        assert part.status_code == 206
        assert part.headers["Content-Range"] == f"bytes {start}-{stop}/{size}"
        assert part.headers["ETag"] == etag
        assert part.data == full.data[start : stop + 1]
    other = get(client, path, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (other.status_code, other.data) == (200, full.data)
    beyond = get(client, path, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        (path_of("ffffffff"), 404, "no-such-entity", "no object's id starts with"),
        (path_of(STRUCTURE), 404, "no-such-entity", "not of type"),
        (path_of("zz"), 404, "unknown-route", "beginning of a uuid"),
        (path_of(CHAIN, "?verfy=1"), 400, "unknown-field", "Did you mean `verify`?"),
        (path_of(CHAIN, "?verify=7"), 400, "bad-value", "true or false"),
        (path_of(CHAIN, '?label="x"'), 400, "unknown-field", "profile, verify"),
    ],
)
def test_what_cannot_be_asked_is_an_error(path, status, code, words, lab):
    for backend in ("archive", "postgres", "sqlite"):
        answer = lab[backend].get(path)
        assert (answer.status_code, answer.json["code"]) == (status, code)
        assert words in answer.json["message"] + answer.json.get("hint", "")


@pytest.mark.parametrize("limits", [{"archive_files": 10}, {"download_bytes": 20_000}])
def test_an_archive_that_is_too_large_is_refused(limits, unpacked, make_app):
    client = make_app(
        store=unpacked / "lab.aiida", settings=Settings(limits=Limits(**limits))
    ).test_client()
    answer = client.get(path_of(CHAIN))
    assert (answer.status_code, answer.json["code"]) == (400, "limit-exceeded")
    assert f"limits.{next(iter(limits))}" in answer.json["message"]
    assert "provender dump" in answer.json["hint"]
    assert get(client, path_of("c0215afd-3dd5-404b-99ff-f9e73f033877")).status_code == 200


def test_calls_that_are_nested_too_deeply_are_refused_before_they_take_memory(changed):
    depth, first = 3000, growing.FIRST
    growing.add_nodes(
        changed.folder,
        2 * depth,
        node_type=f"CASE WHEN n.i < {depth} THEN 'process.workflow.workchain.WorkChainNode.' "
        "ELSE 'data.core.dict.Dict.' END",
        attributes="""'{"process_label": "step"}'""",
    )
    link = "INSERT INTO db_dblink (input_id, output_id, label, type) SELECT id,"
    client = changed(
        f"{link} id + 1, 'CALL', 'call_work' FROM db_dbnode "
        f"WHERE id >= {first} AND id < {first + depth - 1}",
        f"{link} id + {depth}, 'out', 'return' FROM db_dbnode "
        f"WHERE id >= {first} AND id < {first + depth}",
    )
    tracemalloc.start()
    try:
        answer = client.get(path_of("00000000-0000-4000-8000-000000000000"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (answer.status_code, answer.json["code"]) == (400, "limit-exceeded")
    assert "path" in answer.json["message"]
    assert peak < 25_000_000


def test_a_store_without_files_has_no_archives(lab_postgres, make_app):
    answer = make_app(store=lab_postgres).test_client().get(path_of(CHAIN))
    assert (answer.status_code, answer.json["code"]) == (503, "store-misconfigured")


def test_processes_that_call_each_other_are_there_once(each_desk):
    taken = take(each_desk, names.LOOP)
    found = [item["node"] for path, item in taken.listed.items() if path.endswith(METADATA)]
    assert len(found) == len(set(found)) == 2


def test_no_archive_holds_an_e_mail(lab):
    taken = take(lab["archive"], CHAIN)
    assert taken.yaml()["User data"].keys() == {"first_name", "last_name", "institution"}
    assert not [name for name, content in taken.files.items() if b"a@b.ch" in content]


def test_names_are_made_safe(changed):
    key = hashlib.sha256(b"").hexdigest()
    file = {"k": key}
    tree = {"..": {"o": {"x": file}}, "a": file, "A": file, "C:\\x": file, "b.": {"o": {"c": file}}}
    text = json.dumps({"o": tree | {"odd": 7, "keyless": {"k": 7}}})
    client = changed(f"UPDATE db_dbnode SET repository_metadata = '{text}' WHERE uuid = '{JOB}'")
    taken = take(client, JOB)
    found = {name for name in taken.files if name.startswith("inputs/")}
    assert found == {"inputs/__/x", "inputs/A", "inputs/C__x", "inputs/a~2", "inputs/b_/c"}
    assert taken.listed["inputs/a~2"]["stored_as"] == "a"
    assert taken.listed["inputs/__/x"]["stored_as"] == "../x"
    assert "stored_as" not in taken.listed["inputs/A"]
    assert set(taken.missing) == {"inputs/odd", "inputs/keyless"}


def test_a_process_of_bad_rows_is_told_with_notes(desk_bad):
    for uuid in (names.RUNNING, names.WAITING, names.CREATED, names.KILLED, names.TOP):
        taken = take(desk_bad, uuid)
        assert taken.yaml()["Node data"]["uuid"] == uuid
        assert taken.manifest["notes"] or uuid in (names.KILLED, names.TOP)
    assert take(desk_bad, names.EXCEPTED).files["report.txt"]


HALF = len(badrows.VALUES) // 2
SPOILT = [
    (table, column, shift)
    for table in ("db_dbnode", "db_dbcomputer", "db_dbuser", "db_dblog", "db_dblink")
    for column in badrows.TABLES[table]
    for shift in ((0, HALF) if table == "db_dbnode" else (0,))
]


@pytest.mark.parametrize(("table", "column", "shift"), SPOILT)
def test_any_value_in_any_column_hides_nothing_else(table, column, shift, data, tmp_path, make_app):
    """The rows of a table have one bad value each; the process that is asked for keeps its own."""
    values = list(badrows.VALUES.values())
    cases = " ".join(f"WHEN {number} THEN {value}" for number, value in enumerate(values))
    others = f"WHERE uuid != '{CHAIN}'" if table == "db_dbnode" else ""
    place = f"(id + {shift}) % {len(values)}"
    changes = [f"UPDATE {table} SET {column} = CASE {place} {cases} END {others}"]
    path = badrows.archive(tmp_path, data / "lab.aiida", changes)
    taken = take(make_app(store=path).test_client(), CHAIN)
    described = [content for name, content in taken.files.items() if name.endswith(".yaml")]
    assert described
    assert taken.yaml()["Node data"]["uuid"] == CHAIN
    for content in described:
        assert yaml.safe_load(content)["Node data"]


def open_files():
    return [os.path.realpath(path) for path in Path("/proc/self/fd").iterdir()]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are listed in /proc")
def test_a_download_that_is_given_up_leaves_nothing_open(changed):
    key = hashlib.sha256(bytes(70 << 20)).hexdigest()
    place = changed.folder / "container" / "loose" / key[:2] / key[2:]
    place.parent.mkdir(exist_ok=True)
    with place.open("wb") as file:
        file.truncate(70 << 20)
    tree = json.dumps({"o": {"large": {"k": key}}})
    client = changed(f"UPDATE db_dbnode SET repository_metadata = '{tree}' WHERE uuid = '{JOB}'")
    answer = client.get(path_of(JOB), buffered=False)
    blocks = answer.iter_encoded()
    assert sum(len(next(blocks)) for _ in range(20)) > 1 << 20
    assert str(place) in open_files()
    answer.close()
    assert str(place) not in open_files()


def test_every_process_of_the_lab_has_an_archive(lab, unpacked):
    with closing(sqlite3.connect(unpacked / "sqlite_dos" / "database.sqlite")) as connection:
        rows = connection.execute("SELECT uuid FROM db_dbnode WHERE node_type LIKE 'process.%'")
        uuids = [uuid for (uuid,) in rows]
    assert len(uuids) == 77
    for uuid in uuids:
        taken = take(lab["sqlite"], uuid)
        assert taken.missing == {}
