"""Notes on a request that is right but probably does not mean what it says. Floor: query.

They come from the parsed request alone, so they cost no reading of the store.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from provender.query.plan.patterns import canonical_uuid
from provender.query.plan.views import View
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import CONTENTS, FULL_TYPE
from provender.query.terms import Operator, Term, Word
from provender.schema.entities import Computed, FieldName
from provender.schema.likely import likely_type
from provender.schema.types import BAR, CORE, OLD_NODE_TYPES, WILDCARD, modern

EQUALITY = (Operator.EQUAL, Operator.IN)
PATTERN = (Operator.LIKE, Operator.ILIKE)
# Dots that every node type has at least: `process.ProcessNode.`.
NODE_DOTS = 2
PLUS = re.compile(r"\w\+\w")
LITERAL = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false")
# Notes on filters of one request: a list may have thousands of wrong values, and a header has all
# notes.
MOST = 10
QUIET = ("no-effect", "no-wildcard", "plus-sign")
PYTHON = ("True", "False", "TRUE", "FALSE")


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for the one who asked.

    `field` is the key that it is about, as the request writes it, `uuid` an object. One that
    `is_quiet` stays out of the body: recorded answers of AiiDA's server fix its every byte.
    """

    code: str
    message: str
    field: str | None = None
    uuid: str | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether a header alone has the note."""
        return self.code in QUIET

    def record(self) -> dict[str, str]:
        """Return the note for JSON, without what it lacks."""
        more = {"field": self.field, "uuid": self.uuid}
        given = {name: value for name, value in more.items() if value is not None}
        return {"code": self.code, "message": self.message, **given}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A filter: what it is about, as written (`name`) and in the store, and its strings."""

    name: str
    field: FieldName | None
    term: Term
    texts: tuple[str, ...]

    def written(self, value: str) -> str:
        """Return the filter as it would be written with another value."""
        operator = Operator.EQUAL if self.term.operator is Operator.IN else self.term.operator
        return f"{self.name}{operator.value}{value}"


def notes(view: View, parameters: Parameters) -> tuple[Note, ...]:
    """Return what may be wrong with a request for a list in which nothing was found.

    The notes hold for an empty list only: a request that finds rows may well mean what it says.
    They are the first few on filters.
    Those of `unheeded` are among them.
    """
    asked = (_asked(view, term) for term in parameters.filters)
    found = (note for item in asked for check in CHECKS for note in check(item))
    return (*unheeded(view, parameters), *_full_type(parameters), *_few(found))


def _few(found: Iterator[Note]) -> tuple[Note, ...]:
    """Return the first notes, each of them once."""
    few: dict[Note, None] = {}
    for note in found:
        few[note] = None
        if len(few) == MOST:
            break
    return tuple(few)


def unheeded(
    view: View, parameters: Parameters, included: Collection[str] = ()
) -> tuple[Note, ...]:
    """Return what a request for a list, or for one object, asks for without effect.

    `included` are columns that the answer shows for another reason. The notes hold whatever is
    found. They are not for the routes of the contents of a node (`contents/attributes`), where the
    same keys have an effect.
    """
    return tuple(
        Note(
            "no-effect",
            f"`{contents.names.name}` has no effect without `{contents.column}=true`.",
            contents.names.name,
        )
        for contents in CONTENTS
        if view.has_contents
        and parameters[contents.names] is not None
        and not parameters[contents.shown]
        and contents.column not in included
    )


def _asked(view: View, term: Term) -> _Asked:
    key = None if term.path else view.keys.get(term.key)
    values = (value.text if isinstance(value, Word) else value for value in term.values)
    texts = tuple(value for value in values if isinstance(value, str))
    name = ".".join((term.key, *term.path))
    return _Asked(name, None if key is None else key.field, term, texts)


