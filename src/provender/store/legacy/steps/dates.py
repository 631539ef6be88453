"""Dates inside attributes and extras. Floor: store.

Source: AiiDA's migration of archives from 0.5 to 0.6. Before it, a second dictionary of the same
shape told which values are dates, all of them UTC.
"""

from __future__ import annotations

from typing import Any

from provender.store.legacy.steps.node import Document, Node, Surroundings

DATE, UTC = "date", "+00:00"


def dates_are_texts(node: Node, _: Surroundings) -> None:
    """Dates became strings that tell their time zone."""
    for held, told in (
        (node.attributes, node.attribute_dates),
        (node.extras, node.extra_dates),
    ):
        _convert(held, told)


def _convert(held: Document, told: Document) -> None:
    if DATE in told.text:
        held.replace(_converted(held.value, told.value))


def _converted(value: Any, told: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value whose dates tell their time zone; what is told of no value is ignored."""
    if isinstance(value, dict) and isinstance(told, dict):
        return {key: _converted(item, told.get(key)) for key, item in value.items()}
    if isinstance(value, list) and isinstance(told, list):
        rest = told + [None] * (len(value) - len(told))
        return [_converted(item, kind) for item, kind in zip(value, rest, strict=False)]
    if told == DATE and isinstance(value, str):
        return value + UTC
    return value
