"""The neighbours of a node as a list, and as a tree for front ends. Floor: translators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from provender.errors import CannotExport, LimitExceeded, NoSuchFile
from provender.exports.registry import describe
from provender.exports.subject import Subject
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querystring import builder
from provender.query.querystring.parameter import Parameter, Parameters
from provender.query.querystring.parameters import IN_LIMIT, OUT_LIMIT
from provender.query.querystring.request import ListRequest
from provender.query.questions import Direction
from provender.schema import entities
from provender.schema.entities import Computed
from provender.schema.statements import Record as Values
from provender.schema.statements import Rows
from provender.settings import Limits
from provender.translators import paging
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.lists import Listing, listed, planned
from provender.translators.paging import Window
from provender.translators.records import Record, decoded, http_date
from provender.translators.session import Session
from provender.translators.subjects import no_files


@dataclass(frozen=True, slots=True)
class LinkedWindow:
    """The pk of a node and a window of its neighbours."""

    pk: int
    window: Window


class Neighbours(Inquiry[LinkedWindow, Listing]):
    """The neighbours of a node of `view` in one direction, with the window of `request`."""

    def __init__(
        self,
        view: View,
        identifier: str | int,
        request: ListRequest,
        direction: Direction,
        expose: tuple[str, ...] = (),
    ) -> None:
        self._request = request
        self._direction = direction
        self._one = One(view, identifier, ("id",))
        self._plan = planned(questions.from_links(request, direction), request.view, expose)

    def read(self, session: Session) -> LinkedWindow:
        """Return the rows of the page: neighbours, each with its link."""
        (pk,) = self._one.read(session)
        plan = questions.narrowed(self._plan, questions.START, "id", pk)
        cursor = paging.read_cursor(plan, self._request, (pk, self._direction))
        return LinkedWindow(pk, paging.read_window(plan, self._request, session, cursor))

    def present(self, raw: LinkedWindow) -> Listing:
        """Return the records of the page; raises `PageOutOfRange` behind the last."""
        found = listed(raw.window, self._request, raw.pk)
        if self._request.view.shows_links:
            for record, values in zip(found.records, raw.window.records, strict=True):
                record["link_type"], record["link_label"] = values[-2:]
        return found


# Neighbours on one side of a tree without a limit.
MOST_UNASKED = 1000

# The columns of a node in a tree; its description is made of the last one.
TREE = View(
    "tree",
    entities.NODE,
    "node.Node",
    {
        "id": "id",
        "uuid": "uuid",
        "node_type": "node_type",
        "node_label": "label",
        "ctime": "ctime",
        "mtime": "mtime",
        "computer": "dbcomputer_id",
        "attributes": Computed.DESCRIBED_ATTRIBUTES,
    },
    {},
)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a tree: its name, its direction, and the limit of its neighbours."""

    name: str
    direction: Direction
    limit: Parameter[int | None]


SIDES = (
    Side("incoming", Direction.INCOMING, IN_LIMIT),
    Side("outgoing", Direction.OUTGOING, OUT_LIMIT),
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A node with its neighbours; `totals` has the numbers of all neighbours and of those shown."""

    pk: int
    node: Record
    totals: dict[str, int]


@dataclass(frozen=True, slots=True)
class TreeRows:
    """The row of a node, the rows of its sides, and the labels of the computers of codes."""

    start: Values
    sides: list[Rows]
    labels: Mapping[int, str] = field(default_factory=dict)


class TreeOf(Inquiry[TreeRows, Tree]):
    """A node with its neighbours on both sides; each side has a limit of its own.

    Raises:
        LimitExceeded: a limit above the setting.
    """

    def __init__(
        self, view: View, identifier: str | int, parameters: Parameters, limits: Limits
    ) -> None:
        columns = builder.projection(TREE, parameters)
        self._one = One(view, identifier, columns)
        shown = replace(parameters, filters=(), given={})
        self._plans = []
        for side in SIDES:
            request = ListRequest(TREE, shown, _limit(parameters[side.limit], limits), 0)
            self._plans.append(planned(questions.from_links(request, side.direction), TREE))

    def read(self, session: Session) -> TreeRows:
        """Return the rows of the node and of its neighbours."""
        start = self._one.read(session)
        plans = (questions.narrowed(plan, questions.START, "id", start[0]) for plan in self._plans)
        found = TreeRows(start, [session.fetch(plan) for plan in plans])
        return replace(found, labels=_labels(found, session))

    def present(self, raw: TreeRows) -> Tree:
        """Return the tree."""
        node, totals = _record(raw.start, raw.labels), {}
        for side, rows in zip(SIDES, raw.sides, strict=True):
            node[side.name] = [
                {**_record(values, raw.labels), "link_type": values[-2], "link_label": values[-1]}
                for values in rows.records
            ]
            totals[f"total_no_of_{side.name}s"] = rows.total
            totals[f"sent_no_of_{side.name}s"] = len(rows.records)
        return Tree(raw.start[0], node, totals)


def _limit(given: int | None, limits: Limits) -> int:
    """Return the most neighbours on one side."""
    if given is None:
        return min(MOST_UNASKED, limits.neighbours)
    if given > limits.neighbours:
        raise LimitExceeded(
            f"`in_limit` and `out_limit` cannot be larger than {limits.neighbours} "
            "(`limits.neighbours`).",
            hint="Lists of links have pages: links/incoming, links/outgoing.",
        )
    return given


def _labels(found: TreeRows, session: Session) -> dict[int, str]:
    """Return the labels of the computers of the codes in a tree, by pk."""
    every: Sequence[Values] = [found.start, *(row for side in found.sides for row in side.records)]
    pks = {row[6] for row in every if row[6] is not None and _is_code(row[2])}
    if not pks:
        return {}
    names = {"computer": whole_vocabulary(entities.COMPUTER)}
    return dict(session.rows(planning.check(questions.labels_of(pks), names)))


def _is_code(node_type: str | None) -> bool:
    return ".code." in (node_type or "")


def _record(values: Values, labels: Mapping[int, str]) -> Record:
    """Return the record of a node in a tree; a description that fails is replaced."""
    pk, uuid, node_type, label, ctime, mtime, computer, attributes = values[:8]
    return {
        "id": pk,
        "uuid": uuid,
        "node_type": node_type,
        "node_label": label,
        "ctime": http_date(ctime),
        "mtime": http_date(mtime),
        "description": _description(values, labels.get(computer)) if attributes else "",
    }


def _description(values: Values, computer: str | None) -> str:
    """Return the description of a node, or its class name if that fails."""
    _, uuid, node_type, label, _, _, _, attributes = values[:8]
    try:
        name = computer if _is_code(node_type) else None
        subject = Subject(
            uuid or "", node_type or "", label or "", "", decoded(attributes), no_files, name
        )
        return describe(subject)
    except (CannotExport, NoSuchFile):
        return (node_type or "").rstrip(".").rpartition(".")[2]
