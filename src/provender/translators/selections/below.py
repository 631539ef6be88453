"""Reading what a template wants, layer by layer. Floor: translators.

That takes one statement for each layer, however many things there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from provender.errors import LimitExceeded
from provender.query.plan.template import MOST_SHOWN, NAMED, Branch, Layer, Template
from provender.query.sql.layers import HEAD, Columns, columns_of
from provender.schema.statements import Record as Values
from provender.store.cancellation import current
from provender.store.database.faults import too_large
from provender.translators.session import Session

# Places in a row: the thing above, the branch, the place of the link, the link, the thing.
ABOVE, BRANCH, ORDER, LABEL, TYPE, THING = range(len(HEAD))


@dataclass(slots=True)
class Below:
    """The rows of a branch by the id of the thing above, and what lies below them."""

    branch: Branch
    rows: dict[int, list[Values]] = field(default_factory=lambda: defaultdict(list))
    things: Things | None = None


@dataclass(frozen=True, slots=True)
class Things:
    """Things of one template as they were read: the columns of their rows, and their layers."""

    template: Template
    columns: Columns
    layers: tuple[tuple[Below, ...], ...]
    pieces: tuple[int, ...] = ()

    @classmethod
    def of(
        cls, template: Template, columns: Columns, layers: tuple[tuple[Below, ...], ...]
    ) -> Things:
        """Return things, with the places of their values inside JSON."""
        return cls(template, columns, layers, tuple(columns.places(template)))

    def place(self, name: str) -> int:
        """Return the place of a column in a row."""
        return len(HEAD) + self.columns.names.index(name)


class Reading:
    """Reads all layers of a template in one snapshot; their rows are no larger than an answer.

    `most` things may be shown; of each branch one more is read, to know whether there are others.
    `number` rows with so many `letters` have been read; by default `most_letters` of an answer.
    """

    def __init__(self, session: Session, most: int, most_letters: int | None = None) -> None:
        self._session = session
        self._most, self._most_letters = most, most_letters or session.answer_bytes
        self.number = self.letters = 0

    def things(self, template: Template, ids: Collection[int]) -> tuple[Things, list[Values]]:
        """Return the nodes of some ids: how they were read, and their rows in any order."""
        columns = Columns.of(template)
        rows = self._rows(template, columns, ids)
        return self._things(template, columns, rows), rows

    def _rows(
        self, layer: Layer | Template, columns: Columns, ids: Collection[int]
    ) -> list[Values]:
        """Return the rows of one statement.

        Raises:
            LimitExceeded: together with those of other statements they are too large.
        """
        most = 2 * self._most - self.number
        rows = self._session.layer(layer, columns, ids, most + 1) if ids else []
        self.number += len(rows)
        if len(rows) > most:
            raise too_many(self._most)
        for row in rows:
            self.letters += sum([len(value) for value in row if type(value) is str])
        if self.letters > self._most_letters:
            raise too_large()
        return rows

    def _things(self, template: Template, columns: Columns, rows: Sequence[Values]) -> Things:
        """Return how things were read, after reading their layers."""
        layers = tuple(self._layer(layer, columns, rows) for layer in template.layers)
        return Things.of(template, columns, layers)

    def _layer(self, layer: Layer, above: Columns, things: Sequence[Values]) -> tuple[Below, ...]:
        """Return the branches of a layer below some things."""
        current().check()
        place = THING
        if layer.kind in NAMED:
            place = len(HEAD) + above.names.index(NAMED[layer.kind])
        ids = {row[place] for row in things} - {None}
        columns, found = columns_of(layer), [Below(branch) for branch in layer.branches]
        for row in sorted(self._rows(layer, columns, ids), key=itemgetter(ORDER)):
            found[row[BRANCH]].rows[row[ABOVE]].append(row)
        for below in found:
            if below.branch.template is not None:
                shown = _shown(below)
                below.things = self._things(below.branch.template, columns, shown)
        return tuple(found)


def too_many(most: int) -> LimitExceeded:
    """Return the error of an answer of too many things."""
    return LimitExceeded(
        f"The answer has more than {most} things on all its layers (`limits.things`).",
        hint="Ask for fewer rows, such as `limit=10`, or count links instead of showing them.",
    )


def _shown(below: Below) -> list[Values]:
    """Return one row of each thing of a branch that an answer shows."""
    most = MOST_SHOWN if below.branch.is_list else 1
    return [*{row[THING]: row for rows in below.rows.values() for row in rows[:most]}.values()]
