"""Facets, statistics, values and keys of nodes, counted in plain Python."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from choosing import MISSING, kind, value_of

LENGTHS = {"day": 10, "month": 7, "year": 4}
WRITTEN = re.compile(r"(.+?)(?::(array|day|month|year|histogram)(?:\((\d+)\))?)?")
LONGEST = 200


def values(name, nodes):
    """Return what is counted of each node; `user_id` and `dbcomputer_id` are told by names."""
    if name == "user_id":
        return [f"{node.user['first_name']} {node.user['last_name']}" for node in nodes]
    if name == "dbcomputer_id":
        return [node.computer and node.computer["label"] for node in nodes]
    found = [value_of(name, node) for node in nodes]
    return [None if value is MISSING else value for value in found]


def key_of(value):
    """Return type and value, equal for equal values: lists and objects are one value each."""
    name = kind(value)
    return name, None if name in ("array", "object") else float(
        value
    ) if name == "number" else value


def rank(item):
    """Return the place of a bucket: the largest first, equal ones by type and value."""
    (name, value), count = item
    return (-count, *order((name, value)))


def order(key):
    name, value = key
    text = str(value).lower() if name == "boolean" else value if name == "string" else ""
    return name, value if name == "number" else 0.0, text


def facet(text, nodes, size):
    """Return `{buckets: [[type, value, count]], other, missing}` of a facet."""
    name, form, bins = WRITTEN.fullmatch(text).groups()
    found = values(name, nodes)
    missing = sum(value is None for value in found)
    present = [value for value in found if value is not None]
    if form == "histogram":
        return histogram(present, int(bins or 20), missing)
    if form in LENGTHS:
        present = [value.strftime("%Y-%m-%d")[: LENGTHS[form]] for value in present]
    if form == "array":
        lists = [value for value in present if isinstance(value, list)]
        present = [item for value in lists for item in value if item is not None]
    counted = sorted(Counter(map(key_of, present)).items(), key=rank)
    buckets = [[name, value, count] for (name, value), count in counted[:size]]
    return {
        "buckets": buckets,
        "other": len(present) - sum(count for *_, count in buckets),
        "missing": missing,
    }


def histogram(present, bins, missing):
    """Return the ranges of equal width from the least number to the largest."""
    numbers = [value for value in present if kind(value) == "number"]
    found = {"buckets": [], "other": len(present) - len(numbers), "missing": missing}
    if not numbers:
        return found
    low, high = min(numbers), max(numbers)
    if low == high:
        return found | {"buckets": [[low, high, len(numbers)]]}
    edges = [low + (high - low) / bins * place for place in range(bins)] + [high]
    places = [min(bins - 1, sum(number >= edge for edge in edges) - 1) for number in numbers]
    counts = Counter(places)
    found["buckets"] = [[edges[at], edges[at + 1], counts[at]] for at in range(bins)]
    return found


def statistics(name, nodes):
    """Return what `stats` tells of the numbers of a name."""
    found = values(name, nodes)
    numbers = [float(value) for value in found if kind(value) == "number"]
    missing = sum(value is None for value in found)
    return {
        "count": len(numbers),
        "missing": missing,
        "other": len(found) - len(numbers) - missing,
        "min": min(numbers, default=None),
        "max": max(numbers, default=None),
        "mean": sum(numbers) / len(numbers) if numbers else None,
        "distinct": len(set(numbers)),
    }


def walk(name, nodes, contains="", least=1):
    """Return all values in the order of type and value: `[type, value, count]`."""
    counted = Counter(key_of(value) for value in values(name, nodes) if value is not None)
    return [
        [*key, counted[key]]
        for key in sorted(counted, key=order)
        if counted[key] >= least and contains.lower() in str(key[1] or "").lower()
    ]


def suggestions(field, text, nodes, labels):
    """Return the values with a text in them, each with its count, those that begin so apart.

    `labels` are those of all groups or computers, of which some have no nodes.
    """
    if field in ("attributes", "extras"):
        present = [key for node in nodes for key in getattr(node, field)]
    elif field in ("group", "computer"):
        things = {"group": lambda node: node.things["groups"], "computer": computers}[field]
        present = [thing["label"] for node in nodes for thing in things(node)]
    else:
        present = [value for value in values(field, nodes) if isinstance(value, str) and value]
    counted = Counter(value for value in present if len(value) <= LONGEST)
    counted.update(dict.fromkeys(labels, 0))
    fitting = {value: count for value, count in counted.items() if text.lower() in value.lower()}
    first = sorted(value for value in fitting if value.startswith(text))
    return {"first": first, "counts": dict(sorted(fitting.items()))}


def computers(node):
    return [] if node.computer is None else [node.computer]


def keys(under, nodes):
    """Return `{name: [types, count, example]}` of the keys of objects, types by frequency."""
    found = defaultdict(list)
    for node in nodes:
        value = value_of(under, node)
        for key, item in value.items() if isinstance(value, dict) else ():
            found[key].append(item)
    return {key: _key(items) for key, items in sorted(found.items())}


def _key(items):
    counts = Counter(map(kind, items))
    types = sorted(counts, key=lambda name: (-counts[name], name))
    told = [name for name in types if name in ("string", "number", "boolean")]
    return [types, len(items), example(items, told[0]) if told else None]


def example(items, name):
    """Return the least number, the first string, or the least boolean."""
    some = [item for item in items if kind(item) == name]
    if name == "number":
        return float(min(some))
    return min(some)[:LONGEST] if name == "string" else min(some)
