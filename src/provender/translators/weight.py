"""Refusing JSON that would be too large as Python values. Floor: translators."""

from __future__ import annotations

from provender.store.database.faults import too_large
from provender.store.weights import HEAVIEST, weight


def check_weight(text: object, most: int) -> None:
    """Raise `LimitExceeded` if a JSON text becomes too large in memory for answers of this size.

    The whole of a request may take four times the size of an answer, so Python values may take two
    and a half: the text and the answer are there at the same time.
    """
    if isinstance(text, str) and HEAVIEST * len(text) > most and 2 * weight(text) > 5 * most:
        raise too_large()
