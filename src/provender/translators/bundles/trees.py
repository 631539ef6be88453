"""Where each node of a zip stands. Floor: translators.

uuid      UUID/node.json, UUID/aiida.out
label     LABEL/node.json; without a label, the uuid
workflow  MyWC-7ecba7ea/02-ADD-Job/outputs/aiida.out: processes as in their own archives, data at
the process that created it, everything else in `others/`
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from provender.query.querystring.selections.zips import BY_LABEL, BY_UUID, BY_WORKFLOW
from provender.safenames import Names
from provender.translators.archive.layout import (
    MANIFEST,
    OWN_FILES,
    README,
    RETRIEVED,
    RETRIEVED_FILES,
    checked,
    nested,
    step_name,
    title,
)
from provender.translators.bundles.nodes import Nodes
from provender.translators.bundles.workflows import Workflows

CREATED, OTHERS = "node_outputs", "others"
SHORT = 8
# Files as their nodes have them, in no folder of a node.
FLAT = "flat"


@dataclass(frozen=True, slots=True)
class Place:
    """A node, and where it stands: the names of what is told of it, and of its files."""

    node: dict[str, Any]
    names: Names
    files: Names


def places(nodes: Nodes, tree: str) -> Iterator[Place]:
    """Yield the place of each node, in the order of the zip."""
    return TREES[tree](nodes)


def root() -> Names:
    """Return the names at the top; those of the manifest and the README are taken."""
    names = Names()
    names.entry(MANIFEST)
    names.entry(README)
    return names


def _by_uuid(nodes: Nodes) -> Iterator[Place]:
    names = root()
    for number in range(len(nodes)):
        node = nodes[number]
        yield _own_folder(node, names, node["uuid"])


def _by_label(nodes: Nodes) -> Iterator[Place]:
    names = root()
    for number in range(len(nodes)):
        node = nodes[number]
        yield _own_folder(node, names, node["label"] or node["uuid"])


def _by_workflow(nodes: Nodes) -> Iterator[Place]:
    names, placed = root(), bytearray(len(nodes))
    for number, own, files in _of_workflows(nodes.workflows, names):
        placed[number] = True
        yield Place(nodes[number], own, files)
    others = names.folder(OTHERS)
    for number in range(len(nodes)):
        if not placed[number]:
            node = nodes[number]
            yield _own_folder(node, others, _shown(node))


# The number of a node, and the names of what is told of it and of its files.
_Numbered = tuple[int, Names, Names]


def _of_workflows(workflows: Workflows | None, names: Names) -> Iterator[_Numbered]:
    """Yield the places of processes, and of what they created: first a process, then its calls."""
    for top, uuid in workflows.tops if workflows is not None else ():
        waiting = [(top.pk, names.entry(f"{title(top)}-{uuid[:SHORT]}") + "/")]
        while waiting and workflows is not None:
            pk, path = waiting.pop()
            yield from _of_process(pk, Names(path), workflows)
            below = [
                (one.step.pk, checked(f"{path}{step_name(one.step, one.number, one.digits)}/"))
                for one in workflows.called.get(pk, ())
            ]
            waiting.extend(reversed(below))


def _of_process(pk: int, names: Names, workflows: Workflows) -> Iterator[_Numbered]:
    """Yield the places of a process, and of what it created, as far as they are in the zip."""
    number = workflows.numbers.get(pk)
    if number is not None:
        yield number, names, names.folder(OWN_FILES)
    created = [(label, workflows.numbers[one]) for label, one in workflows.created.get(pk, ())]
    for label, number in sorted(created):
        own = names.folder(f"{CREATED}/{nested(label)}")
        yield number, own, names.folder(RETRIEVED_FILES) if label == RETRIEVED else own


def _own_folder(node: dict[str, Any], names: Names, name: str) -> Place:
    """Return the place of a node in a folder of its own, which is forgotten afterwards."""
    own = Names(names.entry(name) + "/")
    return Place(node, own, own)


def _shown(node: dict[str, Any]) -> str:
    short = node["uuid"][:SHORT]
    return f"{node['label']}-{short}" if node["label"] else str(node["uuid"])


def _flat(nodes: Nodes) -> Iterator[Place]:
    names = root()
    for number in range(len(nodes)):
        yield Place(nodes[number], names, names)


TREES: dict[str, Callable[[Nodes], Iterator[Place]]] = {
    BY_UUID: _by_uuid,
    BY_LABEL: _by_label,
    BY_WORKFLOW: _by_workflow,
    FLAT: _flat,
}
