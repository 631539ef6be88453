"""All that is recorded of one store."""

from __future__ import annotations

import json
from collections import Counter

import counting
import questions
from aiida import __version__, load_profile, orm  # noqa: TID251 - this runs in AiiDA's environment
from aiida.manage.configuration import Profile  # noqa: TID251 - the same
from choosing import choose
from filling import fill
from querying import queried
from world import World, number_of, shown

from support.digests import digest

SHOWN, ALL, FEW = 5, 1000, 12
COUNTED = {
    "nodes": orm.Node,
    "groups": orm.Group,
    "comments": orm.Comment,
    "logs": orm.Log,
    "computers": orm.Computer,
    "users": orm.User,
}


def of(storage):
    """Return the answers of a store, by parts and questions."""
    configuration = {
        "default_user_email": "ada@localhost",
        "storage": storage,
        "process_control": {"backend": None, "config": {}},
    }
    load_profile(Profile("recorded", configuration), allow_switch=True)
    world = World()
    every, selections = choose(world, {}), questions.selections(world)
    return {
        "about": {"aiida": __version__, "statistics": statistics(world)},
        "selections": dict(chosen(world, selections)),
        "facets": facets(every),
        "dropped": dict(dropped(world, selections)),
        "stats": {name: counting.statistics(name, every) for name in questions.STATISTICS},
        "walks": dict(walks(every)),
        "suggestions": {
            f"{field} {text}": counting.suggestions(field, text, every, labels(field))
            for field, text in questions.SUGGESTIONS
        },
        "keys": dict(keys(world)),
        "templates": dict(templates(world)),
        "files": {node.uuid: world.files(node.uuid) for node in with_files(world)[:FEW]},
    }


def labels(field):
    """Return the labels of all groups or computers, nothing for another field."""
    entity = {"group": orm.Group, "computer": orm.Computer}.get(field)
    return orm.QueryBuilder().append(entity, project="label").all(flat=True) if entity else ()


def statistics(world):
    times = sorted(node.columns["ctime"] for node in world.nodes.values())
    files = {item["sha256"]: item["size"] for uuid in world.nodes for item in world.files(uuid)}
    return {name: number_of(entity) for name, entity in COUNTED.items()} | {
        "links": len(world.links),
        "first_ctime": shown(times[0]),
        "last_ctime": shown(times[-1]),
        "nodes_by_month": dict(sorted(Counter(time.strftime("%Y-%m") for time in times).items())),
        "files": len(files),
        "bytes": sum(files.values()),
    }


def chosen(world, selections):
    """Yield each selection as JSON, with its nodes, facets and statistics."""
    for where, query in selections:
        nodes = choose(world, where)
        uuids = {node.uuid for node in nodes}
        asked = queried(where)
        yield (
            key_of(where),
            {
                "query": query,
                "number": len(nodes),
                "nodes": digest(sorted(uuids)),
                "querybuilder": None if asked is None else len(asked),
                "is_same": asked is None or asked == uuids,
                "facets": {text: counting.facet(text, nodes, SHOWN) for text in questions.SHORT},
                "stats": counting.statistics("attributes.value", nodes),
            },
        )


def key_of(where):
    return json.dumps(where, ensure_ascii=False)


def facets(every):
    """Return the facets of the whole store: those that are named, and of all keys of JSON."""
    names = sorted(
        f"{column}.{written(key)}"
        for column in ("attributes", "extras")
        for key in counting.keys(column, every)
        if key != "_aiida_hash"
    )
    return {text: counting.facet(text, every, ALL) for text in (*questions.LONG, *names)}


def written(key):
    return key if key.replace("_", "").isalnum() and key.isascii() else f'"{key}"'


def dropped(world, selections):
    """Yield facets of selections without the conditions on their own keys."""
    for where, _ in selections:
        for text in questions.SHORT:
            name = text.partition(":")[0]
            if name in where:
                kept = {key: value for key, value in where.items() if key != name}
                yield f"{text} {key_of(where)}", counting.facet(text, choose(world, kept), SHOWN)


def walks(every):
    for name, options in questions.WALKS:
        if name == "ctime:day":
            yield name, [[*bucket] for bucket in days(every)]
            continue
        found = counting.walk(name, every, options.get("contains", ""), options.get("min_count", 1))
        query = "".join(f"&{key}={value}" for key, value in options.items())
        yield f"{name}?{query[1:]}", found


def days(every):
    found = Counter(node.columns["ctime"].strftime("%Y-%m-%d") for node in every)
    return [["string", day, count] for day, count in sorted(found.items())]


def keys(world):
    """Yield the keys of objects in the whole store, and in one selection."""
    for where in ({}, questions.PROCESSES):
        nodes = choose(world, where)
        for under in questions.UNDER:
            found = counting.keys(under, nodes)
            yield f"{under} {key_of(where)}", {"nodes": len(nodes), "keys": found}


def templates(world):
    """Yield what each template gives: a digest of each node, and two as they are."""
    every = choose(world, {})
    for want in questions.TEMPLATES:
        rows = [fill(world, {"uuid": "*", **want}, node) for node in every]
        largest = sorted(rows, key=lambda row: -len(json.dumps(row)))[1:2]
        yield (
            key_of({"uuid": "*", **want}),
            {
                "rows": len(rows),
                "digest": digest(rows),
                "each": [digest(row)[:6] for row in rows],
                "example": [row for row in largest if len(json.dumps(row)) < 4000],
            },
        )


def with_files(world):
    return [node for _, node in sorted(world.nodes.items()) if world.files(node.uuid)]
