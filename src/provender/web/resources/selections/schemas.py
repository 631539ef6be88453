"""Schemas of nodes. Floor: web."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from provender.translators.selections.schemas import SchemaOf, Schemas
from provender.web.answers.responses import root_url
from provender.web.resources.nodes import Node


class Schema(Node):
    """Answers `/schemas` and what is below it."""

    def schemas(self) -> Response:
        """Answer the types of nodes that have a schema."""
        _ = self.parameters
        found = self.inquire(Schemas(self._address))
        return self.answer({"schemas": found.value}, len(found.value), found)

    def of_type(self, node_type: str) -> Response:
        """Answer the JSON Schema of a type of nodes."""
        _ = self.parameters
        found = self.inquire(SchemaOf(self.view, node_type, self._address))
        return self.answer({"schema": found.value}, 1, found)

    def _address(self, node_type: str) -> str:
        return f"{root_url()[:-1]}{self.dialect.prefix}/schemas/{quote(node_type, safe='')}"
