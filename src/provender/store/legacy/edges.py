"""The links and the members of groups of an older archive. Floor: store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from provender.store.legacy.origin import Remarks
from provender.store.legacy.steps import order
from provender.store.legacy.steps.links import Link

# Links that no step changes, numbered in their order.
UNCHANGED_LINKS = """
INSERT INTO db_dblink (id, input_id, output_id, label, type)
SELECT row_number() OVER (ORDER BY l.id), i.id, o.id, l.label, l.type FROM staged.link l
JOIN db_dbnode i ON i.uuid = l.input JOIN db_dbnode o ON o.uuid = l.output ORDER BY l.id
"""
DANGLING_LINKS = """
SELECT l.input || ' → ' || l.output FROM staged.link l
LEFT JOIN db_dbnode i ON i.uuid = l.input LEFT JOIN db_dbnode o ON o.uuid = l.output
WHERE i.id IS NULL OR o.id IS NULL ORDER BY l.id
"""
LINKS = """
SELECT l.id, l.label, l.type, l.input, l.output, i.id, o.id, si.type, so.type, o.node_type
FROM staged.link l
LEFT JOIN db_dbnode i ON i.uuid = l.input LEFT JOIN staged.node si ON si.pk = i.id
LEFT JOIN db_dbnode o ON o.uuid = l.output LEFT JOIN staged.node so ON so.pk = o.id
ORDER BY l.id
"""
MEMBERS = """
SELECT m.id, g.id, n.id, m.grp, m.node FROM staged.member m
LEFT JOIN db_dbgroup g ON g.uuid = m.grp LEFT JOIN db_dbnode n ON n.uuid = m.node ORDER BY m.id
"""
LINK = "INSERT INTO db_dblink VALUES (?, ?, ?, ?, ?)"
MEMBER = "INSERT OR IGNORE INTO db_dbgroup_dbnodes VALUES (?, ?, ?)"
UNKNOWN_ENDS = "links have an unknown node and were left out"
WRONG_LINKS = "links that a calculation or workflow cannot have were left out"


class Edges:
    """Writes links and members out of the tables `staged`; the methods yield before every row."""

    def __init__(self, connection: sqlite3.Connection, version: str, remarks: Remarks) -> None:
        self._connection = connection
        self._version = version
        self._note = remarks.note

    def links(self) -> Iterator[None]:
        """Write the links in the order of the file; those of unknown nodes are left out."""
        steps, number = order.after(self._version, order.LINKS), 0
        if not steps:
            yield from self._unchanged()
            return
        for _, label, kind, first, last, *ends in self._connection.execute(LINKS):
            yield
            between = f"{first} → {last}"
            if ends[0] is None or ends[1] is None:
                self._note(UNKNOWN_ENDS, between)
                continue
            link = Link(label, kind, *(end or "" for end in ends[2:]))
            if all(step(link) for step in steps):
                number += 1
                self._insert(LINK, (number, *ends[:2], link.label, link.type))
            else:
                self._note(WRONG_LINKS, between)

    def members(self) -> Iterator[None]:
        """Write which nodes are in which groups; unknown ones are left out."""
        number = 0
        for _, group, node, group_uuid, node_uuid in self._connection.execute(MEMBERS):
            yield
            if group is None:
                self._note("members of unknown groups were left out", group_uuid)
            elif node is None:
                self._note("unknown members of groups were left out", node_uuid)
            elif self._insert(MEMBER, (number + 1, node, group)):
                number += 1
            else:
                self._note("members that a group has twice were left out once", node_uuid)

    def _unchanged(self) -> Iterator[None]:
        """Write links that no step changes: all of them at once."""
        written = self._connection.execute(UNCHANGED_LINKS).rowcount
        (total,) = self._connection.execute("SELECT count(*) FROM staged.link").fetchone()
        if written < total:
            for (between,) in self._connection.execute(DANGLING_LINKS):
                yield
                self._note(UNKNOWN_ENDS, between)

    def _insert(self, sql: str, values: tuple[object, ...]) -> bool:
        return bool(self._connection.execute(sql, values).rowcount)
