"""Templates over links, filled in by plain Python from what AiiDA gives."""

from __future__ import annotations

import re

from choosing import MISSING
from world import CALLS, DATA, OTHERS, shown

LAYERS = {
    "incoming": ("above", DATA),
    "outgoing": ("below", DATA),
    "called": ("below", CALLS),
    "caller": ("above", CALLS),
}
ENDS = {"above": "source", "below": "target"}
POSITION = re.compile(r"\[(-?[0-9]+)\]")
MOST = 100


def fill(world, want, node):
    """Return what a template wants of a node."""
    want = {want: "*"} if isinstance(want, str) else want
    made = {}
    for key, value in want.items():
        if value == "exclude":
            continue
        if key in ("attributes", "extras"):
            made[key] = inside(value, getattr(node, key))
        elif key in LAYERS:
            made[key] = linked(world, key, value, node)
        elif key == "files":
            made[key] = files(world.files(node.uuid), value)
        elif key in ("user", "computer"):
            made[key] = thing(key, value, getattr(node, key))
        elif key in OTHERS:
            made[key] = listed(key, value, node.things[key])
        else:
            made[key] = shown(node.columns[key])
    return made


def inside(want, value):
    """Return what a part of a template wants of a value of JSON."""
    if want == "*":
        return value
    if want == "count":
        return len(value) if isinstance(value, list | dict) else None
    if "*" in want:
        if not isinstance(value, dict):
            return value
        return {key: item for key, item in value.items() if want.get(key) != "exclude"}
    found = {key: member(value, key) for key in want}
    return {
        key: inside(want[key], None if item is MISSING else item) for key, item in found.items()
    }


def member(value, key):
    position = POSITION.fullmatch(key)
    if isinstance(value, list) and position:
        place = int(position[1])
        return value[place] if -len(value) <= place < len(value) else MISSING
    return value.get(key, MISSING) if isinstance(value, dict) else MISSING


def linked(world, layer, want, node):
    """Return a layer of links: by label, lists of a label, patterns, or their number."""
    side, types = LAYERS[layer]
    links = getattr(world, side)(node.uuid, types)
    if want == "count":
        return len(links)
    want = {"*": want} if isinstance(want, str) else want
    excluded = [key for key, value in want.items() if value == "exclude"]
    made = {}
    for key, value in want.items():
        if key in excluded:
            continue
        if "*" in key:
            pattern = re.compile(".*".join(map(re.escape, key.split("*"))), re.DOTALL)
            found = [link for link in links if pattern.fullmatch(link.label)]
            found = [link for link in found if link.label not in excluded]
            made[key] = several(world, side, value, found)
        elif key.endswith("[]"):
            found = [link for link in links if link.label == key[:-2]]
            made[key] = several(world, side, value, found)
        else:
            found = [link for link in links if link.label == key]
            made[key] = first(world, side, value, found)
    return made


def several(world, side, want, links):
    if want == "count":
        return len(links)
    return [
        {
            "link_label": link.label,
            "link_type": link.type,
            "more": place == MOST - 1 and len(links) > MOST,
            **fill(world, want, world.nodes[getattr(link, ENDS[side])]),
        }
        for place, link in enumerate(links[:MOST])
    ]


def first(world, side, want, links):
    if want == "count":
        return len(links)
    if not links:
        return None
    node = world.nodes[getattr(links[0], ENDS[side])]
    return {"more": len(links) > 1, **fill(world, want, node)}


def listed(name, want, found):
    """Return the logs, comments or groups of a node, or their number."""
    if want == "count":
        return len(found)
    return [
        {"more": place == MOST - 1 and len(found) > MOST, **thing(name, want, item)}
        for place, item in enumerate(found[:MOST])
    ]


def thing(name, want, item):
    if item is None:
        return None
    want = {want: "*"} if isinstance(want, str) else want
    return {key: item[key] for key, value in want.items() if value == "*"}


def files(found, want):
    if want == "count":
        return len(found)
    names = ("path", "sha256") if want == "*" else [*want]
    return [
        {"more": place == MOST - 1 and len(found) > MOST, **{name: item[name] for name in names}}
        for place, item in enumerate(found[:MOST])
    ]
