"""Logs of processes: slices, filters, called processes, three forms, sizes, polls."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from provender.settings import Limits
from support.desk import names

PATH = "/api/v4/processes"
SLICES = (
    *((None, None), (0, 10), (5, None), (None, 7), (-10, None), (None, -295), (-20, -15)),
    *((-1000, 3), (290, 1000), (299, 300), (300, None), (10, 5), (-1, 0), (7, 7), (1000, -1000)),
    *((10**25, None), (-(10**25), 2)),
)


def rows(client, uuid, query="", path="logs"):
    answer = client.get(f"{PATH}/{uuid}/{path}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json["data"]["logs"]


def query_of(start, stop):
    given = {"start": start, "stop": stop}
    return "?" + "&".join(f"{key}={value}" for key, value in given.items() if value is not None)


def test_a_slice_is_that_of_python(each_desk):
    every = rows(each_desk, names.LOGGED)
    assert len(every) == names.LOGGED_ROWS
    for start, stop in SLICES:
        expected = every[start:stop]
        assert rows(each_desk, names.LOGGED, query_of(start, stop)) == expected, (start, stop)
        bounds = ":".join("" if bound is None else str(bound) for bound in (start, stop))
        assert rows(each_desk, names.LOGGED, path=f"log/{bounds}") == expected, bounds


def test_every_slice_tells_the_number_of_all_rows(each_desk):
    for query in ("", "?start=-2", "?start=7&stop=5", "?format=text", "?format=ndjson&stop=1"):
        answer = each_desk.get(f"{PATH}/{names.LOGGED}/logs{query}")
        assert answer.headers["X-Total-Count"] == str(names.LOGGED_ROWS)


def test_a_row_has_the_columns_of_the_log(each_desk, desk_rows):
    (row,) = rows(each_desk, names.ALONE)
    (stored,) = [one for one in desk_rows.logs if one["dbnode_id"] == names.id_of(names.ALONE)]
    assert row == {
        "id": stored["id"],
        "time": stored["time"].strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "levelname": stored["levelname"],
        "loggername": stored["loggername"],
        "message": stored["message"],
        "process": names.ALONE,
        "depth": 0,
    }


def test_all_backends_give_the_same(desks):
    for uuid in (names.LOGGED, names.TOP, names.QUIET, names.LOOP, names.EXCEPTED):
        for query in ("logs", "logs?recursive=1", "logs/size?recursive=1", "log/-2:?level=info"):
            found = [client.get(f"{PATH}/{uuid}/{query}") for client in desks.values()]
            assert len({answer.text for answer in found}) == 1, query
            assert len({answer.headers["ETag"] for answer in found}) == 1


def test_rows_are_in_the_order_of_time(each_desk, desk_rows):
    found = rows(each_desk, names.LOGGED)
    stored = {row["id"]: row["time"] for row in desk_rows.logs}
    times = [(stored[row["id"]], row["id"]) for row in found]
    assert times == sorted(times)
    assert len(times) == names.LOGGED_ROWS


def test_a_level_stands_for_itself_and_those_above(each_desk):
    every = rows(each_desk, names.LOGGED)
    levels = ["DEBUG", "INFO", "REPORT", "WARNING", "ERROR", "CRITICAL"]
    for number, level in enumerate(levels):
        wanted = levels[number:]
        for written in (level, level.lower(), f'"{level}"'):
            found = rows(each_desk, names.LOGGED, f"?level={written}")
            assert found == [row for row in every if row["levelname"] in wanted]
            assert found
    assert rows(each_desk, names.LOGGED, "?level=NOTSET") == every


def test_a_logger_stands_for_itself_and_those_below(each_desk):
    every = rows(each_desk, names.LOGGED)
    for logger in ("aiida.parser", "aiida.parser.made.up", "aiida"):
        found = rows(each_desk, names.LOGGED, f"?logger={logger}")
        assert found == [row for row in every if f"{row['loggername']}.".startswith(f"{logger}.")]
        assert found
    for other in ("aiida.pars", "aiida.parser.made.up.more", "aiida_parser", "%", "Aiida"):
        assert rows(each_desk, names.LOGGED, f"?logger={other}") == []


def test_since_gives_what_came_after_a_row(each_desk):
    every = rows(each_desk, names.LOGGED)
    last = max(row["id"] for row in every)
    some = rows(each_desk, names.LOGGED, f"?since={last - 3}")
    assert sorted(row["id"] for row in some) == [last - 2, last - 1, last]
    assert rows(each_desk, names.LOGGED, f"?since={last}") == []
    assert rows(each_desk, names.LOGGED, "?since=0") == every
    assert rows(each_desk, names.LOGGED, f"?since={10**25}") == []


def test_a_slice_is_of_the_rows_that_pass_the_filters(each_desk):
    passing = rows(each_desk, names.LOGGED, "?level=ERROR&logger=aiida.parser")
    answer = each_desk.get(f"{PATH}/{names.LOGGED}/log/-3:-1?level=ERROR&logger=aiida.parser")
    assert answer.json["data"]["logs"] == passing[-3:-1]
    assert answer.headers["X-Total-Count"] == str(len(passing))


def test_the_logs_of_called_processes_are_merged_by_time(each_desk, desk_rows):
    depths = {
        names.TOP: 0,
        names.GOOD_CHILD: 1,
        names.MIDDLE: 1,
        names.LATER_CHILD: 1,
        names.DEEP: 2,
        names.DEEP_JOB: 3,
    }
    own = [
        {**row, "depth": depth} for uuid, depth in depths.items() for row in rows(each_desk, uuid)
    ]
    stored = {row["id"]: (row["time"], row["id"]) for row in desk_rows.logs}
    found = rows(each_desk, names.TOP, "?recursive=1")
    assert found == sorted(own, key=lambda row: stored[row["id"]])
    assert {row["depth"] for row in found} == {0, 1, 2}
    assert rows(each_desk, names.TOP, "?recursive=true&start=-2") == found[-2:]


def test_processes_that_call_each_other_come_once(each_desk):
    found = rows(each_desk, names.LOOP, "?recursive=1")
    assert len({row["id"] for row in found}) == len(found)
    assert each_desk.get(f"{PATH}/{names.LOOP}/logs/size?recursive=1").status_code == 200


def test_the_number_of_called_processes_is_bounded(desk_place, open_place):
    client = open_place(desk_place("archive"), limits=Limits(called=2))
    answer = client.get(f"{PATH}/{names.TOP}/logs?recursive=1")
    assert answer.json["notes"][0]["code"] == "more-called"
    found = {row["process"] for row in answer.json["data"]["logs"]}
    assert found == {names.TOP, names.GOOD_CHILD, names.MIDDLE}
    assert "notes" in client.get(f"{PATH}/{names.TOP}/logs/size?recursive=1").json
    assert "notes" not in client.get(f"{PATH}/{names.MIDDLE}/logs?recursive=1").json


def test_the_number_of_rows_is_bounded(desk_place, open_place):
    client = open_place(desk_place("archive"), limits=Limits(log_rows=7))
    every = rows(client, names.LOGGED)
    assert len(every) == 7
    answer = client.get(f"{PATH}/{names.LOGGED}/logs?start=-9")
    (note,) = answer.json["notes"]
    assert note["code"] == "more-rows"
    assert "start=298" in note["message"]
    assert len(answer.json["data"]["logs"]) == 7
    plain = client.get(f"{PATH}/{names.LOGGED}/logs?format=text")
    assert "more-rows" in plain.headers["X-Provender-Notes"]
    assert "notes" not in client.get(f"{PATH}/{names.LOGGED}/logs?start=-7").json


def test_text_is_for_people(each_desk):
    answer = each_desk.get(f"{PATH}/{names.ALONE}/logs?format=text")
    (row,) = rows(each_desk, names.ALONE)
    assert answer.content_type == "text/plain; charset=utf-8"
    begin = f"2026-11-21 10:14:10 [{row['id']} | REPORT]: "
    assert answer.text == f"{begin}{row['message']}\n"
    size = each_desk.get(f"{PATH}/{names.LOGGED}/logs/size").json["data"]["size"]
    text = each_desk.get(f"{PATH}/{names.LOGGED}/logs?format=text").text
    assert text.count("\n") == size["lines"] > size["rows"]


def test_called_processes_are_indented_in_a_text(each_desk):
    text = each_desk.get(f"{PATH}/{names.TOP}/logs?recursive=1&format=text").text
    depths = [line.partition("]: ")[2].find("[") // 2 for line in text.splitlines()]
    assert depths == [row["depth"] for row in rows(each_desk, names.TOP, "?recursive=1")]


def test_ndjson_is_a_row_on_each_line(each_desk):
    answer = each_desk.get(f"{PATH}/{names.LOGGED}/logs?format=ndjson&start=-20")
    assert answer.content_type == "application/x-ndjson"
    lines = answer.text.splitlines()
    assert list(map(json.loads, lines)) == rows(each_desk, names.LOGGED, "?start=-20")


def test_the_size_of_a_log(each_desk):
    every = rows(each_desk, names.LOGGED)
    for path in ("logs/size", "log/size"):
        size = each_desk.get(f"{PATH}/{names.LOGGED}/{path}").json["data"]["size"]
        levels = [row["levelname"] for row in every]
        last = max(every, key=lambda row: row["id"])
        assert size == {
            "lines": sum(row["message"].rstrip("\n").count("\n") + 1 for row in every),
            "rows": len(every),
            "by_level": {level: levels.count(level) for level in set(levels)},
            "last": {"id": last["id"], "time": last["time"]},
        }


def test_the_size_of_what_passes_the_filters(each_desk):
    query = "?level=ERROR&logger=aiida.parser&since=10000"
    size = each_desk.get(f"{PATH}/{names.LOGGED}/logs/size{query}").json["data"]["size"]
    assert size["rows"] == len(rows(each_desk, names.LOGGED, query))
    assert set(size["by_level"]) <= {"ERROR", "CRITICAL"}
    recursive = each_desk.get(f"{PATH}/{names.TOP}/logs/size?recursive=1").json["data"]["size"]
    assert recursive["rows"] == len(rows(each_desk, names.TOP, "?recursive=1"))


def test_a_process_without_logs(each_desk):
    assert rows(each_desk, names.QUIET) == []
    assert each_desk.get(f"{PATH}/{names.QUIET}/logs?format=text").text == ""
    size = each_desk.get(f"{PATH}/{names.QUIET}/logs/size").json["data"]["size"]
    assert size == {"lines": 0, "rows": 0, "by_level": {}, "last": None}


def test_a_process_is_found_by_pk_and_by_the_beginning_of_its_uuid(each_desk):
    every = rows(each_desk, names.LOGGED)
    assert rows(each_desk, names.LOGGED[:8]) == every
    assert rows(each_desk, names.id_of(names.LOGGED)) == every


POLLS = ("logs", "logs?start=-5", "logs?format=text", "logs/size", "log/:", "logs?since=3")


@pytest.fixture
def writable(tmp_path, desk_place, open_place):
    """A client of a copy of the desk, and a function that writes to it."""
    path = tmp_path / "copy"
    place = desk_place("sqlite")
    shutil.copytree(place.store, path)

    def write(sql, *values):
        with closing(sqlite3.connect(path / "database.sqlite")) as connection, connection:
            connection.execute(sql, values)

    return open_place(replace(place, store=str(path))), write


def log(write, uuid, message):
    columns = "uuid, time, loggername, levelname, dbnode_id, message, metadata"
    selected = "'5d3c0d0a-0000-4000-8000-000000000000', time, loggername, levelname, ?, ?, '{}'"
    write(
        f"INSERT INTO db_dblog ({columns}) SELECT {selected} FROM db_dblog LIMIT 1",
        *(names.id_of(uuid), message),
    )


def test_a_poll_of_a_quiet_log_is_a_304_while_others_write(writable):
    client, write = writable
    known = {path: client.get(f"{PATH}/{names.LOGGED}/{path}").headers["ETag"] for path in POLLS}
    log(write, names.ALONE, "of another process")
    for path, etag in known.items():
        answer = client.get(f"{PATH}/{names.LOGGED}/{path}", headers={"If-None-Match": etag})
        assert (answer.status_code, answer.data) == (304, b""), path
        assert answer.headers["ETag"] == etag
    assert len(known) == len(POLLS)


def test_a_new_row_shows_at_the_next_poll(writable):
    client, write = writable
    etag = client.get(f"{PATH}/{names.QUIET}/logs").headers["ETag"]
    log(write, names.QUIET, "the first row")
    answer = client.get(f"{PATH}/{names.QUIET}/logs", headers={"If-None-Match": etag})
    assert [row["message"] for row in answer.json["data"]["logs"]] == ["the first row"]
    refused = client.get(f"{PATH}/{names.QUIET}/logs", headers={"If-Match": etag})
    assert refused.status_code == 412


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("logs?start=1.5", 400, "integer"),
        ('logs?stop="a"', 400, "integer"),
        ("logs?start=1,2", 400, "one value"),
        ("logs?level=loud", 400, "CRITICAL"),
        ("logs?level=warn", 400, "WARNING"),
        ("logs?level=3", 400, "string"),
        ("logs?logger=", 400, "a value"),
        ("logs?since=-1", 400, "integer from 0"),
        ("logs?since=abc", 400, "integer"),
        ("logs?recursive=maybe", 400, "true or false"),
        ("logs?format=xml", 400, "ndjson"),
        ("logs?format=jsn", 400, "json"),
        ("logs?levle=ERROR", 400, "level"),
        ("logs?start>1", 400, "="),
        ("logs?limit=3", 400, "stop"),
        ("logs/size?start=1", 400, "level"),
        ("log/1", 400, "-10:"),
        ("log/a:b", 400, "-10:"),
        ("log/0:10:2", 400, "-10:"),
        ("log/1:?start=2", 400, "level"),
        ("log", 404, "URL"),
    ],
)
def test_what_is_wrong_is_said(desk, query, status, told):
    answer = desk.get(f"{PATH}/{names.LOGGED}/{query}")
    assert answer.status_code == status
    assert told in answer.json["message"] + answer.json.get("hint", "")


def test_only_processes_have_logs(each_desk):
    for other in (names.CACHE_SOURCE[:-1] + "0", names.retrieved_of(names.JOB_STDERR), "x"):
        for path in ("logs", "logs/size", "log/:"):
            assert each_desk.get(f"{PATH}/{other}/{path}").status_code == 404


def test_bad_rows_are_shown_with_notes(desk_bad):
    answer = desk_bad.get(f"{PATH}/{names.FAILED_REPORT}/logs")
    found = answer.json["data"]["logs"]
    assert len(found) == 7
    assert {(row["time"], row["levelname"]) for row in found} == {(None, None)}
    assert all(row["message"] for row in found)
    assert answer.json["notes"]
    assert desk_bad.get(f"{PATH}/{names.FAILED_REPORT}/logs?format=text").status_code == 200
    size = desk_bad.get(f"{PATH}/{names.FAILED_REPORT}/logs/size").json["data"]["size"]
    assert (size["rows"], size["lines"], size["by_level"]) == (7, 7, {})
    answer = desk_bad.get(f"{PATH}/{names.EXCEPTED}/logs")
    assert [row["message"] for row in answer.json["data"]["logs"]] == [None] * 3
    assert desk_bad.get(f"{PATH}/{names.EXCEPTED}/logs/size").status_code == 200
