"""Types of processes, codes, and what ran on a computer. Floor: web."""

from __future__ import annotations

from flask import Response

from provender.query.querystring.advice import unheeded
from provender.translators.identity import parse_identifier
from provender.translators.processes.codes import CodeList, CodeOf
from provender.translators.processes.typedetail import TypeOf
from provender.translators.processes.types import ProcessTypes
from provender.translators.processes.usage import UsageOf
from provender.web.resources.entities import Computer
from provender.web.resources.nodes import Node
from provender.web.resources.processes import ProcessNode
from provender.web.resources.urls import code_url, type_url
from provender.web.routes.views import CALCJOBS


class ProcessType(ProcessNode):
    """Answers the routes of types of processes."""

    def types(self) -> Response:
        """Answer all types."""
        _ = self.parameters
        found = self.inquire(ProcessTypes(self.view, type_url(self)))
        return self.answer({"types": found.value}, len(found.value), found)

    def type(self, process_type: str) -> Response:
        """Answer one type."""
        _ = self.parameters
        found = self.inquire(TypeOf(self.view, process_type))
        return self.answer({"types": found.value}, 1, found)


class Code(Node):
    """Answers the routes of codes."""

    def codes(self) -> Response:
        """Answer a list of codes."""
        asked = self.read_list(self.view)
        found = self.inquire(CodeList(asked, self.expose, code_url(self)))
        return self.answer_list("codes", self.view, found)

    def code(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer one code, as a list of one."""
        identifier, parameters = parse_identifier(self.view, id), self.parameters
        found = self.inquire(CodeOf(self.view, identifier, code_url(self)))
        data, told = {"codes": found.value.records}, unheeded(self.view, parameters)
        return self.answer(data, 1, found, identifier=id, pk=found.value.pk, notes=told)


class Usage(Computer):
    """Answers what ran on a computer."""

    def usage(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the jobs of a computer by state and exit status."""
        identifier, _ = parse_identifier(self.view, id), self.parameters
        found = self.inquire(UsageOf(self.view, CALCJOBS, identifier))
        pk, record = found.value
        return self.answer({"statistics": record}, 1, found, identifier=id, pk=pk)
