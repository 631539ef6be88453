"""Facets of a store with so many nodes that counting them takes longer than a statement may."""

from __future__ import annotations

import pytest

from provender.web.resources.selections import facets
from support import badrows

NUMBER, NEWEST = 100_000, 400
SECONDS = 0.1
MORE = f"""
WITH RECURSIVE place(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < {NUMBER})
INSERT INTO db_dbnode (uuid, node_type, process_type, label, description, ctime, mtime, attributes,
    extras, repository_metadata, dbcomputer_id, user_id)
SELECT printf('00000000-0000-4000-8000-%012d', n), 'data.core.int.Int.', NULL, '', '', ctime, mtime,
    json_object('list', list, 'value', n % 4), '{{}}', '{{}}', NULL, user_id
FROM place, (SELECT * FROM db_dbnode LIMIT 1),
    (SELECT json_group_array(n) AS list FROM place WHERE n <= 150)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory, data):
    """An archive with many nodes."""
    return badrows.archive(tmp_path_factory.mktemp("many"), data / "lab.aiida", [MORE])


@pytest.fixture
def ask(make_app, many, tmp_path, monkeypatch):
    """A function: a query of facets -> the answer, from a store where statements have no time."""
    monkeypatch.setattr(facets, "NEWEST", NEWEST)  # so that these are counted in time for sure
    config = tmp_path / "provender.yaml"
    config.write_text(f"limits: {{statement_seconds: {SECONDS}}}\n")
    client = make_app(config, many).test_client()
    return lambda query: client.get(f"/api/v4/nodes/facets?{query}")


@pytest.mark.parametrize("chosen", ["", "attributes.value>=0&"])
def test_what_takes_too_long_is_counted_for_the_newest_nodes(chosen, ask):
    name, text = "attributes.value", "attributes.value:histogram(2)"
    answer = ask(f"{chosen}facet={name}&facet={text}&stats={name}")
    assert answer.status_code == 200, answer.text
    assert (answer.headers["Cache-Control"], answer.headers.get("ETag")) == ("no-store", None)
    found = answer.json["data"]
    for shown in found["facets"].values():
        assert shown["truncated"] == "time"
    values, ranges = found["facets"].values()
    each = [(item["value"], item["count"]) for item in values["buckets"]]
    assert each == [(value, NEWEST // 4) for value in range(4)]
    assert [item["count"] for item in ranges["buckets"]] == [NEWEST // 2] * 2
    assert found["stats"][name]["count"] == NEWEST


def test_an_answer_that_is_not_cut_says_so(ask):
    shown = ask(f"facet=node_type&id>{NUMBER}").json["data"]["facets"]["node_type"]
    assert shown["truncated"] is None
