"""Pieces of JSON Schema that answers are described with. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# A JSON Schema (2020-12); it may hold instances of `Named`.
Schema = Mapping[str, Any]

# Marks a value that is null where the stored value cannot be shown; a note then says so.
UNREADABLE = "x-null-with-note"

STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
NULL: Schema = {"type": "null"}
UUID: Schema = {"type": "string", "format": "uuid"}
HTTP_DATE: Schema = {
    "type": "string",
    "pattern": r"^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$",
    "description": "An HTTP date in GMT (RFC 9110); fractions of a second are cut off.",
}
FREE: Schema = {"type": "object", "description": "Whatever the store holds."}


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A schema that a document holds once, under its name."""

    name: str
    schema: Schema

    @property
    def reference(self) -> Schema:
        """The reference to the schema."""
        return {"$ref": f"#/components/schemas/{self.name}"}


def closed(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> Schema:
    """Return the schema of an object with these keys and no others."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "unevaluatedProperties": False,
    }
    return schema | ({"required": list(required)} if required else {})


def array(items: Schema | Named, **more: object) -> Schema:
    """Return the schema of an array of items of one kind."""
    return {"type": "array", "items": items, **more}


def mapping(values: Schema | Named) -> Schema:
    """Return the schema of an object whose keys are data."""
    return {"type": "object", "additionalProperties": values}


def nullable(schema: Schema) -> Schema:
    """Return the schema of a value or null."""
    if "type" not in schema:
        return {"anyOf": [schema, NULL]}
    given = schema["type"]
    return {**schema, "type": [*([given] if isinstance(given, str) else given), "null"]}


def readable(schema: Schema) -> Schema:
    """Return the schema of a stored value, which is null where it cannot be read."""
    already = "null" in schema.get("type", ())
    return schema if already else {**nullable(schema), UNREADABLE: True}


def written_out(schema: Any, found: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return a schema with references for its named ones, which are added to `found`."""
    if isinstance(schema, Named):
        if schema.name not in found:
            found[schema.name] = None  # a schema may refer to itself
            found[schema.name] = written_out(schema.schema, found)
        return schema.reference
    if isinstance(schema, Mapping):
        return {key: written_out(value, found) for key, value in schema.items()}
    if isinstance(schema, list | tuple):
        return [written_out(item, found) for item in schema]
    return schema
