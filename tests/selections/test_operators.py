"""The operators `=contains=` and `=exists=`, on columns and inside JSON, on every backend."""

from __future__ import annotations

import json
import re

import pytest

from provender.errors import BadRequest

KEY = re.compile(r"[a-z_]+")


def found(served, query):
    return served.get(f"/api/v4/nodes?{query}&attributes=true&limit=400").rows()


@pytest.mark.parametrize("key", ["process_label", "exit_status", "no_such_key"])
def test_a_key_exists_where_it_has_a_value(key, on_each):
    every = found(on_each, "id>0")
    having = {row["uuid"] for row in every if row["attributes"].get(key) is not None}
    assert {row["uuid"] for row in found(on_each, f"attributes.{key}=exists=true")} == having
    without = {row["uuid"] for row in found(on_each, f"attributes.{key}=exists=false")}
    assert without == {row["uuid"] for row in every} - having != set()


def test_a_column_exists_where_it_has_a_value(on_each):
    every, having = found(on_each, "id>0"), found(on_each, "process_type=exists=true")
    assert 0 < len(having) < len(every)
    assert all(row["process_type"] is not None for row in having)
    assert len(found(on_each, "process_type=exists=false")) == len(every) - len(having)


def test_a_string_contains_a_text(on_each):
    every = found(on_each, "id>0")
    wanted = {row["uuid"] for row in every if "al" in row["label"]}
    assert {row["uuid"] for row in found(on_each, 'label=contains="al"')} == wanted != set()
    assert found(on_each, 'label=contains="%"') == [row for row in every if "%" in row["label"]]


def test_a_list_contains_a_value(on_each):
    every = found(on_each, "id>0")
    lists = [
        (key, row["attributes"][key][0])
        for row in every
        for key, value in row["attributes"].items()
        if isinstance(value, list) and value and KEY.fullmatch(key)
    ]
    plain = {key: value for key, value in lists if isinstance(value, int | float | str)}
    assert len(plain) > 1
    for key, value in plain.items():
        written = json.dumps(value)
        wanted = {
            row["uuid"] for row in every if value in _members(row["attributes"].get(key), value)
        }
        assert {
            row["uuid"] for row in found(on_each, f"attributes.{key}=contains={written}")
        } == wanted


def _members(listed, value):
    members = listed if isinstance(listed, list) else [listed]
    return [item for item in members if type(item) is type(value)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("attributes.x=exists=2", "`=exists=` takes true or false."),
        ("ctime=exists=2024-01-01", "`=exists=` takes true or false."),
        ("ctime=contains=2024-01-01", "`ctime` is a datetime, which does not have this operator."),
        ("id=contains=1", "`id` is an integer, which does not have this operator."),
        ("attributes.x=contains=2024-01-01", "`attributes.x` is JSON, which has no datetimes."),
    ],
)
def test_what_they_do_not_take(query, message, on_archive):
    answer = on_archive.get(f"/api/v4/nodes?{query}")
    assert (answer.status, message in answer.json["message"]) == (BadRequest.status, True)


@pytest.mark.parametrize("operator", ["=contains=", "=exists="])
def test_the_older_dialect_does_not_have_them(operator, on_archive):
    answer = on_archive.get(f"/api/v2/nodes?label{operator}true")
    assert answer.status == 400
    assert answer.json["message"] == f"There is no operator `{operator}` here."
