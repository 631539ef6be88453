"""Suggestions and keys of a store with more nodes than are looked at."""

from __future__ import annotations

import pytest

from support import badrows

NUMBER = 12_000
# Nodes like one of the lab's: every other one has a key, the oldest ones have another.
MORE = f"""
WITH RECURSIVE place(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < {NUMBER})
INSERT INTO db_dbnode (uuid, node_type, process_type, label, description, ctime, mtime, attributes,
    extras, repository_metadata, dbcomputer_id, user_id)
SELECT printf('00000000-0000-4000-8000-%012d', n), 'data.core.dict.Dict.', NULL,
    CASE WHEN n <= 900 THEN 'few' WHEN n <= 2100 THEN 'some' ELSE 'label ' || (n - 2100) END,
    '', ctime, mtime,
    json_object(CASE WHEN n <= 1000 THEN 'old' WHEN n % 2 THEN 'odd' ELSE 'even' END, n),
    '{{}}', '{{}}', NULL, user_id
FROM place, (SELECT * FROM db_dbnode LIMIT 1)
"""


@pytest.fixture
def ask(make_app, tmp_path, data):
    """A function: a path below nodes -> the data of its answer, from a store with many nodes."""
    path = badrows.archive(tmp_path, data / "lab.aiida", [MORE])
    client = make_app(store=path).test_client()

    def get(path):
        answer = client.get(f"/api/v4/nodes/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json["data"]

    return get


def test_numbers_are_exact_up_to_a_thousand(ask):
    told = ask("suggest?field=label&q=few")
    assert told == {
        "suggest": [{"value": "few", "count": 900}],
        "sampled": False,
        "truncated": "rows",  # not every label was looked at for the text
    }
    assert ask("suggest?field=label&q=som")["suggest"] == [{"value": "some", "count": "1000+"}]
    assert len(ask("suggest?field=label&q=label&size=100")["suggest"]) == 100


def test_keys_are_those_of_the_newest_nodes(ask):
    told = ask("keys?size=10")
    assert (told["nodes"], told["sampled"], told["truncated"]) == (5000, True, None)
    assert [(key["name"], key["count"], key["share"]) for key in told["keys"]] == [
        ("even", 2500, 0.5),
        ("odd", 2500, 0.5),
    ]


def test_suggestions_are_those_of_the_newest_nodes(ask):
    suggested = ask("suggest?field=attributes&q=od")
    assert suggested == {
        "suggest": [{"value": "odd", "count": 1000}],
        "sampled": True,
        "truncated": None,
    }


def test_a_selection_by_columns_is_found_however_old(ask):
    told = ask('keys?label="few"')
    assert (told["nodes"], told["sampled"]) == (900, False)
    assert [key["name"] for key in told["keys"]] == ["old"]


def test_conditions_on_json_are_tried_on_the_newest_only(ask):
    told = ask("keys?attributes.even=exists=true")
    assert (told["nodes"], told["sampled"]) == (5000, True)
    told = ask("keys?attributes.old=exists=true")
    assert (told["nodes"], told["sampled"]) == (0, True)
    told = ask('keys?attributes.old=exists=true&label="few"')
    assert (told["nodes"], told["sampled"]) == (900, False)


def test_suggestions_with_conditions_on_json_are_those_of_fewer_nodes(ask):
    told = ask("suggest?field=attributes&attributes.even=exists=true&size=100")
    assert told["suggest"] == [{"value": "even", "count": "1000+"}]
    assert told["sampled"]
    told = ask('suggest?field=attributes&attributes.old=exists=true&label="few"')
    assert (told["suggest"], told["sampled"]) == ([{"value": "old", "count": 900}], False)
    told = ask("suggest?field=attributes&attributes.old=exists=true")
    assert (told["suggest"], told["sampled"]) == ([], True)
