"""Templates filled in: from rows to objects of the shape that was wanted. Floor: translators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from provender.query.plan.template import (
    LINKED,
    MOST_SHOWN,
    NAMED,
    TREE,
    Form,
    Layer,
    Piece,
)
from provender.schema.entities import Kind
from provender.schema.statements import Record as Values
from provender.store.cancellation import current
from provender.store.database.faults import too_large
from provender.store.files.tree import every_file
from provender.translators.records import Record, decoded, http_date, json_object, json_value
from provender.translators.selections.below import (
    LABEL,
    ORDER,
    THING,
    TYPE,
    Below,
    Things,
    too_many,
)
from provender.translators.selections.inside import members_of
from provender.translators.weight import check_weight

# Things after which to see whether the client is still there.
OFTEN = 1000


class Filling:
    """Fills in one template; counts what it makes, since a thing may stand below many others.

    `show_time` writes the times.
    """

    def __init__(
        self,
        most_bytes: int,
        most: int,
        show_time: Callable[[datetime | None], str | None] = http_date,
    ) -> None:
        self._show_time = show_time
        self._most_bytes = most_bytes
        self._left = most_bytes
        self._most = most
        self._number = 0

    def thing(self, things: Things, row: Values) -> Record:
        """Return a thing as its template wants it.

        Raises:
            LimitExceeded: the answer would be too large.
        """
        self._note(row)
        template = things.template
        record: Record = {}
        for name in template.columns:
            value = row[things.place(name)]
            is_time = template.entity.fields[name].kind is Kind.TIME
            record[name] = self._show_time(value) if is_time else value
        for piece, place in zip(template.pieces, things.pieces, strict=False):
            self._put(record, piece, row[place])
        if template.files is not None:  # the last of the values
            record[TREE.keys[0]] = self._files(row[things.pieces[-1]], template.files.fields)
        for layer, branches in zip(template.layers, things.layers, strict=True):
            record[layer.kind.value] = self._layer(layer, branches, things, row)
        return record

    def _note(self, row: Values) -> None:
        self._number += 1
        self._spend(sum([len(value) for value in row if type(value) is str]))
        if self._number > self._most:
            raise too_many(self._most)
        if self._number % OFTEN == 0:
            current().check()

    def _put(self, record: Record, piece: Piece, text: str | None) -> None:
        """Put a value inside JSON at its keys."""
        *above, last = piece.keys
        for key in above:
            record = record.setdefault(key, {})
        is_column = piece.path is None and piece.form is Form.VALUE
        if piece.members:
            record[last] = self._members(piece, text)
        else:
            record[last] = json_object(text) if is_column else json_value(text)

    def _members(self, piece: Piece, text: str | None) -> orjson.Fragment | None:
        """Return the members of a list as JSON; null for what is no list."""
        check_weight(text, self._most_bytes)
        return members_of(text, piece.members, self._spend)

    def _spend(self, size: int) -> None:
        """Count bytes of the answer; raises `LimitExceeded`."""
        self._left -= size
        if self._left < 0:
            raise too_large()

    def _files(self, text: Any, fields: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
        """Return the number of files in a tree, or the first of them."""
        check_weight(text, self._most_bytes)
        found = [*every_file(decoded(text))]
        if not fields:
            return len(found)
        shown = [{"path": path, "sha256": key} for path, key in found[:MOST_SHOWN]]
        return [
            {name: value for name, value in one.items() if name in fields}
            | {"more": index == MOST_SHOWN - 1 and len(found) > MOST_SHOWN}
            for index, one in enumerate(shown)
        ]

    def _layer(self, layer: Layer, branches: tuple[Below, ...], above: Things, row: Values) -> Any:  # noqa: ANN401 - JSON
        """Return a layer below a thing."""
        pk = row[THING]
        if layer.kind in NAMED:
            pk = row[above.place(NAMED[layer.kind])]
        if layer.has_keys:
            return {below.branch.key: self._branch(below, pk, is_link=True) for below in branches}
        return self._branch(branches[0], pk, is_link=layer.kind in LINKED)

    def _branch(self, below: Below, pk: int | None, *, is_link: bool) -> Any:  # noqa: ANN401 - JSON
        """Return the things of a branch below one: their number, the first, or a list."""
        rows = [] if pk is None else below.rows.get(pk, [])
        things = below.things
        if things is None:
            return rows[0][ORDER] if rows else 0
        if below.branch.is_list:
            shown = rows[:MOST_SHOWN]
            last = len(shown) - 1 if len(rows) > MOST_SHOWN else None
            return [
                {**_link(row, is_link=is_link), "more": place == last, **self.thing(things, row)}
                for place, row in enumerate(shown)
            ]
        if not rows:
            return None
        more = {"more": len(rows) > 1} if is_link else {}
        return {**more, **self.thing(things, rows[0])}


def _link(row: Values, *, is_link: bool) -> Record:
    return {"link_label": row[LABEL], "link_type": row[TYPE]} if is_link else {}
