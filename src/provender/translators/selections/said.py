"""The list of a bucket as a query string: the selection and the value. Floor: translators."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from provender.query.plan.facets import TIMES, Form
from provender.query.querydict import Dotted, Name
from provender.query.querystring.selections.facets import Asked
from provender.query.terms import Term

PLAIN = re.compile(r"[A-Za-z0-9_-]+")
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Said:
    """A selection as it was written: the fields of a query string, each with what it names."""

    fields: tuple[tuple[Name, str], ...] = ()

    @classmethod
    def of(cls, text: str, terms: Sequence[Term], left_out: frozenset[str]) -> Said:
        """Return the fields of a decoded query string but those of some keys."""
        ends = [*(term.position for term in terms[1:]), len(text)]
        return cls(
            tuple(
                (Dotted(term.key, term.path) if term.path else term.key, written)
                for term, end in zip(terms, ends, strict=False)
                if (term.path or term.key not in left_out)
                and (written := text[term.position : end].strip().strip("&").strip())
            )
        )

    def without(self, name: Name) -> Said:
        """Return the selection without the fields of a name."""
        return Said(tuple(field for field in self.fields if field[0] != name))

    def of_profile(self, name: str | None) -> Said:
        """Return the selection with a profile; None for that of the path."""
        if name is None:
            return self
        quoted = name.replace('"', '""')
        return Said((*self.fields, ("profile", f'profile="{quoted}"')))

    def and_(self, conditions: Sequence[str]) -> str:
        """Return the query string of the selection with further conditions."""
        return "&".join([*(text for _, text in self.fields), *conditions])


def narrowed(asked: Asked, kind: str, value: Any) -> list[str] | None:  # noqa: ANN401 - JSON
    """Return the conditions of a bucket; None if a query string cannot say them."""
    name = written_name(asked.name)
    if asked.form in TIMES:
        return _within(name, asked.form, value)
    operator = "=contains=" if asked.form is Form.ARRAY else "="
    if kind == "string":
        quoted = value.replace('"', '""')
        return [f'{name}{operator}"{quoted}"']
    if kind == "number" and value is not None:
        return [f"{name}{operator}{value!r}"]
    return [f"{name}{operator}{str(value).lower()}"] if kind == "boolean" else None


def between(name: Name, low: float, high: float, *, is_last: bool) -> list[str]:
    """Return the conditions of a range of numbers; the last one has its upper end."""
    written = written_name(name)
    return [f"{written}>={low!r}", f"{written}{'<=' if is_last else '<'}{high!r}"]


def written_name(name: Name) -> str:
    """Return a name as a query string has it: segments with other characters are quoted."""
    if not isinstance(name, Dotted):
        return str(name)
    return ".".join((name.column, *map(_segment, name.path)))


def _segment(text: str) -> str:
    if PLAIN.fullmatch(text):
        return text
    quoted = text.replace('"', '""')
    return f'"{quoted}"'


def _within(name: str, form: Form, text: str) -> list[str]:
    """Return the conditions of a day, a month or a year."""
    if form is Form.DAY:
        return [f"{name}={text}"]
    year, month = int(text[:4]), int(text[5:7] or 1)
    if form is Form.YEAR:
        return [f"{name}>={year:04}-01-01", f"{name}<={year:04}-12-31"]
    following = f"{year + month // MONTHS:04}-{month % MONTHS + 1:02}-01"
    return [f"{name}>={year:04}-{month:02}-01", f"{name}<{following}"]
