"""The versions of archives whose rows are a JSON file, and the names that changed among them."""

from __future__ import annotations

VERSIONS = ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "0.10", "0.11", "0.12",
            "0.13")  # fmt: skip
OLDEST = VERSIONS[:3]
"""Versions of AiiDA 0: other types of nodes, and no extras, logs or comments."""
ENTITIES = ("User", "Computer", "Group", "Node", "Log", "Comment")
LONG = "aiida.backends.djsite.db.models.Db"


def before(version, other):
    """Tell whether a version is older than another one."""
    return VERSIONS.index(version) < VERSIONS.index(other)


def since(version):
    """Return a version and all that are newer."""
    return VERSIONS[VERSIONS.index(version) :]


def until(version):
    """Return all versions up to this one."""
    return VERSIONS[: VERSIONS.index(version) + 1]


def named(version, **fields):
    """Return fields under the names that they had in a version."""
    renamed = {}
    if version in OLDEST:
        renamed |= {"node_type": "type", "type_string": "type"}
    return {renamed.get(name, name): value for name, value in fields.items()}


def entity(version, name):
    """Return the name of an entity in a version."""
    return f"{LONG}{name}" if before(version, "0.3") else name
