"""Columns that went, and extras that came. Floor: store.

Source: AiiDA's migrations of archives (0.3 to 0.5).
"""

from __future__ import annotations

from provender.store.legacy.steps.node import Document, Node, Surroundings


def extras_begin(node: Node, _: Surroundings) -> None:
    """Archives hold extras from version 0.4 on."""
    node.extras = Document(None)
    node.extra_dates = Document(None)


def columns_go(node: Node, _: Surroundings) -> None:
    """Nodes lost `nodeversion` and `public`."""
    node.row.pop("nodeversion", None)
    node.row.pop("public", None)
