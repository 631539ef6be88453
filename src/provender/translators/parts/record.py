"""The parts of the record of a node: all that a store knows of it. Floor: translators."""

from __future__ import annotations

from provender.query.plan.views import View
from provender.schema.statements import Rows
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.parts.attached import Part, cut
from provender.translators.parts.filetree import FileTreeOf
from provender.translators.parts.screen import MAKERS, Makers
from provender.translators.processes.called import Called
from provender.translators.processes.logs import (
    BY_TIME,
    LogFilter,
    of_processes,
    planned,
)
from provender.translators.records import http_date
from provender.translators.session import Session

# The columns of a log in a record, all but the node.
COLUMNS = ("id", "time", "levelname", "loggername", "message")


class LogsOfNode(Inquiry[Rows, Part]):
    """The log of a node in the order of time, `most` rows of it at most."""

    def __init__(self, view: View, identifier: str | int, most: int) -> None:
        self._one = One(view, identifier, ("id", "uuid"))
        self._plan = planned(LogFilter(), COLUMNS, BY_TIME).window(0, most)

    def read(self, session: Session) -> Rows:
        """Return the rows, and the number of all."""
        pk, uuid = self._one.read(session)
        return session.fetch(of_processes(self._plan, [Called(pk, uuid, 0)]))

    def present(self, raw: Rows) -> Part:
        """Return a record for each row."""
        records = [dict(zip(COLUMNS, values, strict=True)) for values in raw.records]
        shown = [item | {"time": http_date(item["time"])} for item in records]
        return Part(shown, cut("logs", len(shown), raw.total))


_PLAIN = (
    *("attributes", "extras", "user", "computer", "groups", "links", "link_counts", "comments"),
)
# The inquiry of each part, in the order of a record.
RECORD: Makers = {
    **{name: MAKERS[name] for name in _PLAIN},
    "logs": lambda asked: LogsOfNode(asked.view, asked.identifier, asked.limits.log_rows),
    "files": lambda asked: FileTreeOf(asked.view, asked.identifier, asked.limits.archive_files),
}
NAMES = tuple(RECORD)
