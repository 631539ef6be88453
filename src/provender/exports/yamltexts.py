"""JSON values as YAML that a person likes to read: one value on a line. Floor: exports.

Source: YAML 1.2.2, written so that readers of YAML 1.1 find the same values, too. The bytes depend
on the values alone, whichever library is installed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime

# Strings that need no quotes: no reader takes them for anything else.
PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+()-]+)*")
WORDS = re.compile(r"(?i)(?:null|true|false|yes|no|on|off|y|n|[.+-]*(?:inf|nan)|\.+)")
# What a text in several lines may hold to be written as it is.
LITERAL = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]*")
UNPRINTABLE = re.compile(r'["\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]')
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
# Longest key in characters that every reader takes in front of its value.
LONGEST_KEY = 100
STEP = "  "


def document(value: Mapping[str, object]) -> bytes:
    """Return a mapping as a YAML document: names, numbers, strings, times, lists and mappings.

    Half of a surrogate pair, which no file can hold, becomes a question mark.
    """
    lines = ["---\n"] if value else ["--- {}\n"]
    _collection(value, "", lines)
    return "".join(lines).encode("utf-8", "replace")


def _collection(value: object, indent: str, lines: list[str]) -> None:
    """Add the lines of a list or mapping that is not empty."""
    if isinstance(value, Mapping):
        for key, held in value.items():
            name = _quoted(str(key))
            if len(name) > LONGEST_KEY:
                lines += (indent, "? ", name, "\n")
                name = ""
            lines += (indent, name, ":")
            _held(held, indent, lines)
    elif isinstance(value, list | tuple):
        for held in value:
            lines += (indent, "-")
            _held(held, indent, lines)


def _held(value: object, indent: str, lines: list[str]) -> None:
    """Add a value behind its key or the sign of its item."""
    if isinstance(value, Mapping | list | tuple) and value:
        lines.append("\n")
        _collection(value, indent + STEP, lines)
    elif isinstance(value, str) and "\n" in value and _is_literal(value):
        _literal(value, indent + STEP, lines)
    else:
        lines += (" ", _scalar(value), "\n")


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int | datetime):
        return str(value)
    return "{}" if isinstance(value, Mapping) else "[]"


def _number(value: float) -> str:
    """Return a number with a point, without which some readers take it for a string."""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else f"{'-' if value < 0 else ''}.inf"
    digits, mark, exponent = repr(value).partition("e")
    return f"{digits if '.' in digits else digits + '.0'}{mark}{exponent}"


def _quoted(text: str) -> str:
    """Return a string on one line, in quotes where it needs them."""
    if PLAIN.fullmatch(text) and not WORDS.fullmatch(text):
        return text
    return '"' + UNPRINTABLE.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    letter = found[0]
    return ESCAPES.get(letter) or (
        "?" if "\ud800" <= letter <= "\udfff" else f"\\u{ord(letter):04x}"
    )


def _is_literal(text: str) -> bool:
    """Return whether a text can be written line by line; its first one shows the indentation."""
    return bool(LITERAL.fullmatch(text)) and text[0] not in " \t\n"


def _literal(text: str, indent: str, lines: list[str]) -> None:
    """Add a text line by line; the sign in front says how many line ends it has."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    lines.append(f" |{('-', '')[ends] if ends < 2 else '+'}\n")  # noqa: PLR2004 - one is usual
    for line in body.split("\n"):
        lines += (indent, line, "\n") if line else ("\n",)
    lines += "\n" * (ends - 1)
