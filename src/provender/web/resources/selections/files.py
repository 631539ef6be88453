"""Files of the nodes of a selection, found by name and size. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response

from provender.query.querystring.advice import Note
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.parameters import CURSOR
from provender.query.querystring.selections.files import MIN_SIZE
from provender.query.querystring.selections.select import LIMIT
from provender.query.querystring.selections.zips import GLOB
from provender.translators.finding.walk import Batch, FileWalk, FoundFile, NodesBehind, Sought
from provender.translators.globs import Globs
from provender.translators.records import Record
from provender.web.resources.selecting import Selected
from provender.web.resources.selections.select import page_of
from provender.web.resources.urls import contents_url


class FilesOfSelection(Selected):
    """Answers `/nodes/files`."""

    beside: ClassVar[Mapping[str, Parameter[Any]]] = {
        item.name: item for item in (GLOB, MIN_SIZE, LIMIT, CURSOR)
    }

    def files(self) -> Response:
        """Answer a page of files."""
        given = self.parameters
        page = page_of(self.view, given, self.limits, self.where)
        globs = Globs(given[GLOB])
        walk = FileWalk(Sought(self.selection, page, globs, given[MIN_SIZE]))
        notes: list[Note] = []

        def ask(inquiry: NodesBehind) -> Batch:
            found = self.inquire(inquiry, is_named=False)
            notes.extend(found.notes)
            return found.value

        with self.context.stores.places.expensive():
            found = walk.page(ask, self.context.store(self.profile))
        files = [self._record(file) for file in found.files]
        more = {"next": found.following}
        return self.answer({"files": files}, None, more=more, notes=tuple(dict.fromkeys(notes)))

    def _record(self, file: FoundFile) -> Record:
        address = contents_url(self)
        has_address = file.uuid is not None and file.key is not None
        return {
            "uuid": file.uuid,
            "label": file.label,
            "path": file.path,
            "size": file.size,
            "sha256": file.key,
            "url": address(file.uuid, file.path) if has_address and file.uuid else None,
        }
