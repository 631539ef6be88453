"""Every route of one process answers for every process of the desk, whatever its rows hold."""

from __future__ import annotations

import re

import pytest

from support.badrows import strict
from support.desk import names

EXAMPLES = {"bounds": ("-3:", "0:1000"), "page": ("1",)}
"""Values of what stands in paths beside the id."""
QUERIES = {
    "/processes/{id}/logs": ("recursive=1", "format=text&recursive=1", "format=ndjson&level=info"),
    "/processes/{id}": ("include=attributes,extras,links,files,user,computer,link_counts",),
}
"""What is asked beside the path alone."""
PLACE = re.compile(r"\{(\w+)\}")
ALL = [value for name, value in vars(names).items() if name.isupper() and "-0000-" in str(value)]


def paths(client):
    """Return the paths of all routes of one process, and `{id}` in each."""
    described = client.get("/api/v4/openapi.json").json["paths"]
    found = [path for path in described if re.match(r"/(processes|calcjobs)/\{id\}", path)]
    return [
        filled + (query and f"?{query}")
        for path in found
        for query in ("", *QUERIES.get(path, ()))
        for filled in fill(path)
    ]


def fill(path):
    """Yield a path with each example of the other places in it."""
    places = [place for place in PLACE.findall(path) if place != "id"]
    if not places:
        yield path
        return
    assert places[0] in EXAMPLES, f"{path}: EXAMPLES lacks values of {places[0]}"
    for value in EXAMPLES[places[0]]:
        yield from fill(path.replace(f"{{{places[0]}}}", value, 1))


@pytest.fixture(params=["archive", "postgres", "bad rows"])
def client(request):
    if request.param == "bad rows":
        return request.getfixturevalue("desk_bad")
    return request.getfixturevalue("desks")[request.param]


def test_no_process_makes_a_route_fail(client):
    asked = paths(client)
    assert len(asked) > 10
    assert len(ALL) > 50
    failed = {}
    for path in asked:
        for uuid in ALL:
            answer = client.get(f"/api/v4{path.replace('{id}', uuid)}")
            is_known = answer.status_code < 500 or answer.json["code"] == "corrupt-object"
            if not is_known:
                failed[path, uuid] = answer.text
            elif answer.is_json:
                strict(answer.text)
    assert failed == {}
