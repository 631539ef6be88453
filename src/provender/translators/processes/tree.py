"""The summary of a process with all that it called, nested. Floor: translators."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import ClassVar

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import Dotted, QueryDict
from provender.query.querystring.advice import Note
from provender.schema.entities import NODE, FieldName
from provender.schema.statements import Record as Values
from provender.settings import Limits
from provender.store.cancellation import current
from provender.translators.processes import rows, times
from provender.translators.processes.called import DEEPEST, Called, read_called
from provender.translators.processes.rows import Companions, row_of
from provender.translators.processes.summary import (
    ROW,
    TIMES,
    Summary,
    SummaryOf,
    SummaryRows,
    Tree,
    Urls,
)
from provender.translators.processes.times import shown, times_of
from provender.translators.records import Record
from provender.translators.session import Session

COLUMNS: tuple[FieldName | Dotted, ...] = (*rows.COLUMNS, *times.COLUMNS, "label", "node_type")


class TreeSummaryOf(SummaryOf):
    """The summary of a process with all that it called, nested, as deep as `deepest`.

    That takes a statement more for each level, and one for the rows of all of them.
    """

    is_presented_long: ClassVar[bool] = True

    def __init__(
        self,
        view: View,
        identifier: str | int,
        urls: Urls,
        limits: Limits,
        deepest: int | None = None,
    ) -> None:
        super().__init__(view, identifier, urls, limits)
        self._deepest = DEEPEST if deepest is None else deepest

    def _tree(self, session: Session, process: Values) -> Tree | None:
        """Return what the process called."""
        start = Called(process[0], process[1], 0)
        found, note = read_called(session, start, self.limits.called, self._deepest)
        pks = [one.pk for one in found[1:]]
        values = session.parsed(questions.among(_called(), "called", "id", pks)) if pks else []
        return Tree(found[1:], note, {row[0]: row for row in values})

    def present(self, raw: SummaryRows) -> Summary:
        """Return the record of the process with the tree of what it called."""
        summary, tree = super().present(raw), raw.tree
        if tree is None:
            return summary
        notes, below = list(summary.notes), dict[int, list[Record]]()
        # What the processes of the last level called was not read, if the tree is not complete.
        last = 0 if tree.note is None else max((one.depth for one in tree.called), default=0)
        for one in reversed(tree.called):
            current().check()
            made = self._node(one, tree.rows, raw.companions, notes)
            made["called"] = None if one.depth == last else below.pop(one.pk, [])[::-1]
            below.setdefault(one.caller or 0, []).append(made)
        summary.record["called"] = below.pop(summary.pk, [])[::-1]
        summary.record["called_total"] = len(tree.called)
        summary.record["is_complete"] = tree.note is None
        notes += [] if tree.note is None else [tree.note]
        return Summary(summary.pk, summary.record, tuple(notes))

    def _node(
        self,
        one: Called,
        found: Mapping[int, Values],
        companions: Companions,
        notes: list[Note],
    ) -> Record:
        """Return the record of a called process, without what it called itself."""
        values = found[one.pk]
        row = row_of(values[:ROW], companions, self.urls.process)
        notes.extend(row.notes)
        known = times_of(values[ROW : ROW + TIMES], row.record["process_state"])
        label, node_type = values[ROW + TIMES :]
        return {
            "uuid": one.uuid,
            "link_label": one.label,
            "label": label,
            "node_type": node_type,
            **row.record,
            "created": shown(known.created),
            "wall_seconds": shown(known.wall_seconds),
            "cpu_seconds": shown(known.cpu_seconds),
        }


@cache
def _called() -> Plan:
    """Return the plan of called processes, which lacks the condition on their pks."""
    question: QueryDict = {
        "path": [{"entity_type": "", "tag": "called"}],
        "project": {"called": COLUMNS},
    }
    return planning.check(question, {"node": whole_vocabulary(NODE)})
