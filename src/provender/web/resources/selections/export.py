"""Nodes of a selection as a table of any size. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any, ClassVar

from flask import Response

from provender.errors import BadRequest, ConflictingParameters
from provender.exports.tables.formats import FORMATS, Options
from provender.query.posted.body import located
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.parameters import ORDER
from provender.query.querystring.selections.export import (
    BOTH,
    CSV_SAFE,
    FIELDS,
    FORMAT,
    ROWS,
    TRAILER,
    TYPED,
    Types,
)
from provender.query.querystring.selections.select import WANT
from provender.query.selection.export import posted_fields, posted_types
from provender.query.selection.want import read_want, read_written
from provender.store.stores import Store
from provender.translators.selections.export import TableOf
from provender.translators.selections.sending import Sending
from provender.translators.selections.table import Table, of_fields, of_template, typed
from provender.web.answers.freshness import Freshness
from provender.web.answers.tables import Sent, table_response
from provender.web.resources.selecting import Selected

# The keys beside `where` in a body, and those that are read here.
BESIDE: Mapping[str, Parameter[Any]] = {
    "orderby": ORDER,
    **{item.name: item for item in (FORMAT, CSV_SAFE, TRAILER, ROWS)},
}
MORE = (FIELDS.name, WANT.name, TYPED.name)


class Export(Selected):
    """Answers `/nodes/export`."""

    beside: ClassVar[Mapping[str, Parameter[Any]]] = BESIDE
    more: ClassVar[tuple[str, ...]] = MORE

    def export(self) -> Response:
        """Answer a table, which is made while it is sent."""
        given = self.parameters
        options = Options(FORMATS[given[FORMAT]], given[CSV_SAFE], given[TRAILER])
        table = TableOf(self.selection, self._table, self.limits, given[ROWS])
        options.check()
        store = self.context.store(self.profile)
        stream = self.context.stream(store)
        steps = self.context.stores.places.steps
        sending = Sending(table, store, options, stream.seconds, steps)
        name = f"{store.profile.name}-nodes.{options.format.name}"
        etag = partial(self._etag, store, options)
        return table_response(Sent(sending, stream, name, options.format.media, etag))

    def _etag(self, store: Store, options: Options, token: str) -> str:
        """Return the name of a table: what decides its bytes."""
        memory, settings = self.context.stores.memory, self.context.fingerprint
        return Freshness(store.name, settings, memory, options.version()).etag(token)

    @cached_property
    def _table(self) -> Table:
        """The columns of the table; raises `BadRequest`, of a body with the place."""
        return self._posted() if self.is_posted else self._written()

    def _written(self) -> Table:
        """Return the table that a query string asks for."""
        given = self.parameters
        names = given[FIELDS]
        if not given[WANT]:
            return typed(of_fields(self.view, names, self.limits), given[TYPED])
        if names:
            raise ConflictingParameters(BOTH)
        template = read_written(given[WANT], self.limits, self.expose)
        return typed(of_template(self.view, template), given[TYPED])

    def _posted(self) -> Table:
        """Return the table that a body asks for."""
        more = self.body.more
        if FIELDS.name in more and WANT.name in more:
            raise ConflictingParameters(BOTH)
        if WANT.name in more:
            template = read_want(more[WANT.name], self.limits, self.expose)
            table = of_template(self.view, template)
        else:
            table = self._of_fields(more)
        try:
            return typed(table, self._types(more))
        except BadRequest as error:
            raise (error if error.place else located(error, (TYPED.name,))) from error

    def _of_fields(self, more: Mapping[str, Any]) -> Table:
        names = posted_fields(more[FIELDS.name]) if FIELDS.name in more else ()
        try:
            return of_fields(self.view, names, self.limits)
        except BadRequest as error:
            raise located(error, (FIELDS.name,)) from error

    @staticmethod
    def _types(more: Mapping[str, Any]) -> Types:
        return posted_types(more[TYPED.name]) if TYPED.name in more else {}
