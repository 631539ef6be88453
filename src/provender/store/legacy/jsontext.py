"""Reading a large JSON text value by value, in constant memory. Floor: store.

`data.json` of an archive is one object of gigabytes. It is walked down to its rows, and each row is
parsed by itself, with Python's decoder; its text is kept, so that what does not change is stored as
it was written. (An event for each value, as streaming parsers give, takes five times as long.)
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from json.scanner import make_scanner
from typing import Any, NamedTuple, NoReturn, cast

from provender.errors import UnsupportedStore
from provender.store.files.tars import Readable
from provender.store.weights import weight

BLOCK = 1 << 18
# Characters of one row, or of the attributes of one node.
LARGEST_VALUE = 32 << 20
# Bytes that it may take when it is parsed.
HEAVIEST_VALUE = 96 << 20
BLANKS = re.compile(r"[ \t\r\n]*")
# What a number that goes on in the next block may end with.
NUMBER = "0123456789.eE+-"
DECODER = json.JSONDecoder()
# What `raw_decode` calls; it raises StopIteration instead of building an error.
SCAN: Callable[[str, int], tuple[Any, int]] = make_scanner(cast("Any", DECODER))
# A key and what follows up to its value, if nothing in it is escaped.
KEY = re.compile(r'[ \t\r\n]*"([^"\\\x00-\x1f]*)"[ \t\r\n]*:[ \t\r\n]*')


class Value(NamedTuple):
    """A value, and the text that it was parsed from."""

    parsed: Any
    text: str


class JsonText:
    """A JSON text that is read from front to back.

    The methods read what comes next; whoever iterates over `members` or `elements` reads or skips
    each value before the next.
    """

    def __init__(self, stream: Readable, name: str, seen: Callable[[int], None]) -> None:
        """Read from a stream; `name` begins errors, `seen` gets the bytes that were read so far."""
        self._stream = stream
        self._name = name
        self._seen = seen
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._read = 0
        self._text = ""
        self._place = 0
        self._is_complete = False

    def next(self) -> str:
        """Return the character that the next value begins with; nothing at the end."""
        while True:
            found = BLANKS.match(self._text, self._place)
            self._place = found.end() if found is not None else self._place
            if self._place < len(self._text) or not self._more():
                return self._text[self._place : self._place + 1]

    def value(self) -> Value:
        """Return the next value; raises `UnsupportedStore` if there is none, or it is too large."""
        self.next()
        while (found := self._parsed()) is None:
            if len(self._text) - self._place > LARGEST_VALUE:
                self._refuse(f"has a value of more than {LARGEST_VALUE >> 20} MiB")
            if weight(self._text) > HEAVIEST_VALUE:
                self._refuse(f"has a value of more than {HEAVIEST_VALUE >> 20} MiB in memory")
        self._place += len(found.text)
        return found

    def _parsed(self) -> Value | None:
        """Return the next value, or None if more had to be read for it."""
        try:
            parsed, end = DECODER.raw_decode(self._text, self._place)
        except RecursionError as error:
            self._refuse("is nested too deeply", error)
        except json.JSONDecodeError as error:
            if not self._more():
                self._refuse("is not JSON", error)
            return None
        except ValueError as error:
            self._refuse("has an integer of too many digits", error)
        may_go_on = end == len(self._text) and self._text[end - 1] in NUMBER
        if may_go_on and self._more():
            return None
        return Value(parsed, self._text[self._place : end])

    def members(self) -> Iterator[str]:
        """Yield the keys of the next value, an object; of null there are none."""
        if self.next() == "n":
            self.value()
            return
        self._take("{")
        if self.next() == "}":
            self._take("}")
            return
        while True:
            key = self.value().parsed
            if not isinstance(key, str):
                self._refuse("is not JSON")
            self._take(":")
            yield key
            if self._ends("}"):
                return

    def entries(self) -> Iterator[tuple[str, Value]]:
        """Yield the keys of the next value, an object, with their values."""
        members = self.members()
        for key in members:
            yield key, self.value()
            while self._follows(",") and (found := self._entry()) is not None:
                yield found

    def values(self) -> Iterator[Value]:
        """Yield the elements of the next value, a list."""
        for _ in self.elements():
            yield self.value()
            while self._follows(",") and (found := self._scanned(self._place + 1)) is not None:
                yield found

    def elements(self) -> Iterator[None]:
        """Yield once for each element of the next value, a list; of null there are none."""
        if self.next() == "n":
            self.value()
            return
        self._take("[")
        if self.next() == "]":
            self._take("]")
            return
        while True:
            yield
            if self._ends("]"):
                return

    def end(self) -> None:
        """Check that the text ends here."""
        if self.next():
            self._refuse("goes on after its end")

    def _follows(self, mark: str) -> bool:
        """Return whether a mark is the next character, with no blank in front of it."""
        return self._text.startswith(mark, self._place)

    def _entry(self) -> tuple[str, Value] | None:
        """Return the entry behind a comma if all of it was read: most are."""
        key = KEY.match(self._text, self._place + 1)
        found = self._scanned(key.end()) if key is not None else None
        return (key[1], found) if key is not None and found is not None else None

    def _scanned(self, place: int) -> Value | None:
        """Return the value at a place, and go behind it, if all of it was read."""
        if self._text.startswith(" ", place):
            place += 1
        try:
            parsed, end = SCAN(self._text, place)
        except (StopIteration, ValueError, RecursionError):
            return None  # the usual way tells what is wrong
        if end >= len(self._text):
            return None
        self._place = end
        return Value(parsed, self._text[place:end])

    def _take(self, mark: str) -> None:
        if self.next() != mark:
            self._refuse(f"has no `{mark}` where one must be")
        self._place += 1

    def _ends(self, mark: str) -> bool:
        """Return whether the object or list ends here; a comma says that it does not."""
        if self.next() == mark:
            self._place += 1
            return True
        self._take(",")
        return False

    def _more(self) -> bool:
        """Read on: as much as the value has by now, so that it is parsed few times."""
        if self._is_complete:
            return False
        pieces, wanted = [self._text[self._place :]], max(BLOCK, len(self._text) - self._place)
        while wanted > 0 and not self._is_complete:
            block = self._stream.read(min(BLOCK, wanted))
            self._is_complete = not block
            self._read += len(block)
            wanted -= len(block)
            try:
                pieces.append(self._decode(block, not block))
            except UnicodeDecodeError as error:
                self._refuse("is not UTF-8", error)
        self._text, self._place = "".join(pieces), 0
        self._seen(self._read)
        return True

    def _refuse(self, what: str, error: Exception | None = None) -> NoReturn:
        reason = f"within the first {self._read} bytes" + (f": {error}" if error else "")
        raise UnsupportedStore(
            f"{self._name} is a damaged archive: its data.json {what}.", reason=reason
        ) from error
