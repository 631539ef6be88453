"""Templates: what of nodes, and of what is linked to them, an answer holds. Floor: query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from provender.query.plan.conditions import Path
from provender.schema.entities import Entity

# Things of one branch that an answer shows below one thing.
MOST_SHOWN = 100
# Layers below each other.
DEEPEST = 6


class LayerKind(Enum):
    """What a layer holds, by the key of a template."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    CALLED = "called"
    CALLER = "caller"
    LOGS = "logs"
    COMMENTS = "comments"
    GROUPS = "groups"
    USER = "user"
    COMPUTER = "computer"


# The layers of nodes at the other ends of links.
LINKED = (LayerKind.INCOMING, LayerKind.OUTGOING, LayerKind.CALLED, LayerKind.CALLER)
# The layers of one thing at most, each with the column of a node that names it.
NAMED = {LayerKind.USER: "user_id", LayerKind.COMPUTER: "dbcomputer_id"}


class Form(Enum):
    """How a value inside JSON is shown: as it is, or its length."""

    VALUE = "value"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Piece:
    """A value inside a JSON column, at some keys of the answer.

    Of an object the members `excluded` are left out. With `members` it is a list, and these are
    wanted of each member: their paths begin there.
    """

    keys: tuple[str, ...]
    column: str
    path: Path | None = None
    form: Form = Form.VALUE
    excluded: tuple[str, ...] = ()
    members: tuple[Piece, ...] = ()


# The tree of files of a node.
TREE = Piece(("files",), "repository_metadata")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a node: their number, or some fields of each."""

    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """What an answer holds of a thing: columns, values inside JSON, files, and layers."""

    entity: Entity
    columns: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    files: Files | None = None
    layers: tuple[Layer, ...] = ()

    @property
    def every_column(self) -> tuple[str, ...]:
        """The columns that are read: those that are shown, and those that name other things."""
        naming = (NAMED[layer.kind] for layer in self.layers if layer.kind in NAMED)
        return (*self.columns, *naming)

    @property
    def every_piece(self) -> tuple[Piece, ...]:
        """The values inside JSON that are read: those that are shown, and the tree of files."""
        return (*self.pieces, *(() if self.files is None else (TREE,)))

    def every_layer(self) -> Iterator[Layer]:
        """Yield all layers, each before those below it."""
        for layer in self.layers:
            yield layer
            for branch in layer.branches:
                if branch.template is not None:
                    yield from branch.template.every_layer()


@dataclass(frozen=True, slots=True)
class Branch:
    """The things of a layer that a key of a template names; without a template they are counted.

    Links have a `label`, or match a `pattern` (None for all), but have none of the labels
    `excluded`. A branch `is_list`, or shows the first thing.
    """

    key: str = ""
    label: str | None = None
    pattern: str | None = None
    excluded: tuple[str, ...] = ()
    is_list: bool = False
    template: Template | None = None

    @property
    def most(self) -> int:
        """The most things of it that are read for one thing above: one more than is shown."""
        return (MOST_SHOWN if self.is_list else 1) + 1


@dataclass(frozen=True, slots=True)
class Layer:
    """What is one step away from things.

    A layer of links has a branch for each key, unless all links are counted; others have one.
    """

    kind: LayerKind
    branches: tuple[Branch, ...]

    @property
    def has_keys(self) -> bool:
        """Whether the answer has an object of its branches."""
        return self.kind in LINKED and any(branch.key for branch in self.branches)
