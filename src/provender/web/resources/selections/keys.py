"""Which keys nodes have. Floor: web."""

from __future__ import annotations

from flask import Response

from provender.query.querystring.selections.keys import SIZE, UNDER
from provender.translators.selections.keys import KeysOf
from provender.web.resources.selecting import Selected


class Keys(Selected):
    """Answers `/nodes/keys`."""

    def keys(self) -> Response:
        """Answer the keys of objects inside JSON."""
        given = self.parameters
        found = self.inquire(KeysOf(self.selection, given[UNDER], given[SIZE]))
        return self.answer(found.value, None, found)
