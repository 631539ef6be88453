"""Which keys nodes have. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response

from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.keys import KEYS, SIZE, UNDER
from provender.translators.selections.keys import KeysOf
from provender.web.resources.selecting import Selected


class Keys(Selected):
    """Answers `/nodes/keys`."""

    beside: ClassVar[Mapping[str, Parameter[Any]]] = {key.name: key for key in KEYS}

    def keys(self) -> Response:
        """Answer the keys of objects inside JSON."""
        given = self.parameters
        found = self.inquire(KeysOf(self.selection, given[UNDER], given[SIZE]))
        return self.answer(found.value, None, found)
