"""The keys of suggestions: of what, for which text, how many. Floor: query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from provender.errors import BadRequest, BadValue, GrammarError
from provender.query.querydict import Dotted, Name
from provender.query.querystring import grammar, readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.sizes import Size

SIZES = Size("values", shown=10, most=100)
EXAMPLES = "label, node_type, process_label, group, computer, attributes"
MOST_FIELDS = 10
# Commas inside quotes do not part fields.
PART = re.compile(r'(?:"[^"]*"|[^,"])+|"')
# Names of one word for what stands in attributes.
SHORT = {"process_label": Dotted("attributes", ("process_label",))}


@dataclass(frozen=True, slots=True)
class Field:
    """What is suggested: a name, and the text that asks for it."""

    text: str
    name: Name


def read_fields(text: str) -> tuple[Field, ...]:
    """Return the fields of a text, which commas part: `label,node_type`.

    Raises:
        BadValue: a part of the text is no name.
        BadRequest: there are too many.
    """
    parts = [part.strip() for part in PART.findall(text)] or [text]
    fields = tuple(Field(part, read_field(part)) for part in parts)
    if len(fields) > MOST_FIELDS:
        raise BadRequest(f"There are {len(fields)} fields, more than {MOST_FIELDS}.")
    return fields


def read_field(text: str) -> Name:
    """Return the name that a text is.

    Raises:
        BadValue: the text is no name.
    """
    try:
        key, path = grammar.parse_name(text.strip())
    except GrammarError:
        raise BadValue(f"`{text}` is no key.", hint=f"For example {EXAMPLES}.") from None
    return Dotted(key, path) if path else SHORT.get(key, key)


FIELD: Parameter[tuple[Field, ...]] = Parameter(
    "field",
    lambda term: read_fields(readers.raw(term)),
    read_fields("label"),
    "group, computer, or a KEY; several with commas between",
    "what is suggested: labels of groups or computers, or values of a key",
    {"type": "string", "pattern": r"^[a-z_]+(?:\.[A-Za-z0-9_]+)*$"},
    ("node_type",),
    is_raw=True,
)
Q: Parameter[str] = Parameter(
    "q",
    readers.raw,
    "",
    "a text",
    "values with this text in them, whatever its case; those that begin with it come first",
    {"type": "string", "pattern": "^[A-Za-z]+$"},
    ("data",),
    is_raw=True,
)
SIZE: Parameter[int] = SIZES.parameter()
KEYS: tuple[Parameter[Any], ...] = (FIELD, Q, SIZE)
