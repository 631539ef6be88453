"""The special keys of a search for files. Floor: query."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from provender.errors import BadValue
from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.select import LIMIT
from provender.query.querystring.selections.zips import GLOB
from provender.query.terms import Term

SIZE = re.compile(r"(\d{1,20}(?:\.\d{1,9})?)([kKMGT]?)(i?)B?")
POWERS = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4}
# Bytes that no file has.
LARGEST = 2**62


def read_size(text: str) -> int:
    """Return a number of bytes.

    Example:
        `1.5M` gives 1500000, `4Ki` gives 4096.

    Raises:
        BadValue: it is no number of bytes.
    """
    found = SIZE.fullmatch(text.strip())
    if found is None or (found[3] and not found[2]):
        raise BadValue(f"`{text[:50]}` is no size.", hint="For example 5000, 20k, 1.5M or 4Gi.")
    number, unit, binary = found.groups()
    size = Decimal(number) * (1024 if binary else 1000) ** POWERS[unit]
    return int(min(size.to_integral_value("ROUND_CEILING"), Decimal(LARGEST)))


def _size(term: Term) -> int:
    return read_size(readers.raw(term))


MIN_SIZE: Parameter[int] = Parameter(
    "min_size",
    _size,
    0,
    "5000, 20k, 1.5M or 4Gi",
    "only files of so many bytes at least",
    {"type": "string", "pattern": r"^[0-9]+(?:\.[0-9]+)?(?:[kMGT]i?)?$"},
    ("1k",),
    is_raw=True,
)
KEYS: tuple[Parameter[Any], ...] = (GLOB, MIN_SIZE, LIMIT)
