"""The types of nodes and groups: their names today, their earlier names, full types. Floor: schema.

A node type ends in a dot: `data.core.int.Int.`. The `core.` of the types that AiiDA ships came with
AiiDA 2.0; before, this one was `data.int.Int.`. Before AiiDA 1.0 some types had other names.
"""

from __future__ import annotations

from dataclasses import dataclass

CORE = "core."
DATA = "data."
PROCESS = "process."
WORKFLOW = "process.workflow."
JOB = "process.calculation.calcjob."
JOB_NODE = f"{JOB}CalcJobNode."
# A full type is a node type and a process type with a bar between; either may end in the wildcard.
BAR = "|"
WILDCARD = "%"

_SHIPPED = (
    "array.ArrayData array.bands.BandsData array.kpoints.KpointsData "
    "array.projection.ProjectionData array.trajectory.TrajectoryData array.xy.XyData "
    "base.BaseType bool.Bool cif.CifData code.Code code.abstract.AbstractCode "
    "code.containerized.ContainerizedCode code.installed.InstalledCode code.portable.PortableCode "
    "dict.Dict enum.EnumData float.Float folder.FolderData int.Int jsonable.JsonableData "
    "list.List numeric.NumericType orbital.OrbitalData remote.RemoteData "
    "remote.stash.RemoteStashData remote.stash.compress.RemoteStashCompressedData "
    "remote.stash.custom.RemoteStashCustomData remote.stash.folder.RemoteStashFolderData "
    "singlefile.SinglefileData str.Str structure.StructureData upf.UpfData"
)
# The types of data that AiiDA itself ships.
SHIPPED = frozenset(f"{DATA}{CORE}{name}." for name in _SHIPPED.split())


def both_spellings(path: str) -> tuple[str, str]:
    """Return the beginnings of the types of a class of data: since AiiDA 2.0, and before.

    Example:
        `code` gives `data.core.code.` and `data.code.`.
    """
    return f"{DATA}{CORE}{path}.", f"{DATA}{path}."


# Types of node that are described by their attributes.
DESCRIBED = (
    *both_spellings("structure"),
    *both_spellings("code"),
    *both_spellings("array.kpoints"),
    *both_spellings("array.bands"),
    JOB,
)
# Types of node that hold a document, whose keys or number of values tell what it is.
DOCUMENTS = (*both_spellings("dict"), *both_spellings("list"))

# The name of a group type before AiiDA 1.0, and its name today.
OLD_GROUP_TYPES = {
    "": "core",
    "data.upf.family": "core.upf",
    "aiida.import": "core.import",
    "autogroup.run": "core.auto",
}

# The name of a node type before AiiDA 1.0, and its name today.
OLD_NODE_TYPES = {
    "data.parameter.ParameterData.": "data.core.dict.Dict.",
    "data.base.Int.": "data.core.int.Int.",
    "data.base.Float.": "data.core.float.Float.",
    "data.base.Str.": "data.core.str.Str.",
    "data.base.Bool.": "data.core.bool.Bool.",
    "data.base.List.": "data.core.list.List.",
    "calculation.inline.InlineCalculation.": "process.calculation.calcfunction.CalcFunctionNode.",
    "calculation.function.FunctionCalculation.": "process.workflow.workfunction.WorkFunctionNode.",
    "calculation.work.WorkCalculation.": "process.workflow.workchain.WorkChainNode.",
}
# Two more old names: codes have several types today, jobs had one for each plugin.
OLD_CODE = "code.Code."
OLD_JOB = "calculation.job."

# The groups of entry points that AiiDA knows.
ENTRY_POINT_GROUPS = frozenset(
    f"aiida.{group}"
    for group in (
        "calculations",
        "calculations.importers",
        "calculations.monitors",
        "cmdline.computer.configure",
        "cmdline.data",
        "cmdline.data.structure.import",
        "data",
        "groups",
        "orm",
        "node",
        "parsers",
        "schedulers",
        "storage",
        "transports",
        "tools.calculations",
        "tools.workflows",
        "tools.data.orbitals",
        "tools.dbexporters",
        "tools.dbimporters",
        "workflows",
    )
)


def with_core(node_type: str) -> str:
    """Return a node type, or the pattern of one, with `core.` after its `data.`."""
    if not node_type.startswith(DATA):
        return node_type
    return f"{DATA}{CORE}{node_type.removeprefix(DATA)}"


def modern(node_type: str) -> str:
    """Return the name of a node type since AiiDA 2.0; types of plugins have only one name."""
    longer = with_core(node_type)
    return longer if longer in SHIPPED else node_type


@dataclass(frozen=True, slots=True)
class StoredTypes:
    """The node types that a name may stand for: these, and all that begin with a prefix."""

    names: tuple[str, ...]
    prefixes: tuple[str, ...] = ()


def stored_types(name: str) -> StoredTypes:
    """Return the node types of a name, which may be from any version of AiiDA."""
    names = [name]
    if name.startswith(DATA):
        names.append(with_core(name))
    if name in OLD_NODE_TYPES:
        names.append(OLD_NODE_TYPES[name])
    if name.startswith(OLD_JOB):
        names.append(JOB_NODE)
    return StoredTypes(tuple(names), both_spellings("code") if name == OLD_CODE else ())


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """The name of a plugin and the group that it is registered in."""

    group: str
    name: str


def read_entry_point(process_type: str) -> EntryPoint | None:
    """Return the entry point that a process type names, or None if it names a class or nothing.

    Example:
        `aiida.calculations:core.arithmetic.add` is `core.arithmetic.add` in `aiida.calculations`.
    """
    group, _, name = process_type.partition(":")
    if not name or ":" in name or group not in ENTRY_POINT_GROUPS:
        return None
    return EntryPoint(group, name)


def full_type(node_type: str | None, process_type: str | None = None) -> str:
    """Return the full type of a node: `data.core.int.Int.|`."""
    return f"{node_type or ''}{BAR}{process_type or ''}"


@dataclass(frozen=True, slots=True)
class FullType:
    """The halves of a full type; the process type is empty for data."""

    node_type: str
    process_type: str

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for more than one type."""
        return WILDCARD in self.node_type or WILDCARD in self.process_type


def read_full_type(text: str) -> FullType | None:
    """Return the halves of a full type, or None unless the string has exactly one bar."""
    halves = text.split(BAR)
    return FullType(*halves) if len(halves) == 2 else None  # noqa: PLR2004 - node and process
