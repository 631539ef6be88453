"""Facets, compared with counts made in Python of the whole store, on every backend."""

from __future__ import annotations

import json
import math
from collections import Counter
from urllib.parse import quote

import pytest

JSON_KEYS = ("exit_status", "process_label", "pbc", "value", "list", "cell", "no_such_key")
COLUMNS = ("node_type", "label", "process_type", "user_id", "dbcomputer_id")


def facets(served, query):
    answer = served.get(f"/api/v4/nodes/facets?{query}")
    assert answer.status == 200, answer.body
    return answer.data


def every_node(served):
    return served.get("/api/v4/nodes?attributes=true&limit=400").rows()


def key_of(value):
    """What makes values of JSON equal: their type, and `1` and `1.0` are one value."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, int | float):
        return "number", float(value)
    kinds = {str: ("string", value), list: ("array", None), dict: ("object", None)}
    return kinds.get(type(value))


def bucket_key(bucket):
    return (bucket["type"], None) if "type" in bucket else key_of(bucket["value"])


def followed(served, url):
    return served.get(url.removeprefix(served.root)).total


@pytest.mark.parametrize("key", JSON_KEYS)
def test_values_inside_json_are_counted_by_type_and_value(key, on_each):
    found = facets(on_each, f"facet=attributes.{key}&size=1000")["facets"][f"attributes.{key}"]
    values = [row["attributes"].get(key) for row in every_node(on_each)]
    counts = Counter(key_of(value) for value in values if value is not None)
    assert {bucket_key(item): item["count"] for item in found["buckets"]} == counts
    assert (found["other"], found["truncated"]) == (0, None)
    assert found["missing"] == sum(value is None for value in values)
    sizes = [item["count"] for item in found["buckets"]]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("name", [*COLUMNS, *(f"attributes.{key}" for key in JSON_KEYS)])
def test_the_list_of_a_bucket_has_as_many_nodes(name, on_each):
    selection = quote('node_type=like="process.%"&group=processes', safe="=&%")
    for chosen in ("", f"{selection}&"):
        found = facets(on_each, f"{chosen}facet={name}&size=4")["facets"][name]
        for item in found["buckets"]:
            if "type" in item:
                assert item["url"] is None
            else:
                assert followed(on_each, item["url"]) == item["count"]
        shown = sum(item["count"] for item in found["buckets"])
        total = on_each.get(f"/api/v4/nodes?{chosen}limit=0").total
        assert shown + found["other"] + found["missing"] == total > 0


@pytest.mark.parametrize("form", ["day", "month", "year"])
def test_times_are_counted_in_utc(form, on_each):
    found = facets(on_each, f"facet=ctime:{form}")["facets"][f"ctime:{form}"]
    assert sum(item["count"] for item in found["buckets"]) + found["other"] == 312
    for item in found["buckets"]:
        assert len(item["value"]) == {"day": 10, "month": 7, "year": 4}[form]
        assert followed(on_each, item["url"]) == item["count"]


def test_members_of_lists_are_counted(on_each):
    found = facets(on_each, "facet=attributes.list:array&size=1000")
    found = found["facets"]["attributes.list:array"]
    lists = [row["attributes"].get("list") for row in every_node(on_each)]
    counts = Counter(key_of(item) for items in lists if items for item in items if item is not None)
    assert {bucket_key(item): item["count"] for item in found["buckets"]} == counts
    assert found["missing"] == sum(items is None for items in lists)
    for item in found["buckets"]:
        assert item["url"] is None or followed(on_each, item["url"]) <= item["count"]


@pytest.mark.parametrize("name", ["attributes.value", "attributes.exit_status", "id"])
@pytest.mark.parametrize("bins", [1, 3, 20])
def test_a_histogram_has_ranges_of_equal_width(name, bins, on_each):
    text = f"{name}:histogram({bins})"
    found = facets(on_each, f"facet={text}&stats={name}")
    numbers, ranges = found["stats"][name], found["facets"][text]
    buckets = ranges["buckets"]
    assert len(buckets) == bins
    assert (buckets[0]["value"][0], buckets[-1]["value"][1]) == (numbers["min"], numbers["max"])
    widths = [high - low for low, high in (item["value"] for item in buckets)]
    assert widths == pytest.approx([sum(widths) / bins] * bins)
    assert sum(item["count"] for item in buckets) == numbers["count"]
    assert (ranges["missing"], ranges["other"]) == (numbers["missing"], numbers["other"])
    for item in buckets:
        assert followed(on_each, item["url"]) == item["count"]


def test_statistics_are_those_of_the_numbers(on_each):
    found = facets(on_each, "stats=attributes.value")["stats"]["attributes.value"]
    values = [row["attributes"].get("value") for row in every_node(on_each)]
    numbers = [item for item in values if type(item) in (int, float)]
    assert found["count"] == len(numbers) > 100
    assert (found["min"], found["max"]) == (min(numbers), max(numbers))
    assert math.isclose(found["mean"], sum(numbers) / len(numbers))
    assert found["distinct"] == len(set(numbers))
    assert found["missing"] == sum(item is None for item in values)
    assert found["count"] + found["missing"] + found["other"] == len(values)


def test_statistics_without_numbers_are_null(on_each):
    found = facets(on_each, "stats=attributes.no_such_key&facet=attributes.no_such_key:histogram")
    assert found["stats"]["attributes.no_such_key"] == {
        "count": 0,
        "missing": 312,
        "other": 0,
        "distinct": 0,
        **dict.fromkeys(("min", "max", "mean")),
    }
    ranges = found["facets"]["attributes.no_such_key:histogram"]
    assert ranges == {"buckets": [], "other": 0, "missing": 312, "truncated": None}


def test_types_are_counted_by_default(on_each):
    assert facets(on_each, "") == facets(on_each, "facet=node_type")


def test_a_facet_may_leave_out_its_own_filter(on_each):
    query = "attributes.exit_status=0&facet=attributes.exit_status&facet=node_type"
    plain, dropped = facets(on_each, query), facets(on_each, f"{query}&drop_self=1")
    assert dropped["facets"]["node_type"] == plain["facets"]["node_type"]
    own = dropped["facets"]["attributes.exit_status"]
    assert (
        own == facets(on_each, "facet=attributes.exit_status")["facets"]["attributes.exit_status"]
    )
    assert len(plain["facets"]["attributes.exit_status"]["buckets"]) == 1 < len(own["buckets"])


def test_relations_stay_where_a_facet_leaves_out_its_own_filter(on_each):
    query = "group=processes&id>3&facet=id:histogram(2)&drop_self=1"
    ranges = facets(on_each, query)["facets"]["id:histogram(2)"]
    size = on_each.get("/api/v4/nodes?group=processes&limit=0").total
    assert sum(item["count"] for item in ranges["buckets"]) == size > 0
    for item in ranges["buckets"]:
        assert followed(on_each, item["url"]) == item["count"]


def test_a_posted_selection_has_the_same_facets_without_addresses(on_each):
    body = {
        "where": {"group": "processes", "node_type": {"startswith": "process."}},
        "facet": ["attributes.exit_status", "ctime:month", "id:histogram(3)"],
        "stats": "id",
        "size": 2,
    }
    posted = on_each.get("/api/v4/nodes/facets", method="POST", body=json.dumps(body).encode())
    assert posted.status == 200, posted.body
    asked = "facet=attributes.exit_status&facet=ctime:month&facet=id:histogram(3)&stats=id&size=2"
    got = facets(on_each, f'group=processes&node_type=like="process.%25"&{asked}')
    assert posted.data["stats"] == got["stats"]
    for text, facet in got["facets"].items():
        buckets = [{**item, "url": None} for item in facet["buckets"]]
        assert posted.data["facets"][text] == {**facet, "buckets": buckets}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("facet=lable", "Unknown key `lable`."),
        ("facet=attributes", "`attributes` is a JSON object."),
        ("facet=ctime", "`ctime` does not fit"),
        ("facet=label:month", "`label:month` does not fit"),
        ("facet=label:histogram", "needs numbers, and this is a string"),
        ("facet=label:array", "needs lists, and this is a string"),
        ("facet=id:histogram(0)", "A histogram has 1 to 100 ranges, not 0."),
        ("facet=id:histogram(101)", "A histogram has 1 to 100 ranges, not 101."),
        ("facet=id:array(3)", "`id:array(3)` is no facet."),
        ("facet=:", "`:` is no facet."),
        ("facet=attributes.a b", "`attributes.a b` is no facet."),
        ("stats=label", "needs numbers, and this is a string"),
        ("stats=id:histogram", "`stats` takes a name alone"),
        ("facet=label&size=0", "`size` is a number of buckets from 1 to 1000."),
        ("facet=label&size=1001", "`size` is a number of buckets from 1 to 1000."),
        ("facet=label&limit=2", "This path takes no key `limit`."),
        ("facet=label&email=x", "Unknown key `email`."),
        ("facet=user.email", "`user` is an integer, not JSON."),
        ("&".join(["facet=id"] * 21), "There are 21 facets and statistics, more than 20."),
    ],
)
def test_what_is_wrong_is_said(query, message, on_archive):
    answer = on_archive.get(f"/api/v4/nodes/facets?{query}")
    assert (answer.status, message in answer.json["message"]) == (400, True), answer.json


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"facet": 5}, "`facet` takes a string, or a list of strings. At `/facet`."),
        ({"facet": ["id", 5]}, "`facet` takes a string, or a list of strings."),
        ({"facet": "id", "size": "5"}, "`size` takes an integer."),
        ({"facet": "id", "size": True}, "`size` takes an integer. At `/size`."),
        ({"facet": "id", "size": 0}, "from 1 to 1000. At `/size`."),
        ({"facet": ["id", "lable"]}, "Unknown key `lable`. At `/facet/1`."),
        ({"facet": "ctime:week"}, "`ctime:week` is no facet. At `/facet`."),
        ({"stats": "label"}, "needs numbers, and this is a string. At `/stats`."),
        ({"facet": "id", "drop_self": 1}, "`drop_self` takes true or false. At `/drop_self`."),
        ({"facet": "id", "sizes": 1}, "There is no key `sizes` here. At `/sizes`."),
    ],
)
def test_what_is_wrong_in_a_body_is_said(body, message, on_archive):
    raw = json.dumps(body).encode()
    answer = on_archive.get("/api/v4/nodes/facets", method="POST", body=raw)
    assert (answer.status, message in answer.json["message"]) == (400, True), answer.json


def walked(served, key, query=""):
    """All buckets of a key, page by page."""
    buckets, after, pages = [], "", 0
    while after is not None:
        more = f"&after={after}" if after else ""
        answer = served.get(f"/api/v4/nodes/facets/{key}?size=7{query}{more}")
        assert answer.status == 200, answer.body
        buckets += answer.data["buckets"]
        after = answer.data["after"]
        pages += 1
    return buckets, pages


@pytest.mark.parametrize(
    "name", [*COLUMNS, *(f"attributes.{key}" for key in JSON_KEYS), "ctime:day"]
)
def test_a_walk_gives_every_value_once_in_its_order(name, on_each):
    buckets, pages = walked(on_each, quote(name))
    whole = facets(on_each, f"facet={name}&size=1000")["facets"][name]["buckets"]
    assert Counter(map(repr, buckets)) == Counter(map(repr, whole))
    assert pages == max(1, math.ceil(len(whole) / 7))
    values = [item["value"] for item in buckets if "type" not in item]
    for kind in (str, float, int):
        some = [value for value in values if type(value) is kind]
        assert some == sorted(some)


def test_values_can_be_searched_and_have_examples(on_each):
    buckets, _ = walked(on_each, "node_type", "&contains=STRUCT&min_count=2&sample=1")
    assert [item["value"] for item in buckets] == ["data.core.structure.StructureData."]
    node = on_each.get(f"/api/v4/nodes/{buckets[0]['sample']}").rows()[0]
    assert node["node_type"] == buckets[0]["value"]
    every, _ = walked(on_each, "label")
    some, _ = walked(on_each, "label", "&min_count=5")
    assert some == [item for item in every if item["count"] >= 5] != every


def test_a_walk_is_one_of_a_selection(on_each):
    buckets, _ = walked(on_each, "attributes.exit_status", "&group=processes")
    assert (
        sum(item["count"] for item in buckets)
        == on_each.get(
            "/api/v4/nodes?group=processes&attributes.exit_status=exists=true&limit=0"
        ).total
    )
    for item in buckets:
        assert followed(on_each, item["url"]) == item["count"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no_such", "Unknown key `no_such`."),
        ("id:histogram(3)", "A histogram has ranges, not values."),
        ("attributes", "JSON object"),
        ("label?after=x", "`after` is malformed."),
        ("label?after=WzFd", "`after` is malformed."),
        ("label?facet=id", "Unknown key `facet`."),
        ("label?min_count=-1", "takes an integer from 0"),
        ("label?contains=" + "x" * 201, "A pattern has 201 characters"),
    ],
)
def test_what_is_wrong_in_a_walk_is_said(path, message, on_archive):
    answer = on_archive.get(f"/api/v4/nodes/facets/{path}")
    assert (answer.status, message in answer.json["message"]) == (400, True), answer.json


def test_nodes_are_counted_by_group(on_each):
    found = facets(on_each, "facet=group")["facets"]["group"]
    groups = on_each.get("/api/v4/groups?limit=400").rows()
    members = {
        group["label"]: {
            row["uuid"]
            for row in on_each.get(f"/api/v4/groups/{group['uuid']}/nodes?limit=400").rows()
        }
        for group in groups
    }
    filled = {label: len(uuids) for label, uuids in members.items() if uuids}
    assert {item["value"]: item["count"] for item in found["buckets"]} == filled
    every = set().union(*members.values())
    assert (found["missing"], found["other"]) == (312 - len(every), 0)
    for item in found["buckets"]:
        assert followed(on_each, item["url"]) == item["count"]


def test_groups_are_counted_in_a_selection(on_each):
    query = quote('node_type=like="process.%"&group=processes', safe="=&%")
    found = facets(on_each, f"{query}&facet=group&drop_self=1&size=1")["facets"]["group"]
    total = on_each.get(f"/api/v4/nodes?{query}&limit=0").total
    first = found["buckets"][0]
    assert (first["value"], first["count"], found["missing"]) == ("processes", total, 0)
    assert followed(on_each, first["url"]) == total


@pytest.mark.parametrize("text", ["group:array", "group:month", "group:histogram(3)"])
def test_groups_have_no_form(text, on_each):
    answer = on_each.get(f"/api/v4/nodes/facets?facet={text}")
    assert (answer.status, answer.json["code"]) == (400, "bad-value")
    assert "groups have no form" in answer.json["message"]


def test_no_statistics_of_groups(on_each):
    assert on_each.get("/api/v4/nodes/facets?stats=group").status == 400


@pytest.mark.parametrize("name", ["user", "user_id"])
def test_users_have_names(name, on_each):
    found = facets(on_each, f"facet={name}")["facets"][name]["buckets"]
    users = {row["id"]: row for row in on_each.get("/api/v4/users?limit=400").rows()}
    for item in found:
        user = users[item["value"]]
        name = " ".join(filter(None, (user["first_name"], user["last_name"]))) or None
        assert item["label"] == name
    assert found


@pytest.mark.parametrize("name", ["computer", "dbcomputer_id"])
def test_computers_have_labels(name, on_each):
    found = facets(on_each, f"facet={name}")["facets"][name]["buckets"]
    computers = on_each.get("/api/v4/computers?limit=400").rows()
    labels = {row["id"]: row["label"] for row in computers}
    assert [item["label"] for item in found] == [labels[item["value"]] for item in found] != []
