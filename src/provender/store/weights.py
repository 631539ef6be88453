"""What JSON takes in memory when it is read into Python values. Floor: store."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import Any

# Bytes in memory for each of these signs, on CPython 3.11: a key with its place in a dictionary, a
# value with its place in a list, an object, a list.
WEIGHTS = {":": 130, ",": 64, "{": 130, "[": 80}
# The heaviest sign: no text takes more for each of its characters.
HEAVIEST = max(WEIGHTS.values())
# The heaviest document that SQLite's functions of ours read: 1.2 million keys.
MOST = 160_000_000
# Characters from which only the last document is kept, and its weight is looked at.
LARGE = 100_000


def weight(text: str | bytes) -> int:
    """Return about how many bytes the values of a JSON text take, without its strings."""
    if isinstance(text, str):
        return sum(each * text.count(sign) for sign, each in WEIGHTS.items())
    return sum(each * text.count(sign.encode()) for sign, each in WEIGHTS.items())


class Documents:
    """A function that reads JSON, with its last results; of large documents it keeps the last one.

    A request may ask many things of one document, which is read once.
    """

    def __init__(self, read: Callable[[Any], Any], size: int) -> None:
        self._read = read
        self._small = lru_cache(maxsize=size)(read)
        self._last: tuple[object, Any] = (None, None)
        update_wrapper(self, read)

    def __call__(self, text: str | bytes) -> Any:  # noqa: ANN401 - JSON
        """Return the values of a document.

        Raises:
            OverflowError: it is too heavy; SQLite calls that "too big".
        """
        if len(text) < LARGE:
            return self._small(text)
        known, value = self._last
        if known != text:
            if weight(text) > MOST:
                raise OverflowError("a document is too heavy")
            self._last = (None, None)  # the last one goes before the next one comes
            value = self._read(text)
            self._last = (text, value)
        return value


def documents(size: int) -> Callable[[Callable[[Any], Any]], Documents]:
    """Return a decorator for functions that read JSON; `size` small results are kept."""
    return lambda read: Documents(read, size)
