"""The keys of suggestions: of what, for which text, how many. Floor: query."""

from __future__ import annotations

from typing import Any

from provender.errors import BadValue, GrammarError
from provender.query.querydict import Dotted, Name
from provender.query.querystring import grammar, readers
from provender.query.querystring.parameter import Parameter
from provender.query.terms import Term

SHOWN, MOST_SHOWN = 10, 100
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


def _size(term: Term) -> int:
    size = readers.count(term)
    if not 1 <= size <= MOST_SHOWN:
        raise BadValue(f"`size` is a number of values from 1 to {MOST_SHOWN}.")
    return size


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
SIZE: Parameter[int] = Parameter(
    "size",
    _size,
    SHOWN,
    f"1 to {MOST_SHOWN}",
    f"the most values, {SHOWN} by default",
    {"type": "integer", "minimum": 1, "maximum": MOST_SHOWN},
    (5,),
)
KEYS: tuple[Parameter[Any], ...] = (FIELD, Q, SIZE)
