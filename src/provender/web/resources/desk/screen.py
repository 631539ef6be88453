"""The files of a calculation job, with the nodes that hold them. Floor: web."""

from __future__ import annotations

from contextlib import nullcontext

from flask import Response

from provender.query.querystring.desk.screen import SIDE, SIDES
from provender.query.querystring.parameters import FILENAME, METADATA
from provender.translators.identity import parse_identifier
from provender.translators.nodes import CalcJobTranslator
from provender.web.resources.nodes import MANY_FILES
from provender.web.resources.processes import CalcJobNode


class JobFiles(CalcJobNode):
    """Answers the route of the files of a calculation job."""

    def files(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the files that were sent to run the job, and those that it brought back."""
        identifier, parameters = parse_identifier(self.view, id), self.parameters
        with_metadata, side = parameters[METADATA], parameters[SIDE]
        inquiry = CalcJobTranslator(self.view).files_of_sides(
            identifier, parameters[FILENAME] or "", SIDES if side is None else (side,)
        )
        found = self.inquire(inquiry, is_named=not with_metadata)
        job = found.value
        is_long = with_metadata and job.count > MANY_FILES
        with self.context.stores.places.expensive() if is_long else nullcontext():
            listed = job.listing(found.store, with_metadata=with_metadata)
        return self.answer(
            {"files": listed}, len(listed), found, identifier=id, pk=job.pk, notes=job.notes
        )
