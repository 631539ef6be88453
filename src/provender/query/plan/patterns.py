"""Reading `like` patterns, so that an index can serve their fixed beginning. Floor: query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

WILDCARDS = "%_"
ESCAPE = "\\"
UUID_SHAPE = "00000000-0000-0000-0000-000000000000"
HEXADECIMAL = frozenset("0123456789abcdef")
LARGEST = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class LikePattern:
    """A pattern in two parts: its fixed beginning, and the rest."""

    prefix: str
    rest: str

    @property
    def is_literal(self) -> bool:
        """Whether the pattern has no wildcard: it matches `prefix` only."""
        return not self.rest

    @property
    def is_prefix(self) -> bool:
        """Whether the pattern is a fixed text followed by one `%`."""
        return self.rest == "%"


def read_pattern(pattern: str) -> LikePattern | None:
    r"""Return a pattern taken apart, or None if it ends in a lone backslash.

    Example:
        `read_pattern(r"a\%b%c")` has the prefix `a%b` and the rest `%c`.
    """
    prefix: list[str] = []
    index = 0
    while index < len(pattern) and pattern[index] not in WILDCARDS:
        if pattern[index] == ESCAPE:
            index += 1
            if index == len(pattern):
                return None
        prefix.append(pattern[index])
        index += 1
    rest = pattern[index:]
    trailing = len(rest) - len(rest.rstrip(ESCAPE))
    return None if trailing % 2 else LikePattern("".join(prefix), rest)


def escape(text: str) -> str:
    """Return a pattern that matches exactly this text."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def after_prefix(prefix: str) -> str | None:
    """Return the smallest string above all strings with this prefix, if there is one.

    By code point, which is also the order of UTF-8 bytes.
    """
    while prefix:
        following = ord(prefix[-1]) + 1
        if following in SURROGATES:
            following = SURROGATES.stop
        if following <= LARGEST:
            return prefix[:-1] + chr(following)
        prefix = prefix[:-1]
    return None


def is_uuid_prefix(text: str) -> bool:
    """Return whether a string is the beginning of a uuid in lower case with dashes."""
    return len(text) <= len(UUID_SHAPE) and all(
        letter == "-" if shape == "-" else letter in HEXADECIMAL
        for letter, shape in zip(text, UUID_SHAPE, strict=False)
    )


def uuid_span(prefix: str) -> tuple[str, str]:
    """Return the lowest and the highest uuid with a prefix that `is_uuid_prefix` accepts."""
    low = prefix + UUID_SHAPE[len(prefix) :]
    return low, prefix + UUID_SHAPE[len(prefix) :].replace("0", "f")


def canonical_uuid(text: str) -> str | None:
    """Return a complete uuid in lower case with dashes, or None if the string is not a uuid."""
    try:
        return str(UUID(text)) if len(text) in (32, 36) else None
    except ValueError:
        return None
