"""Numbers for people: bytes, durations, the progress of a step. Floor: loading."""

from __future__ import annotations

import math

from provender.plurals import counted

# How the names of steps begin that count bytes; others count things.
IN_BYTES = ("extracting", "copying", "writing files", "writing the archive")
UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
# Milliseconds, the unit of PostgreSQL.
SHORTEST = 0.001
# Smallest ratio of times that counts as a gain.
WORTH = 1.2
# Things a second up to which a rate has a decimal.
SLOW = 10
MINUTE, HOUR = 60, 3600
# Seconds after which a rate is meaningful.
SETTLED = 1.0


def size(number: float) -> str:
    """Return a number of bytes.

    Example:
        61_700_000 gives `61.7 MB`.
    """
    for unit, name in UNITS:
        if number >= unit:
            return f"{number / unit:.3g} {name}"
    return counted(round(number), "bytes")


def duration(seconds: float) -> str:
    """Return a duration in its two largest units.

    Example:
        200 gives `3 min 20 s`.
    """
    whole = round(seconds)
    if whole < MINUTE:
        return f"{seconds:.1f} s" if whole < 10 else f"{whole} s"  # noqa: PLR2004 - two digits
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"


def milliseconds(number: float | None) -> str:
    """Return the time of a statement; a dash for None, `too long` if the statement was stopped."""
    if number is None:
        return "-"
    return "too long" if math.isinf(number) else f"{number:,.2f} ms"


def gain(before: float, after: float) -> str:
    """Return how many times faster the second of two times is, to two digits.

    Example:
        593.62 and 0.016 give `37,000 times faster`.
    """
    if math.isinf(before) or math.isinf(after):
        return "no gain here" if math.isinf(after) else "it no longer times out"
    times = before / max(after, SHORTEST)
    return f"{float(f'{times:.2g}'):,g} times faster" if times > WORTH else "no gain here"


def progress(what: str, done: int, total: int, seconds: float) -> str:
    """Return how far a step is, its rate and the time that remains.

    Example:
        `rows of db_dbnode: 45 % of 1,000,000, 52,310/s, 11 s left`.
    """
    in_bytes = what.startswith(IN_BYTES)
    amount = size(total) if in_bytes else f"{total:,}"
    text = f"{what}: {100 * done // total} % of {amount}"
    if done >= total:
        text = f"{what}: {amount} in {duration(seconds)}"
    if seconds < SETTLED or not done:
        return text
    rate = done / seconds
    text += f", {size(rate)}/s" if in_bytes else f", {rate:,.{0 if rate > SLOW else 1}f}/s"
    return text if done >= total else f"{text}, {duration((total - done) / rate)} left"
