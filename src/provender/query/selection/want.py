"""Reading `want`: the template that answers are made after. Floor: query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from provender.errors import BadRequest, BadValue, LimitExceeded, UnknownField
from provender.nearest import nearest
from provender.query.plan.conditions import Path
from provender.query.plan.lengths import check_lengths
from provender.query.plan.patterns import escape
from provender.query.plan.template import (
    DEEPEST,
    LINKED,
    NAMED,
    Branch,
    Files,
    Form,
    Layer,
    LayerKind,
    Piece,
    Template,
)
from provender.query.plan.values import describe_json
from provender.query.plan.vocabulary import documents, is_open
from provender.query.posted.body import located, read_document
from provender.schema.entities import COMMENT, COMPUTER, GROUP, LOG, NODE, USER, Entity
from provender.settings import Limits

WANT = "want"
ALL, COUNT, UUID, EXCLUDE = "*", "count", "uuid", "exclude"
DIRECTIVES = (ALL, COUNT, UUID, EXCLUDE)
LIST = "[]"
# A position in a list: `[0]` is the first member, `[-1]` the last one.
POSITION = re.compile(r"\[(0|-?[1-9][0-9]{0,8})\]")
FILES = "files"
OF_FILES = ("path", "sha256")
# The entities of the layers that no link leads to.
ENTITIES = {
    LayerKind.LOGS: LOG,
    LayerKind.COMMENTS: COMMENT,
    LayerKind.GROUPS: GROUP,
    LayerKind.USER: USER,
    LayerKind.COMPUTER: COMPUTER,
}
LAYERS = {kind.value: kind for kind in LayerKind}
# The JSON columns that are no part of a template: files have a layer.
HIDDEN = ("repository_metadata",)
EXAMPLE = '{"uuid": "*", "attributes": {"energy": "*"}}'

Place = tuple[str | int, ...]


def read_want(want: Any, limits: Limits, expose: tuple[str, ...] = ()) -> Template:  # noqa: ANN401 - JSON
    """Return the template of nodes that a JSON value is.

    Raises:
        BadRequest: with the place as a JSON pointer, and what would be right.
        LimitExceeded: it wants too much, or is too deep.
    """
    reader = _Reader(limits, expose)
    try:
        template = reader.thing(NODE, want, (WANT,), 0)
    except BadRequest as error:
        raise (located(error, error.place) if error.place else error) from error
    check_lengths(reader.patterns, limits.pattern_chars)
    return template


def read_written(text: str, limits: Limits, expose: tuple[str, ...] = ()) -> Template:
    """Return the template that stands in a query string; errors as `read_want`."""
    return read_want(read_document(text, limits, WANT), limits, expose)


@contextmanager
def _at(place: Place) -> Iterator[None]:
    """Give errors of the block their place, unless they have one."""
    try:
        yield
    except BadRequest as error:
        error.place = error.place or place
        raise


class _Reader:
    """Reads one template: counts the values that it wants; `patterns` are lengths of patterns."""

    def __init__(self, limits: Limits, expose: tuple[str, ...]) -> None:
        self._limits = limits
        self._expose = expose
        self._number = 0
        self.patterns: list[int] = []

    def thing(self, entity: Entity, want: Any, place: Place, depth: int) -> Template:  # noqa: ANN401 - JSON
        """Return the template of a thing; `depth` is the number of layers above it."""
        with _at(place):
            return self._thing(entity, self._spelled(entity, want), place, depth)

    def _spelled(self, entity: Entity, want: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Return a template as an object: `*` and `uuid` are short for one."""
        if want == ALL or (want == UUID and UUID in entity.fields):
            return {want: ALL}
        if isinstance(want, str):
            error = _no_directive(want, (ALL, UUID) if UUID in entity.fields else (ALL,))
            if want in self._names(entity):
                error.hint = f'Did you mean {{"{want}": "*"}}?'
            raise error
        if not isinstance(want, dict) or not want:
            raise BadValue("A template is an object of what is wanted.", hint=EXAMPLE)
        return want

    def _thing(self, entity: Entity, want: dict[str, Any], place: Place, depth: int) -> Template:
        names = self._names(entity)
        columns, pieces, layers = list[str](), list[Piece](), list[Layer]()
        files: Files | None = None
        has_all = ALL in want
        for key, value in want.items():
            with _at((*place, key)):
                if key == ALL:
                    self._only(value, ALL)
                elif value == EXCLUDE and has_all and key in names:
                    continue
                elif key in names and key not in documents(entity.fields):
                    self._only(value, ALL, *((EXCLUDE,) if has_all else ()))
                    columns.append(key)
                elif key in names:
                    pieces += self._inside(key, value, (key,), (), (*place, key))
                elif entity is NODE and key == FILES:
                    files = self._files(value, (*place, key))
                elif entity is NODE and key in LAYERS:
                    layers.append(self._layer(LAYERS[key], value, (*place, key), depth + 1))
                else:
                    raise self._unknown(key, entity, names)
        if has_all:
            public = [name for name in names if is_open(entity, name, ())]
            plain = [name for name in public if name not in documents(entity.fields)]
            columns = [name for name in plain if want.get(name) != EXCLUDE]
        return Template(entity, tuple(columns), tuple(pieces), files, tuple(layers))

    def _names(self, entity: Entity) -> list[str]:
        """Return the columns of an entity, without private ones."""
        return [
            name
            for name in entity.fields
            if name not in HIDDEN and is_open(entity, name, self._expose)
        ]

    def _unknown(self, key: str, entity: Entity, names: list[str]) -> UnknownField:
        valid = [*names, *((*LAYERS, FILES) if entity is NODE else ())]
        return UnknownField(f"Nothing of a {entity.name} is called `{key}`.", name=key, valid=valid)

    def _only(self, value: Any, *directives: str) -> None:  # noqa: ANN401 - JSON
        """Raise `BadValue` unless a value is one of some directives."""
        self._count()
        if value not in directives or not isinstance(value, str):
            raise _no_directive(value, directives)

    def _count(self) -> None:
        self._number += 1
        most = self._limits.columns
        if self._number > most:
            raise LimitExceeded(f"`want` has more than {most} values (`limits.columns`).")

    def _inside(
        self,
        column: str,
        value: Any,  # noqa: ANN401 - JSON
        keys: tuple[str, ...],
        path: tuple[str, ...],
        place: Place,
    ) -> list[Piece]:
        """Return the values inside a JSON column that a part of a template wants."""
        with _at(place):
            where = Path.of(path) if path else None
            if not isinstance(value, dict):
                self._only(value, ALL, COUNT)
                return [Piece(keys, column, where, Form.VALUE if value == ALL else Form.COUNT)]
            if not value:
                raise BadValue("There is nothing wanted here.", hint=EXAMPLE)
            members = value.get(ALL)
            if isinstance(members, dict):
                found = [self._members(column, members, keys, where, (*place, ALL))]
                others = {key: below for key, below in value.items() if key != ALL}
                return found + self._below(column, others, keys, path, place)
            if ALL in value:
                return [Piece(keys, column, where, excluded=self._excluded(value, place))]
            return self._below(column, value, keys, path, place)

    def _below(
        self,
        column: str,
        value: dict[str, Any],
        keys: tuple[str, ...],
        path: tuple[str, ...],
        place: Place,
    ) -> list[Piece]:
        """Return the values at the keys and positions that an object wants."""
        found = []
        for key, below in value.items():
            position = POSITION.fullmatch(key)
            segment = position[1] if position else key
            found += self._inside(column, below, (*keys, key), (*path, segment), (*place, key))
        return found

    def _members(
        self,
        column: str,
        value: dict[str, Any],
        keys: tuple[str, ...],
        where: Path | None,
        place: Place,
    ) -> Piece:
        """Return the members of a list, each as a template wants it.

        Raises:
            BadValue: the whole column is meant, which is an object.
        """
        if where is None and keys == (column,):
            raise BadValue(
                f"`*` with a template is every member of a list, and `{column}` is an object.",
                hint='For example {"sites": {"*": {"kind_name": "*"}}}, or "*" for all of it.',
            )
        pieces = self._inside(column, value, (), (), place)
        return Piece((*keys, ALL), column, where, members=tuple(pieces))

    def _excluded(self, value: dict[str, Any], place: Place) -> tuple[str, ...]:
        """Return the members that stand beside `*`: all of them are left out."""
        for key, below in value.items():
            with _at((*place, key)):
                self._only(below, ALL if key == ALL else EXCLUDE)
        return tuple(key for key in value if key != ALL)

    def _files(self, value: Any, place: Place) -> Files:  # noqa: ANN401 - JSON
        """Return what is wanted of the files of a node."""
        if value == COUNT:
            self._count()
            return Files()
        if value == ALL:
            self._count()
            return Files(OF_FILES)
        if isinstance(value, str) or not isinstance(value, dict) or not value:
            raise _no_directive(value, (ALL, COUNT))
        for key, below in value.items():
            with _at((*place, key)):
                if key not in OF_FILES:
                    raise UnknownField(
                        f"Nothing of a file is called `{key}`.", name=key, valid=OF_FILES
                    )
                self._only(below, ALL)
        return Files(tuple(value))

    def _layer(self, kind: LayerKind, value: Any, place: Place, depth: int) -> Layer:  # noqa: ANN401 - JSON
        """Return a layer that lies below so many others."""
        if depth > DEEPEST:
            raise LimitExceeded(f"A template has no more than {DEEPEST} layers below each other.")
        if value == COUNT and kind not in NAMED:
            self._count()
            return Layer(kind, (Branch(),))
        if kind in LINKED:
            return Layer(kind, self._branches(value, place, depth))
        template = self.thing(ENTITIES[kind], value, place, depth)
        return Layer(kind, (Branch(is_list=kind not in NAMED, template=template),))

    def _branches(self, value: Any, place: Place, depth: int) -> tuple[Branch, ...]:  # noqa: ANN401 - JSON
        """Return the branches of a layer of links, by the labels that a template has."""
        if value in (ALL, UUID):
            value = {ALL: value}
        if not isinstance(value, dict) or not value:
            raise _no_directive(value, (ALL, COUNT, UUID), "or an object of labels")
        excluded = tuple(key for key, below in value.items() if below == EXCLUDE)
        found = []
        for key, below in value.items():
            if key in excluded:
                self._count()
                continue
            template = None
            if below == COUNT:
                self._count()
            else:
                template = self.thing(NODE, below, (*place, key), depth)
            found.append(_branch(key, excluded, template))
            self.patterns += [len(key)] if found[-1].pattern else []
        if not found or (excluded and all(branch.label is not None for branch in found)):
            raise BadValue("`exclude` stands beside a pattern, such as `*`.")
        return tuple(found)


def _branch(key: str, excluded: tuple[str, ...], template: Template | None) -> Branch:
    """Return the branch of a label, a label with `[]`, or a pattern."""
    base = key.removesuffix(LIST)
    if ALL not in base:
        return Branch(key, base, is_list=base != key, template=template)
    pattern = None if base == ALL else "%".join(escape(part) for part in base.split(ALL))
    return Branch(key, None, pattern, excluded, is_list=True, template=template)


def _no_directive(value: Any, valid: tuple[str, ...], more: str = "") -> BadValue:  # noqa: ANN401 - JSON
    """Return the error of a value where directives stand."""
    close = nearest(value, valid) if isinstance(value, str) else None
    shown = f"`{value[:100]}`" if isinstance(value, str) else describe_json(value)
    known = ", ".join(f"`{name}`" for name in valid)
    return BadValue(
        f"Here stands {known}{f' {more}' if more else ''}, not {shown}.",
        hint=f"Did you mean `{close}`?" if close else None,
    )
