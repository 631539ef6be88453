"""Schemas of nodes: what is documented of a type, and what is observed. Floor: translators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from provender.errors import NoSuchEntity
from provender.nearest import nearest
from provender.query.plan.conditions import Comparison, Operand, Relation, Target
from provender.query.plan.views import View
from provender.query.plan.where import Where
from provender.query.querystring.parameter import Parameters
from provender.schema.documented import DOCUMENTED
from provender.schema.entities import ENTITIES
from provender.translators.inquiry import Inquiry
from provender.translators.records import Record
from provender.translators.selections.keys import Found, keys_of, read_keys, target_of
from provender.translators.selections.selection import Selection
from provender.translators.session import Session

DRAFT = "https://json-schema.org/draft/2020-12/schema"
# Types that are listed, and keys of a schema that are observed, at most.
MOST_TYPES, MOST_KEYS = 2_000, 1_000
DOCUMENTS = ("attributes", "extras")
# The columns of every node.
COLUMNS: dict[str, Any] = {
    "uuid": {"type": "string", "format": "uuid"},
    "label": {"type": "string"},
    "description": {"type": "string"},
    "ctime": {"type": "string"},
    "mtime": {"type": "string"},
}


class Schemas(Inquiry[list[str], list[Record]]):
    """The types of nodes that have a schema: those that are documented, and those of the store."""

    def __init__(self, address: Callable[[str], str]) -> None:
        self._address = address

    def read(self, session: Session) -> list[str]:
        """Return the types of the store."""
        return session.distinct(ENTITIES["node"], "node_type", "", MOST_TYPES)

    def present(self, raw: list[str]) -> list[Record]:
        """Return the types in the order of their names."""
        observed = set(raw)
        return [
            {
                "node_type": name,
                "documented": name in DOCUMENTED,
                "observed": name in observed,
                "url": self._address(name),
            }
            for name in sorted(observed | DOCUMENTED.keys())
        ]


@dataclass(frozen=True, slots=True)
class Observed:
    """What a sample of the nodes of a type has in attributes and in extras."""

    attributes: Found
    extras: Found


class SchemaOf(Inquiry[Observed, Record]):
    """The JSON Schema of the nodes of one type."""

    is_expensive = True

    def __init__(self, view: View, node_type: str, address: Callable[[str], str]) -> None:
        if "\0" in node_type:  # no database has a text with it
            raise NoSuchEntity("A type of nodes has no NUL character.")
        self._type, self._address = node_type, address
        target = Target(view.name, view.entity.fields["node_type"])
        chosen = Comparison(target, Relation.EQUAL, Operand(node_type))
        self._selection = Selection(view, Parameters(), Where(conditions=(chosen,)))
        self._targets = [target_of(self._selection, name) for name in DOCUMENTS]

    def read(self, session: Session) -> Observed:
        """Return the keys of a sample.

        Raises:
            NoSuchEntity: the type is not documented, and no node has it.
        """
        found = Observed(*(read_keys(self._selection, target, session) for target in self._targets))
        if not found.attributes.nodes and self._type not in DOCUMENTED:
            types = session.distinct(ENTITIES["node"], "node_type", "", MOST_TYPES)
            likely = nearest(self._type, sorted({*types, *DOCUMENTED}))
            hint = f"Did you mean `{likely}`?" if likely else "`/schemas` lists all types."
            raise NoSuchEntity(f"No node has the type `{self._type}`.", hint=hint)
        return found

    def present(self, raw: Observed) -> Record:
        """Return the schema: documented keys first, each says where it comes from."""
        documented = DOCUMENTED.get(self._type, {})
        nodes = raw.attributes.nodes
        properties = {
            **COLUMNS,
            "node_type": {"const": self._type},
            "attributes": _object(documented, raw.attributes),
            "extras": _object({}, raw.extras),
        }
        return {
            "$schema": DRAFT,
            "$id": self._address(self._type),
            "title": self._type,
            "type": "object",
            "properties": properties,
            "x-nodes": nodes,
            "x-sampled": raw.attributes.is_sampled,
        }


def _object(documented: Any, found: Found) -> Record:  # noqa: ANN401 - JSON
    """Return the schema of an object with the documented and the observed keys."""
    properties: Record = {
        name: {**schema, "x-origin": ["documented"]} for name, schema in documented.items()
    }
    for key in [*keys_of(found.rows)][:MOST_KEYS]:
        types = key.types[0] if len(key.types) == 1 else sorted(key.types)
        known = properties.get(key.name, {"type": types})
        share = round(min(1.0, key.count / found.nodes), 4)
        origin = [*known.get("x-origin", ()), "observed"]
        seen = {"x-origin": origin, "x-types": key.types, "x-share": share}
        properties[key.name] = {**known, **seen}
    return {"type": "object", "properties": properties}
