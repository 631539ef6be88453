"""Selections, and what AiiDA's QueryBuilder and plain Python over AiiDA say of them."""

from __future__ import annotations

import json
import math
from urllib.parse import quote

import pytest

from support.digests import digest, numbers

SHOWN, ALL = 5, 1000
NUMBERS = {"lab": 312, "materials": 151}


def same(ours, theirs):
    """Compare by question; a failure shows the first three that differ."""
    assert ours.keys() == theirs.keys()
    differing = [key for key in ours if numbers(ours[key]) != numbers(theirs[key])]
    told = [f"{key}\n  ours:   {ours[key]}\n  theirs: {theirs[key]}" for key in differing[:3]]
    assert not differing, f"{len(differing)} of {len(ours)} differ:\n" + "\n".join(told)


def kind(bucket):
    """Return the type that JSON has of the value of a bucket."""
    if "type" in bucket:
        return bucket["type"]
    value = bucket["value"]
    return (
        "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
    )


@pytest.fixture(scope="module")
def named(recorded):
    """Who the ids of users and computers are, as facets were recorded."""
    users = {
        user["id"]: f"{user['first_name']} {user['last_name']}"
        for user in recorded.get("users")["users"]
    }
    computers = {row["id"]: row["label"] for row in recorded.get("computers")["computers"]}
    return {"user_id": users, "dbcomputer_id": computers}


def shown(text, facet, named):
    """Return a facet as it was recorded: buckets as `[type, value, count]` or `[low, high, n]`."""
    assert facet["truncated"] is None
    if "histogram" in text:
        buckets = [[*item["value"], item["count"]] for item in facet["buckets"]]
    elif text in named:
        names = named[text]
        buckets = [["string", names[item["value"]], item["count"]] for item in facet["buckets"]]
        buckets.sort(key=lambda item: (-item[2], item[1]))
    else:
        buckets = [[kind(item), item["value"], item["count"]] for item in facet["buckets"]]
    return {"buckets": buckets, "other": facet["other"], "missing": facet["missing"]}


def asked(recorded, where, query, facets, stats, size):
    """Return facets and statistics, posted and in a query string alike."""
    posted = recorded.post("nodes/facets", where=where, facet=[*facets], stats=[*stats], size=size)
    if query is not None:
        keys = [query, f"size={size}", *(f"facet={text}" for text in facets)]
        keys += [f"stats={text}" for text in stats]
        got = recorded.get("nodes/facets?" + "&".join(filter(None, keys)).replace("%", "%25"))
        for facet in got.get("facets", {}).values():
            for bucket in facet["buckets"]:
                bucket["url"] = None
        assert got == posted
    return posted


def listed(recorded, where, query):
    """Return the uuids of a selection, in a list that is posted and got."""
    posted = recorded.post("nodes/search", where=where, limit=400, orderby="uuid")
    uuids = [row["uuid"] for row in posted["nodes"]]
    if query is not None:
        keys = "&".join(filter(None, [query, "limit=400", "orderby=uuid"])).replace("%", "%25")
        assert [row["uuid"] for row in recorded.get(f"nodes?{keys}")["nodes"]] == uuids
    return uuids


def test_the_nodes_of_a_selection_are_those_of_aiida(recorded):
    ours, theirs = {}, {}
    for key, selection in recorded.part("selections").items():
        uuids = listed(recorded, json.loads(key), selection["query"])
        ours[key] = [len(uuids), digest(uuids)]
        theirs[key] = [selection["number"], selection["nodes"]]
    same(ours, theirs)
    assert sum(number > 0 for number, _ in ours.values()) > 50


# On SQLite, AiiDA compares types and paths inside JSON otherwise.
@pytest.mark.parametrize(
    "recorded", [("lab", "postgres"), ("materials", "postgres")], indirect=True, ids=" on ".join
)
def test_the_query_builder_on_postgresql_finds_the_same_nodes(recorded):
    asked = {
        key: selection
        for key, selection in recorded.part("selections").items()
        if selection["querybuilder"] is not None
    }
    differing = [key for key, selection in asked.items() if not selection["is_same"]]
    # What is negated may have no value: SQL then says neither yes nor no.
    assert all('{"not": {"process_type"' in key for key in differing)
    assert len(asked) == 30


def test_facets_of_a_selection_are_those_of_plain_python(recorded, named):
    ours, theirs = {}, {}
    for key, selection in recorded.part("selections").items():
        where, texts = json.loads(key), selection["facets"]
        found = asked(recorded, where, selection["query"], texts, ["attributes.value"], SHOWN)
        for text in texts:
            if text in named and texts[text]["other"]:
                continue  # of equal buckets, those with the least ids are shown
            ours[key, text] = shown(text, found["facets"][text], named)
            theirs[key, text] = texts[text]
        ours[key, "stats"] = rounded(found["stats"]["attributes.value"])
        theirs[key, "stats"] = rounded(selection["stats"])
    same(ours, theirs)


