"""What JSON takes in memory when it is read into Python values. Floor: translators."""

from __future__ import annotations

from provender.store.database.faults import too_large

# Bytes in memory for each of these signs, on CPython 3.11: a key with its place in a dictionary, a
# value with its place in a list, an object, a list.
WEIGHTS = {":": 130, ",": 64, "{": 130, "[": 80}
# No text takes more bytes for each of its characters.
HEAVIEST = 130


def check_weight(text: object, most: int) -> None:
    """Raise `LimitExceeded` if a JSON text becomes too large in memory for answers of this size.

    The whole of a request may take four times the size of an answer, so Python values may take two
    and a half: the text and the answer are there at the same time.
    """
    if not isinstance(text, str) or HEAVIEST * len(text) <= most:
        return
    if 2 * sum(weight * text.count(sign) for sign, weight in WEIGHTS.items()) > 5 * most:
        raise too_large()
