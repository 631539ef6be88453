"""Conditions of a program choose the nodes that the server's own grammar chooses."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from provender.client import BadQuery
from provender.client.queries.conditions import read

PAIRS = [
    ({"label": "bcc Fe"}, 'label="bcc Fe"'),
    ({"label.like": "bcc%"}, 'label=like="bcc%"'),
    ({"label": {"$like": "bcc%"}}, 'label=like="bcc%"'),
    (
        {"attributes.exit_status": {"gt": 0, "lte": 410}},
        "attributes.exit_status>0&attributes.exit_status<=410",
    ),
    ({"attributes.exit_status.gt": 0}, "attributes.exit_status>0"),
    ({"id": [3, 4, 5]}, "id=in=3,4,5"),
    ({"id.nin": {3, 4}}, "id=notin=3,4"),
    ({"attributes.sealed": True}, "attributes.sealed=true"),
    (
        {"ctime.gte": datetime(2026, 11, 20, 11, 55, tzinfo=timezone.utc)},
        "ctime>=2026-11-20T11:55:00+00:00",
    ),
    ({"ctime.gte": "2026-11-20T11:55:00+00:00"}, "ctime>=2026-11-20T11:55:00+00:00"),
    ({"ctime.lt": "2026-11-20T11:55"}, "ctime<2026-11-20T11:55"),
    ({"group": "processes"}, 'group="processes"'),
    ({"$and": [{"label": "add"}, {"id.gt": 3}]}, 'label="add"&id>3'),
    ({"attributes.energy.exists": True}, "attributes.energy=exists=true"),
    ({"process_type": None}, "process_type=exists=false"),
    ({"label": 'empty "group" % _'}, 'label="empty ""group"" % _"'),
    ({"$or": [{"label.like": "bcc%"}, {"label": "add"}]}, None),
    ({"$not": {"label": ""}}, None),
    ({"attributes.kinds.size": 1}, None),
    ({"label.startswith": "bcc"}, None),
    ({"extras.tags": {"$all": ["a"]}}, None),
]
"""A dict, and the query string of the same meaning where there is one."""


@pytest.mark.parametrize(("where", "text"), PAIRS, ids=lambda value: str(value)[:40])
def test_a_dict_is_the_text_of_its_meaning(client, where, text):
    found = client.nodes.list(where)
    posted = client.connection.post("nodes/search", {"where": read(where).body(), "limit": 1})
    assert found.count() == posted.total
    if text is not None:
        assert found.count() == client.nodes.list(text).count()
    assert [node.uuid for node in found.take(5)] == [
        row["uuid"]
        for row in client.connection.post(
            "nodes/search", {"where": read(where).body(), "limit": 5}
        ).rows
    ]


def test_many_values_are_posted(client):
    labels = [f"a label that nobody gave {number}" for number in range(1000)]
    listing = client.nodes.list({"label": [*labels, "bcc Fe"]})
    assert listing.count() == client.nodes.list(label="bcc Fe").count() > 0


def test_an_own_node_is_a_value(client):
    node = client.nodes.list().first()
    assert client.nodes.list({"uuid": node}).count() == 1


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (7, "text of a query string or a dict"),
        ({"label": {"$regex": "x"}}, r"no operator `\$regex`"),
        ({"$nor": []}, "joins no conditions"),
        ({"$or": {"label": "x"}}, "takes a list of dicts"),
        ({"$not": ["x"]}, "takes a dict"),
        ({3: 4}, "are strings"),
        ({"label": object()}, "cannot be compared"),
        ({"lable": "x"}, "lable"),
        ("label=", "label"),
    ],
)
def test_what_has_no_meaning(client, where, message):
    with pytest.raises(BadQuery, match=message):
        client.nodes.list(where).first()


def test_a_list_that_is_not_posted_says_so(client):
    with pytest.raises(BadQuery, match="`users` takes no `or`"):
        client.users.list({"$or": [{"institution": "EPFL"}]})
