"""Reading the nodes of a zip, with all that it tells of them. Floor: translators.

Nodes are put in the order of their uuids, which is the same in every store, and their rows go into
a spool as they come: in memory are some 100 bytes of each.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from provender.query.plan.patterns import canonical_uuid
from provender.query.querystring.advice import Note
from provender.query.querystring.selections.zips import BY_WORKFLOW
from provender.schema.statements import Record as Values
from provender.schema.types import PROCESS
from provender.translators import flaws
from provender.translators.bundles.rows import read_nodes
from provender.translators.bundles.wanted import SelectionBounds, Wanted
from provender.translators.bundles.workflows import Workflows, read_workflows
from provender.translators.inquiry import Inquiry
from provender.translators.session import Session
from provender.translators.zips.spool import Span, Spool

# Nodes that one statement is about: at first, and at most.
AT_FIRST, AT_MOST = 50, 500
# Bytes of rows that are held together: as many nodes are read at once.
AT_ONCE = 1 << 21


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes of a zip in their order: each is the text of a JSON object in a spool.

    `workflows` says which process called or created which; only where folders tell it.
    """

    spool: Spool
    starts: array[int]
    workflows: Workflows | None = None
    notes: tuple[Note, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> dict[str, Any]:
        """Return a node: its columns, `computer`, `user`, and what was asked for."""
        start = self.starts[number]
        found: dict[str, Any] = json.loads(
            self.spool.read(Span(start, self.starts[number + 1] - start))
        )
        return found


class NodesToTake(Inquiry[Nodes, Nodes]):
    """Nodes with what a zip has of them; whoever asks closes the spool."""

    is_expensive = True

    def __init__(self, wanted: Wanted, bounds: SelectionBounds) -> None:
        self._wanted = wanted
        self._bounds = bounds

    @abstractmethod
    def chosen(self, session: Session) -> Iterator[Values]:
        """Yield the id and the uuid of each node; raises `SelectionTooLarge`."""

    def read(self, session: Session) -> Nodes:
        """Return the nodes; their rows are in a spool."""
        self._bounds.begin()
        order = self._order(session)
        spool = Spool(self._bounds)
        try:
            return self._read(session, order, spool)
        except BaseException:
            spool.close()
            raise

    def present(self, raw: Nodes) -> Nodes:
        """Return the nodes: they are written where the files of the store are at hand."""
        return raw

    def _order(self, session: Session) -> list[bytes]:
        """Return uuids and ids, packed, in order; nodes whose uuid cannot be read are left out."""
        found = []
        for pk, uuid in self.chosen(session):
            self._bounds.tick()
            if uuid is not None and canonical_uuid(uuid) is not None:
                found.append(_packed(uuid, pk))
        found.sort()
        return found

    def _read(self, session: Session, order: list[bytes], spool: Spool) -> Nodes:
        """Read the nodes in their order, as many at once as are some bytes together."""
        starts, pks, processes = array("Q", [0]), array("q"), set[int]()
        has_tree = self._wanted.tree == BY_WORKFLOW
        begun, number = 0, AT_FIRST
        while some := [_pk(item) for item in order[begun : begun + number]]:
            self._bounds.tick()
            for pk, node in read_nodes(session, some, self._wanted.parts):
                spool.add(_written(node))
                starts.append(spool.size)
                if has_tree:
                    pks.append(pk)
                    if str(node["node_type"]).startswith(PROCESS):
                        processes.add(pk)
            begun += len(some)
            mean = spool.size // begun or 1
            number = max(1, min(AT_MOST, AT_ONCE // mean))
        tree = read_workflows(session, pks, processes, self._bounds) if has_tree else None
        return Nodes(spool, starts, tree, flaws.notes(session.flaws))


def _packed(uuid: str, pk: int) -> bytes:
    return bytes.fromhex(uuid.replace("-", "")) + pk.to_bytes(8, "big", signed=True)


def _pk(packed: bytes) -> int:
    return int.from_bytes(packed[16:], "big", signed=True)


def _written(node: dict[str, Any]) -> bytes:
    return ENCODER.encode(node).encode()


def _time(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


ENCODER = json.JSONEncoder(default=_time)
