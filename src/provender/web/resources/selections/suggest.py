"""Suggestions of values. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response

from provender.query.plan.lengths import check_lengths
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.suggest import FIELD, KEYS, SIZE, Q
from provender.translators.selections.suggest import SuggestionsOf, Wanted
from provender.web.resources.selecting import Selected


class Suggest(Selected):
    """Answers `/nodes/suggest`."""

    beside: ClassVar[Mapping[str, Parameter[Any]]] = {key.name: key for key in KEYS}

    def suggest(self) -> Response:
        """Answer values of fields with a text in them."""
        given = self.parameters
        check_lengths((len(given[Q]),), self.limits.pattern_chars)
        wanted = [Wanted(field, given[Q], given[SIZE]) for field in given[FIELD]]
        found = self.inquire(SuggestionsOf(self.selection, wanted))
        return self.answer(found.value, None, found)
