"""Schemas of nodes. Floor: web."""

from __future__ import annotations

from flask import Response

from provender.translators.selections.schemas import SchemaOf, Schemas
from provender.web.resources.nodes import Node
from provender.web.resources.urls import schema_url


class Schema(Node):
    """Answers `/schemas` and what is below it."""

    def schemas(self) -> Response:
        """Answer the types of nodes that have a schema."""
        _ = self.parameters
        found = self.inquire(Schemas(schema_url(self)))
        return self.answer({"schemas": found.value}, len(found.value), found)

    def of_type(self, node_type: str) -> Response:
        """Answer the JSON Schema of a type of nodes."""
        _ = self.parameters
        found = self.inquire(SchemaOf(self.view, node_type, schema_url(self)))
        return self.answer({"schema": found.value}, 1, found)
