"""Suggestions, compared with the values in the whole store, on every backend."""

from __future__ import annotations

import json
from collections import Counter
from urllib.parse import quote

import pytest

from support import badrows


def suggested(served, query):
    answer = served.get(f"/api/v4/nodes/suggest?{query}")
    assert answer.status == 200, answer.body
    return answer.data


def values(served, query):
    return [item["value"] for item in suggested(served, query)["suggest"]]


def every_node(served):
    return served.get("/api/v4/nodes?attributes=true&extras=true&limit=400").rows()


POSTED = [
    ("field=node_type&q=data&size=5", {"field": "node_type", "q": "data", "size": 5}),
    ("field=group", {"field": "group"}),
    ("field=group,label&q=a", {"field": "group,label", "q": "a"}),
    (
        'field=attributes&q=c&node_type="data.core.structure.StructureData."',
        {
            "field": "attributes",
            "q": "c",
            "where": {"node_type": "data.core.structure.StructureData."},
        },
    ),
    ("q=a&group=processes", {"q": "a", "where": {"group": "processes"}}),
]


@pytest.mark.parametrize(("query", "body"), POSTED, ids=str)
def test_a_body_suggests_what_a_query_string_does(query, body, on_each):
    raw = json.dumps(body).encode()
    answer = on_each.get("/api/v4/nodes/suggest", method="POST", body=raw)
    assert answer.status == 200, answer.body
    assert answer.data == suggested(on_each, query)
    assert answer.data["suggest"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"fields": "label"}, "Did you mean `field`?"),
        ({"q": 5}, "`q` takes a string, not a number. At `/q`."),
        ({"q": ["a", "b"]}, "`q` takes a string, not a list. At `/q`."),
        ({"q": "x" * 201}, "limits.pattern_chars"),
        ({"size": 101}, "from 1 to 100"),
        ({"size": "5"}, "takes an integer"),
        ({"limit": 5}, "There is no key `limit` here. At `/limit`."),
        ({"where": {"lable": "x"}}, "Did you mean `label`?"),
        ({"field": "users.email"}, "Unknown key"),
    ],
    ids=str,
)
def test_a_wrong_body_says_what_is_right(body, words, on_each):
    raw = json.dumps(body).encode()
    answer = on_each.get("/api/v4/nodes/suggest", method="POST", body=raw)
    assert answer.status == 400
    assert words in f"{answer.json['message']} {answer.json.get('hint')}"


@pytest.mark.parametrize("name", ["label", "node_type", "process_type"])
def test_the_values_of_a_column_are_suggested_with_their_numbers(name, on_each):
    found = suggested(on_each, f"field={name}&size=100")
    counts = Counter(row[name] for row in every_node(on_each) if row[name])
    assert {item["value"]: item["count"] for item in found["suggest"]} == counts
    assert (found["sampled"], found["truncated"]) == (False, None)
    assert len(counts) > 2


def test_values_that_begin_with_the_text_come_first(on_each):
    found = values(on_each, "field=node_type&q=process.&size=100")
    assert found == sorted(found)
    assert found[0].startswith("process.")
    some = values(on_each, "field=node_type&q=d&size=100")
    begins = [value.startswith("d") for value in some]
    assert begins == sorted(begins, reverse=True)
    assert {True, False} == {*begins}
    assert all("d" in value.lower() for value in some)
    assert values(on_each, "field=node_type&q=STRUCTURE") == ["data.core.structure.StructureData."]


def test_labels_are_suggested_by_default(on_each):
    assert suggested(on_each, "") == suggested(on_each, "field=label&size=10")
    assert len(values(on_each, "size=2")) == 2


@pytest.mark.parametrize("column", ["attributes", "extras"])
def test_keys_are_suggested(column, on_each):
    found = suggested(on_each, f"field={column}&size=100&q=e")
    counts = Counter(
        key for row in every_node(on_each) for key in row[column] if "e" in key.lower()
    )
    shown = {item["value"]: item["count"] for item in found["suggest"]}
    assert shown.items() <= counts.items()
    assert len(shown) == min(100, len(counts)) > 1


def test_values_inside_json_are_suggested(on_each):
    found = suggested(on_each, "field=process_label&size=100")
    labels = [row["attributes"].get("process_label") for row in every_node(on_each)]
    assert {item["value"]: item["count"] for item in found["suggest"]} == Counter(
        label for label in labels if label
    )
    assert found == suggested(on_each, "field=attributes.process_label&size=100")
    numbers = values(on_each, "field=attributes.exit_status&size=100")
    assert {0, 300} <= {*numbers}


@pytest.mark.parametrize(
    ("field", "lists"), [("group", "group={}"), ("computer", "dbcomputer_id={}")]
)
def test_labels_of_groups_and_computers_are_suggested(field, lists, on_each):
    rows = on_each.get(f"/api/v4/{field}s?limit=400").rows()
    found = suggested(on_each, f"field={field}&size=100")["suggest"]
    assert {item["value"] for item in found} == {row["label"] for row in rows}
    for row in rows:
        key = quote(row["label"]) if field == "group" else row["id"]
        total = on_each.get(f"/api/v4/nodes?{lists.format(key)}&limit=0").total
        assert {"value": row["label"], "count": total} in found


