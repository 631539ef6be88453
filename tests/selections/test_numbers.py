"""Numbers that a double does not tell apart, or does not hold, are counted alike everywhere."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from support import growing

STORED = [
    *("12345678901234567890", "12345678901234567891", "9007199254740992", "9007199254740993"),
    *("-9007199254740993", "-9007199254740992", "0.1", "3", "3.0", "0", "-0.0", "5e-324"),
    *("1.7976931348623157e308", "-1.7976931348623157e308", "1e400", "1e999", "-1e999", "1e15"),
]
FINITE = [float(text) for text in STORED if math.isfinite(float(text))]
TINY = ["1e-400", "-1e-400", "0", "2.5e-324", "1e-9999"]


def attributes(stored):
    """Return the SQL of attributes with one of some numbers in each."""
    cases = (f"WHEN {place} THEN '{{\"odd\": {text}}}'" for place, text in enumerate(stored))
    return f"CASE n.i {' '.join(cases)} END"


@pytest.fixture(params=["postgres", "sqlite"])
def store(request, unpacked, tmp_path):
    """A copy of the lab."""
    if request.param == "postgres":
        return request.getfixturevalue("lab_copy")
    return growing.copied(unpacked, tmp_path)


@pytest.fixture
def client(store, make_app):
    """A client of a store with a node for each number."""
    growing.add_nodes(store, len(STORED), attributes=attributes(STORED))
    return make_app(store=store).test_client()


def data(client, path):
    answer = client.get(f"/api/v4/nodes/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json["data"]


def total(client, url):
    return int(client.get(f"{url}&limit=0").headers["X-Total-Count"])


def test_equal_doubles_are_one_bucket(client):
    facet = data(client, "facets?facet=attributes.odd&size=100")["facets"]["attributes.odd"]
    finite = [bucket for bucket in facet["buckets"] if bucket["value"] is not None]
    assert {bucket["value"]: bucket["count"] for bucket in finite} == Counter(FINITE)
    assert len(finite) == len({*FINITE})
    endless = [bucket["count"] for bucket in facet["buckets"] if bucket["value"] is None]
    assert endless == [2, 1]
    assert (facet["other"], facet["missing"]) == (0, 312)
    for bucket in finite:
        assert total(client, bucket["url"]) == bucket["count"]


def test_a_walk_gives_each_double_once(client):
    found, after = [], ""
    while after is not None:
        page = data(client, f"facets/attributes.odd?size=2&sample=1{after and f'&after={after}'}")
        found += page["buckets"]
        after = page["after"]
    finite = [(item["value"], item["count"]) for item in found if item["value"] is not None]
    assert finite == sorted(Counter(FINITE).items())
    assert sum(item["count"] for item in found) == len(STORED)


def test_statistics_are_those_of_doubles(client):
    query = "facets?attributes.odd<1e300&attributes.odd>-1e300&stats=attributes.odd"
    found = data(client, query)["stats"]["attributes.odd"]
    some = [number for number in FINITE if abs(number) < 1e300]
    assert (found["count"], found["distinct"]) == (len(some), len({*some}))
    assert (found["min"], found["max"]) == (min(some), max(some))
    assert math.isclose(found["mean"], sum(some) / len(some))


def test_numbers_nearer_to_zero_than_to_any_other_are_zero(store, make_app):
    growing.add_nodes(store, len(TINY), attributes=attributes(TINY))
    client = make_app(store=store).test_client()
    found = data(client, "facets?stats=attributes.odd&facet=attributes.odd:histogram(2)")
    assert found["stats"]["attributes.odd"]["count"] == len(TINY)
    assert found["stats"]["attributes.odd"]["min"] == 0
    assert total(client, "/api/v4/nodes?attributes.odd=0") == 4
    assert total(client, "/api/v4/nodes?attributes.odd>0") == 1
    assert data(client, "keys?label=added&size=1")["keys"][0]["example"] == 0
