"""Full types as filters: `NODE_TYPE|PROCESS_TYPE`, each half may end in `%`. Floor: query."""

from __future__ import annotations

from provender.errors import BadValue
from provender.query.plan.patterns import escape
from provender.query.querydict import Filter

CONCATENATOR = "|"
LIKE = "%"


def full_type_filter(full_type: str) -> Filter:
    """Return the filter of a full type.

    Example:
        `data.core.%|` gives node types that begin with `data.core.` and no process type.

    Raises:
        BadValue: not exactly one `|`, or a `%` that is not at the end of its half.
    """
    if CONCATENATOR not in full_type:
        raise BadValue(
            f"full type `{full_type}` does not include the required concatenator symbol "
            f"`{CONCATENATOR}`."
        )
    if full_type.count(CONCATENATOR) > 1:
        raise BadValue(
            f"full type `{full_type}` includes the concatenator symbol `{CONCATENATOR}` "
            "more than once."
        )
    node_type, process_type = full_type.split(CONCATENATOR)
    filters = [_half("stored:node_type", node_type)]
    if process_type == "":
        filters.append({"or": [{"stored:process_type": {"==": value}} for value in ("", None)]})
    elif process_type != LIKE:
        filters.append(_half("stored:process_type", process_type))
    return {"and": filters}


def _half(name: str, text: str) -> Filter:
    if text.count(LIKE) > 1:
        raise BadValue(
            f"full type component `{text}` contained more than one like-operator character"
        )
    if LIKE in text and not text.endswith(LIKE):
        raise BadValue(f"like-operator character in full type component `{text}` is not at the end")
    if text.endswith(LIKE):
        return {name: {"like": escape(text.removesuffix(LIKE)) + LIKE}}
    return {name: {"==": text}}
