"""The grammar of the query string: bytes in, terms out. Floor: query.

Example:
    `parse(b'node_type=like="data.%25"&orderby=-ctime')` gives the terms
    `(node_type, =like=, ("data.%",))` and `(orderby, =, (Word("-ctime"),))`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote_to_bytes

from provender.errors import GrammarError
from provender.query.querystring.suggestions import suggest
from provender.query.terms import Interval, Operator, Term, Value, Word

BLANKS = re.compile(r"[ \t\r\n]*")
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
OPERATOR = re.compile(r"=like=|=ilike=|=in=|=notin=|=contains=|=exists=|!=|>=|<=|=|>|<")
STRING = re.compile(r'"([^"]*(?:""[^"]*)*)"')
SEGMENT = re.compile(r'([A-Za-z0-9_-]+)|"([^"]*(?:""[^"]*)*)"')
DATETIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:T(?P<time>[0-9]{2}(?::[0-9]{2}(?::[0-9]{2})?)?)(?P<shift>[+-][0-9]{2}(?::[0-9]{2})?)?)?"
)
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
WORD = re.compile(r"[+-]?[A-Za-z_][A-Za-z0-9_-]*")
TRIPLETS = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
FIRST_INSTANT = datetime.min.replace(tzinfo=timezone.utc)
LAST_INSTANT = datetime.max.replace(tzinfo=timezone.utc)
RAW = re.compile(r"[^&\"'`\u201c\u201e=<>!~][^&]*")
UNQUOTED = re.compile(r"[^&]+")
JSON = json.JSONDecoder()
BOOLEANS = {"true": True, "false": False}
# The key of an order.
ORDER = "orderby"
LISTS = (Operator.IN, Operator.NOT_IN)
# Width of the interval that a datetime names, by how many parts of the time are written.
WIDTHS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))


def decode(raw: bytes) -> str:
    """Return a query string percent-decoded as a whole.

    Triplets that are not UTF-8 stay as they were typed: in `type=like="%data%"`, as the
    documentation prints it, `%da` is three characters.

    Raises:
        GrammarError: bytes outside triplets that are not UTF-8, or a NUL character.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        start = raw[: error.start].decode("utf-8")
        raise GrammarError("Expected UTF-8", f"{start}\ufffd", len(start)) from error
    if "%" in text:
        text = TRIPLETS.sub(_decode_triplets, text)
    if "\0" in text:
        raise GrammarError("A NUL character is not allowed", text, text.index("\0"))
    return text


def _decode_triplets(match: re.Match[str]) -> str:
    """Return a run of triplets decoded, those that are not UTF-8 left as they are."""
    typed = match[0]
    data = unquote_to_bytes(typed)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pieces, index = [], 0
        for letter in data.decode("utf-8", "surrogateescape"):
            is_stray = "\udc80" <= letter <= "\udcff"
            width = 1 if is_stray else len(letter.encode("utf-8"))
            pieces.append(typed[3 * index : 3 * (index + width)] if is_stray else letter)
            index += width
        return "".join(pieces)


def parse(raw: bytes) -> tuple[Term, ...]:
    """Return the terms of a raw query string; errors as `parse_text` and `decode`."""
    return parse_text(decode(raw)) if raw else ()


NO_KEYS: frozenset[str] = frozenset()


def parse_text(
    text: str,
    raw: frozenset[str] = NO_KEYS,
    dotted: frozenset[str] = NO_KEYS,
    documents: frozenset[str] = NO_KEYS,
) -> tuple[Term, ...]:
    """Return the terms of a decoded query string.

    `raw` are keys whose values need no quotes, `dotted` those whose words may go into JSON,
    `documents` those whose values are JSON objects.

    Raises:
        GrammarError: with a caret under the place where it stops making sense, and the
            corrected request as hint where it is clear what is meant.
    """
    forms = dict.fromkeys(raw, _raw) | dict.fromkeys(dotted, _dotted)
    forms |= dict.fromkeys(documents, _document)
    try:
        return _query(text, forms)
    except GrammarError as error:
        error.hint = suggest(text, error.position, lambda other: _failure(other, forms))
        raise


def _failure(text: str, forms: Forms) -> int | None:
    """Return where a query string stops making sense, or None if all of it does."""
    try:
        _query(text, forms)
    except GrammarError as error:
        return error.position
    return None


