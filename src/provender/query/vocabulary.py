"""The names that a query may use for the fields of an entity. Floor: query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provender.errors import UnknownField
from provender.query.operators import Origin
from provender.store.catalogue import Entity, Field


@dataclass(frozen=True)
class Vocabulary:
    """Names of fields: for filters and orders (`asked`) and in answers (`shown`).

    A private name is simply not in it, so that the answer is that of an unknown name.
    """

    entity: Entity
    asked: Mapping[str, Field]
    shown: Mapping[str, Field]
    origin: Origin = Origin.QUERY_STRING

    def to_ask(self, name: str) -> Field:
        """Return the field to filter or order by; raises `UnknownField` with the valid names."""
        return self._find(name, self.asked, "key")

    def to_show(self, name: str) -> Field:
        """Return the field to put into the answer."""
        return self._find(name, self.shown, "column")

    def _find(self, name: str, known: Mapping[str, Field], what: str) -> Field:
        field = known.get(name)
        if field is None:
            valid = ", ".join(key for key in known if ":" not in key)
            raise UnknownField(f"Unknown {what} `{name}`.", hint=f"Valid: {valid}.")
        return field
