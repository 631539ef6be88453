"""Older archives full of odd values, served: no request fails with an error of the server."""

from __future__ import annotations

import json

import pytest

from support import walking
from support.legacy.containers import Wrapping
from support.legacy.draft import Draft
from support.legacy.kinds import DATA, PROCESSES
from support.legacy.outcomes import outcome
from support.legacy.versions import OLDEST
from support.waiting import wait_until

ODD = [
    *(None, True, -1, 2**70, 1e300, float("inf"), float("nan"), "", "\x00", "\ud800", "x" * 70_000),
    *(
        "null",
        "{",
        "é\U0001f600",
        "ABC-01",
        [],
        [None],
        {},
        {"a": 1},
        json.loads("[" * 200 + "]" * 200),
    ),
]
NAMES = [
    "a\\b",
    "C:x",
    "line\nfeed",
    "n" * 3000,
    "\x7f",
    "\u202ex",
    "d/" * 1000 + "x",
    "%2e%2e",
    '"',
    "é",
]
EXPECTED = ("not-for-this-node-type", "unknown-format")
"""Errors with the status 501 that tell what is not served of a node."""
FIELDS = ("label", "description", "ctime", "mtime", "process_type", "user", "dbcomputer", "uuid")


def odd(version):
    """Return an archive with odd values in all fields of nodes, and around them."""
    draft = Draft(version)
    draft.user()
    draft.computer(metadata={"a": ODD[-1], "b": ODD[6]})
    kinds = [kind.written(version) for kind in (*DATA, *PROCESSES)]
    nodes = [draft.node(kind) for kind in kinds if kind is not None]
    for number, value in enumerate(ODD):
        for place, field in enumerate(FIELDS):
            node = nodes[(number + place) % len(nodes)]
            draft.rows["Node"][str(node.pk)][field] = value
        draft.attributes[str(nodes[number].pk)] = {"value": value, "cell": value, "state": value}
        draft.extras[str(nodes[-number - 1].pk)] = value
        draft.link(nodes[number], nodes[-1 - number], "create", str(value)[:300])
        draft.group(nodes[:number], description=value)
        if version not in OLDEST:
            draft.log(nodes[number], message=value, metadata=value, time=value)
            draft.comment(nodes[number], content=value)
    for node, name in zip(nodes, NAMES, strict=False):
        draft.members[f"nodes/{node.uuid[:2]}/{node.uuid[2:4]}/{node.uuid[4:]}/path/{name}"] = b"x"
    return draft


@pytest.mark.parametrize("version", ["0.2", "0.5", "0.13"])
def test_no_request_on_an_odd_archive_fails(version, fuzz_count, make_app, tmp_path):
    path = odd(version).save(tmp_path / "x.aiida", Wrapping(folders=0))
    found = outcome(path, tmp_path)
    client = make_app(store=path).test_client()
    wait_until(lambda: client.get("/api/v4/nodes").status_code != 503)
    rows = found.rows("node")
    known = [str(row["id"]) for row in rows] + [
        row["uuid"] for row in rows if row["uuid"].isalnum()
    ]
    asked = [*walking.described(lambda _: known), *walking.posted()]
    step = max(1, 3000 // fuzz_count)
    failed = []
    for request in asked[::step]:
        answer = client.open(
            request.target, method=request.method, data=request.body, buffered=True
        )
        if answer.status_code >= 500 and answer.json["code"] not in EXPECTED:
            failed.append((request.target, answer.json))
    assert failed == []
    assert len(asked) > 5000
