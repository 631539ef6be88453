"""The schema of the size of an archive for AiiDA. Floor: web."""

from __future__ import annotations

from provender.web.openapi.shapes import COUNT, Schema, closed

# What a dry run answers.
SIZE: Schema = closed(dict.fromkeys(("nodes", "links", "files", "file_bytes", "bytes"), COUNT))
