"""The tree of full types: namespaces of node types and process types. Floor: translators.

A store may have tens of thousands of types. So the tree is written as JSON at once, and its leaves
are few objects: a search for garbage among a lot of them stops all threads for a tenth of a second.
Sorting and joining stop them, too, so both are done by parts.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import orjson

from provender.schema.types import full_type, read_entry_point
from provender.translators.pieces import Pieces, gathered

# A node type and a process type, which is empty for data.
Pair = tuple[str, str]

ROOT = "node"
UNREGISTERED = "~no-entry-point~"
# Most namespaces inside each other: orjson writes 254 lists and objects, each namespace is two. The
# last one keeps the rest of its path as its name.
DEEPEST = 100
# Leaves that are sorted at a time.
RUN = 500
# The labels of some inner namespaces; the label of the others is their last component.
LABELS = {
    "node": "node",
    "node.data": "Data",
    "node.process": "Process",
    "node.process.calculation": "Calculation",
    "node.process.workflow": "Workflow",
    "node.process.calculation.calcjob": "Calculation job",
    "node.process.calculation.calcfunction": "Calculation function",
    "node.process.workflow.workchain": "Work chain",
    "node.process.workflow.workfunction": "Work function",
}
# The kinds of process that have plugins: their class name and their group of entry points.
CLASSES = {
    "process.calculation.calcjob": ("CalcJobNode.", "aiida.calculations"),
    "process.calculation.calcfunction": ("CalcFunctionNode.", "aiida.calculations"),
    "process.workflow.workchain": ("WorkChainNode.", "aiida.workflows"),
    "process.workflow.workfunction": ("WorkFunctionNode.", "aiida.workflows"),
}


@dataclass(slots=True)
class Leaf:
    """A pair of types in the tree, or what a namespace shows of itself.

    `full_type` is None for unregistered processes.
    """

    name: str
    path: str
    label: str
    full_type: str | None
    counter: int | None = None

    def pieces(self, *, with_counts: bool) -> Iterator[bytes]:
        """Yield the JSON of the leaf and all below it; a counter of nothing is left out."""
        record = {
            "namespace": self.name,
            "path": self.path,
            "label": self.label,
            "full_type": self.full_type,
        }
        yield orjson.dumps(record)[:-1]
        yield b',"subspaces":['
        yield from self._below(with_counts=with_counts)
        shown = self.counter if with_counts else None
        yield b"]}" if shown is None else b'],"counter":%d}' % shown

    def sum(self) -> int:
        """Return the number of nodes."""
        return self.counter or 0

    def _below(self, *, with_counts: bool) -> Iterator[bytes]:
        """Yield the JSON of what is below: nothing."""
        del with_counts
        return iter(())


@dataclass(slots=True)
class Namespace(Leaf):
    """A node of the tree with others below it, while the tree is built."""

    subspaces: list[Leaf] = field(default_factory=list)
    inner: dict[str, Namespace] = field(default_factory=dict)

    def sum(self) -> int:
        """Return the number of nodes below, and set the counters to it."""
        if self.subspaces:
            self.counter = sum(below.sum() for below in self.subspaces)
        return self.counter or 0

    def _below(self, *, with_counts: bool) -> Iterator[bytes]:
        """Yield the JSON of what is below, with commas between."""
        for number, below in enumerate(self.subspaces):
            if number:
                yield b","
            yield from below.pieces(with_counts=with_counts)


def type_tree(pairs: dict[Pair, int], *, with_counts: bool = False) -> Pieces:
    """Return the tree of the pairs of types that occur, as JSON.

    Shape: `{namespace, path, label, full_type, subspaces: [...]}`, with `counter` where asked.
    The leaves are put into the tree in the order of their paths, so that those of one namespace
    come one after the other, and those whose path is the namespace itself come first.
    """
    root = Namespace(ROOT, ROOT, LABELS[ROOT], full_type(f"{ROOT}.%"))
    for leaf in _in_order([_leaf(pair, count) for pair, count in pairs.items()]):
        _insert(root, leaf)
    root.sum()
    return gathered(root.pieces(with_counts=with_counts))


def _in_order(leaves: list[Leaf]) -> Iterable[Leaf]:
    """Return leaves in the order of their places."""
    runs = [sorted(leaves[begin : begin + RUN], key=_place) for begin in range(0, len(leaves), RUN)]
    return heapq.merge(*runs, key=_place)


def _place(leaf: Leaf) -> tuple[str, str]:
    """Return the place of a leaf: the parts of its path are compared one by one."""
    return leaf.path.replace(".", "\0", DEEPEST), leaf.full_type or ""


def _parts(leaf: Leaf) -> list[str]:
    return leaf.path.split(".", DEEPEST)


def _leaf(pair: Pair, count: int) -> Leaf:
    """Return the leaf of a pair of types, its path below the root."""
    node_type, process_type = pair
    pieces = [piece for piece in node_type.split(".") if piece] or [""]
    stem, class_name = ".".join(pieces[:-1]), pieces[-1]
    plugin = read_entry_point(process_type)
    if not process_type:
        path, label = stem, class_name
    elif plugin is not None:
        path, label = f"{stem}.{plugin.name}", plugin.name.rpartition(".")[2]
    else:
        path, label = f"{stem}.{UNREGISTERED}.{process_type}", process_type.rpartition(".")[2]
    path = f"{ROOT}.{path}" if path else ROOT
    return Leaf(path.rpartition(".")[2], path, label, full_type(*pair), count)


def _insert(root: Namespace, leaf: Leaf) -> None:
    """Put a leaf below the inner namespaces of its path, which are made on the way.

    Where an inner namespace has the path of the leaf, the leaf goes into it under its own name.
    """
    space, parts = root, _parts(leaf)[1:]
    for depth, part in enumerate(parts[:-1], 1):
        if part not in space.inner:
            space.inner[part] = _inner(".".join([ROOT, *parts[:depth]]))
            _adopt(space, space.inner[part])
        space = space.inner[part]
    last = space.inner.get(parts[-1]) if parts else root
    (space if last is None else last).subspaces.append(leaf)


def _adopt(space: Namespace, inner: Namespace) -> None:
    """Put an inner namespace into its parent; leaves of the same path move into it.

    Such leaves came just before, so they are the last ones of the parent.
    """
    twins: list[Leaf] = []
    while space.subspaces and space.subspaces[-1].path == inner.path:
        twins.append(space.subspaces.pop())
    inner.subspaces.extend(reversed(twins))
    space.subspaces.append(inner)


def _inner(path: str) -> Namespace:
    name = path.rpartition(".")[2]
    label = "Unregistered" if name == UNREGISTERED else LABELS.get(path, name)
    return Namespace(name, path, label, _inner_full_type(path))


def _inner_full_type(path: str) -> str | None:
    """Return the full type that covers all below an inner namespace."""
    stem = path.removeprefix(f"{ROOT}.")
    if path.endswith(UNREGISTERED):
        return None
    if not stem.startswith("process"):
        return full_type(f"{stem}.%")
    parts = stem.split(".")
    process_class = ".".join(parts[:3])
    if len(parts) <= 3 or process_class not in CLASSES:  # noqa: PLR2004 - process, kind, class
        return full_type(f"{stem}.%", "%")
    class_name, group = CLASSES[process_class]
    rest = ".".join(parts[3:])
    if parts[3] == UNREGISTERED:
        return full_type(f"{process_class}.{class_name}", f"{'.'.join(parts[4:])}.%")
    return full_type(f"{process_class}.{class_name}", f"{group}:{rest}.%")
