"""What a table has: a column for each field, or each value of a template. Floor: translators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from provender.errors import BadRequest, BadValue, UnknownField
from provender.query.plan.conditions import Path, Target
from provender.query.plan.lengths import check_columns
from provender.query.plan.plan import Output
from provender.query.plan.template import LINKED, NAMED, Branch, Form, Layer, Piece, Template
from provender.query.plan.views import View
from provender.query.querydict import Dotted, Name
from provender.schema.columns import TYPES, Column, Type
from provender.schema.entities import NODE, Field, Kind
from provender.settings import Limits
from provender.translators.selections.flat import Keys, written

# What a table shows by default, and the column that it never shows.
USUAL = tuple(name for name, field in NODE.fields.items() if field.kind is not Kind.JSON)
HIDDEN = "repository_metadata"
STORED = {
    Kind.INTEGER: Type.INTEGER,
    Kind.TEXT: Type.STRING,
    Kind.UUID: Type.UUID,
    Kind.TIME: Type.TIME,
    Kind.BOOLEAN: Type.BOOLEAN,
    Kind.JSON: Type.JSON,
}
SHOWABLE = tuple(name for name in NODE.fields if name != HIDDEN)


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a table of nodes.

    One statement reads all of them if each has an output; a template that goes along links takes
    several.
    """

    columns: tuple[Column, ...]
    outputs: tuple[Output, ...] = ()
    template: Template | None = None


def of_fields(view: View, names: Sequence[Name], limits: Limits) -> Table:
    """Return the table of columns and paths into JSON, by default of all but the JSON.

    Raises:
        UnknownField: there is no such column.
        BadValue: a path into a column that is not JSON.
        LimitExceeded: more paths than a setting allows.
    """
    chosen = tuple(dict.fromkeys(names)) or USUAL
    check_columns(sum(isinstance(name, Dotted) for name in chosen), limits)
    outputs = [_output(view, name) for name in chosen]
    columns = (_column(output.key, output.target) for output in outputs)
    return Table(_checked(tuple(columns)), tuple(outputs))


def _output(view: View, name: Name) -> Output:
    """Return what is shown of a name."""
    column = name.column if isinstance(name, Dotted) else str(name)
    field = NODE.fields.get(column) if column in SHOWABLE else None
    if field is None:
        below = " and ".join(f"{known}.KEY" for known in view.documents)
        raise UnknownField(
            f"Nodes have no column `{column}`.",
            name=column,
            valid=SHOWABLE,
            hint=f"Keys inside JSON are written {below}.",
        )
    if not isinstance(name, Dotted):
        return Output(column, Target(view.name, field))
    if field.kind is not Kind.JSON:
        raise BadValue(f"`{column}` is {field.kind.value}, which has no keys.")
    path = Path.of(name.path)
    return Output(written((column, *name.path)), Target(view.name, field, path))


def of_template(view: View, template: Template) -> Table:
    """Return the table of a template, whose columns are its flat keys."""
    values = tuple(_values(template, ()))
    columns = _checked(tuple(column for column, _ in values))
    pieces = [piece for _, piece in values]
    if not all(map(_is_plain, pieces)):
        return Table(tuple(map(_filled, columns)), (), template)
    outputs = tuple(Output(column.name, _target(view, column, piece)) for column, piece in values)
    return Table(columns, outputs)


def _filled(column: Column) -> Column:
    """Return a column of a template that is filled in, which makes texts of times."""
    return replace(column, stored=Type.STRING) if column.stored is Type.TIME else column


def _is_plain(piece: Piece | Field | None) -> bool:
    """Return whether a value is one that a statement reads as it is shown."""
    if not isinstance(piece, Piece):
        return piece is not None
    return piece.form is Form.VALUE and not piece.excluded and not piece.members


def _target(view: View, column: Column, piece: Piece | Field | None) -> Target:
    if isinstance(piece, Piece):
        return Target(view.name, NODE.fields[piece.column], piece.path)
    return Target(view.name, NODE.fields[column.name])


def _values(template: Template, keys: Keys) -> Iterator[tuple[Column, Piece | Field | None]]:
    """Yield a column for each value of a thing, and what is read for it at the top.

    They have the order and the names of `flat.flattened`.
    """
    is_top = not keys
    for name in template.columns:
        field = template.entity.fields[name]
        stored = STORED[field.kind]
        yield Column(written((*keys, name)), stored, stored), field if is_top else None
    for piece in template.pieces:
        is_number = piece.form is Form.COUNT
        is_object = piece.path is None and not is_number
        shown = Type.INTEGER if is_number else Type.JSON
        column = Column(written((*keys, *piece.keys)), shown, Type.JSON, is_object=is_object)
        yield column, piece if is_top else None
    if template.files is not None:
        stored = Type.JSON if template.files.fields else Type.INTEGER
        yield Column(written((*keys, "files")), stored, stored), None
    for layer in template.layers:
        for branch in layer.branches:
            for column in _branch(layer, branch, (*keys, layer.kind.value)):
                yield column, None


def _branch(layer: Layer, branch: Branch, keys: Keys) -> Iterator[Column]:
    """Yield the columns of a branch."""
    keys = (*keys, branch.key) if layer.has_keys else keys
    if branch.template is None:
        yield Column(written(keys), Type.INTEGER, Type.INTEGER)
    elif branch.is_list:
        yield Column(written(keys), Type.JSON, Type.JSON)
    else:
        if layer.kind in LINKED and layer.kind not in NAMED:
            yield Column(written((*keys, "more")), Type.BOOLEAN, Type.BOOLEAN)
        yield from (column for column, _ in _values(branch.template, keys))


def _column(name: str, target: Target) -> Column:
    stored = STORED[target.field.kind]
    is_object = stored is Type.JSON and target.path is None
    return Column(name, stored, stored, is_object=is_object)


def _checked(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return columns whose names can be written; raises `BadRequest` for others."""
    for column in columns:
        if not _is_text(column.name):
            raise BadRequest("A key has half of a character (a lone surrogate).")
    return columns


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def typed(table: Table, types: Mapping[str, str]) -> Table:
    """Return a table that shows values inside JSON as the types of some columns say.

    Raises:
        UnknownField: there is no such column.
        BadValue: there is no such type, or the column is not JSON.
    """
    by_name = {column.name: column for column in table.columns}
    changed = dict[str, Column]()
    for name, kind in types.items():
        column = by_name.get(name)
        if column is None:
            inside = [one.name for one in table.columns if _is_inside(one)]
            raise UnknownField(f"The table has no column `{name}`.", name=name, valid=inside)
        if kind not in TYPES:
            raise BadValue(f"`{kind}` is no type.", hint=f"Types are {', '.join(TYPES)}.")
        if not _is_inside(column):
            raise BadValue(f"`{name}` has a type of its own; `types` is for values inside JSON.")
        changed[name] = replace(column, shown=TYPES[kind])
    return replace(table, columns=tuple(changed.get(one.name, one) for one in table.columns))


def _is_inside(column: Column) -> bool:
    """Return whether a column holds a value inside JSON, of any type."""
    return column.stored is Type.JSON and column.is_json and not column.is_object
