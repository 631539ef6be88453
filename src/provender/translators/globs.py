"""Patterns of names of files. Floor: translators.

`*.out` names any file with that ending, in any folder; a pattern with a slash is about the
whole path: `out/*.txt`, `**/*.xml`. `*` and `?` do not go beyond a slash, `**` does.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass

from provender.errors import BadValue

ANY = "**"
# Longest pattern in characters, and most patterns of a request.
LONGEST, MOST = 200, 20


@dataclass(frozen=True, slots=True)
class _Glob:
    """The patterns of the names of a path, None being `**`; or of the last name alone."""

    patterns: tuple[re.Pattern[str] | None, ...]
    is_of_path: bool


class Globs:
    """Some patterns, of which one has to match; without any, everything does.

    Raises:
        BadValue: a pattern is empty or too long, or there are too many.
    """

    def __init__(self, texts: tuple[str, ...] = ()) -> None:
        self.texts = tuple(dict.fromkeys(texts))
        if len(self.texts) > MOST:
            raise BadValue(f"There are {len(self.texts)} patterns, more than {MOST}.")
        self._globs = [_parsed(text) for text in self.texts]

    def match(self, path: str) -> bool:
        """Return whether the path of a file matches."""
        if not self._globs:
            return True
        names = path.split("/")
        return any(
            _matches(glob.patterns, names if glob.is_of_path else names[-1:])
            for glob in self._globs
        )


def _parsed(text: str) -> _Glob:
    if not text.strip("/"):
        raise BadValue("A pattern of names of files is empty.", hint="glob=*.out")
    if len(text) > LONGEST:
        raise BadValue(f"A pattern has {len(text)} characters, more than {LONGEST}.")
    names = (f"{text}{ANY}" if text.endswith("/") else text).removeprefix("/").split("/")
    patterns = (None if name == ANY else re.compile(fnmatch.translate(name)) for name in names)
    return _Glob(tuple(patterns), "/" in text)


def _matches(patterns: Sequence[re.Pattern[str] | None], names: Sequence[str]) -> bool:
    """Return whether names match patterns: one each, and any number of them `**`."""
    place = name = 0
    after: tuple[int, int] | None = None  # what follows the last `**`, and the name it began at
    while name < len(names):
        pattern = patterns[place] if place < len(patterns) else None
        if place < len(patterns) and pattern is None:
            place += 1
            after = (place, name)
        elif pattern is not None and pattern.match(names[name]):
            place, name = place + 1, name + 1
        elif after is None:
            return False
        else:
            place, name = after[0], after[1] + 1
            after = (place, name)
    return all(pattern is None for pattern in patterns[place:])
