"""The two dialects as data; only this package names them. Floor: web."""

from __future__ import annotations

from provender.web.dialects.v2 import V2
from provender.web.dialects.v4 import V4

# All dialects; the dialect of today's clients is the first.
DIALECTS = (V4, V2)

# Example requests: a title and a path each.
EXAMPLES = (
    ("The newest nodes", f"{V4.prefix}/nodes?limit=3&orderby=-ctime"),
    (
        "A structure with its cell and sites",
        f'{V4.prefix}/nodes?node_type=like="data.core.structure.%25"&attributes=true&limit=1',
    ),
    ("Finished processes, older dialect", f'{V2.prefix}/processes?state="FINISHED"&limit=2'),
    ("All routes", f"{V4.prefix}/"),
)
