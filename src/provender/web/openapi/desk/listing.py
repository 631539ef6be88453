"""The schema of a list of processes. Floor: web."""

from __future__ import annotations

from provender.query.plan.views import View
from provender.web.openapi import records
from provender.web.openapi.desk.rows import ROW
from provender.web.openapi.shapes import Named, Schema, array, closed


def processes(view: View) -> Schema:
    """Return the schema of a list of processes: rows of nodes, with a summary on request."""
    row = records.row(view).schema
    own = {**row, "properties": {**row["properties"], **ROW}}
    return closed({view.name: array(Named("Process", own))})
