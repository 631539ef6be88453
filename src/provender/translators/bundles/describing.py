"""What a zip tells of a node, as JSON that is the same for every store. Floor: translators.

There is no pk, which only one store knows, no e-mail, and no hash of AiiDA, which an import drops.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from json.encoder import encode_basestring
from typing import Any

from provender.exports.jsontexts import canonical, read, written
from provender.query.querystring.selections.zips import ATTRIBUTES, EXTRAS, LINKS, LOGS
from provender.translators.archive.describing import DROPPED
from provender.translators.bundles.rows import OWN

NODE = "node.json"
# The hash of AiiDA, as it stands in JSON: only then extras are looked at.
MARK = f'"{DROPPED}'
EMPTY = "{}"


def node_json(node: Mapping[str, Any]) -> bytes:
    """Return a node as a JSON object, each key on a line of its own.

    Shape: columns, `user`, `computer`, and what was asked for: `attributes`, `extras`, `links:
    {"incoming", "outgoing"}`, `logs`.
    """
    lines = ",\n".join(f'"{key}": {text}' for key, text in _texts(node))
    return f"{{{lines}}}\n".encode("utf-8", "replace")


def _texts(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in OWN:
        value = node[key]
        yield key, "null" if value is None else encode_basestring(value)
    for key in ("user", "computer"):
        yield key, written(node[key])
    if ATTRIBUTES in node:
        yield ATTRIBUTES, _object(node[ATTRIBUTES])
    if EXTRAS in node:
        yield EXTRAS, _extras(node[EXTRAS])
    for key in (LINKS, LOGS):
        if key in node:
            yield key, written(node[key])


def _object(text: object) -> str:
    """Return a stored object; a value that cannot be shown is null."""
    return canonical(text) if isinstance(text, str) else "null"


def _extras(text: object) -> str:
    if not isinstance(text, str) or MARK not in text:
        return _object(text)
    try:
        found = read(text)
        return written({key: found[key] for key in found if not key.startswith(DROPPED)})
    except (ValueError, RecursionError, AttributeError, TypeError):
        return _object(text)
