"""The valid name that a wrong one is most like. Floor: errors."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# Letters from which the beginning of a name stands for it.
SHORTEST = 3
# How much alike names must be: `type` and `node_type` are (0.67), `exit_status` and `extras` not.
CLOSE = 0.65


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name that is meant by another, or None if none is like it.

    Case and the signs between words do not count, and a beginning is enough if it is clear.

    Example:
        `nodeType` is most like `node_type`, `desc` like `description`, `xyz` like none.
    """
    names = {_plain(known): known for known in valid}
    plain = _plain(name)
    if plain in names:
        return names[plain]
    longer = [known for known in names if len(plain) >= SHORTEST and known.startswith(plain)]
    if len(longer) == 1:
        return names[longer[0]]
    close = difflib.get_close_matches(plain, names, n=1, cutoff=CLOSE)
    return names[close[0]] if close else None


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
