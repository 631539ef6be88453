"""Everything about one node, and where that may be shown. Floor: python."""

from __future__ import annotations

from provender.errors import BadValue, UnknownRoute
from provender.query.querystring.parameter import Parameters
from provender.settings import Limits
from provender.store.stores import Store
from provender.translators.identity import parse_identifier
from provender.translators.inquiry import answer
from provender.translators.parts.record import NAMES, RECORD
from provender.translators.parts.screen import Asked, NodeWithParts, PartTooLarge, Views
from provender.translators.records import Record
from provender.web.routes import views

PARTS = Views(views.LINKED, views.GROUPS, views.COMPUTERS)


def record_of(uuid: str, store: Store, limits: Limits) -> Record:
    """Return the record of a node: parts that cannot be shown are None.

    Raises:
        NoSuchEntity: no node has a uuid that begins like that.
        AmbiguousIdentifier: several have.
        BadValue: it is no uuid.
    """
    try:
        identifier = parse_identifier(views.NODES, uuid.lower())
    except UnknownRoute as error:
        raise BadValue(f"`{uuid[:50]}` is no uuid or the beginning of one.") from error
    asked = Asked(views.RECORD, identifier, NAMES, Parameters(), PARTS, limits)
    refused: dict[str, PartTooLarge] = {}
    while True:
        try:
            screen = answer(NodeWithParts(asked, refused, RECORD), store)
        except PartTooLarge as error:
            refused[error.part] = error
        else:
            return screen.shown(store, limits).record
