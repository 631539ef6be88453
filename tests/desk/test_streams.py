"""What the scheduler wrote for a job, as lines: slices, forms, sizes, polls, errors."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from provender.settings import Limits
from support.desk import names

PATH = f"/api/v4/processes/{names.JOB_STDERR}"
STDOUT = [f"line {number}" for number in range(1, 1001)]
STDERR = [f"error {number}" for number in range(1, 81)]
SLICES = (
    *((None, None), (0, 3), (990, None), (-5, None), (-5, -2), (None, -998), (998, 5000)),
    *((-2000, 2), (3, 3), (5, 2), (1000, None), (10**25, None), (-1, 10**25)),
)


def lines(client, query, path=PATH):
    answer = client.get(f"{path}/{query}")
    assert answer.status_code == 200, answer.text
    return answer.json["data"]["logs"]


def test_a_slice_is_that_of_python(each_desk):
    for start, stop in SLICES:
        bounds = ":".join("" if bound is None else str(bound) for bound in (start, stop))
        expected = STDOUT[start:stop]
        assert lines(each_desk, f"log/{bounds}?stream=stdout") == expected, bounds
        given = {"start": start, "stop": stop}
        query = "".join(f"&{key}={value}" for key, value in given.items() if value is not None)
        assert lines(each_desk, f"logs?stream=stdout{query}") == expected, query


def test_both_streams_have_their_own_file(each_desk):
    assert lines(each_desk, "logs?stream=stderr") == STDERR
    size = each_desk.get(f"{PATH}/logs/size?stream=stderr").json["data"]["size"]
    assert size == {"lines": 80, "bytes": sum(len(line) + 1 for line in STDERR)}
    assert each_desk.get(f"{PATH}/log/size?stream=stdout").json["data"]["size"]["lines"] == 1000


def test_the_forms(each_desk):
    text = each_desk.get(f"{PATH}/logs?stream=stderr&start=-3&format=text")
    assert (text.content_type, text.text) == (
        "text/plain; charset=utf-8",
        "error 78\nerror 79\nerror 80\n",
    )
    rows = each_desk.get(f"{PATH}/logs?stream=stderr&start=-3&format=ndjson")
    assert rows.content_type == "application/x-ndjson"
    assert list(map(json.loads, rows.text.splitlines())) == STDERR[-3:]


def test_text_is_as_it_is_stored(each_desk):
    path = f"/api/v4/processes/{names.JOB_LONG_LINES}"
    found = each_desk.get(f"{path}/logs?stream=stderr&format=text").data.split(b"\n")
    assert found == [b"a" * 100_000, b"\xff\xfe" + b"b" * 100_000, b"last line", b""]
    shown = lines(each_desk, "logs?stream=stderr", path)
    assert shown[1].startswith("\ufffd\ufffdbbb")
    assert len(shown) == 3


def test_an_empty_file_has_no_lines(each_desk):
    path = f"/api/v4/processes/{names.JOB_SILENT}"
    assert lines(each_desk, "logs?stream=stdout", path) == []
    assert lines(each_desk, "log/-5:?stream=stdout", path) == []
    size = each_desk.get(f"{path}/logs/size?stream=stdout").json["data"]["size"]
    assert size == {"lines": 0, "bytes": 0}


def test_a_poll_is_a_304(each_desk):
    for query in ("logs?stream=stdout", "log/-3:?stream=stderr", "logs/size?stream=stdout"):
        etag = each_desk.get(f"{PATH}/{query}").headers["ETag"]
        again = each_desk.get(f"{PATH}/{query}", headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")
        assert each_desk.get(f"{PATH}/{query}", headers={"If-Match": '"x"'}).status_code == 412


def test_all_backends_give_the_same(desks):
    for query in ("logs?stream=stdout", "log/-3:?stream=stderr", "logs/size?stream=stdout"):
        found = [client.get(f"{PATH}/{query}").text for client in desks.values()]
        assert len(set(found)) == 1


def test_the_number_of_lines_is_bounded(desk_place, open_place):
    client = open_place(desk_place("archive"), limits=Limits(log_rows=7))
    answer = client.get(f"{PATH}/logs?stream=stdout&start=100")
    assert answer.json["data"]["logs"] == STDOUT[100:107]
    (note,) = answer.json["notes"]
    assert note["code"] == "more-lines"
    assert "start=107" in note["message"]
    answer = client.get(f"{PATH}/logs?stream=stdout&start=-20&format=text")
    assert answer.text.splitlines() == STDOUT[-20:-13]
    assert "more-lines" in answer.headers["X-Provender-Notes"]
    assert "notes" not in client.get(f"{PATH}/logs?stream=stdout&start=-7").json


def test_lines_that_are_too_long_are_refused(desk_place, open_place):
    client = open_place(desk_place("archive"), limits=Limits(answer_bytes=50_000))
    path = f"/api/v4/processes/{names.JOB_LONG_LINES}/logs?stream=stderr"
    refused = client.get(path)
    assert (refused.status_code, refused.json["code"]) == (400, "limit-exceeded")
    assert client.get(f"{path}&start=2").json["data"]["logs"] == ["last line"]


@pytest.mark.parametrize("uuid", [names.JOB_MISSING_FILE, names.JOB_DAMAGED_FILE])
def test_damage_is_an_error_that_names_the_file(each_desk, uuid):
    for query in ("logs", "logs/size", "log/-2:"):
        answer = each_desk.get(f"/api/v4/processes/{uuid}/{query}?stream=stderr")
        assert (answer.status_code, answer.json["code"]) == (500, "corrupt-object")
        assert "_scheduler-stderr.txt" in answer.json["message"]


@pytest.mark.parametrize(
    ("uuid", "query", "status", "told"),
    [
        (names.JOB_STDERR, "logs?stream=stdin", 400, "stdout or stderr"),
        (names.JOB_STDERR, "logs?stream=stdot", 400, "Did you mean"),
        (names.JOB_STDERR, "logs?stream=stdout&level=ERROR", 400, "level"),
        (names.JOB_STDERR, "logs/size?stream=stdout&since=3", 400, "since"),
        (names.JOB_STDERR, "log/:?stream=stdout&recursive=1", 400, "recursive"),
        (names.JOB_STDERR, "log/1:2:3?stream=stdout", 400, "colon"),
        (names.JOB_NO_FOLDER, "logs?stream=stdout", 404, "_scheduler-stdout.txt"),
        (names.CACHED, "logs?stream=stderr", 404, "_scheduler-stderr.txt"),
        (names.TOP, "logs?stream=stdout", 404, "scheduler_stdout"),
        (names.ODD_ATTRIBUTES, "logs?stream=stderr", 404, "scheduler_stderr"),
        (names.STATELESS, "logs?stream=stderr", 404, "scheduler_stderr"),
    ],
)
def test_what_is_wrong_is_said(each_desk, uuid, query, status, told):
    answer = each_desk.get(f"/api/v4/processes/{uuid}/{query}")
    assert answer.status_code == status
    assert told in answer.json["message"] + answer.json.get("hint", "")


def test_without_a_repository_it_is_a_503(desk_place, open_place):
    client = open_place(replace(desk_place("postgres"), repository=None))
    assert client.get(f"{PATH}/logs?stream=stdout").status_code == 503
