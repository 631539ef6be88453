"""From a layer of a template to one statement for all things above it. Floor: query.

Every row begins alike: the id of the thing above, the place of the branch, the number that the rows
of a branch are ordered by, label and type of the link, and the id of the thing. Columns and values
inside JSON follow. The row of a branch that is counted has the number of things in its third
column. Branches are joined by `UNION ALL`, each reads no more rows for one thing above than it
shows. Rows are in no order: sorting them would copy their JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy import union_all as union

from provender.caching import cached
from provender.query.plan.conditions import Operand, Path, Target
from provender.query.plan.plan import Output
from provender.query.plan.template import LINKED, Branch, Form, Layer, LayerKind, Piece, Template
from provender.query.sql.forms import DIALECTS, SqlForms, bound, forms, text_literal
from provender.query.sql.given import FORMS
from provender.schema import tables
from provender.schema.entities import COMPUTER, LINK, NODE, USER, Entity, Kind
from provender.schema.processes import CALLS, INPUTS, OUTPUTS
from provender.schema.statements import Backend, Statement

Expression = ColumnElement[Any]
DATA_LINKS = (*OUTPUTS, *INPUTS)
GIVEN, MOST = "given", "most"
# Stands for any path into JSON.
INSIDE = Path.of(())
# The columns that all rows begin with.
HEAD = (Kind.INTEGER, Kind.INTEGER, Kind.INTEGER, Kind.TEXT, Kind.TEXT, Kind.INTEGER)
# Largest number of values of a statement that is cached.
LARGEST_KEPT = 100


@dataclass(frozen=True, slots=True)
class _Step:
    """How a layer is reached: a table with the column of the thing above and that of the thing.

    Things are in the order of a column of this table.
    """

    table: Any
    given: str
    found: str
    order: str = "id"
    types: tuple[str, ...] = ()


STEPS = {
    LayerKind.INCOMING: _Step(tables.LINK, "output_id", "input_id", types=DATA_LINKS),
    LayerKind.OUTGOING: _Step(tables.LINK, "input_id", "output_id", types=DATA_LINKS),
    LayerKind.CALLED: _Step(tables.LINK, "input_id", "output_id", types=CALLS),
    LayerKind.CALLER: _Step(tables.LINK, "output_id", "input_id", types=CALLS),
    LayerKind.LOGS: _Step(tables.LOG, "dbnode_id", "id"),
    LayerKind.COMMENTS: _Step(tables.COMMENT, "dbnode_id", "id"),
    LayerKind.GROUPS: _Step(tables.MEMBERSHIP, "dbnode_id", "dbgroup_id", "dbgroup_id"),
    LayerKind.USER: _Step(USER.table, "id", "id"),
    LayerKind.COMPUTER: _Step(COMPUTER.table, "id", "id"),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a statement behind its head: names of columns, then of JSON columns.

    A JSON column stands there once for each value inside that a branch may want of it.
    """

    entity: Entity
    names: tuple[str, ...]
    pieces: tuple[str, ...]

    @classmethod
    def of(cls, *templates: Template) -> Columns:
        """Return the columns that some templates of things of one kind want."""
        entity = templates[0].entity if templates else NODE
        wanted = {name for template in templates for name in template.every_column}
        numbers: Counter[str] = Counter()
        for template in templates:
            numbers |= Counter(piece.column for piece in template.every_piece)  # the largest
        names = tuple(name for name in entity.fields if name in wanted)
        return cls(entity, names, tuple(sorted(numbers.elements())))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The types of all columns of a row."""
        plain = (self.entity.fields[name].kind for name in self.names)
        return (*HEAD, *plain, *(Kind.JSON for _ in self.pieces))

    def places(self, template: Template) -> list[int]:
        """Return the place in a row of each value inside JSON of a template."""
        start, found, used = len(HEAD) + len(self.names), [], dict[str, int]()
        for piece in template.every_piece:
            number = used.get(piece.column, 0)
            used[piece.column] = number + 1
            found.append(start + self.pieces.index(piece.column) + number)
        return found


def columns_of(layer: Layer) -> Columns:
    """Return the columns of the statement of a layer."""
    return Columns.of(*(item.template for item in layer.branches if item.template is not None))


def compile_layer(
    layer: Layer | Template, columns: Columns, ids: Collection[int], most: int, backend: Backend
) -> Statement:
    """Return the statement of a layer below the things of some ids, `most` rows of it.

    That of a template gives the nodes of the ids themselves.
    """
    text, values = _written(layer, columns, backend)
    given = bound(Operand(tuple(sorted(ids)), Kind.INTEGER), backend)
    kinds = columns.kinds
    wide = [place for place, kind in enumerate(kinds) if kind in (Kind.JSON, Kind.TEXT)]
    wide = [place for place in wide if place >= len(HEAD)]
    return Statement(
        text,
        {**values, GIVEN: given, MOST: most},
        kinds,
        wide=tuple(wide),
        outputs=_outputs(columns),
    )


def _outputs(columns: Columns) -> tuple[Output, ...]:
    """Return what each column shows, for notes on values that cannot be shown."""
    fields = columns.entity.fields
    above = Output("id", Target("above", NODE.fields["id"]), function="count")
    return (
        *(above, above, above),
        Output("link_label", Target("link", LINK.fields["label"])),
        Output("link_type", Target("link", LINK.fields["type"])),
        Output("id", Target("thing", fields["id"])),
        *(Output(name, Target("thing", fields[name])) for name in columns.names),
        *(Output(name, Target("thing", fields[name], INSIDE)) for name in columns.pieces),
    )


def _is_large(what: Layer | Template, columns: Columns, backend: Backend) -> bool:
    return len(columns.pieces) > LARGEST_KEPT


@cached(256, unless=_is_large)
def _written(
    what: Layer | Template, columns: Columns, backend: Backend
) -> tuple[str, dict[str, object]]:
    """Return the SQL of a layer or of the nodes at the top, and the values of its own."""
    writer = _Writer(columns, backend)
    found = writer.layer(what) if isinstance(what, Layer) else writer.things(what)
    statement = found.limit(bindparam(MOST)).offset(_number(0))
    return str(statement.compile(dialect=DIALECTS[backend])), writer.values


class _Writer:
    """Writes one statement; `values` are bound in it."""

    def __init__(self, columns: Columns, backend: Backend) -> None:
        self._columns = columns
        self._backend = backend
        self._forms: SqlForms = forms(backend)
        self._of_given = FORMS[backend]
        self.values: dict[str, object] = {}

    def layer(self, layer: Layer) -> Select[Any] | CompoundSelect[Any]:
        """Return the statement of all branches of a layer, in no order."""
        step = STEPS[layer.kind]
        parts = [
            self._counted(step, place, branch)
            if branch.template is None
            else self._found(step, place, branch, branch.template, is_link=layer.kind in LINKED)
            for place, branch in enumerate(layer.branches)
        ]
        return union(*parts) if len(parts) > 1 else parts[0]

    def things(self, template: Template) -> Select[Any]:
        """Return the statement of nodes."""
        given, node = self._given(), NODE.table
        head = [given.c.value, _number(0), node.c.id, *self._no_link(), node.c.id]
        joined = given.join(node, node.c.id == given.c.value)
        return self._select(head, joined, template, node)

    def _given(self) -> Any:  # noqa: ANN401 - a function as a table
        return self._of_given.table(bindparam(GIVEN))

    def _bind(self, operand: Operand) -> Any:  # noqa: ANN401 - a bind parameter of any type
        """Return a parameter with a value."""
        name = f"v{len(self.values)}"
        self.values[name] = bound(operand, self._backend)
        return bindparam(name)

    def _no_link(self) -> list[Expression]:
        return [self._of_given.nothing(Kind.TEXT), self._of_given.nothing(Kind.TEXT)]

    def _counted(self, step: _Step, place: int, branch: Branch) -> Select[Any]:
        """Return the numbers of things of a branch."""
        given, near = self._given(), step.table.alias("near")
        joined = given.join(near, near.c[step.given] == given.c.value)
        kinds = self._columns.kinds[len(HEAD) - 3 :]
        rest = [self._of_given.nothing(kind) for kind in kinds]
        values = [given.c.value, _number(place), func.count(), *rest]
        labelled = [value.label(f"c{index}") for index, value in enumerate(values)]
        statement = select(*labelled).select_from(joined)
        return statement.where(*self._conditions(near, step, branch)).group_by(given.c.value)

    def _found(
        self, step: _Step, place: int, branch: Branch, template: Template, *, is_link: bool
    ) -> Select[Any]:
        """Return the first things of a branch."""
        given, near, link = self._given(), step.table.alias("near"), step.table.alias("link")
        conditions = [near.c[step.given] == given.c.value, *self._conditions(near, step, branch)]
        nearest = select(near.c.id).where(*conditions).correlate(given)
        ordered = nearest.order_by(near.c[step.order])
        limited = ordered.limit(_number(branch.most)).offset(_number(0))  # which SQLite binds
        thing = template.entity.table.alias("thing")
        joined = self._of_given.firsts(given, limited, link)
        joined = joined.join(thing, thing.c.id == link.c[step.found])
        told = [link.c.label, link.c.type] if is_link else self._no_link()
        head = [given.c.value, _number(place), link.c[step.order], *told, thing.c.id]
        return self._select(head, joined, template, thing)

    def _conditions(self, near: Any, step: _Step, branch: Branch) -> list[Expression]:  # noqa: ANN401 - an alias
        """Return which links belong to a branch; things of other tables all do."""
        if not step.types:
            return []
        label, type_ = self._of_given.unindexed(near.c.label), self._of_given.unindexed(near.c.type)
        found: list[Expression] = [type_.in_([text_literal(name) for name in step.types])]
        if branch.label is not None:
            found.append(label == self._bind(Operand(branch.label)))
        if branch.pattern is not None:
            pattern = self._bind(Operand(branch.pattern))
            found.append(self._forms.like(label, pattern, fold=False))
        return [*found, *(label != self._bind(Operand(name)) for name in branch.excluded)]

    def _select(self, head: list[Any], joined: Any, template: Template, thing: Any) -> Select[Any]:  # noqa: ANN401 - tables
        """Return the columns of things."""
        plain = [thing.c[name] for name in self._columns.names]
        pieces: list[Any] = [self._of_given.nothing(Kind.JSON)] * len(self._columns.pieces)
        start = len(HEAD) + len(plain)
        for place, piece in zip(self._columns.places(template), template.every_piece, strict=True):
            pieces[place - start] = self._piece(piece, thing)
        values = [*head, *plain, *pieces]
        labelled = [value.label(f"c{index}") for index, value in enumerate(values)]
        return select(*labelled).select_from(joined)

    def _piece(self, piece: Piece, thing: Any) -> Expression:  # noqa: ANN401 - an alias
        path = piece.path
        where = None if path is None else self._bind(path)
        plain, keys = (True, ()) if path is None else (path.plain, path.keys)
        inside = self._forms.json(thing.c[piece.column], where, plain=plain, keys=keys)
        if piece.form is Form.COUNT:
            return inside.size()
        if piece.excluded:
            return inside.without(self._bind(Operand(piece.excluded)))
        return inside.document()


def _number(value: int) -> Expression:
    """Return one of our own numbers as SQL."""
    return literal_column(str(value))
