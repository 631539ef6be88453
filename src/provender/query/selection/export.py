"""What a body says of a table: its columns, and their types. Floor: query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provender.errors import BadValue
from provender.query.plan.values import describe_json
from provender.query.posted.body import located
from provender.query.querydict import Name
from provender.query.querystring.selections.export import members, read_name


def posted_fields(value: Any) -> tuple[Name, ...]:  # noqa: ANN401 - JSON
    """Return the columns of a body: a list of names, or a text with commas.

    Raises:
        BadValue: with its place.
    """
    texts = [*members(value)] if isinstance(value, str) else value
    if not isinstance(texts, list):
        shown = describe_json(value)
        raise located(BadValue(f"`fields` is a list of names, not {shown}."), ("fields",))
    names = []
    for place, text in enumerate(texts):
        try:
            names.append(read_name(text))
        except BadValue as error:
            raise located(error, ("fields", place)) from error
    return tuple(names)


def posted_types(value: Any) -> Mapping[str, str]:  # noqa: ANN401 - JSON
    """Return the types of a body; raises `BadValue` with its place."""
    if not isinstance(value, dict) or not all(isinstance(kind, str) for kind in value.values()):
        error = BadValue(
            "`types` is an object: the type of some columns.",
            hint='{"attributes.energy": "number"}',
        )
        raise located(error, ("types",))
    return value
