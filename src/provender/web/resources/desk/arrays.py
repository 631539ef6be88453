"""Stored arrays of nodes: which there are, each of them or a slice of it. Floor: web."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from functools import partial

from flask import Response

from provender.errors import CannotExport
from provender.exports.arrayfiles import formats, slices
from provender.exports.zips import stream as zips
from provender.exports.zips.members import Member
from provender.query.querystring.desk.arrays import FORMAT, NAMES, SLICE
from provender.safenames import Names
from provender.store.cancellation import current
from provender.store.files.streams import HeldStream, ObjectStream
from provender.store.files.verification import WHOLE
from provender.store.stores import Store
from provender.translators.arrays import Described, StoredArray, arrays_of
from provender.translators.subject import SubjectRow
from provender.translators.subjects import naming, open_key
from provender.web.answers import responses
from provender.web.answers.arrays import Opened, described_by, enveloped
from provender.web.answers.files import (
    Made,
    file_response,
    made_response,
    verified,
)
from provender.web.answers.states import etag_of, named_by_content, unchanged
from provender.web.resources.base import NOTES, Found, in_header
from provender.web.resources.nodes import Node

# Arrays whose headers are read without further ado.
FEW = 50


class ArraysOfNode(Node):
    """Answers the routes of the arrays of a node."""

    def arrays(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the names of the arrays, each with its shape and type."""
        identifier = self.single(id)
        found = self.inquire(self.nodes.subject(identifier), is_named=False)
        described = self.described(found)
        data = {"arrays": described.records}
        number, notes = len(described.records), described.notes
        pk = found.value.pk
        return named_by_content(
            self.answer(data, number, found, identifier=identifier, pk=pk, notes=notes)
        )

    def array(self, id: str, name: str) -> Response:  # noqa: A002 - as in the path
        """Answer an array, or a slice of it, in a format."""
        identifier = self.single(id)
        found = self.inquire(self.nodes.subject(identifier), is_named=False)
        return self.answer_array(found, name, identifier)

    def npz(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer arrays in one file."""
        found = self.inquire(self.nodes.subject(self.single(id)), is_named=False)
        return self.answer_npz(found, found.value.uuid or id)

    def attrs(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer what is known of the arrays without their values: shapes, and the attributes."""
        identifier = self.single(id)
        found = self.inquire(self.nodes.subject(identifier), is_named=False)
        return self.answer_attrs(found, identifier)

    def described(self, found: Found[SubjectRow]) -> Described:
        """Return the arrays of a node with their shapes and types."""
        arrays = arrays_of(found.value)
        is_long = len(arrays.names) > FEW
        with self.context.stores.places.expensive() if is_long else nullcontext():
            return arrays.described(found.store)

    def answer_attrs(self, found: Found[SubjectRow], identifier: str | int) -> Response:
        """Answer shapes and attributes of the node that was found."""
        described = self.described(found)
        attributes = arrays_of(found.value).shown_attributes()
        data = {"attrs": {"arrays": described.records, "attributes": attributes}}
        pk, notes = found.value.pk, described.notes
        return named_by_content(
            self.answer(data, 1, found, identifier=identifier, pk=pk, notes=notes)
        )

    def answer_array(
        self,
        found: Found[SubjectRow],
        name: str,
        identifier: str | int,
        form: str | None = None,
    ) -> Response:
        """Answer an array of the node that was found, or a slice of it, in a format.

        By default that is the one which the query string names.
        """
        stored, store = arrays_of(found.value).stored(name), found.store
        written, form = self.parameters[SLICE], form or self.parameters[FORMAT]
        asked = formats.WHOLE if written is None else slices.parse(written)
        with naming(store, stored.filename), ExitStack() as stack:
            content = verified(stored.open(store), stored.key)
            stream = stack.enter_context(_stream(content))
            picked = formats.open_array(stream).pick(asked)
            etag = etag_of(stored.key, form)
            known = unchanged(etag)
            if known is not None:
                return known
            stack.pop_all()
            if form == "npy" and written is None:
                response = file_response(stored.filename, content, stored.key, self.context.work)
                return described_by(response, picked)
            opened = Opened(picked, stream, etag, self.context.work, self.limits)
            return self._written(opened, form, found, name, identifier)

    def _written(
        self,
        opened: Opened,
        form: str,
        found: Found[SubjectRow],
        name: str,
        identifier: str | int,
    ) -> Response:
        """Return the answer with picked values; notes on them stand in a header if it can be."""
        identity = self.dialect.identity(identifier, found.value.pk)

        def envelope(data: object) -> object:
            return responses.envelope(data, self.route.name, self.query, {**identity})

        around = enveloped(name, found.value.uuid, envelope)
        response = opened.respond(form, around)
        if around.notes:
            response.headers[NOTES] = in_header(around.notes)
        return response

    def answer_npz(self, found: Found[SubjectRow], title: str) -> Response:
        """Answer arrays of the node that was found as one file, each of them as it is stored."""
        arrays, store = arrays_of(found.value), found.store
        asked = self.parameters[NAMES]
        chosen = [arrays.stored(name) for name in (arrays.names if asked is None else asked)]
        names = Names()
        with self.context.stores.places.expensive() if len(chosen) > FEW else nullcontext():
            sizes = [_checked_size(one, store) for one in chosen]
        members = [
            Member(names.entry(one.filename), size, partial(source, store, one.key, one.filename))
            for one, size in zip(chosen, sizes, strict=True)
        ]
        etag = etag_of("npz", *(one.key for one in chosen))
        return self.answer_zip(f"{title}.npz", members, etag)

    def answer_zip(self, name: str, members: Sequence[Member], etag: str) -> Response:
        """Answer a zip file; a small one is made before its status is sent."""
        length = zips.length(members)
        if length <= WHOLE:
            return file_response(name, b"".join(zips.blocks(members)), etag)
        made = Made(name, length, etag, partial(zips.blocks, members), lambda: None)
        return made_response(made, self.context.work)


def _stream(content: bytes | ObjectStream) -> ObjectStream:
    return HeldStream(content) if isinstance(content, bytes) else content


def source(store: Store, key: str, path: str) -> ObjectStream:
    """Return the stream of a file of a node, which is verified before if it is small."""
    with naming(store, path):
        return _stream(verified(open_key(store, key, path), key))


def _checked_size(stored: StoredArray, store: Store) -> int:
    """Return the size of the file of an array.

    Raises:
        CannotExport: it is no array that is read; the hint says how the others are asked for.
    """
    current().check()
    with naming(store, stored.filename), stored.open(store) as stream:
        try:
            formats.open_array(stream)
        except CannotExport as error:
            raise CannotExport(
                f"The array `{stored.name}` is refused. {error.message}",
                hint="Name the others: names=a,b",
            ) from error
        return stream.size