def _state(asked: _Asked) -> Iterator[Note]:
    """States of processes have capitals where they are a field, and none in attributes."""
    is_inside = asked.term.key == "attributes" and asked.term.path == ("process_state",)
    if not is_inside and asked.field is not Computed.PROCESS_STATE:
        return
    for text in asked.texts:
        right = text.lower() if is_inside else text.upper()
        if right != text and asked.term.operator in (*EQUALITY, Operator.LIKE):
            letters = "small letters" if is_inside else "capitals"
            shown = asked.written(f'"{right}"')
            yield Note("case", f"States have {letters} here: {shown}", asked.name)


def _node_type(asked: _Asked) -> Iterator[Note]:
    """A node type is a path that ends in a dot, by its name of today where that is stored."""
    if asked.field not in ("node_type", Computed.SHORT_TYPE) or asked.term.operator not in EQUALITY:
        return
    for text in asked.texts:
        is_old = modern(text) != text or text in OLD_NODE_TYPES
        if not _is_path(text) or (is_old and asked.field == "node_type"):
            likely = likely_type(text)
            if likely and asked.field is Computed.SHORT_TYPE:
                likely = likely.replace(f".{CORE}", ".", 1)
            yield _type_note(asked.name, text, likely)


def _full_type(parameters: Parameters) -> Iterator[Note]:
    text, bar, _ = (parameters[FULL_TYPE] or "").partition(BAR)
    if bar and not _is_path(text) and not text.endswith(WILDCARD):
        likely = likely_type(text)
        yield _type_note("full_type", text, likely and f"{likely}{BAR}")


def _is_path(node_type: str) -> bool:
    return node_type.endswith(".") and node_type.count(".") >= NODE_DOTS


def _type_note(name: str, text: str, likely: str | None) -> Note:
    meant = f' Did you mean: {name}="{likely}"' if likely else ""
    why = f"`{text}` is an older name of a node type."
    if not _is_path(text):
        why = f"A node type is a path that ends in a dot, not `{text}`."
    return Note("node-type", f"{why}{meant}", name)


def _uuid(asked: _Asked) -> Iterator[Note]:
    """Nothing equals the beginning of a uuid."""
    if asked.field != "uuid" or asked.term.operator not in EQUALITY:
        return
    for text in asked.texts:
        if canonical_uuid(text) is None:
            yield Note(
                "uuid-prefix",
                f"`{asked.name}` is compared with a whole uuid. The beginning of one: "
                f'{asked.name}=like="{text.strip(WILDCARD)}%", or in the path.',
                asked.name,
            )


def _wildcard(asked: _Asked) -> Iterator[Note]:
    """A pattern without wildcards finds what equals it."""
    if asked.term.operator not in PATTERN:
        return
    for text in asked.texts:
        if WILDCARD not in text:
            shown = asked.written(f'"%{text.replace("*", "%").strip("%")}%"')
            message = f"A pattern is compared with the whole value, and `%` is any text: {shown}"
            yield Note("no-wildcard", message, asked.name)


def _plus(asked: _Asked) -> Iterator[Note]:
    """A form sends blanks as plus signs, a URL does not."""
    if any(PLUS.search(text) and " " not in text for text in asked.texts):
        yield Note("plus-sign", "A `+` is a plus sign here: write a blank as %20.", asked.name)


def _literal(asked: _Asked) -> Iterator[Note]:
    """Inside JSON, a string never equals a number or a boolean."""
    if not asked.term.path or asked.term.operator not in EQUALITY:
        return
    for text in asked.texts:
        plain = text.lower() if text in PYTHON else text
        if LITERAL.fullmatch(plain):
            kind = "boolean" if plain in ("true", "false") else "number"
            shown = asked.written(plain)
            yield Note("type", f"A string is not equal to a {kind}: {shown}", asked.name)


# What is looked for in each filter.
CHECKS: tuple[Callable[[_Asked], Iterator[Note]], ...] = (
    *(_state, _node_type, _uuid, _wildcard, _plus, _literal),
)
