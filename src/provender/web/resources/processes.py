"""Processes and calculation jobs: reports and files besides what every node has. Floor: web."""

from __future__ import annotations

from typing import ClassVar

from flask import Response

from provender.translators import processes
from provender.translators.base import BaseTranslator, parse_identifier
from provender.translators.contents import Files
from provender.translators.nodes import CalcJobTranslator, ProcessTranslator
from provender.web.resources.nodes import Node

NO_RETRIEVED = {"status": 200, "data": "This node does not have retrieved folder"}
"""What clients are used to where nothing was retrieved."""


class ProcessNode(Node):
    """Answers the routes of processes."""

    translator: ClassVar[BaseTranslator] = ProcessTranslator()

    def report(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the log of a process."""
        identifier, parameters = parse_identifier(self.view, id), self.parameters()
        found = self.inquire(
            parameters,
            lambda session: processes.process_report(
                self.route.neighbours or self.view, self.view, identifier, session
            ),
        )
        return self.answer({"logs": found.value}, 1, identifier=id, pk=found.pk)


class CalcJobNode(ProcessNode):
    """Answers the routes of calculation jobs."""

    translator: ClassVar[BaseTranslator] = CalcJobTranslator()

    def input_files(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the files that were sent to run the job."""
        identifier, parameters = parse_identifier(self.view, id), self.parameters()
        found = self.inquire(
            parameters,
            lambda session: processes.input_files(
                self.route.neighbours or self.view, self.view, identifier, session
            ),
        )
        listed = found.listing(parameters.filename or "", with_metadata=parameters.metadata)
        return self.answer(listed, 1, identifier=id, pk=found.pk)

    def output_files(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the files that the job brought back."""
        identifier, parameters = parse_identifier(self.view, id), self.parameters()
        found = self.inquire(
            parameters,
            lambda session: processes.output_files(
                self.route.neighbours or self.view, self.view, identifier, session
            ),
        )
        if not isinstance(found, Files):
            return self.answer(NO_RETRIEVED, 1, identifier=id, pk=found.pk)
        listed = found.listing(parameters.filename or "", with_metadata=parameters.metadata)
        return self.answer(listed, 1, identifier=id, pk=found.pk)
