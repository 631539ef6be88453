"""What was seen of each type of process, counted from what AiiDA says of each one."""

from __future__ import annotations

from collections import Counter, defaultdict
from urllib.parse import quote

import pytest


@pytest.fixture(params=["lab", "materials", "living"])
def whole(request, recorded_of):
    """A store of which all processes were recorded."""
    return recorded_of(request.param)


def by_type(recorded):
    found = defaultdict(list)
    for _, process in recorded.processes:
        found[process["process_type"]].append(process)
    return found


def counted(values):
    return dict(Counter(str(value) for value in values if value is not None))


def test_all_types_are_counted(whole):
    theirs = {
        kind: {
            "count": len(processes),
            "states": counted(process["process_state"] for process in processes),
            "exit_statuses": counted(process["exit_status"] for process in processes),
        }
        for kind, processes in by_type(whole).items()
    }
    rows = whole.get("processes/types")
    keys = ("count", "states", "exit_statuses")
    assert {row["process_type"]: {key: row[key] for key in keys} for row in rows} == theirs


def test_labels_of_a_type_are_those_of_its_links(whole):
    ours, theirs = {}, {}
    for kind, processes in by_type(whole).items():
        answer = whole.client.get(f"/api/v4/processes/types/{quote(kind, safe='')}")
        assert answer.status_code == 200, answer.text
        (found,) = answer.json["data"].values()
        for side in ("inputs", "outputs"):
            ours[kind, side] = {row["label"]: row["count"] for row in found[side]}
            links = [link for process in processes for link in process[side]]
            labels = (label for label, link_type, _ in links if link_type[:4] != "call")
            theirs[kind, side] = dict(Counter(labels))
    assert ours == theirs
