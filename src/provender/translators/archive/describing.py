"""What an archive says about a node: its columns as YAML, and its log as text. Floor: translators.

The names are those that `verdi process dump` gives them. There is no pk, which only one store
knows, no e-mail, and no hash of AiiDA, which an import drops: whatever the store, a process has the
same description.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from provender.exports.texts import well_formed
from provender.exports.yamltexts import document
from provender.schema.types import PROCESS

DROPPED = "_aiida_hash"
SHOWN = ("label", "description", "uuid", "ctime", "mtime", "node_type", "process_type")
FINISHED = "finished"


def describe(node: Mapping[str, Any], files: str | None = None) -> bytes:
    """Return the description of a node, of the columns that `ProcessTree.node` gives.

    `files` is the folder with the files of the node, if they are not where the description is.
    """
    attributes, extras = _json(node["attributes"]), _json(node["extras"])
    columns = {name: node[name] for name in SHOWN}
    columns |= {name: _time(columns[name]) for name in ("ctime", "mtime")}
    if str(node["node_type"]).startswith(PROCESS):
        columns["is_finished_ok"] = _is_ok(attributes)
    found: dict[str, object] = {"Node data": columns}
    found |= {"User data": node["user"]} if node["user"] else {}
    found |= {"Computer data": node["computer"]} if node["computer"] else {}
    found |= {"Node attributes": attributes} if attributes else {}
    if isinstance(extras, dict):
        extras = {key: value for key, value in extras.items() if not key.startswith(DROPPED)}
    found |= {"Node extras": extras} if extras else {}
    found |= {"Files": files} if files is not None else {}
    try:
        return document(found)
    except RecursionError:
        return document(found | {"Node attributes": node["attributes"], "Node extras": None})


def report(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a log as text: times in UTC, levels, messages, as they were logged."""
    lines = [
        f"{time or '?'} [{level or '?'}] {(message or '').rstrip()}\n"
        for time, level, message in rows
    ]
    return well_formed("".join(lines)).encode()


def _json(text: object) -> Any:  # noqa: ANN401 - any JSON may be stored
    """Return stored JSON; text that nothing can read stays text.

    Databases keep the keys of objects in orders of their own, so they are put in order here.
    """
    if not isinstance(text, str):
        return text
    try:
        return _in_order(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _in_order(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON with the keys of its objects in order."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(item) for item in value] if isinstance(value, list) else value


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _is_ok(attributes: object) -> bool:
    if not isinstance(attributes, dict):
        return False
    is_finished = attributes.get("process_state") == FINISHED
    return is_finished and attributes.get("exit_status") == 0
