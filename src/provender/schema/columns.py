"""The columns of a table made of nodes: what is stored, and as what it is shown. Floor: schema."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Type(Enum):
    """The type of the values of a column."""

    INTEGER = "integer"
    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    UUID = "uuid"
    TIME = "time"
    JSON = "json"


# What a value inside JSON can be shown as. Values of other types are then left out.
INSIDE = (Type.JSON, Type.STRING, Type.NUMBER, Type.INTEGER, Type.BOOLEAN)
TYPES = {one.value: one for one in INSIDE}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, the type that it shows, and the type of what is stored.

    What is stored as JSON may be shown as another type. `is_object` says that it is a whole column
    of JSON, which holds an object in each row.
    """

    name: str
    shown: Type
    stored: Type
    is_object: bool = False

    @property
    def is_json(self) -> bool:
        """Whether it shows JSON."""
        return self.shown is Type.JSON


class CopyForm(Enum):
    """How PostgreSQL writes rows: CSV for people, a JSON object a line, or CSV with JSON in cells.

    In the first, strings inside JSON are plain texts; in the last they are JSON like other values.
    """

    TEXTS = "texts"
    LINES = "lines"
    CELLS = "cells"