def _query(text: str, forms: Forms) -> tuple[Term, ...]:
    """`query = ["&"], [field, {"&", field}, ["&"]]`."""
    scanner = _Scanner(text)
    terms: list[Term] = []
    scanner.accept("&")
    while not scanner.at_end():
        terms.append(_field(scanner, forms))
        if not scanner.at_end() and not scanner.accept("&"):
            raise scanner.error("Expected `&`")
    return tuple(terms)


@dataclass(slots=True)
class _Scanner:
    """A text and how far it has been read; blanks between tokens are passed over."""

    text: str
    position: int = 0

    def skip_blanks(self) -> None:
        match = BLANKS.match(self.text, self.position)
        self.position = match.end() if match else self.position

    def at_end(self) -> bool:
        self.skip_blanks()
        return self.position >= len(self.text)

    def accept(self, letter: str) -> bool:
        self.skip_blanks()
        if not self.text.startswith(letter, self.position):
            return False
        self.position += len(letter)
        return True

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self.skip_blanks()
        match = pattern.match(self.text, self.position)
        if match:
            self.position = match.end()
        return match

    def error(self, expected: str) -> GrammarError:
        return GrammarError(expected, self.text, self.position)


def _field(scanner: _Scanner, forms: Forms) -> Term:
    """`field = key, path, operator, value, {",", value}, [","]`; lists as `=in=` and `=` allow."""
    scanner.skip_blanks()
    start = scanner.position
    key = scanner.match(KEY)
    if key is None:
        raise scanner.error("Expected a key")
    path = _path(scanner)
    operator_match = scanner.match(OPERATOR)
    if operator_match is None:
        raise scanner.error("Expected an operator")
    operator = Operator(operator_match[0])
    own = None if path else forms.get(key[0])
    read = own or _OF_KEY.get(key[0], _value)
    following = _dotted if own is _dotted else _value
    values = [read(scanner)]
    while operator in (*LISTS, Operator.EQUAL) and scanner.accept(","):
        if _ends_list(scanner) and (operator in LISTS or len(values) > 1):
            break
        values.append(following(scanner))
    return Term(key[0], operator, tuple(values), start, path)


