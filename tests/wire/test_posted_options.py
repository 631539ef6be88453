"""`count` and `flat` of posted queries, on every backend."""

from __future__ import annotations

import json

import pytest

from provender.errors import UnknownField
from provender.translators.asking import ask

CALCULATIONS = {
    "path": [
        {"entity_type": "data.core.structure.StructureData.", "tag": "s"},
        {"entity_type": "process.ProcessNode.", "tag": "p", "with_incoming": "s"},
    ],
    "project": {"s": ["uuid", "ctime"], "p": ["uuid", "node_type", "attributes.exit_status"]},
    "order_by": [{"p": {"uuid": "asc"}}, {"s": {"uuid": "asc"}}],
}


def post(served, **query):
    body = json.dumps(query).encode()
    return served.get("/api/v4/querybuilder", method="POST", body=body)


def test_all_rows_are_counted_whatever_the_limit(on_each):
    every = post(on_each, **CALCULATIONS)
    assert every.total > 3
    assert "total" not in every.json
    for window in ({"limit": 2}, {"limit": 2, "offset": 1}, {"limit": 0}, {"offset": 1}, {}):
        plain = post(on_each, **CALCULATIONS, **window)
        counted = post(on_each, **CALCULATIONS, **window, count="exact")
        assert counted.data == plain.data
        assert counted.total == counted.json["total"] == every.total
        assert "total" not in plain.json
        assert plain.total == len(plain.data.get("p", ()))


def test_different_rows_are_counted_once(on_each):
    kinds = {"path": [{"entity_type": "", "tag": "n"}], "project": {"n": ["node_type"]}}
    every = post(on_each, **kinds, distinct=True)
    counted = post(on_each, **kinds, distinct=True, limit=1, count="exact")
    assert counted.total == every.total > 1
    number = {**kinds, "project": {"n": [{"id": {"func": "count"}}]}}
    assert post(on_each, **number, count="exact").json["total"] == 1


def test_a_row_is_one_object(on_each):
    plain, flat = post(on_each, **CALCULATIONS), post(on_each, **CALCULATIONS, flat=True)
    assert flat.total == plain.total
    assert flat.data == {
        "rows": [
            {
                **{f"s.{name}": value for name, value in structure.items()},
                **{f"p.{name}": value for name, value in process.items()},
            }
            for structure, process in zip(plain.data["s"], plain.data["p"], strict=True)
        ]
    }
    assert {"p.full_type", "p.attributes.exit_status", "s.ctime"} <= {*flat.data["rows"][0]}


def test_no_rows_are_an_empty_list(on_each):
    nothing = {**CALCULATIONS, "filters": {"p": {"label": "no such label"}}}
    assert post(on_each, **nothing).data == {}
    found = post(on_each, **nothing, flat=True, count="exact")
    assert (found.data, found.json["total"], found.total) == ({"rows": []}, 0, 0)


def test_null_and_false_change_nothing(on_each):
    plain = post(on_each, **CALCULATIONS)
    same = post(on_each, **CALCULATIONS, count=None, flat=None)
    assert same.json == post(on_each, **CALCULATIONS, flat=False).json == plain.json


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"count": "all"}, "`count` can only be `exact`. At `/count`."),
        ({"count": True}, "`count` can only be `exact`. At `/count`."),
        ({"count": ["exact"]}, "`count` can only be `exact`. At `/count`."),
        ({"count": "exact\u0000"}, "A string or key holds a NUL character. At `/count`."),
        ({"flat": 1}, "`flat` must be true or false. At `/flat`."),
        ({"flat": "true"}, "`flat` must be true or false. At `/flat`."),
        ({"flatt": True}, "Unknown key `flatt`. At `/flatt`."),
    ],
)
@pytest.mark.undescribed("/querybuilder")
def test_other_values_are_refused(more, message, on_each):
    found = post(on_each, **CALCULATIONS, **more)
    assert (found.status, found.json["message"]) == (400, message)
    if "flatt" in more:
        assert "flat" in found.json["hint"]


def test_two_columns_of_one_name_are_refused(on_archive):
    twice = {
        "path": [
            {"entity_type": "", "tag": "n"},
            {"entity_type": "", "tag": "n.attributes", "with_incoming": "n"},
        ],
        "project": {"n": ["attributes.label"], "n.attributes": ["label"]},
    }
    assert post(on_archive, **twice).status == 200
    found = post(on_archive, **twice, flat=True)
    assert found.status == 400
    assert found.json["message"] == (
        "Two columns of a flat row would be `n.attributes.label`. At `/flat`."
    )


def test_from_python_rows_have_no_such_keys():
    with ask("demo") as store, pytest.raises(UnknownField, match="Unknown key `flat`"):
        store.rows({**CALCULATIONS, "flat": True})
