"""Nodes of a selection as an archive that AiiDA imports. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any, ClassVar

from flask import Response

from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.portable import KEYS, traversal
from provender.query.querystring.selections.zips import DRY_RUN
from provender.translators.portable.bounds import PortableBounds
from provender.translators.portable.packing import PortableArchive, pack
from provender.translators.portable.reading import ArchiveOfSelection
from provender.web.answers.zips import zip_response
from provender.web.resources.selecting import Selected


class Portable(Selected):
    """Answers `/nodes/archive.aiida`."""

    beside: ClassVar[Mapping[str, Parameter[Any]]] = {item.name: item for item in KEYS}

    def archive(self) -> Response:
        """Answer the archive, or its size alone."""
        is_dry = self.parameters[DRY_RUN]
        with self.stream(is_sent=not is_dry) as stream:
            made = self._made()
            if not is_dry:
                return zip_response(made, self.context.work, stream)
        with closing(made):
            return self.answer(made.figures(), None)

    def _made(self) -> PortableArchive:
        """Return the archive: all of it is known, and its database is written."""
        bounds = PortableBounds.of(self.limits)
        inquiry = ArchiveOfSelection(
            self.selection, self.context.stores.cache, bounds, traversal(self.parameters)
        )
        found = self.inquire(inquiry, is_named=False)
        try:
            with self.context.stores.places.expensive():
                return pack(found.value, found.store, bounds)
        except BaseException:
            found.value.draft.close()
            raise
