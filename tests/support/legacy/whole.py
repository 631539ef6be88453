"""Small archives with one row of each entity."""

from __future__ import annotations

from support.legacy.draft import Draft
from support.legacy.versions import OLDEST


def with_all(version):
    """Return an archive with one row of each entity, and its rows as they are served."""
    draft = Draft(version)
    draft.user(pk=7)
    draft.computer(pk=2**40)
    node = draft.node(pk=12, user=7, dbcomputer=2**40)
    draft.group([node], pk=3, user=7)
    draft.link(node, node, "return")
    if version not in OLDEST:
        draft.log(node, pk=5, metadata={"a": 1})
        draft.comment(node, pk=6, user=7)
    return draft


def nulled(version, name, field, value):
    """Return an archive whose only row of an entity has a value in a field; `...` leaves it out."""
    draft = with_all(version)
    (row,) = draft.rows[name.capitalize()].values()
    row[field] = value
    if value is ...:
        del row[field]
    return draft
