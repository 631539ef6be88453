"""The special keys of zips of files: which files, and where they stand. Floor: query."""

from __future__ import annotations

from typing import Any

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter

# What a zip may have of each node: its files, and parts of what is told of it.
FILES, ATTRIBUTES, EXTRAS, LINKS, LOGS = PARTS = ("files", "attributes", "extras", "links", "logs")
BY_UUID, BY_LABEL, BY_WORKFLOW = TREES = ("uuid", "label", "workflow")

GLOB: Parameter[tuple[str, ...]] = Parameter(
    "glob",
    readers.raw,
    (),
    "*.out, **/*.xml or out/*",
    "only files whose names match, or with a slash their paths; may be repeated",
    {"type": "string", "pattern": r"^[A-Za-z0-9_*?./-]+$"},
    ("*.out",),
    is_raw=True,
    is_repeated=True,
)
WANTED: Parameter[tuple[str, ...]] = Parameter(
    "parts",
    readers.some_of(PARTS),
    PARTS,
    "part,...",
    f"what the zip has of each node, by default all: {', '.join(PARTS)}",
    {"type": "array", "minItems": 1, "items": {"enum": list(PARTS)}},
    (["files", "attributes"],),
)
TREE: Parameter[str] = Parameter(
    "tree",
    readers.one_of(TREES),
    BY_UUID,
    ", ".join(TREES),
    "what the folders of nodes are named after, by default the uuid",
    {"enum": list(TREES)},
    (BY_UUID,),
)
DRY_RUN: Parameter[bool] = Parameter(
    "dry_run",
    readers.switch,
    False,
    "true or false",
    "tell the size alone: nodes, files, bytes",
    {"type": "boolean"},
    (True,),
)
PATH: Parameter[str] = Parameter(
    "path",
    readers.raw,
    "",
    "a folder",
    "only the files of a folder",
    {"type": "string", "pattern": r"^[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*/?$"},
    ("folder/",),
    is_raw=True,
)
DESCRIBED: Parameter[bool] = Parameter(
    "described",
    readers.switch,
    True,
    "true or false",
    "tell of each node in a `node.json`, by default true; without, there are files alone",
    {"type": "boolean"},
    (False,),
)
KEYS: tuple[Parameter[Any], ...] = (GLOB, WANTED, TREE, DESCRIBED, DRY_RUN)
