"""What stands for an object: a pk, the beginning of a uuid, or a row of it. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provender.client.rows.results import Record
from provender.client.transport.addresses import segment

Identifier = str | int | Record | Mapping[str, Any]


def named(identifier: Identifier) -> str:
    """Return what stands for an object in a path: its uuid or its pk."""
    if isinstance(identifier, Mapping):
        identifier = identifier.get("uuid") or identifier["id"]
    return segment(str(identifier).strip())
