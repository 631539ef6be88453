"""Templates filled in by plain Python, from what the other routes tell of a whole store."""

from __future__ import annotations

import fnmatch
import json
import re

DATA = ("create", "return", "input_calc", "input_work")
CALLS = ("call_calc", "call_work")
# The end of a link that is above, that below, and the types of link.
LINKED = {
    "incoming": (1, 0, DATA),
    "outgoing": (0, 1, DATA),
    "called": (0, 1, CALLS),
    "caller": (1, 0, CALLS),
}
COLUMNS = {
    "node": "id uuid node_type process_type label description ctime mtime dbcomputer_id user_id",
    "log": "id uuid time loggername levelname dbnode_id message",
    "comment": "id uuid dbnode_id ctime mtime user_id content",
    "group": "id uuid label type_string time description user_id",
    "computer": "id uuid label hostname description scheduler_type transport_type",
    "user": "id first_name last_name institution",
}
JSON = {"node": ["attributes", "extras"], "log": ["metadata"], "group": ["extras"]}
POSITION = re.compile(r"\[(-?[0-9]+)\]")
MOST = 100


def edge(first, second, keyword):
    return [
        {"entity_type": first, "tag": "a"},
        {"entity_type": second, "tag": "b", "joining_keyword": keyword, "joining_value": "a"},
    ]


def posted(served, path, project, order):
    body = {"path": path, "project": project, "limit": 50_000, "order_by": order}
    raw = json.dumps(body).encode()
    answer = served.get("/api/v4/querybuilder", method="POST", body=raw)
    assert answer.status == 200, answer.body
    return answer.data


def things(served, entity, entity_type):
    """Return all things of an entity by their ids."""
    names = [*COLUMNS[entity].split(), *JSON.get(entity, ())]
    path = [{"entity_type": entity_type, "tag": "a"}]
    return {
        row["id"]: row for row in posted(served, path, {"a": names}, [{"a": [{"id": "asc"}]}])["a"]
    }


class Whole:
    """A store in memory; `fill` makes of a node what a template wants."""

    def __init__(self, served):
        self.nodes = things(served, "node", "")
        self.logs = things(served, "log", "log")
        self.comments = things(served, "comment", "comment")
        self.groups = things(served, "group", "group.core")
        self.named = {name: things(served, name, name) for name in ("user", "computer")}
        found = posted(
            served,
            edge("", "", "with_incoming"),
            {"a": ["id"], "b": ["id"], "a--b": ["id", "label", "type"]},
            [{"a--b": [{"id": "asc"}]}],
        )
        self.links = [
            (first["id"], second["id"], link["label"], link["type"])
            for first, second, link in zip(found["a"], found["b"], found["a--b"], strict=True)
        ]
        found = posted(
            served,
            edge("group.core", "", "with_group"),
            {"a": ["id"], "b": ["id"]},
            [{"a": [{"id": "asc"}]}],
        )
        pairs = zip(found["a"], found["b"], strict=True)
        self.members = [(group["id"], node["id"]) for group, node in pairs]

    def fill(self, want, node):
        return self._thing("node", want, node)

    def _thing(self, entity, want, thing):
        want = {want: "*"} if isinstance(want, str) else want
        made = {}
        for key, value in want.items():
            if value == "exclude":
                continue
            if key == "*":
                names = COLUMNS[entity].split()
                made |= {name: thing[name] for name in names if want.get(name) != "exclude"}
            elif key in JSON.get(entity, ()):
                whole = {} if value == "*" else None
                found = inside(value, thing[key])
                made[key] = whole if found is None else found
            elif key in LINKED:
                made[key] = self._linked(key, value, thing["id"])
            elif key in ("logs", "comments"):
                every = getattr(self, key).values()
                below = [one for one in every if one["dbnode_id"] == thing["id"]]
                made[key] = self._listed(key[:-1], value, below)
            elif key == "groups":
                ids = [group for group, node in self.members if node == thing["id"]]
                made[key] = self._listed("group", value, [self.groups[one] for one in ids])
            elif key in self.named:
                column = {"user": "user_id", "computer": "dbcomputer_id"}[key]
                found = self.named[key].get(thing[column])
                made[key] = None if found is None else self._thing(key, value, found)
            else:
                made[key] = thing[key]
        return made

    def _listed(self, entity, want, found):
        if want == "count":
            return len(found)
        return [
            {"more": place == MOST - 1 and len(found) > MOST, **self._thing(entity, want, one)}
            for place, one in enumerate(found[:MOST])
        ]

    def _linked(self, layer, want, pk):
        above, below, types = LINKED[layer]
        links = [
            (link[below], link[2], link[3])
            for link in self.links
            if link[above] == pk and link[3] in types
        ]
        if want == "count":
            return len(links)
        want = {"*": want} if isinstance(want, str) else want
        excluded = [key for key, value in want.items() if value == "exclude"]
        return {
            key: self._branch(key, value, links, excluded)
            for key, value in want.items()
            if key not in excluded
        }

    def _branch(self, key, want, links, excluded):
        base = key.removesuffix("[]")
        is_pattern = "*" in base
        if is_pattern:
            links = [link for link in links if link[1] not in excluded]
        found = [link for link in links if fnmatch.fnmatchcase(link[1], base)]
        if want == "count":
            return len(found)
        if is_pattern or base != key:
            return [
                {
                    "link_label": label,
                    "link_type": kind,
                    "more": place == MOST - 1 and len(found) > MOST,
                    **self.fill(want, self.nodes[pk]),
                }
                for place, (pk, label, kind) in enumerate(found[:MOST])
            ]
        if not found:
            return None
        return {"more": len(found) > 1, **self.fill(want, self.nodes[found[0][0]])}


def inside(want, value):
    """Return what a part of a template wants of a value of JSON."""
    if want == "*":
        return value
    if want == "count":
        return len(value) if isinstance(value, list | dict) else None
    if isinstance(want.get("*"), dict):
        below = {key: one for key, one in want.items() if key != "*"}
        is_list = isinstance(value, list)
        every = [inside(want["*"], one) for one in value] if is_list else None
        return {"*": every, **(inside(below, value) if below else {})}
    if "*" in want:
        if not isinstance(value, dict):
            return value
        return {key: one for key, one in value.items() if want.get(key) != "exclude"}
    return {key: inside(below, member(value, key)) for key, below in want.items()}


def member(value, key):
    """Return the member of a list or an object, None for what is not there."""
    position = POSITION.fullmatch(key)
    key = position[1] if position else key
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and re.fullmatch("0|-?[1-9][0-9]*", key):
        place = int(key)
        return value[place] if -len(value) <= place < len(value) else None
    return None
