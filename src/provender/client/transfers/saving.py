"""Selections, nodes and addresses as files on the disk. Floor: client.

save_selection(connection, "group=relaxed", "set.zip")
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from provender.client.errors import BadQuery
from provender.client.queries.conditions import Where
from provender.client.queries.questions import Question, question
from provender.client.rows.meter import Advance, gauge
from provender.client.rows.results import Record, found
from provender.client.transfers.downloads import Download, Wanted, download, of_question
from provender.client.transport.connection import Connection
from provender.safenames import safe

ARCHIVES: Mapping[str, str] = {"zip": "nodes/archive.zip", "aiida": "nodes/archive.aiida"}
TABLES = ("csv", "ndjson", "parquet", "arrow")
# How a table ends that did not break off.
BROKEN_OFF = b"The table breaks off here."
ENDS: Mapping[str, bytes] = {"parquet": b"PAR1", "arrow": b"\xff\xff\xff\xff\x00\x00\x00\x00"}
# Addresses of files as they are stored.
STORED = re.compile(r"/repo/contents\?|/files/[0-9a-f]{64}(\?|$)")

Place = str | os.PathLike[str]


def save(
    connection: Connection,
    wanted: Wanted,
    dest: Place,
    name: str,
    *,
    progress: bool | Advance = False,
) -> Download:
    """Download something; if `dest` is a folder, into it, under a name made safe."""
    target = Path(dest)
    if target.is_dir():
        target /= safe(name)
    with gauge(target.name, progress) as counted:
        return download(connection, wanted, target, counted)


def save_selection(
    connection: Connection,
    where: Where,
    dest: Place,
    *,
    progress: bool | Advance,
    options: Mapping[str, Any],
) -> Download:
    """Download a selection in the format that the ending of `dest` names.

    Raises:
        BadQuery: there is no such format.
    """
    if isinstance(where, str) and where.startswith(("http://", "https://")):
        return _save_address(connection, where, dest, progress=progress)
    asked, form = _asked(where, Path(dest), options)
    wanted = of_question(asked, connection)
    if form in TABLES:
        wanted = replace(wanted, is_whole=lambda tail: _is_whole(tail, form))
    return save(connection, wanted, dest, f"nodes.{form}", progress=progress)


def weigh(connection: Connection, where: Where, dest: Place, options: Mapping[str, Any]) -> Record:
    """Return how large a download will be; raises `BadQuery` for a table, which nobody knows."""
    asked, form = _asked(where, Path(dest), {**options, "dry_run": True})
    if form not in ARCHIVES:
        raise BadQuery(
            f"How large a table will be is not known before; there are {', '.join(ARCHIVES)}."
        )
    record: Record = found(asked.answer(connection).data)
    return record


def _asked(where: Where, dest: Path, options: Mapping[str, Any]) -> tuple[Question, str]:
    form = str(options.get("format") or dest.suffix.removeprefix(".")).lower()
    if form in ARCHIVES:
        others = {name: value for name, value in options.items() if name != "format"}
        return question(ARCHIVES[form], where, others), form
    if form in TABLES:
        return question("nodes/export", where, {**options, "format": form}), form
    known = " ".join(f".{name}" for name in (*ARCHIVES, *TABLES))
    raise BadQuery(f"`{dest.name}` does not say in which format.", hint=f"There are {known}.")


def _is_whole(tail: bytes, form: str) -> bool:
    return BROKEN_OFF not in tail and tail.endswith(ENDS.get(form, b""))


def _save_address(
    connection: Connection, url: str, dest: Place, *, progress: bool | Advance
) -> Download:
    if not url.startswith(f"{connection.root}/"):
        raise BadQuery(
            f"`{url}` is not below {connection.root}.", hint="Open a client of that server."
        )
    wanted = Wanted(url, is_file=bool(STORED.search(url)))
    name = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return save(connection, wanted, dest, name, progress=progress)
