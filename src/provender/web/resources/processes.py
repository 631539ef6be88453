"""Processes and calculation jobs: reports and files in addition to those of nodes. Floor: web."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import Response

from provender.query.querystring.parameters import FILENAME, METADATA
from provender.translators.base import BaseTranslator
from provender.translators.files import FileEntry
from provender.translators.identity import parse_identifier
from provender.translators.nodes import CalcJobTranslator, ProcessTranslator
from provender.web.resources.base import Found
from provender.web.resources.nodes import Node

# The message that clients expect if nothing was retrieved.
NO_RETRIEVED = {"status": 200, "data": "This node does not have retrieved folder"}


class ProcessNode(Node):
    """Answers the routes of processes."""

    translator: ClassVar[type[BaseTranslator]] = ProcessTranslator

    def report(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the log of a process."""
        identifier, _ = parse_identifier(self.view, id), self.parameters
        found = self.inquire(ProcessTranslator(self.view).report(identifier))
        data = {"logs": found.value.value}
        return self.answer(data, 1, found, identifier=id, pk=found.value.pk)


class CalcJobNode(ProcessNode):
    """Answers the routes of calculation jobs."""

    translator: ClassVar[type[BaseTranslator]] = CalcJobTranslator

    def input_files(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the files that were sent to run the job."""
        identifier, path = parse_identifier(self.view, id), self.parameters[FILENAME] or ""
        inquiry = CalcJobTranslator(self.view).input_files(identifier, path)
        found = self.inquire(inquiry, is_named=not self.parameters[METADATA])
        return self._listing(found, found.value, id)

    def output_files(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the files that the job brought back."""
        identifier, path = parse_identifier(self.view, id), self.parameters[FILENAME] or ""
        inquiry = CalcJobTranslator(self.view).output_files(identifier, path)
        found = self.inquire(inquiry, is_named=not self.parameters[METADATA])
        if found.value.entry is None:
            return self.answer(NO_RETRIEVED, 1, found, identifier=id, pk=found.value.pk)
        return self._listing(found, found.value.entry, id)

    def _listing(self, found: Found[Any], entry: FileEntry, text: str) -> Response:
        listed = entry.listing(found.store, with_metadata=self.parameters[METADATA])
        return self.answer(listed, 1, found, identifier=text, pk=entry.pk, notes=entry.notes)
