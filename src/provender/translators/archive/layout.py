"""Where everything of a process stands in its archive. Floor: translators.

    README.md, manifest.json             at the top only
    aiida_node_metadata.yaml             the process itself
    report.txt                           its log
    inputs/, outputs/                    its own files, and those that it brought back
    node_inputs/LABEL/, node_outputs/…   data on both sides: description and files
    01-LABEL-NAME/                       what it called first, in the same way

These are the names of `verdi process dump`, without the pk. Data of a calculation stands there;
data of a workflow is described there, and its files stand at the calculation, if there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from provender.errors import LimitExceeded
from provender.safenames import Names, safe
from provender.schema.processes import namespaces
from provender.translators.archive.reading import Linked, ProcessTree, Step

README, MANIFEST = "README.md", "manifest.json"
METADATA, REPORT = "aiida_node_metadata.yaml", "report.txt"
OWN_FILES, RETRIEVED_FILES = "inputs", "outputs"
SIDES = {
    "input_calc": "node_inputs",
    "input_work": "node_inputs",
    "create": "node_outputs",
    "return": "node_outputs",
}
OF_CALCULATIONS = ("input_calc", "create")
RETRIEVED = "retrieved"
# What a link is called without a name.
UNNAMED = "CALL"
# Longest path in bytes; Linux takes 4,096.
LONGEST_PATH = 4000


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a process: its path, which is empty or ends in a slash, and its depth."""

    step: Step
    path: str
    depth: int

    def names(self) -> Names:
        """Return the names of the folder, none of them given yet."""
        return Names(self.path)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folder of data on one side of a process; `files` has the names for its files."""

    linked: Linked
    names: Names
    files: Names

    @property
    def is_of_calculation(self) -> bool:
        """Whether a calculation used or made the data."""
        return self.linked.link_type in OF_CALCULATIONS


def folders(tree: ProcessTree) -> Iterator[Folder]:
    """Yield the folder of each process: first a process, then what it called, in order.

    Raises:
        LimitExceeded: the path of a folder is too long; calls nested so deeply take much memory.
    """
    waiting = [Folder(tree.start, "", 0)]
    while waiting:
        folder = waiting.pop()
        yield folder
        steps = tree.called.get(folder.step.pk, ())
        digits = max(2, len(str(len(steps))))
        below = [
            Folder(
                step, checked(f"{folder.path}{step_name(step, number, digits)}/"), folder.depth + 1
            )
            for number, step in enumerate(steps, 1)
        ]
        waiting.extend(reversed(below))


def data_folders(folder: Folder, names: Names, tree: ProcessTree) -> list[DataFolder]:
    """Return the folders of the data of a process; equal calls give equal names."""
    found = []
    for linked in tree.linked.get(folder.step.pk, ()):
        path = f"{SIDES[linked.link_type]}/{nested(linked.label)}"
        own = names.folder(path)
        is_retrieved = linked.link_type == "create" and linked.label == RETRIEVED
        found.append(
            DataFolder(linked, own, names.folder(RETRIEVED_FILES) if is_retrieved else own)
        )
    return found


def homes(tree: ProcessTree) -> Mapping[int, str]:
    """Return where the files of data stand: at a calculation, or else at the first workflow."""
    found: dict[int, str] = {}
    for is_of_calculation in (True, False):
        for folder in folders(tree):
            for data in data_folders(folder, folder.names(), tree):
                if data.is_of_calculation is is_of_calculation:
                    found.setdefault(data.linked.pk, data.files.prefix)
    return found


def repeated(tree: ProcessTree) -> set[int]:
    """Return the data that stands in several folders."""
    known: set[int] = set()
    found: set[int] = set()
    for items in tree.linked.values():
        for item in items:
            (found if item.pk in known else known).add(item.pk)
    return found


def checked(path: str) -> str:
    """Return a path; raises `LimitExceeded` if no system could unpack it."""
    if len(path.encode()) > LONGEST_PATH:
        raise LimitExceeded(
            f"The archive would have a file with a path of more than {LONGEST_PATH} bytes.",
            hint="Take the processes that it called one by one.",
        )
    return path


def title(step: Step) -> str:
    """Return the name of a process for people."""
    return step.label or step.process_type or "process"


def step_name(step: Step, number: int, digits: int) -> str:
    """Return the name of the folder of a called process, which begins with its number."""
    parts = [f"{number:0{digits}}"]
    parts += [step.link] if step.link not in ("", UNNAMED) else []
    name = step.label or step.process_type
    parts += [name] if name and name != step.link else []
    return safe("-".join(parts))


def nested(label: str) -> str:
    """Return the path of the label of a link.

    Example:
        `pseudos__Si` gives `pseudos/Si`; a slash separates nothing.
    """
    return "/".join(part.replace("/", "_") or "_" for part in namespaces(label))
