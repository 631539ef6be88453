"""The neighbours of a node, and the tree that a front end draws of them. Floor: translators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from provender.errors import CannotExport, NoSuchFile
from provender.exports.registry import describe
from provender.exports.subject import Subject
from provender.query import questions
from provender.query.plan.views import View
from provender.query.querystring import builder
from provender.query.querystring.request import LARGEST_OFFSET, ListRequest, Parameters
from provender.query.questions import Direction
from provender.schema import entities
from provender.schema.entities import Computed
from provender.schema.statements import Record as Values
from provender.store.stores import Session
from provender.translators.base import Listing, ask, ask_own, check, check_page, resolve
from provender.translators.paging import read_window
from provender.translators.records import Record, decoded, http_date, presenter
from provender.translators.subjects import no_files

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
"""What a tree shows of a node, and what its description is made of."""


def neighbours(
    view: View, identifier: str | int, request: ListRequest, direction: Direction, session: Session
) -> Listing:
    """Return the neighbours of a node of `view`, as `request` asks for them.

    Raises:
        NoSuchEntity, AmbiguousIdentifier: as `resolve`.
        PageOutOfRange: the page lies behind the last.
    """
    (pk,) = resolve(view, identifier, ["id"], session)
    question = questions.from_links(request, pk, direction)
    scope = (pk, direction)
    found = read_window(check(question, request.view, session), request, session, scope)
    if request.page is not None:
        check_page(request.page, found.total or 0)
    present = presenter(request.view, request.parameters)
    records = [present(values) for values in found.records]
    if request.view.shows_links:
        for record, values in zip(records, found.records, strict=True):
            record["link_type"], record["link_label"] = values[-2:]
    return Listing(found.total, records, request.page, pk, found.following)


@dataclass(frozen=True, slots=True)
class Tree:
    """A node with its neighbours; `totals` are the numbers of neighbours there are and shown."""

    pk: int
    node: Record
    totals: dict[str, int]


def tree(view: View, identifier: str | int, parameters: Parameters, session: Session) -> Tree:
    """Return a node with its neighbours on both sides, each side cut by its limit."""
    columns = builder.projection(TREE, parameters)
    start = resolve(view, identifier, columns, session)
    pk = start[0]
    node = _record(start, session)
    totals: dict[str, int] = {}
    for name, direction, limit in (
        ("incoming", Direction.INCOMING, parameters.in_limit),
        ("outgoing", Direction.OUTGOING, parameters.out_limit),
    ):
        size = LARGEST_OFFSET if limit is None else limit
        request = ListRequest(TREE, replace(parameters, filters=(), order=()), size, 0)
        rows = ask(questions.from_links(request, pk, direction), TREE, session, with_count=True)
        node[name] = [
            {**_record(values, session), "link_type": values[-2], "link_label": values[-1]}
            for values in rows.records
        ]
        totals |= {f"total_no_of_{name}s": rows.total, f"sent_no_of_{name}s": len(rows.records)}
    return Tree(pk, node, totals)


def _record(values: Values, session: Session) -> Record:
    """Return a node of a tree; its description never makes the request fail."""
    pk, uuid, node_type, label, ctime, mtime, computer, attributes = values[:8]
    return {
        "id": pk,
        "uuid": uuid,
        "node_type": node_type,
        "node_label": label,
        "ctime": http_date(ctime),
        "mtime": http_date(mtime),
        "description": _description(
            node_type, uuid, label, attributes, _label_of(computer, session)
        ),
    }


def _label_of(computer: int | None, session: Session) -> Callable[[], str | None]:
    """Return a function that looks up the label of a computer, for the few nodes that need it."""

    def look_up() -> str | None:
        if computer is None:
            return None
        rows = ask_own(questions.from_pk("computer", ["label"], computer), session)
        return rows[0][0] if rows else None

    return look_up


def _description(
    node_type: str,
    uuid: str,
    label: str,
    attributes: str | None,
    computer: Callable[[], str | None],
) -> str:
    """Return the text that stands for a node, or its class name if that cannot be made."""
    if attributes is None:
        return ""
    is_code = ".code." in node_type
    try:
        values = decoded(attributes)
        subject = Subject(
            uuid, node_type, label, "", values, no_files, computer() if is_code else None
        )
        return describe(subject)
    except (CannotExport, NoSuchFile):
        return node_type.rstrip(".").rpartition(".")[2]
