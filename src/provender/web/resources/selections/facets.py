"""Facets of a selection. Floor: web."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

from flask import Response

from provender.errors import BadRequest, BadValue, QueryTimeout
from provender.query.plan.facets import Walk
from provender.query.plan.lengths import check_lengths
from provender.query.posted.body import located
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.facets import (
    AFTER,
    CONTAINS,
    DROP_SELF,
    FACET,
    MIN_COUNT,
    SAMPLE,
    SIZE,
    SIZES,
    STATS,
    Asked,
    read_facet,
)
from provender.query.selection.body import Body
from provender.translators.selections.facets import NEWEST, FacetsOf, Options
from provender.translators.selections.said import Said
from provender.translators.selections.values import ValuesOf, read_position
from provender.web.resources.base import Found
from provender.web.resources.selecting import Selected
from provender.web.resources.urls import list_url

NO_STORE = "no-store"


class Facets(Selected):
    """Answers `/nodes/facets`."""

    beside: ClassVar[dict[str, Parameter[Any]]] = {}
    more: ClassVar[tuple[str, ...]] = ("facet", "stats", "size", "drop_self")

    def facets(self) -> Response:
        """Answer how many nodes of a selection have which values."""
        options = self._options()
        try:
            found, is_whole = self._found(options), True
        except QueryTimeout:
            found, is_whole = self._found(options, newest=NEWEST), False
        response = self.answer(found.value, None, found)
        if not is_whole:
            response.headers["Cache-Control"] = NO_STORE
        return response

    def values(self, key: str) -> Response:
        """Answer a page of all values of one name."""
        given = self.parameters
        check_lengths((len(given[CONTAINS]),), self.limits.pattern_chars)
        after = read_position(given[AFTER]) if given[AFTER] else None
        walk = Walk(given[SIZE], after, given[CONTAINS], given[MIN_COUNT], given[SAMPLE])
        said = self.said() or Said()
        inquiry = ValuesOf(self.selection, read_facet(key), walk, said, list_url(self))
        found = self.inquire(inquiry)
        return self.answer(found.value, None, found)

    def _found(self, options: Options, newest: int | None = None) -> Found[Any]:
        options = replace(options, newest=newest)
        with _placed(self.body if self.is_posted else None):
            inquiry = FacetsOf(self.selection, options, self.said(), list_url(self))
        return self.inquire(inquiry, is_named=newest is None)

    def _options(self) -> Options:
        if self.is_posted:
            with _placed(self.body):
                return posted_options(self.body)
        given = self.parameters
        return Options(given[FACET], given[STATS], given[SIZE], given[DROP_SELF])


@contextmanager
def _placed(body: Body | None) -> Iterator[None]:
    """Give messages of errors their place in a body, if there is one."""
    try:
        yield
    except BadRequest as error:
        place = error.place
        if body is None or not place:
            raise
        is_one = isinstance(body.more.get(str(place[0])), str)
        raise located(error, place[:1] if is_one else place) from error


def posted_options(body: Body) -> Options:
    """Return what a body asks for.

    Raises:
        BadValue: a value of a wrong type.
    """
    size, drops_self = body.more.get("size", SIZE.default), body.more.get("drop_self", False)
    if isinstance(size, bool) or not isinstance(size, int):
        raise BadValue("`size` takes an integer.").under("size")
    if not isinstance(drops_self, bool):
        raise BadValue("`drop_self` takes true or false.").under("drop_self")
    try:
        SIZES.check(size)
    except BadValue as error:
        raise error.under("size") from None
    facets, statistics = (_facets(body.more.get(key, []), key) for key in ("facet", "stats"))
    return Options(facets, statistics, size, drops_self)


def _facets(given: Any, key: str) -> tuple[Asked, ...]:  # noqa: ANN401 - JSON
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise BadValue(f"`{key}` takes a string, or a list of strings.").under(key)
    found = []
    for index, text in enumerate(texts):
        try:
            found.append(read_facet(text))
        except BadValue as error:
            raise error.under(key, index) from None
    return tuple(found)