def rounded(statistics):
    """Return statistics with a mean that does not depend on the order of adding."""
    mean = statistics["mean"]
    return {**statistics, "mean": mean if mean is None else float(f"{mean:.12g}")}


def test_facets_of_the_store_are_those_of_plain_python(recorded, named):
    ours, theirs = {}, recorded.part("facets")
    for text in theirs:
        found = recorded.post("nodes/facets", facet=text, size=ALL)["facets"][text]
        ours[text] = shown(text, found, named)
    same(ours, theirs)


def test_facets_without_their_own_filter_are_those_of_plain_python(recorded, named):
    ours, theirs = {}, recorded.part("dropped")
    for key in theirs:
        text, _, where = key.partition(" ")
        found = recorded.post(
            "nodes/facets", where=json.loads(where), facet=text, size=SHOWN, drop_self=True
        )
        ours[key] = shown(text, found["facets"][text], named)
    same(ours, theirs)
    assert len(ours) > 20


def test_statistics_are_those_of_plain_python(recorded):
    theirs = recorded.part("stats")
    found = recorded.post("nodes/facets", stats=[*theirs])["stats"]
    same(
        {key: rounded(item) for key, item in found.items()},
        {key: rounded(item) for key, item in theirs.items()},
    )


def test_all_values_of_a_key_are_those_of_plain_python(recorded):
    ours, theirs = {}, recorded.part("walks")
    for key in theirs:
        ours[key], after = [], ""
        name, _, options = key.partition("?")
        while after is not None:
            more = f"&after={after}" * bool(after) + f"&{options}" * bool(options)
            page = recorded.get(f"nodes/facets/{name}?size=9{more}")
            ours[key] += [[kind(item), item["value"], item["count"]] for item in page["buckets"]]
            after = page["after"]
    same(ours, theirs)


def test_suggestions_are_those_of_plain_python(recorded):
    ours, theirs = {}, recorded.part("suggestions")
    for key, expected in theirs.items():
        field, _, text = key.partition(" ")
        begun = f"&q={quote(text)}" if text else ""
        found = recorded.get(f"nodes/suggest?field={quote(field)}{begun}&size=100")
        assert (found["sampled"], found["truncated"]) == (False, None)
        values = [item["value"] for item in found["suggest"]]
        number = len(expected["first"])
        ours[key] = {
            "first": sorted(values[:number]),
            "counts": {item["value"]: item["count"] for item in found["suggest"]},
        }
        if len(expected["counts"]) > 100:  # then those that begin so are shown first
            assert ours[key]["first"] == expected["first"][:100] or number > 100
            ours[key] = expected
    same(ours, theirs)
    assert len(ours) == 29


def test_groups_have_as_many_nodes_as_in_aiida(recorded):
    told = recorded.part("suggestions")["group "]["counts"]
    found = recorded.post("nodes/facets", facet="group", size=ALL)["facets"]["group"]
    ours = {item["value"]: item["count"] for item in found["buckets"]}
    assert ours == {label: count for label, count in told.items() if count}
    assert (len(ours) > 0, found["other"]) == (True, 0)


def test_keys_are_those_of_plain_python(recorded):
    ours, theirs = {}, recorded.part("keys")
    for key in theirs:
        under, _, where = key.partition(" ")
        query = 'node_type=like="process.%25"&' if "process." in where else ""
        found = recorded.get(f"nodes/keys?{query}under={under}&size=1000")
        names = [(-item["count"], item["name"]) for item in found["keys"]]
        assert names == sorted(names)
        for item in found["keys"]:
            assert math.isclose(item["share"], item["count"] / found["nodes"], abs_tol=1e-4)
        ours[key] = {
            "nodes": found["nodes"],
            "keys": {
                item["name"]: [item["types"], item["count"], item["example"]]
                for item in found["keys"]
            },
        }
    same(ours, theirs)
    assert len(ours) == 10


def test_the_statistics_of_the_store_are_those_of_aiida(recorded):
    found = recorded.get("server/statistics")["statistics"]
    same(found, recorded.part("about")["statistics"])


def test_templates_give_what_aiida_gives(recorded):
    ours, theirs = {}, {}
    for key, expected in recorded.part("templates").items():
        rows = recorded.post("nodes/select", want=json.loads(key), orderby="uuid")["rows"]
        examples = {row["uuid"]: row for row in expected["example"]}
        ours[key] = {
            "example": [row for row in rows if row["uuid"] in examples],
            "each": [digest(row)[:6] for row in rows],
            "digest": digest(rows),
        }
        theirs[key] = {name: expected[name] for name in ours[key]}
    same(ours, theirs)


def test_the_files_of_a_record_are_those_that_aiida_reads(recorded):
    theirs = recorded.part("files")
    ours = {uuid: recorded.get(f"nodes/{uuid}/record")["record"]["files"] for uuid in theirs}
    same(ours, theirs)
    assert len(ours) == 12
