"""Every route of processes answers for every process of the desk, whatever its rows hold."""

from __future__ import annotations

import re

from support.badrows import strict
from support.desk import names
from support.desk.rows import CODE

EXAMPLES = {
    "bounds": ("-3:", "0:1000"),
    "page": ("1",),
    "label": ("relax__last__bands", "retrieved"),
    "array": ("bands",),
}
"""Values of what stands in paths beside the id."""
QUERIES = {
    "/processes/{id}/logs": (
        "recursive=1",
        "format=text&recursive=1",
        "format=ndjson&level=info",
        "stream=stderr",
    ),
    "/processes/{id}": ("include=attributes,extras,links,files,user,computer,link_counts",),
}
"""What is asked beside the path alone."""
LISTS = (
    "/processes?limit=400&include=summary&link_counts=1",
    "/processes?limit=400&orderby=attributes.exit_status",
    "/calcjobs?limit=400&failed=1&include=summary",
    "/processes?limit=400&past=36500d&running=1&include=summary",
    "/processes?limit=400&root=1&exit_status>=300&state=finished",
    "/processes/types",
    "/processes/types/~none",
    "/processes/types/aiida.calculations%3Amade.up",
    "/processes/types/made.up%3ATop",
    "/codes",
    f"/codes/{CODE}",
    f"/codes/{CODE}/jobs?limit=400",
    "/computers/a5323b68-762c-49cc-b22c-201dc7a75eaa/statistics",
)
"""What is asked of all processes."""
IDS = ("id", "pk", "user_id")
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


def answers(client):
    """Return what each route answers for each process, by path; none of them has failed."""
    asked = paths(client)
    assert len(asked) > 10
    assert len(ALL) > 50
    found, failed = {}, {}
    for full in (*LISTS, *(path.replace("{id}", uuid) for path in asked for uuid in ALL)):
        with client.get(f"/api/v4{full}") as answer:
            found[full] = shown(answer)
            if answer.status_code >= 500 and answer.json["code"] != "corrupt-object":
                failed[full] = answer.text
    assert failed == {}
    return found


def shown(answer):
    """Return what an answer says: keys in any order, and no word of where a file is missing."""
    if not answer.is_json:
        return answer.status_code, answer.data
    return answer.status_code, strict(answer.text.replace("in the archive", "in the repository"))


def test_bad_rows_make_no_route_fail(desk_bad):
    assert len(answers(desk_bad)) > 500


def test_each_route_answers_alike_on_every_backend(desks):
    found = {backend: answers(client) for backend, client in desks.items()}
    for other, alike in (("postgres", as_it_is), ("sqlite", without_ids)):
        one, another = found["archive"], found[other]
        assert one.keys() == another.keys()
        differing = [path for path in one if alike(one[path]) != alike(another[path])]
        assert differing == [], other


def as_it_is(value):
    """Return an answer whose ids are those of the archive."""
    return value


def without_ids(value):
    """Return an answer without ids and orders, which are others in the SQLite profile."""
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key not in IDS}
    if isinstance(value, (list, tuple)):
        return sorted(map(without_ids, value), key=str)
    return value
