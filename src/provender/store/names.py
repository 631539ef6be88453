"""Valid names of profiles: names that can begin a path. Floor: store."""

from __future__ import annotations

import re

from provender.logs import printable

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# Paths of the server itself begin with these.
RESERVED = frozenset(("api", "docs", "alive", "ready", "metrics", "profiles", "assets", "browse"))
ALLOWED = "Letters (A to Z), digits, dots, dashes and underscores, first a letter or digit."


def fault(name: str) -> str | None:
    """Return why a profile cannot have a name, in a sentence or two; None if it can."""
    if name in RESERVED:
        return f"A profile cannot be called `{name}`: paths of the server begin with that word."
    if NAME.fullmatch(name) is None:
        return f"A profile cannot be called `{printable(name)}`. {ALLOWED}"
    return None


def cleaned(name: str) -> str:
    """Return a name that a profile can have: this one, or the nearest.

    Example:
        `cleaned("my paper")` gives `"my-paper"`, `cleaned("docs")` gives `"docs-store"`.
    """
    if fault(name) is None:
        return name
    found = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._") or "store"
    return f"{found}-store" if found in RESERVED else found
