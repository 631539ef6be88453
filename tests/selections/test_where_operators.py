"""The table of the operators of `where` says what they do, on every backend."""

from __future__ import annotations

import json
import re

import pytest

from provender.query.plan.conditions import JsonType
from provender.query.plan.jsonoperators import json_type
from provender.query.selection.operators import EVERY, OPERATORS

KEY = re.compile(r"[a-z_]+")
DAY, LATER = "2026-11-20", "2030-01-01"
COLUMNS = ("id", "label", "uuid", "ctime")


def search(served, where):
    raw = json.dumps({"where": where, "attributes": True, "limit": 400}).encode()
    return served.get("/api/v4/nodes/search", method="POST", body=raw)


def operand(name, value):
    """Return an operand with which an operator holds for a value, if it can."""
    is_number = json_type(value) is JsonType.NUMBER
    if name in ("ne", "nin", "lt", "lte"):
        other = value + 1 if is_number else LATER if value == DAY else "zzz"
        return [other] if name == "nin" else other
    if name in ("gt", "gte"):
        return value - 1 if is_number else DAY if value == DAY else ""
    member = value[0] if isinstance(value, list) and value else value
    members = member if isinstance(value, list) else value
    size = len(value) if isinstance(value, list | dict | str) else 1
    return {
        "eq": value,
        "in": [value],
        "exists": True,
        "like": value,
        "ilike": value,
        "startswith": value,
        "contains": members,
        "all": [members],
        "any": [members, "no such member"],
        "size": size,
    }[name]


def samples(served):
    """Return a key and a value in the attributes of the store for each type of JSON."""
    found = {}
    for row in served.get("/api/v4/nodes?attributes=true&limit=400").rows():
        for key, value in row["attributes"].items():
            is_good = value is not None and value not in ([], "") and KEY.fullmatch(key)
            if is_good and not (isinstance(value, list) and isinstance(value[0], list | dict)):
                found.setdefault(json_type(value), (key, value))
    return found


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_holds_for_the_types_of_json_that_its_row_names(name, on_each):
    known = samples(on_each)
    assert set(known) == set(EVERY)
    for kind, (key, value) in known.items():
        answer = search(on_each, {f"attributes.{key}": {name: operand(name, value)}})
        values = (
            [row["attributes"].get(key) for row in answer.rows()] if answer.status == 200 else []
        )
        holds = any(json_type(one) is kind for one in values)
        assert holds == (kind in OPERATORS[name].inside), (name, kind, key, value)


@pytest.mark.parametrize("name", OPERATORS)
def test_columns_have_the_operators_of_their_row(name, on_each):
    row = next(iter(on_each.get('/api/v4/nodes?label!=""&limit=1').rows()))
    values = {**row, "ctime": DAY}
    for column in COLUMNS:
        answer = search(on_each, {column: {name: operand(name, values[column])}})
        if answer.status == 400:
            assert answer.json["code"] == "bad-operator"
            assert name not in answer.json["hint"].partition(": ")[2].split()
            assert f"At `/where/{column}/{name}`." in answer.json["message"]
        else:
            assert answer.status == 200
            assert answer.rows() or (column, name) == ("ctime", "gt")


def test_a_list_has_an_object_as_a_member_if_it_has_its_keys(on_each):
    every = on_each.get("/api/v4/nodes?attributes=true&limit=400").rows()
    symbols = {
        row["uuid"]: {symbol for kind in row["attributes"]["kinds"] for symbol in kind["symbols"]}
        for row in every
        if row["attributes"].get("kinds")
    }
    wanted = {uuid for uuid, found in symbols.items() if found & {"O", "C"}}
    members = [{"symbols": ["O"]}, {"symbols": ["C"]}]
    found = search(on_each, {"attributes.kinds": {"any": members}})
    assert set(found.column("uuid")) == wanted != set(symbols)
    both = {uuid for uuid, found in symbols.items() if {"O", "C"} <= found}
    assert set(search(on_each, {"attributes.kinds": {"all": members}}).column("uuid")) == both