@pytest.mark.parametrize("field", ["label", "node_type", "process_label"])
def test_a_selection_narrows_what_is_suggested(field, on_each):
    chosen = "group=processes&attributes.exit_status=0"
    found = suggested(on_each, f"field={field}&size=100&{chosen}")
    rows = on_each.get(f"/api/v4/nodes?{chosen}&attributes=true&limit=400").rows()
    seen = [row["attributes"].get(field) if "process" in field else row[field] for row in rows]
    assert {item["value"]: item["count"] for item in found["suggest"]} == Counter(
        value for value in seen if value
    )
    assert not found["sampled"]


def test_a_selection_narrows_the_numbers_of_groups(on_each):
    found = suggested(on_each, "field=group&size=100&attributes.exit_status=0")["suggest"]
    assert any(item["count"] for item in found)
    for item in found:
        url = f"/api/v4/nodes?group={quote(item['value'])}&attributes.exit_status=0&limit=0"
        assert on_each.get(url).total == item["count"]


FIELDS = ("label", "description", "process_label", "attributes", "group", "computer")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "\U0010ffff", "a&b", "é" * 50])
def test_every_text_can_be_looked_for(text, field, on_each):
    asked = f'"{quote(text)}"' if text != "\\" else "%5C"
    found = values(on_each, f"field={field}&q={asked}")
    assert [value for value in found if text.lower() not in str(value).lower()] == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("field=lable", "Unknown key `lable`."),
        ("field=ctime", "`ctime` is a datetime; strings and values inside JSON are suggested."),
        ("field=id", "`id` is an integer; strings"),
        ("field=user.email", "`user` is an integer, not JSON."),
        ("field=email", "Unknown key `email`."),
        ("field=repository_metadata", "Unknown key `repository_metadata`."),
        ("field=attributes.a b", "`attributes.a b` is no key."),
        ("size=0", "`size` is a number of values from 1 to 100."),
        ("size=101", "`size` is a number of values from 1 to 100."),
        ("q=" + "x" * 201, "A pattern has 201 characters"),
        ("limit=2", "This path takes no key `limit`."),
        ("user.email=x", "`user` is an integer, not JSON."),
    ],
)
def test_what_is_wrong_is_said(query, message, on_archive):
    answer = on_archive.get(f"/api/v4/nodes/suggest?{query}")
    assert (answer.status, message in answer.json["message"]) == (400, True), answer.json


def test_an_unknown_group_is_not_found(on_archive):
    assert on_archive.get("/api/v4/nodes/suggest?group=no-such").status == 404


@pytest.mark.parametrize("column", ["label", "node_type", "attributes", "extras"])
def test_bad_values_hide_no_others(column, make_app, tmp_path, data):
    changes = [
        f"UPDATE db_dbnode SET {column} = {value} WHERE id = {place}"
        for place, value in enumerate(badrows.VALUES.values(), 1)
    ]
    path = badrows.archive(tmp_path, data / "lab.aiida", changes)
    client = make_app(store=path).test_client()
    for field in (column, "attributes.a", "process_label", "group"):
        for query in ("", "&q=e", "&attributes.a=1", "&q=A"):
            answer = client.get(f"/api/v4/nodes/suggest?field={field}&size=100{query}")
            assert answer.status_code == 200, answer.text
            badrows.strict(answer.text)
    found = client.get(f"/api/v4/nodes/suggest?field={column}&size=100").json["data"]["suggest"]
    assert len(found) > 3


FIELDS = ("label", "node_type", "group", "process_label", "attributes")


@pytest.mark.parametrize("text", ["q=a&", "q=e&", ""])
@pytest.mark.parametrize("chosen", ["", "node_type=like=%22process.%25%22&"])
def test_several_fields_are_answered_as_each_alone(chosen, text, on_each):
    path = f"/api/v4/nodes/suggest?{chosen}{text}size=4&field="
    together = on_each.get(path + ",".join(FIELDS)).data["suggest"]
    alone = {field: on_each.get(path + field).data["suggest"] for field in FIELDS}
    assert together == [{"field": name, **one} for name in FIELDS for one in alone[name]] != []


def test_commas_in_quotes_part_no_fields(on_each):
    answer = on_each.get('/api/v4/nodes/suggest?field=label,attributes.%22a,b%22,extras."c"')
    assert answer.status == 200
    assert {one["field"] for one in answer.data["suggest"]} <= {"label"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (",".join(["label"] * 11), "There are 11 fields, more than 10."),
        ("label,lable", "Unknown key `lable`."),
        ('label,"', '`"` is no key.'),
    ],
)
def test_wrong_fields_among_several_are_said(fields, message, on_archive):
    answer = on_archive.get(f"/api/v4/nodes/suggest?field={quote(fields)}")
    assert (answer.status, message in answer.json["message"]) == (400, True), answer.json
