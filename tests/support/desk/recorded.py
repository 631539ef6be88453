"""What AiiDA itself says of a store, recorded once: `tests/data/desk/README.md` tells how."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from support.desk import names

COUNTS = {"lab": 77, "materials": 52, "desk": 56, "living": 13}
"""The number of processes that were recorded, by store."""
UNLIKE = {names.NULL_ATTRIBUTES, names.LIST_ATTRIBUTES, names.ODD_ATTRIBUTES}
"""Processes of which AiiDA raises errors."""
LOOPS = {names.LOOP, names.LOOP_BACK}
"""Processes that call each other: AiiDA ends with a RecursionError."""
RELATIVE = {names.RECENT, names.LAST_WEEK}
"""Processes that are as old as the test wants them."""


@dataclass(frozen=True)
class Recorded:
    """A test client of a store, and what AiiDA says of it."""

    client: Any
    content: dict[str, Any]

    @property
    def processes(self):
        """The uuids of all processes, each with what AiiDA says of it."""
        return self.content["processes"].items()

    def get(self, path):
        """Return what an answer holds under the last word of its path."""
        answer = self.client.get(f"/api/v4/{path}")
        assert answer.status_code == 200, (path, answer.text)
        word = path.partition("?")[0].rpartition("/")[2]
        return answer.json["data"][word]


def digest(content):
    """Return the digest that was recorded of texts and bytes."""
    content = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(content).hexdigest()[:16]


def http(time):
    """Return a time as answers give it."""
    return format_datetime(datetime.fromisoformat(time).replace(microsecond=0), usegmt=True)
