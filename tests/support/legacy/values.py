"""Random values of attributes and extras: as they are written, and as they are served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TEXTS = ("", "a", "é ü", "\U0001f600", "line\nline", '"quoted"', "back\\slash", "\u0000", "x" * 300,
         "2015-06-04T11:18:29.000000", "NaN", "null", "\u2028", "%25", "core.")  # fmt: skip
NUMBERS = (
    0,
    1,
    -1,
    7,
    2**31,
    2**53 + 1,
    10**18,
    10**30,
    0.0,
    -0.5,
    1.0,
    1e300,
    1e-300,
    0.1,
    3.141592653589793,
)
OTHERS = (None, True, False)
KEYS = ("a", "b", "energy", "x y", "é", "", "_private", "array|forces", "state.x", "k" * 40)


@dataclass(frozen=True)
class Value:
    """A value in a file, its conversion there, and what it is served as."""

    written: Any
    conversion: Any
    served: Any

    @classmethod
    def same(cls, value, conversion=None):
        """Return a value that nothing changes."""
        return cls(value, conversion, value)


def drawn(random, *, dated, depth=3):
    """Return a random value; with times in it if their conversion is known to the version."""
    kind = random.random()
    if depth and kind < 0.15:
        return of_members(members(random, dated=dated, depth=depth - 1))
    if depth and kind < 0.35:
        items = [drawn(random, dated=dated, depth=depth - 1) for _ in range(random.randint(0, 4))]
        return of_items(items, random)
    if dated and kind < 0.5:
        text = time(random)
        return Value(text, "date", f"{text}+00:00")
    return Value.same(random.choice([*TEXTS, *NUMBERS, *OTHERS]))


def members(random, *, dated, depth=3, most=5):
    """Return random values by name."""
    names = random.sample(KEYS, random.randint(0, most))
    return {name: drawn(random, dated=dated, depth=depth) for name in names}


def of_members(values):
    """Return the object of named values."""
    return Value(
        {name: value.written for name, value in values.items()},
        {name: value.conversion for name, value in values.items()},
        {name: value.served for name, value in values.items()},
    )


def of_items(items, random):
    """Return the list of values; its conversion may be null if it has no times."""
    conversion = [value.conversion for value in items]
    written = [value.written for value in items]
    served = [value.served for value in items]
    if written == served and random.random() < 0.5:
        conversion = None
    return Value(written, conversion, served)


def time(random):
    """Return a random time as it stands in a file."""
    year, month, day = random.randint(2010, 2020), random.randint(1, 12), random.randint(1, 28)
    clock = f"{random.randint(0, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02}"
    return f"{year}-{month:02}-{day:02}T{clock}.{random.randrange(10**6):06}"
