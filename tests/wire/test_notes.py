"""Notes on requests that are right but find nothing, in body and header."""

from __future__ import annotations

import json

import pytest


def told(answer):
    return json.loads(answer.headers.get("x-provender-notes", "[]"))


@pytest.mark.parametrize(
    ("path", "code", "field"),
    [
        ('/api/v2/processes?state="finished"', "case", "state"),
        ('/api/v4/nodes?node_type="Int"', "node-type", "node_type"),
        ('/api/v4/nodes/page?node_type="Int"', "node-type", "node_type"),
        ('/api/v2/nodes?type="Int"', "node-type", "type"),
        ('/api/v4/nodes?uuid="a8358adf"', "uuid-prefix", "uuid"),
        ('/api/v4/groups?uuid="a8358adf"', "uuid-prefix", "uuid"),
        ('/api/v4/nodes/a8358adf/links/incoming?node_type="Int"', "node-type", "node_type"),
    ],
)
def test_an_empty_list_says_what_may_be_meant(on_each, path, code, field):
    answer = on_each.get(path)
    assert answer.status == 200
    assert answer.total == 0
    assert [(note["code"], note["field"]) for note in answer.json["notes"]] == [(code, field)]
    assert told(answer) == answer.json["notes"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v4/nodes?id=100000",
        '/api/v4/nodes?label="nobody"',
        '/api/v4/nodes?node_type="data.core.int.Int."&limit=1',
        '/api/v4/nodes?node_type="Int"&limit=0',
        '/api/v2/processes?state="FINISHED"&limit=1',
        "/api/v4/nodes?limit=1&offset=100000",
    ],
)
def test_other_lists_have_no_notes(on_archive, path):
    answer = on_archive.get(path)
    assert answer.status == 200
    assert "notes" not in answer.json
    assert told(answer) == []


@pytest.mark.parametrize("path", ["nodes?limit=1&", "nodes/a8358adf?"])
def test_what_has_no_effect_is_told_in_the_header(on_archive, path):
    answer = on_archive.get(f"/api/v4/{path}attributes_filter=value")
    assert answer.status == 200
    assert "notes" not in answer.json
    assert [note["field"] for note in told(answer)] == ["attributes_filter"]
    heeded = on_archive.get(f"/api/v4/{path}attributes_filter=value&attributes=true")
    assert told(heeded) == []
