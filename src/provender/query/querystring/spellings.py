"""Values that the older dialect writes in more than one way. Floor: query.

A filter matches the form that is shown, the form that is stored and, for equality, the names
used before AiiDA 1.0. Negative operators are the negation of the positive match, all its
spellings included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from provender.query.plan.patterns import escape, read_pattern
from provender.query.querydict import Filter, Name, Stored
from provender.query.querystring.builder import plain_filter
from provender.query.terms import Operator, Term, Word
from provender.schema.types import DATA, stored_types, with_core

POSITIVE = {Operator.NOT_EQUAL: Operator.EQUAL, Operator.NOT_IN: Operator.IN}
STORED = Stored("node_type")


def either(stored: str) -> Callable[[Term], Filter]:
    """Return the spelling of a key that shows one form of a string and stores another.

    The key itself stands for the form shown, `stored` names the field of the other.
    """

    def spell(term: Term) -> Filter:
        positive = replace(term, operator=POSITIVE.get(term.operator, term.operator))
        names: tuple[Name, ...] = (term.key, Stored(stored))
        return _signed(term, [plain_filter(name, positive) for name in names])

    return spell


def node_type(term: Term) -> Filter:
    """Return the filter of a type of node in any of its spellings.

    Example:
        `type="data.remote.RemoteData."` asks for a stored type among itself and
        `data.core.remote.RemoteData.`.
    """
    positive = replace(term, operator=POSITIVE.get(term.operator, term.operator))
    texts = [value.text if isinstance(value, Word) else value for value in term.values]
    given = [text for text in texts if isinstance(text, str)]
    if len(given) == len(texts) and positive.operator in (Operator.EQUAL, Operator.IN):
        return _signed(term, _equal(given))
    if len(given) == len(texts) and positive.operator is Operator.LIKE:
        pattern = read_pattern(given[0])
        if pattern is not None and _is_decided(pattern.prefix):
            patterns = {given[0], with_core(given[0])}
            return {"or": [{STORED: {"like": text}} for text in sorted(patterns)]}
    return either("node_type")(term)


def _is_decided(prefix: str) -> bool:
    """Return whether the fixed beginning of a pattern decides if it can match data."""
    return prefix.startswith(DATA) or not DATA.startswith(prefix[: len(DATA)])


def _equal(texts: list[str]) -> list[Filter]:
    found = [stored_types(text) for text in texts]
    return [
        {STORED: {"in": tuple(name for each in found for name in each.names)}},
        *({STORED: {"like": f"{escape(prefix)}%"}} for each in found for prefix in each.prefixes),
    ]


def _signed(term: Term, alternatives: list[Filter]) -> Filter:
    """Return that one of the alternatives holds, or that none does for a negative operator."""
    return {"!or" if term.operator in POSITIVE else "or": alternatives}
