"""The two dialects as data; no other module knows which there are. Floor: web."""

from __future__ import annotations

from provender.web.dialects.v2 import V2
from provender.web.dialects.v4 import V4

DIALECTS = (V4, V2)
"""All dialects, that of today's clients first."""

EXAMPLES = (
    ("The newest nodes", f"{V4.prefix}/nodes?limit=3&orderby=-ctime"),
    (
        "A structure with its cell and sites",
        f'{V4.prefix}/nodes?node_type=like="data.core.structure.%25"&attributes=true&limit=1',
    ),
    ("Finished processes, older dialect", f'{V2.prefix}/processes?state="FINISHED"&limit=2'),
    ("All routes", f"{V4.prefix}/"),
)
"""Requests worth trying: what they give, and their path."""
