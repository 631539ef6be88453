"""The recorded answers of the peer, over real HTTP."""

from __future__ import annotations

import json

import pytest

from support.compare_golden import check_expected, check_match, fetch
from support.described import Got
from support.described import check as compare

OVERRULED = {"repo-037": {"status": 200, "length": 10}}
"""What one record is to expect since names of files may stand without quotes: the file."""


def records(data, name="v4.jsonl"):
    with (data / "golden" / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def faults(served, record):
    record = record | {"expect": OVERRULED.get(record["id"], record.get("expect"))}
    check = check_match if record["verdict"] == "match" else check_expected
    answer = fetch(f"{served.root}/api/v4", record["request"])
    compare(Got("GET", f"/api/v4{record['request']}", *answer))
    return list(check(record, *answer, f"{served.root}/"))


def test_every_recorded_answer_holds(on_lab, data):
    asked = records(data)
    wrong = {r["id"]: found for r in asked if (found := faults(on_lab, r))}
    assert wrong == {}
    assert len(asked) == 600


def test_every_recorded_answer_about_materials_holds(on_materials, data):
    asked = records(data, "materials.jsonl")
    wrong = {r["id"]: found for r in asked if (found := faults(on_materials, r))}
    assert wrong == {}
    assert len(asked) == 359


def test_the_comparison_can_fail(on_archive, data):
    record = next(item for item in records(data) if item["id"] == "users-001")
    record["json"]["data"]["users"][0]["first_name"] = "Nobody"
    assert faults(on_archive, record)
    record["status"] = 404
    assert faults(on_archive, record) == ["status 404 expected, 200 found"]


@pytest.mark.parametrize("name", ["users-022", "syntax-006", "page-008"])
def test_errors_are_json_with_a_message(on_archive, data, name):
    record = next(item for item in records(data) if item["id"] == name)
    answer = on_archive.get("/api/v4" + record["request"])
    assert answer.status in (400, 404)
    assert answer.json["message"]
    assert answer.json["code"]
