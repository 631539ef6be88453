"""A position in a list is written in one way: other numbers are keys of objects."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest

from support import growing

DOCUMENT = {"list": [{"x": 1}, 2], "object": {"00": "zero", "+1": 5, "0": [7], " 0": 3}}
FOUND = {
    "list.0": {"x": 1},
    "list.1": 2,
    "list.-1": 2,
    "list.-2.x": 1,
    "object.00": "zero",
    "object.+1": 5,
    "object. 0": 3,
    "object.0.0": 7,
}
MISSING = (
    *("list.00", "list.01", "list.+1", "list. 0", "list.-0", "list.2", "list.-3"),
    *("list.00.x", "object.0.00", "object.-0", "list.99999999999999999999"),
)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def served(request, unpacked, tmp_path_factory, serve):
    with ExitStack() as stack:
        if request.param == "sqlite":
            store = growing.copied(unpacked, tmp_path_factory.mktemp("positions"))
        else:
            store = stack.enter_context(growing.database(request.getfixturevalue("cluster")))
        growing.add_nodes(store, 1, attributes=f"'{json.dumps(DOCUMENT)}'")
        yield serve(store)


def post(served, project, filters):
    query = {
        "path": [{"entity_type": "", "tag": "n"}],
        "filters": {"n": {"id": growing.FIRST, **filters}},
        "project": {"n": project},
    }
    answer = served.get("/api/v4/querybuilder", method="POST", body=json.dumps(query).encode())
    assert answer.status == 200, answer.body
    return answer.data.get("n", [])


def test_a_projection_finds_positions_and_keys(served):
    paths = [f"attributes.{path}" for path in (*FOUND, *MISSING)]
    (record,) = post(served, paths, {})
    values = [*FOUND.values(), *(None for _ in MISSING)]
    assert record == dict(zip(paths, values, strict=True))


def test_attributes_of_a_list_are_found_alike(served):
    names = ",".join(f'"{path}"' for path in (*FOUND, *MISSING))
    answer = served.get(
        f"/api/v4/nodes?id={growing.FIRST}&attributes=true&attributes_filter={names}"
    )
    (record,) = answer.rows()
    assert record["attributes"] == FOUND | dict.fromkeys(MISSING)


def test_filters_and_casts_find_the_same(served):
    for path in FOUND:
        assert len(post(served, ["id"], {f"attributes.{path}": {"of_type": "null"}})) == 0
        assert len(post(served, ["id"], {f"attributes.{path}": {"!of_type": "null"}})) == 1
    numbers = {path: value for path, value in FOUND.items() if isinstance(value, int)}
    assert len(numbers) == 6
    for path, value in numbers.items():
        assert len(post(served, ["id"], {f"attributes.{path}": value})) == 1
    for path in MISSING:
        (found,) = post(served, [{f"attributes.{path}": {"cast": "t"}}], {})
        assert found == {f"attributes.{path}": None}
