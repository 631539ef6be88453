"""Facets of a store in which counting all nodes takes longer than a statement may."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from support import badrows

SECONDS = 0.5
LONG = 3_000_000
# A pattern that such a long text takes minutes to be compared with.
PATTERN = "%" + 98 * "_a" + "b%"
FIRST, NUMBER = 2_000_000, 400
INSERT = """
INSERT INTO db_dbnode (id, uuid, node_type, process_type, label, description, ctime, mtime,
    attributes, extras, repository_metadata, dbcomputer_id, user_id)
"""
# One of the oldest nodes has a long text; the newest ones come long after it.
OLD = f"""{INSERT}
SELECT 1000, '00000000-0000-4000-8000-000000000000', node_type, NULL, 'few',
    replace(hex(zeroblob({LONG // 2})), '0', 'a'), ctime, mtime, '{{}}', '{{}}', '{{}}', NULL,
    user_id
FROM db_dbnode LIMIT 1
"""
NEW = f"""
WITH RECURSIVE place(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < {NUMBER})
{INSERT}
SELECT {FIRST} + n, printf('00000000-0000-4000-8000-%012d', n), 'data.core.int.Int.', NULL, 'few',
    '{196 * "a"}b', ctime, mtime, json_object('value', n % 4), '{{}}',
    '{{}}', NULL, user_id
FROM place, (SELECT * FROM db_dbnode LIMIT 1)
"""


@pytest.fixture
def ask(make_app, tmp_path, data):
    """A function: a query of facets -> the answer, from a store where statements have no time."""
    config = tmp_path / "provender.yaml"
    config.write_text(f"limits: {{statement_seconds: {SECONDS}}}\n")
    path = badrows.archive(tmp_path, data / "lab.aiida", [OLD, NEW])
    client = make_app(config, path).test_client()
    return lambda query: client.get(f"/api/v4/nodes/facets?{query}")


def test_what_takes_too_long_is_counted_for_the_newest_nodes(ask):
    name, text = "attributes.value", "attributes.value:histogram(2)"
    chosen = f'label="few"&description=like="{quote(PATTERN)}"'
    answer = ask(f"{chosen}&facet={name}&facet={text}&stats={name}")
    assert answer.status_code == 200, answer.text
    assert (answer.headers["Cache-Control"], answer.headers.get("ETag")) == ("no-store", None)
    found = answer.json["data"]
    for shown in found["facets"].values():
        assert shown["truncated"] == "time"
    values, ranges = found["facets"].values()
    each = [(item["value"], item["count"]) for item in values["buckets"]]
    assert each == [(value, NUMBER // 4) for value in range(4)]
    assert [item["count"] for item in ranges["buckets"]] == [NUMBER // 2] * 2
    assert found["stats"][name]["count"] == NUMBER


def test_an_answer_that_is_not_cut_says_so(ask):
    shown = ask(f'label="few"&id>{FIRST}&facet=node_type').json["data"]["facets"]["node_type"]
    assert (shown["buckets"][0]["count"], shown["truncated"]) == (NUMBER, None)
