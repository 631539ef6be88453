"""Nodes of every kind: their lists, links, contents, files and numbers. Floor: web."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import ClassVar

from flask import Response, request

from provender.errors import BadRequest
from provender.exports.registry import derived
from provender.query.plan.views import View
from provender.query.querystring.advice import unheeded
from provender.query.querystring.desk.screen import INCLUDE
from provender.query.querystring.parameters import (
    DOWNLOAD,
    DOWNLOAD_FORMAT,
    FILENAME,
    FULL_TYPE,
    METADATA,
    Contents,
)
from provender.query.questions import Direction
from provender.store.streaming import Stream
from provender.translators import subjects
from provender.translators.base import BaseTranslator
from provender.translators.identity import parse_identifier
from provender.translators.nodes import NodeTranslator
from provender.translators.parts.screen import (
    MAKERS,
    Asked,
    Makers,
    NodeWithParts,
    PartTooLarge,
    Screen,
    Shown,
    Views,
)
from provender.web.answers.files import file_response, verified
from provender.web.resources.base import BaseResource, Found
from provender.web.resources.keys import refuse_filters

# Files of a folder whose beginnings are read without further ado: some hundredths of a second.
MANY_FILES = 200


class Node(BaseResource):
    """Answers the routes of nodes of every kind."""

    translator: ClassVar[type[BaseTranslator]] = NodeTranslator

    @property
    def nodes(self) -> NodeTranslator:
        """The translator of the view, with the names that the profile opens."""
        return NodeTranslator(self.view, self.expose)

    def detail(self, id: str, *, parts: Views | None = None) -> Response:  # noqa: A002 - as in the path
        """Answer one node, with those of its parts that `include` names."""
        identifier = parse_identifier(self.view, id)
        names = self.parameters[INCLUDE]
        if parts is None or not names:
            return super().detail(id)
        asked = self.read_list(self.view)
        found, shown = self.shown_parts(
            Asked(self.view, identifier, names, asked.parameters, parts, self.limits)
        )
        refuse_filters(asked.parameters)
        records = [shown.record][asked.offset : asked.offset + asked.limit]
        notes = (*unheeded(self.view, asked.parameters, names), *shown.notes)
        pk, data = shown.record["id"], {self.view.name: records}
        return self.answer(data, 1, found, identifier=id, pk=pk, notes=notes)

    def shown_parts(
        self, asked: Asked, makers: Makers = MAKERS, *, is_named: bool = True
    ) -> tuple[Found[Screen], Shown]:
        """Return a node with its parts, and the same as an answer shows it."""
        found = self._with_parts(asked, makers, is_named=is_named)
        is_long = found.value.has_long_parts
        with self.context.stores.places.expensive() if is_long else nullcontext():
            shown = found.value.shown(found.store, self.limits)
        return found if shown.is_lasting else replace(found, freshness=None), shown

    def _with_parts(self, asked: Asked, makers: Makers, *, is_named: bool) -> Found[Screen]:
        """Return a node with its parts, asked again without those that prove too large."""
        refused: dict[str, PartTooLarge] = {}
        while True:
            try:
                return self.inquire(NodeWithParts(asked, refused, makers), is_named=is_named)
            except PartTooLarge as error:
                refused[error.part] = error

    def links(
        self,
        id: str,  # noqa: A002 - as in the path
        page: int | None = None,
        *,
        key: str,
        neighbours: View,
        direction: Direction,
        is_paged: bool = False,
    ) -> Response:
        """Answer the neighbours of a node in one direction, under `key`."""
        identifier = parse_identifier(self.view, id)
        asked = self.read_list(neighbours, page, is_paged=is_paged)
        found = self.inquire(self.nodes.links(identifier, asked, direction))
        return self.answer_list(key, neighbours, found, identifier)

    def tree(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer a node with the neighbours on both sides."""
        identifier = parse_identifier(self.view, id)
        limits = self.context.settings.limits
        found = self.inquire(self.nodes.tree(identifier, self.parameters, limits))
        tree = found.value
        data = {"nodes": [tree.node], "metadata": [tree.totals]}
        return self.answer(data, 0, found, identifier=identifier, pk=tree.pk)

    def contents(self, id: str, *, contents: Contents) -> Response:  # noqa: A002 - as in the path
        """Answer the attributes or extras of a node: all of them, or a selection."""
        identifier = self.single(id)
        found = self.inquire(self.nodes.contents(identifier, contents, self.parameters))
        refuse_filters(self.parameters)
        data = {contents.column: found.value.value}
        return self.answer(data, 1, found, identifier=identifier, pk=found.value.pk)

    def comments(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the comments on a node."""
        identifier = self.single(id)
        found = self.inquire(self.nodes.comments(identifier))
        refuse_filters(self.parameters)
        data = {"comments": found.value.value}
        return self.answer(data, 1, found, identifier=identifier, pk=found.value.pk)

    def derived_properties(self, id: str, *, key: str) -> Response:  # noqa: A002 - as in the path
        """Answer the derived properties of a node, made of its attributes and arrays."""
        identifier = self.single(id)
        found = self.inquire(self.nodes.subject(identifier))
        refuse_filters(self.parameters)
        with self.context.stores.places.expensive():
            data = {key: derived(found.value.subject(found.store, self.limits))}
        return self.answer(data, 1, found, identifier=identifier, pk=found.value.pk)

    def repo_list(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the entries of a folder of the node's repository."""
        identifier = self.single(id)
        with_metadata = self.parameters[METADATA]
        inquiry = self.nodes.files(identifier, self.parameters[FILENAME] or "")
        found = self.inquire(inquiry, is_named=not with_metadata)
        refuse_filters(self.parameters)
        is_expensive = with_metadata and found.value.count > MANY_FILES
        with self.context.stores.places.expensive() if is_expensive else nullcontext():
            listed = found.value.listing(found.store, with_metadata=with_metadata)
        data, entry = {"repo_list": listed}, found.value
        return self.answer(data, 1, found, identifier=identifier, pk=entry.pk, notes=entry.notes)

    def repo_contents(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer a file of the node's repository as a stream."""
        identifier, path = self.single(id), self.parameters[FILENAME]
        found = self.inquire(self.nodes.files(identifier, path or ""), is_named=False)
        refuse_filters(self.parameters)
        if not path:
            raise BadRequest("filename is not provided")
        file = found.value.file()
        opened = file.open(found.store)
        with subjects.naming(found.store, path):
            content = verified(opened, file.key)
            name = path.rstrip("/").rpartition("/")[2]
            return file_response(name, content, file.key, self.context.work)

    def download(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer a node written in a format, as a file or within the envelope."""
        identifier, parameters = self.single(id), self.parameters
        is_file = parameters[DOWNLOAD]
        found = self.inquire(self.nodes.subject(identifier))
        refuse_filters(parameters)
        form = parameters[DOWNLOAD_FORMAT]
        with self.context.stores.places.expensive():
            subject = found.value.subject(found.store, self.limits)
            export = subjects.export(subject, form, self.limits, as_text=not is_file)
        if is_file:
            return file_response(export.filename, export.content, found.etag)
        text = {"data": export.text(), "filename": export.filename, "status": 200}
        pk = found.value.pk
        return self.answer({"download": text}, 1, found, identifier=identifier, pk=pk)

    def download_formats(self) -> Response:
        """Answer the formats that each type of node can be written in: the same in all stores."""
        self.context.profile(self.profile)
        return self.answer(subjects.download_formats(self.parameters[FULL_TYPE]), 0)

    def full_types(self, *, with_counts: bool = False) -> Response:
        """Answer the tree of types, optionally with the number of nodes of each."""
        found = self.inquire(self.nodes.full_types(self.parameters, with_counts=with_counts))
        return self.answer(found.value, 0, found)

    @contextmanager
    def stream(self, *, is_sent: bool = True) -> Iterator[Stream | None]:
        """Give a place for an answer that is made while it is sent; None if it is not sent.

        The answer gives it back at its end. If there is none, it is given back at once.

        Raises:
            TooManyStreams: as many are sent as may be.
        """
        if request.method == "HEAD" or not is_sent:
            yield None
            return
        stream = self.context.stream(self.context.store(self.profile))
        try:
            yield stream
        except BaseException:
            stream.close()
            raise

    def single(self, text: str) -> str | int:
        """Return the id of a path, after checking the query string as that of a list."""
        identifier = parse_identifier(self.view, text)
        self.read_list(self.view)
        return identifier
