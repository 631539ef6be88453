"""The examples of a description: what the demo store answers. Floor: web.

`docs/openapi_examples.py` records them; a test compares them with the answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from provender.web.routes.route import Dialect

FILE = "examples.json"
# The last segments of the paths of pages: they show the examples of their lists.
PAGES = ("/page", "/page/{page}")
# Where the examples were recorded.
ROOT = "http://127.0.0.1:5000/"


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of a dialect by path.

    Shape: `{"request": PATH, "values": {PARAMETER: value}, "posted": body, "answer": JSON}`; a
    part that does not apply is missing.
    """

    of: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def at(self, path: str) -> Mapping[str, Any]:
        """Return what was recorded at a path; pages have the examples of their lists."""
        for ending in PAGES:
            path = path.removesuffix(ending)
        return self.of.get(path, {})

    def value(self, path: str, parameter: str) -> object:
        """Return the value that a parameter had, or None."""
        return self.at(path).get("values", {}).get(parameter)

    def posted(self, path: str) -> dict[str, Any]:
        """Return the example of what is posted, as a member of a media type."""
        found = self.at(path)
        return {"example": found["posted"]} if "posted" in found else {}

    def answered(self, path: str, method: str) -> dict[str, Any]:
        """Return the example of an answer, as a member of a media type."""
        found = self.of.get(path, {})
        if "answer" not in found or (method == "POST") is not ("posted" in found):
            return {}
        return {"example": found["answer"]}


@lru_cache(maxsize=1)
def _recorded() -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath(FILE).read_text("utf-8")
    recorded: dict[str, dict[str, Any]] = json.loads(text)
    return recorded


def examples(dialect: Dialect) -> Examples:
    """Return the examples of a dialect."""
    return Examples(_recorded().get(dialect.name, {}))
