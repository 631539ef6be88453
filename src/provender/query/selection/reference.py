"""The table of the operators for the documentation. Floor: query."""

from __future__ import annotations

import json
import re
from typing import Any

from provender.query.plan.conditions import JsonType
from provender.query.selection.operators import EVERY, OPERATORS, WhereOperator
from provender.query.terms import Operator
from provender.schema.entities import Kind

# The place of the table in a page.
MARKED = re.compile(r"(<!-- operators -->\n).*?(<!-- end of operators -->)", re.DOTALL)
HEAD = (
    "| body | query string | takes | columns | inside JSON | holds for | example |\n"
    "|---|---|---|---|---|---|---|\n"
)
COLUMNS = {
    Kind.INTEGER: "integers",
    Kind.TEXT: "strings",
    Kind.UUID: "uuids",
    Kind.TIME: "datetimes",
}
VALUES = {
    JsonType.NUMBER: "numbers",
    JsonType.STRING: "strings",
    JsonType.BOOLEAN: "booleans",
    JsonType.ARRAY: "lists",
    JsonType.OBJECT: "objects",
}


def filled(page: str) -> str:
    """Return a page with its marked table made anew from the operators."""
    return MARKED.sub(lambda found: found[1] + table() + found[2], page)


def table() -> str:
    """Return the table of the operators, as Markdown."""
    return HEAD + "".join(_line(row) for row in OPERATORS.values())


def posted(row: WhereOperator) -> dict[str, Any]:
    """Return the example of an operator as `where` of a body."""
    name, operand = row.example
    return {name: {row.name: operand}}


def written(row: WhereOperator) -> str | None:
    """Return the example of an operator as a query string, decoded; None if it has no such form."""
    if not isinstance(row.means, Operator):
        return None
    name, operand = row.example
    values = operand if isinstance(operand, list) else [operand]
    return f"{name}{row.means.value}{','.join(_value(name, value) for value in values)}"


def _value(name: str, value: Any) -> str:  # noqa: ANN401 - JSON
    if not isinstance(value, str):
        return json.dumps(value)
    quoted = value.replace('"', '""')
    return value if name == "ctime" else f'"{quoted}"'


def _line(row: WhereOperator) -> str:
    spelled = f"`{row.means.value}`" if isinstance(row.means, Operator) else ""
    columns = _listed([text for kind, text in COLUMNS.items() if kind in row.kinds], len(COLUMNS))
    inside = _listed([VALUES[kind] for kind in row.inside], len(EVERY))
    example = written(row) or json.dumps(posted(row))
    cells = (f"`{row.name}`", spelled, row.takes, columns, inside, row.meaning, f"`{example}`")
    return "| " + " | ".join(cells) + " |\n"


def _listed(names: list[str], every: int) -> str:
    return "all" if len(names) == every else ", ".join(names)
