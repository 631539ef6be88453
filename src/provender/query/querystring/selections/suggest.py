"""The keys of suggestions: of what, for which text, how many. Floor: query."""

from __future__ import annotations

from typing import Any

from provender.errors import BadValue, GrammarError
from provender.query.querydict import Dotted, Name
from provender.query.querystring import grammar, readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.sizes import Size

SIZES = Size("values", shown=10, most=100)
EXAMPLES = "label, node_type, process_label, group, computer, attributes"
# Names of one word for what stands in attributes.
SHORT = {"process_label": Dotted("attributes", ("process_label",))}


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


FIELD: Parameter[Name] = Parameter(
    "field",
    lambda term: read_field(readers.raw(term)),
    "label",
    "group, computer, or a KEY",
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
