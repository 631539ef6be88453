"""The schemas of zips of files. Floor: web."""

from __future__ import annotations

from provender.query.selection.files import FILES, PATH, UUID
from provender.web.openapi import shapes
from provender.web.openapi.shapes import BOOLEAN, COUNT, STRING, Schema, array, closed

# What a dry run answers.
FIGURES = closed(dict.fromkeys(("nodes", "files", "bytes", "skipped"), COUNT))
NAMED: Schema = closed(
    {FILES: array(closed({UUID: shapes.UUID, PATH: STRING}), minItems=1)}, {"dry_run": BOOLEAN}
)
