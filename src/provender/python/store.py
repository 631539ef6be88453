"""A store that answers selections, as the server does. Floor: python.

Example:
    `with open("demo") as store: found = list(store.nodes("group=processes"))`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from provender.errors import BadValue, QueryTimeout
from provender.python import selecting, tables
from provender.python.files import files_of
from provender.python.record import record_of
from provender.python.rows import Rows, plain
from provender.python.selecting import WALKED, Chosen, given, listed, ordered, written
from provender.query import cursors
from provender.query.plan.template import Template
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import ATTRIBUTES, CURSOR, EXTRAS
from provender.query.querystring.request import ListRequest
from provender.query.querystring.selections import keys as keys_asked
from provender.query.querystring.selections.facets import SIZES, read_facet
from provender.query.querystring.selections.files import read_size
from provender.query.selection.want import read_written
from provender.settings import Settings
from provender.translators.asking import Asked, registry
from provender.translators.finding.walk import FileWalk, Sought
from provender.translators.following.changes import ChangesOf
from provender.translators.globs import Globs
from provender.translators.inquiry import answer
from provender.translators.lists import Listing, ListOf
from provender.translators.selections.facets import NEWEST, FacetsOf, Options
from provender.translators.selections.keys import KeysOf
from provender.translators.selections.select import SelectOf
from provender.web.routes.views import NODES

Found = dict[str, Any]


def open(  # noqa: A001 - `provender.open`
    store: str | Path | None = None,
    *,
    repository: str | Path | None = None,
    profile: str | None = None,
    settings: Settings | None = None,
) -> OpenStore:
    """Return a store to ask about selections of nodes; arguments and errors as `ask`."""
    return OpenStore(*registry(store, repository, profile, settings))


class OpenStore(Asked):
    """A store that answers queries, as `ask` does, and selections of nodes.

    A selection is the text of a query string, or a dict as `where` of a posted body. Values are
    those of the server's answers, as Python values. All methods raise `BadRequest` and its
    subclasses for what has no meaning.
    """

    def nodes(
        self,
        selection: Chosen = None,
        *,
        orderby: str | Sequence[str] = (),
        limit: int | None = None,
        attributes: bool = False,
        extras: bool = False,
    ) -> Rows:
        """Return the nodes of a selection, read while they are looped over."""
        chosen = self._read(selection)
        keys = {ATTRIBUTES.name: attributes, EXTRAS.name: extras, **ordered(orderby)}

        def asked(cursor: str, size: int) -> ListOf:
            return ListOf(self._request(chosen, keys, cursor, size), self._expose)

        def page(cursor: str, size: int) -> Listing:
            return answer(asked(cursor, size), self._store())

        asked(cursors.FIRST, 1)  # what is wrong is told at once
        return Rows(page, cursors.FIRST, self._limits.default, _checked(limit))

    def number(self, selection: Chosen = None) -> int:
        """Return the number of nodes of a selection."""
        chosen = self._read(selection)
        request = ListRequest(NODES, chosen.parameters, 0, 0, where=chosen.selection.where)
        return answer(ListOf(request, self._expose), self._store()).total or 0

    def facets(
        self,
        selection: Chosen = None,
        facet: str | Sequence[str] = (),
        *,
        stats: str | Sequence[str] = (),
        size: int = SIZES.shown,
        drop_self: bool = False,
    ) -> Found:
        """Return `{"facets": {facet: {"buckets": …}}, "stats": {key: …}}` of a selection.

        `selection` of a bucket is the text that chooses its nodes, None where no text can. If
        counting takes too long, the newest nodes are counted, and `truncated` says so.
        """
        chosen = self._read(selection)
        options = Options(
            tuple(read_facet(text) for text in listed(facet, "facet")),
            tuple(read_facet(text) for text in listed(stats, "stats")),
            SIZES.check(size),
            drop_self,
        )
        try:
            found = self._counted(chosen, options)
        except QueryTimeout:
            found = self._counted(chosen, replace(options, newest=NEWEST))
        for counted in found.get("facets", {}).values():
            for bucket in counted["buckets"]:
                bucket["selection"] = bucket.pop("url")
        return found

    def select(
        self,
        selection: Chosen = None,
        want: Mapping[str, Any] | str = "",
        *,
        orderby: str | Sequence[str] = (),
        limit: int | None = None,
        flat: bool = False,
    ) -> Rows:
        """Return the nodes of a selection in the shape of a template, read while looped over.

        `want` is a template or its JSON; with `flat` a row has no objects inside.
        """
        chosen = self._read(selection)
        text = want if isinstance(want, str) else written(want)
        template = read_written(text, self._limits, self._expose)

        def page(cursor: str, size: int, *, is_flat: bool = flat) -> Listing:
            inquiry = self._filled(chosen, template, (cursor, size), orderby, is_flat=is_flat)
            return answer(inquiry, self._store())

        def table(cursor: str, size: int) -> Listing:
            return page(cursor, size, is_flat=True)

        self._filled(chosen, template, (cursors.FIRST, 1), orderby, is_flat=flat)  # the same
        return Rows(page, cursors.FIRST, self._limits.selected, _checked(limit), table)

    def files(
        self,
        selection: Chosen = None,
        glob: str | Sequence[str] = (),
        *,
        min_size: int | str = 0,
    ) -> Iterator[Found]:
        """Return `{"uuid", "label", "path", "size", "sha256"}` of each file, while looped over.

        `glob` is a pattern of names or paths, or several. A size may be written `1.5M`.
        """
        chosen, globs = self._read(selection), Globs(listed(glob, "glob"))
        size = min_size if isinstance(min_size, int) else read_size(min_size)

        def page(cursor: str) -> FileWalk:
            request = self._request(chosen, {}, cursor, self._limits.selected)
            return FileWalk(Sought(chosen.selection, request, globs, size))

        return files_of(page, self._stores.get)

    def export(
        self,
        to: tables.Target,
        selection: Chosen = None,
        fields: str | Sequence[str] = (),
        *,
        orderby: str | Sequence[str] = (),
        **wanted: Any,  # noqa: ANN401 - the other keys of `Wanted`
    ) -> int:
        """Write the nodes of a selection as a table of any size, and return the number of rows.

        `to` is a file, or the name of a new one, which is whole then, or not there. `wanted` are
        `want`, `types`, `format` (by default by the ending of the name), `limit`, `csv_safe` and
        `trailer`, as `GET /nodes/export` has them.
        """
        nodes = selecting.in_order(self._read(selection).selection, orderby)
        if not isinstance(wanted.get("want", ""), str):
            wanted["want"] = written(wanted["want"])
        options = tables.Wanted(fields, **wanted)
        asked = tables.prepared(nodes, options, self._limits, tables.ending(to))
        return tables.exported(*asked, self._stores.get(), to)

    def changes(
        self, selection: Chosen = None, since: str | None = None, *, limit: int | None = None
    ) -> Found:
        """Return `{"changes": [{"uuid", "kind", "mtime"}], "next", "has_more"}`: what is new.

        `since` is the `next` of an earlier answer, `*` for all nodes, or None to begin now.
        """
        chosen, most = self._read(selection), self._limits.selected
        size = most if limit is None else _checked(limit) or 0
        if not 1 <= size <= most:
            raise BadValue(f"`limit` takes a number of nodes from 1 to {most}.")
        request = self._request(chosen, {}, cursors.FIRST, size)
        found = answer(ChangesOf(chosen.selection, request, since), self._store())
        told = {"changes": found.records, "next": found.following, "has_more": found.has_more}
        shown: Found = plain(told)
        return shown

    def keys(
        self,
        selection: Chosen = None,
        under: str = "attributes",
        *,
        size: int = keys_asked.SIZES.shown,
    ) -> Found:
        """Return `{"keys": [{"name": …, "types": …}]}`: which keys the nodes have inside JSON."""
        chosen = self._read(selection)
        inquiry = KeysOf(
            chosen.selection, given(keys_asked.UNDER, under), given(keys_asked.SIZE, size)
        )
        found: Found = plain(answer(inquiry, self._store()))
        return found

    def record(self, uuid: str | UUID) -> Found:
        """Return everything about one node, by its uuid or the beginning of it.

        What cannot be shown is None.
        """
        found: Found = plain(record_of(str(uuid), self._store(), self._limits))
        return found

    def _read(self, selection: Chosen) -> selecting.Read:
        return selecting.read(selection, self._limits, self._expose)

    def _counted(self, chosen: selecting.Read, options: Options) -> Found:
        inquiry = FacetsOf(chosen.selection, options, chosen.said, str)
        found: Found = plain(answer(inquiry, self._store()))
        return found

    def _filled(
        self,
        chosen: selecting.Read,
        template: Template,
        window: tuple[str, int],
        orderby: str | Sequence[str],
        *,
        is_flat: bool,
    ) -> SelectOf:
        request = self._request(chosen, ordered(orderby), *window)
        most = self._limits.things
        return SelectOf(request, template, self._expose, most=most, is_flat=is_flat)

    def _request(
        self, chosen: selecting.Read, added: Mapping[str, object], cursor: str, size: int
    ) -> ListRequest:
        """Return a page of a walk."""
        read = chosen.parameters
        keys = {**read.given, **added, **WALKED, CURSOR.name: cursor}
        where = chosen.selection.where
        return ListRequest(NODES, Parameters(read.filters, keys), size, 0, where=where)


def _checked(limit: int | None) -> int | None:
    if limit is not None and limit < 0:
        raise BadValue("`limit` takes a number of rows, 0 or more.")
    return limit
