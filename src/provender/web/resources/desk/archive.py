"""A process with all that it called, as a zip file. Floor: web."""

from __future__ import annotations

from flask import Response

from provender.query.querystring.desk.archive import VERIFY
from provender.translators.archive.packing import pack
from provender.translators.archive.reading import TreeOfProcess
from provender.translators.identity import parse_identifier
from provender.translators.zips.bounds import Bounds
from provender.web.answers.zips import zip_response
from provender.web.resources.processes import ProcessNode


class ArchiveOfProcess(ProcessNode):
    """Answers the archive of a process."""

    def archive(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the archive; its texts are made before, its files are read while it is sent."""
        identifier, verify = parse_identifier(self.view, id), self.parameters[VERIFY]
        bounds = Bounds.of(self.limits)
        with self.stream() as stream:
            found = self.inquire(TreeOfProcess(self.view, identifier, bounds), is_named=False)
            try:
                with self.context.stores.places.expensive():
                    made = pack(found.value, found.store, bounds, verify=verify)
            except BaseException:
                found.value.spool.close()
                raise
            return zip_response(made, self.context.work, stream)
