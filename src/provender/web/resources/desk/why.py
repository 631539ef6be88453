"""Why a process failed. Floor: web."""

from __future__ import annotations

from dataclasses import replace

from flask import Response

from provender.translators.identity import parse_identifier
from provender.translators.processes.traceback import FailureOf, told
from provender.web.answers.states import named_by_content
from provender.web.resources.processes import ProcessNode


class FailedProcess(ProcessNode):
    """Answers the route of the reason of a failure."""

    def traceback(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the lines that tell why a process failed, and where they stand."""
        identifier, _ = parse_identifier(self.view, id), self.parameters
        found = self.inquire(FailureOf(self.view, identifier))
        why = told(found.value, found.store, self.context.work)
        if why.has_read_files:  # the snapshot does not name them
            found = replace(found, freshness=None)
        data = {"traceback": why.record}
        answer = self.answer(data, 1, found, identifier=id, pk=why.pk, notes=why.notes)
        return named_by_content(answer) if why.has_read_files else answer
