"""Full types as filters: `NODE_TYPE|PROCESS_TYPE`, each half may end in `%`. Floor: query."""

from __future__ import annotations

from provender.errors import BadValue
from provender.query.plan.patterns import escape
from provender.query.querydict import Filter, Stored
from provender.schema.types import BAR, WILDCARD, read_full_type


def full_type_filter(full_type: str) -> Filter:
    """Return the filter of a full type.

    Example:
        `data.core.%|` gives node types that begin with `data.core.` and no process type.

    Raises:
        BadValue: not exactly one `|`, or a `%` that is not at the end of its half.
    """
    found = read_full_type(full_type)
    if found is None and BAR not in full_type:
        raise BadValue(
            f"full type `{full_type}` does not include the required concatenator symbol `{BAR}`."
        )
    if found is None:
        raise BadValue(
            f"full type `{full_type}` includes the concatenator symbol `{BAR}` more than once."
        )
    filters = [_half(Stored("node_type"), found.node_type)]
    if found.process_type == "":
        filters.append({"or": [{Stored("process_type"): {"==": value}} for value in ("", None)]})
    elif found.process_type != WILDCARD:
        filters.append(_half(Stored("process_type"), found.process_type))
    return {"and": filters}


def _half(name: Stored, text: str) -> Filter:
    if text.count(WILDCARD) > 1:
        raise BadValue(
            f"full type component `{text}` contained more than one like-operator character"
        )
    if WILDCARD in text and not text.endswith(WILDCARD):
        raise BadValue(f"like-operator character in full type component `{text}` is not at the end")
    if text.endswith(WILDCARD):
        return {name: {"like": escape(text.removesuffix(WILDCARD)) + WILDCARD}}
    return {name: {"==": text}}
