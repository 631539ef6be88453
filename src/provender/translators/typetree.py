"""The tree of full types: namespaces of node types and process types. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from provender.schema.types import full_type, read_entry_point

# A node type and a process type, which is empty for data.
Pair = tuple[str, str]

ROOT = "node"
UNREGISTERED = "~no-entry-point~"
# Most namespaces inside each other: orjson writes 254 lists and objects, each namespace is two. The
# last one keeps the rest of its path as its name.
DEEPEST = 100
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
class Namespace:
    """A node of the tree while it is built; `full_type` is None for unregistered processes."""

    name: str
    path: str
    label: str
    full_type: str | None
    counter: int | None = None
    subspaces: list[Namespace] = field(default_factory=list)
    inner: dict[str, Namespace] = field(default_factory=dict)

    def as_dict(self, *, with_counts: bool) -> dict[str, Any]:
        """Return the namespace and all below it; a counter of nothing is left out."""
        record: dict[str, Any] = {
            "namespace": self.name,
            "path": self.path,
            "label": self.label,
            "full_type": self.full_type,
            "subspaces": [below.as_dict(with_counts=with_counts) for below in self.subspaces],
        }
        if with_counts and self.counter is not None:
            record["counter"] = self.counter
        return record


def type_tree(pairs: dict[Pair, int], *, with_counts: bool = False) -> dict[str, Any]:
    """Return the tree of the pairs of types that occur.

    Shape: `{namespace, path, label, full_type, subspaces: [...]}`, with `counter` where asked.
    The leaves are put into the tree in the order of their paths, so that those of one namespace
    come one after the other, and those whose path is the namespace itself come first.
    """
    root = Namespace(ROOT, ROOT, LABELS[ROOT], full_type(f"{ROOT}.%"))
    leaves = sorted((_leaf(pair, count) for pair, count in pairs.items()), key=_place)
    for leaf in leaves:
        _insert(root, leaf)
    _sum(root)
    return root.as_dict(with_counts=with_counts)


def _place(leaf: Namespace) -> tuple[list[str], str]:
    return _parts(leaf), leaf.full_type or ""


def _parts(leaf: Namespace) -> list[str]:
    return leaf.path.split(".", DEEPEST)


def _leaf(pair: Pair, count: int) -> Namespace:
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
    return Namespace(path.rpartition(".")[2], path, label, full_type(*pair), count)


def _insert(root: Namespace, leaf: Namespace) -> None:
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
    twins: list[Namespace] = []
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


def _sum(space: Namespace) -> int:
    """Set the counters of inner namespaces to the sums over what is below them."""
    if space.subspaces:
        space.counter = sum(_sum(below) for below in space.subspaces)
    return space.counter or 0