def parse_name(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the key and the path of a name: `attributes.energy`.

    Raises:
        GrammarError: the text is no name.
    """
    scanner = _Scanner(text)
    key = scanner.match(KEY)
    path = _path(scanner) if key else ()
    if key is None or not scanner.at_end():
        raise scanner.error("Expected a name")
    return key[0], path


def parse_datetime(text: str) -> Interval | None:
    """Return the interval that a datetime names; None if the text is none.

    Raises:
        GrammarError: there is no such date or time.
    """
    match = DATETIME.fullmatch(text)
    return None if match is None else _interval(match, _Scanner(text))


def _path(scanner: _Scanner) -> tuple[str, ...]:
    """`path = {".", (word | string)}`: keys below a key, without blanks between."""
    segments: list[str] = []
    while scanner.text.startswith(".", scanner.position):
        scanner.position += 1
        match = SEGMENT.match(scanner.text, scanner.position)
        if match is None:
            raise scanner.error("Expected a name after the dot")
        scanner.position = match.end()
        segments.append(match[1] or match[2].replace('""', '"'))
    return tuple(segments)


def _whole(scanner: _Scanner) -> Value:
    """`cursor = "*" | value`: a star starts a walk."""
    return Word("*") if scanner.accept("*") else _value(scanner)


def _text(scanner: _Scanner) -> Value:
    """`text = word | number | raw | value`: names of files, formats and profiles need no quotes.

    `raw` is all up to the next `&`, without blanks around: `out/aiida.out`.
    """
    start = scanner.position
    match = scanner.match(RAW)
    text = match[0].strip() if match else ""
    if text and not WORD.fullmatch(text) and not NUMBER.fullmatch(text):
        return text
    scanner.position = start
    return _value(scanner)


def _raw(scanner: _Scanner) -> Value:
    """`raw = string | text`, the text being all up to the next `&`, without blanks around."""
    start = scanner.position
    if (found := scanner.match(STRING)) and _ends_list(scanner):
        text = found[1].replace('""', '"')
    else:
        scanner.position = start
        match = scanner.match(UNQUOTED)
        text = match[0].strip() if match else ""
    if not text:
        scanner.position = start
        raise scanner.error("Expected a value")
    return text


def _dotted(scanner: _Scanner) -> Value:
    """`dotted = word, path | value`: a word of all of it, as it is written."""
    scanner.skip_blanks()
    start = scanner.position
    if scanner.match(WORD) and scanner.text.startswith(".", scanner.position):
        _path(scanner)
        return Word(scanner.text[start : scanner.position])
    scanner.position = start
    return _value(scanner)


def _document(scanner: _Scanner) -> Value:
    """`document = "{", …, "}"`: a JSON object, which ends where its JSON does."""
    scanner.skip_blanks()
    start = scanner.position
    if not scanner.text.startswith("{", start):
        raise scanner.error("Expected a JSON object")
    try:
        _, scanner.position = JSON.raw_decode(scanner.text, start)
    except json.JSONDecodeError as error:
        scanner.position = error.pos
        raise scanner.error(f"Expected valid JSON ({error.msg})") from None
    except (RecursionError, ValueError):  # nested too deeply, or an integer of too many digits
        raise scanner.error("Expected smaller JSON than the object that begins") from None
    return scanner.text[start : scanner.position]


def _ends_list(scanner: _Scanner) -> bool:
    return scanner.at_end() or scanner.text[scanner.position] == "&"


def _value(scanner: _Scanner) -> Value:
    """`value = string | boolean | datetime | number | word`; the longest match decides."""
    if match := scanner.match(STRING):
        return match[1].replace('""', '"')
    if match := scanner.match(DATETIME):
        return _interval(match, scanner)
    if match := scanner.match(WORD):
        return BOOLEANS[match[0]] if match[0] in BOOLEANS else Word(match[0])
    if match := scanner.match(NUMBER):
        return _number(match[0])
    if scanner.text.startswith('"', scanner.position):
        raise scanner.error('Expected a closing `"` for the string that begins')
    raise scanner.error("Expected a value")


# How the values of some keys are read.
Forms = Mapping[str, Callable[[_Scanner], Value]]
# Keys whose values have forms of their own on every path.
_OF_KEY: dict[str, Callable[[_Scanner], Value]] = {
    "cursor": _whole,
    "filename": _text,
    "profile": _text,
    "download_format": _text,
    "format": _text,
}


def _number(text: str) -> Decimal:
    """Return a number; one beyond the range of `Decimal` is as large as a number can be."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return _beyond(text)
    return number if number.is_finite() else _beyond(text)


def _beyond(text: str) -> Decimal:
    """Return a stand-in for a number whose exponent is too large."""
    digits, _, exponent = text.lower().partition("e")
    if exponent.startswith("-") or not digits.strip("+-0."):
        return Decimal(0)
    return Decimal("-1e9999") if digits.startswith("-") else Decimal("1e9999")


def _interval(match: re.Match[str], scanner: _Scanner) -> Interval:
    """Return the interval that a datetime names; precision counts from the time only.

    What a shift moves beyond the years 1 to 9999 stays at their ends.
    """
    parts = [int(part) for part in match["time"].split(":")] if match["time"] else []
    try:
        date = datetime.strptime(match["date"], "%Y-%m-%d").replace(tzinfo=timezone.utc)
        hour, minute, second = (*parts, 0, 0, 0)[:3]
        written = date.replace(hour=hour, minute=minute, second=second)
        shift = _shift(match["shift"])
    except ValueError as error:
        scanner.position = match.start()
        raise scanner.error("There is no such date or time") from error
    start = _moved(written, -shift)
    stop = _moved(written, WIDTHS[len(parts)] - shift)
    return Interval(start, None if stop == LAST_INSTANT else stop)


def _moved(instant: datetime, by: timedelta) -> datetime:
    try:
        return instant + by
    except OverflowError:
        return FIRST_INSTANT if by < timedelta() else LAST_INSTANT


def _shift(text: str | None) -> timedelta:
    """Return the UTC offset written as `+05:30`; east is positive."""
    if text is None:
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[4:6] or 0)
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - a day, an hour
        raise ValueError(text)
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)
