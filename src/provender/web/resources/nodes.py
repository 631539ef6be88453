"""Nodes of every kind: their lists, links, contents, files and numbers. Floor: web."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import Response

from provender.errors import BadRequest
from provender.exports.registry import derived
from provender.query.querystring.request import ListRequest, read_list
from provender.translators import contents, links, statistics, subjects
from provender.translators.base import BaseTranslator, parse_identifier
from provender.translators.nodes import NodeTranslator
from provender.web.answers.files import file_response, verified
from provender.web.resources.base import BaseResource, refuse_filters


class Node(BaseResource):
    """Answers the routes of nodes of every kind."""

    translator: ClassVar[BaseTranslator] = NodeTranslator()

    def links(self, id: str, page: int | None = None) -> Response:  # noqa: A002 - as in the path
        """Answer the neighbours of a node in one direction."""
        identifier = parse_identifier(self.view, id)
        neighbours, direction = self.route.neighbours or self.view, self.route.direction
        asked = read_list(
            neighbours,
            self.parameters(),
            self.context.settings.limits,
            page=page,
            is_paged=self.route.is_paged,
        )
        found = self.inquire(
            asked.parameters,
            lambda session: links.neighbours(self.view, identifier, asked, direction, session),
        )
        data = {self.route.key: found.records}
        return self.answer(
            data,
            found.total,
            page=found.page,
            identifier=identifier,
            pk=found.pk,
            walk=found if asked.parameters.cursor is not None else None,
        )

    def tree(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer a node with the neighbours on both sides."""
        identifier = parse_identifier(self.view, id)
        parameters = self.parameters()
        found = self.inquire(
            parameters, lambda session: links.tree(self.view, identifier, parameters, session)
        )
        data = {"nodes": [found.node], "metadata": [found.totals]}
        return self.answer(data, 0, identifier=identifier, pk=found.pk)

    def attributes(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the attributes of a node, or those that are named."""
        return self._json_column(id, "attributes")

    def extras(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the extras of a node, or those that are named."""
        return self._json_column(id, "extras")

    def comments(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the comments on a node."""
        identifier, asked = self._single(id)
        found = self.inquire(
            asked.parameters, lambda session: contents.comments(self.view, identifier, session)
        )
        refuse_filters(asked.parameters)
        return self._content({"comments": found.value}, identifier, found.pk)

    def derived_properties(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer what follows from the attributes and arrays of a node."""
        identifier, asked = self._single(id)
        found = self.inquire(
            asked.parameters, lambda session: subjects.find(self.view, identifier, session)
        )
        refuse_filters(asked.parameters)
        data = {self.route.key: derived(found.subject)}
        return self._content(data, identifier, found.pk)

    def repo_list(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the entries of a folder of the node's repository."""
        identifier, asked = self._single(id)
        parameters = asked.parameters
        found = self.inquire(
            parameters, lambda session: contents.files(self.view, identifier, session)
        )
        refuse_filters(parameters)
        listed = found.listing(parameters.filename or "", with_metadata=parameters.metadata)
        return self._content({"repo_list": listed}, identifier, found.pk)

    def repo_contents(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer a file of the node's repository as a stream."""
        identifier, asked = self._single(id)
        found = self.inquire(
            asked.parameters,
            lambda session: contents.files(self.view, identifier, session),
            is_named=False,
        )
        refuse_filters(asked.parameters)
        path = asked.parameters.filename
        if not path:
            raise BadRequest("filename is not provided")
        key, stream = found.open(path)
        with subjects.naming(path):
            content = verified(stream, key)
            return file_response(path.rstrip("/").rpartition("/")[2], content, key)

    def download(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer a node written in a format, as a file or within the envelope."""
        identifier, asked = self._single(id)
        parameters = asked.parameters
        found = self.inquire(
            parameters, lambda session: subjects.find(self.view, identifier, session)
        )
        refuse_filters(parameters)
        export = subjects.export(
            found.subject, parameters.download_format, as_text=not parameters.download
        )
        if parameters.download:
            return file_response(export.filename, export.content, self.etag)
        text = {"data": export.text(), "filename": export.filename, "status": 200}
        return self._content({"download": text}, identifier, found.pk)

    def download_formats(self) -> Response:
        """Answer the formats that each type of node can be written in."""
        return self.answer(subjects.download_formats(self.parameters().full_type), 0)

    def statistics(self) -> Response:
        """Answer how many nodes there are of each type and day."""
        parameters = self.parameters()
        found = self.inquire(
            parameters, lambda session: statistics.statistics(self.view, parameters, session)
        )
        return self.answer(found, 0)

    def full_types(self) -> Response:
        """Answer the tree of types."""
        parameters = self.parameters()
        found = self.inquire(
            parameters, lambda session: statistics.full_types(self.view, parameters, session)
        )
        return self.answer(found, 0)

    def full_types_count(self) -> Response:
        """Answer the tree of types with the number of nodes of each."""
        parameters = self.parameters()
        found = self.inquire(
            parameters, lambda session: statistics.full_types_count(self.view, parameters, session)
        )
        return self.answer(found, 0)

    def _single(self, text: str) -> tuple[str | int, ListRequest]:
        """Return the id of a path, and what the query string says."""
        return parse_identifier(self.view, text), self.read_list()

    def _json_column(self, text: str, column: str) -> Response:
        identifier, asked = self._single(text)
        parameters = asked.parameters
        found = self.inquire(
            parameters,
            lambda session: contents.json_column(
                self.view,
                identifier,
                column,
                session,
                names=getattr(parameters, f"{column}_filter"),
                excluded=getattr(parameters, f"{column}_excluded"),
            ),
        )
        refuse_filters(parameters)
        return self._content({column: found.value}, identifier, found.pk)

    def _content(self, data: Any, identifier: str | int, pk: int) -> Response:  # noqa: ANN401 - JSON
        return self.answer(data, 1, identifier=identifier, pk=pk)
