"""Types of nodes and processes, from version to version. Floor: store.

Source: AiiDA's migrations of archives (0.3 to 0.4, 0.11 to 0.13).
"""

from __future__ import annotations

from provender.store.legacy.steps.node import Node, Surroundings

BASE = "data.base."
JOB = "calculation.job."
CALCULATION_JOB = "process.calculation.calcjob.CalcJobNode."
WORK_CHAIN = "process.workflow.workchain.WorkChainNode."
WORK_FUNCTION = "process.workflow.workfunction.WorkFunctionNode."
CALCULATION_FUNCTION = "process.calculation.calcfunction.CalcFunctionNode."
SIMPLE_PLUGINS = "simpleplugins."
BUILT_IN = (
    "arithmetic.add.ArithmeticAddCalculation.",
    "templatereplacer.TemplatereplacerCalculation.",
)
BUILT_IN_PLUGINS = ("arithmetic.add", "templatereplacer")
RENAMED = {
    "calculation.inline.InlineCalculation.": CALCULATION_FUNCTION,
    "calculation.function.FunctionCalculation.": WORK_FUNCTION,
}
# A work chain or a work function: only its attributes tell.
WORK = ("calculation.work.WorkCalculation.", "calculation.process.ProcessCalculation.")
# Alpha versions of AiiDA 1.
ALPHA = ("node.data.", "node.process.")

# The plugins for calculations that were known in December 2018, and the two of AiiDA itself.
KNOWN_PLUGINS = frozenset(
    """
    ase.ase castep.bs castep.castep castep.pot1d castep.spec castep.ts codtools.cifcellcontents
    codtools.cifcodcheck codtools.cifcoddeposit codtools.cifcodnumbers codtools.ciffilter
    codtools.cifsplitprimitive cp2k crystal17.basic crystal17.immigrant crystal17.main ddec diff
    dynaphopy gollum.gollum gudhi.rdm kkr.kkr kkr.kkrimp kkr.kkrimporter kkr.voro lammps.combinate
    lammps.force lammps.md lammps.optimize nwchem.basic nwchem.pymatgen phonopy.phono3py
    phonopy.phonopy phtools.dmatrix phtools.surface qeq.eqeq qeq.qeq quantumespresso.cp
    quantumespresso.dos quantumespresso.hp quantumespresso.matdyn quantumespresso.namelists
    quantumespresso.neb quantumespresso.ph quantumespresso.pp quantumespresso.projwfc
    quantumespresso.pw quantumespresso.pw2wannier90 quantumespresso.pwimmigrant quantumespresso.q2r
    raspa siesta.siesta siesta.stm vasp.vasp vasp.vasp2w90 wannier90.wannier90 yambo.yambo
    zeopp.network arithmetic.add templatereplacer
    """.split()  # noqa: SIM905 - nobody reads a column of eighty strings
)

# The types of AiiDA's own data, which got the prefix `core.` in version 0.12.
CORE_DATA = {
    f"data.{name}.": f"data.core.{name}."
    for name in """
    array.ArrayData array.bands.BandsData array.kpoints.KpointsData array.projection.ProjectionData
    array.trajectory.TrajectoryData array.xy.XyData base.BaseData bool.Bool cif.CifData code.Code
    dict.Dict float.Float folder.FolderData int.Int list.List numeric.NumericData
    orbital.OrbitalData remote.RemoteData remote.stash.RemoteStashData
    remote.stash.folder.RemoteStashFolderData singlefile.SinglefileData str.Str
    structure.StructureData upf.UpfData
    """.split()  # noqa: SIM905 - as above
}
CORE_PROCESSES = {
    f"aiida.{kind}:{name}": f"aiida.{kind}:core.{name}"
    for kind, name in (
        ("calculations", "arithmetic.add"),
        ("calculations", "templatereplacer"),
        ("workflows", "arithmetic.add_multiply"),
        ("workflows", "arithmetic.multiply_add"),
    )
}


def base_types(node: Node, _: Surroundings) -> None:
    """`data.base.Int.` became `data.int.Int.`."""
    kind = node.text("type")
    if kind.startswith(BASE):
        name = kind.removeprefix(BASE).split(".", 1)[0]
        node.row["type"] = f"data.{name.lower()}.{kind.removeprefix(BASE)}"


def process_type_is_there(node: Node, _: Surroundings) -> None:
    """Each node got a process type; an empty one at first."""
    node.row.setdefault("process_type", "")


def codes_are_data(node: Node, _: Surroundings) -> None:
    """Codes became data."""
    if node.text("type") == "code.Code.":
        node.row["type"] = "data.code.Code."


def plugins_of_aiida(node: Node, _: Surroundings) -> None:
    """The two built-in plugins lost the prefix `simpleplugins.`, also where codes name them."""
    kind = node.text("type")
    for name in BUILT_IN:
        if kind == JOB + SIMPLE_PLUGINS + name:
            node.row["type"] = JOB + name
    if kind == "data.code.Code.":
        plugin = node.attributes.value.get("input_plugin")
        if isinstance(plugin, str) and plugin.removeprefix(SIMPLE_PLUGINS) in BUILT_IN_PLUGINS:
            node.attributes.edit()["input_plugin"] = plugin.removeprefix(SIMPLE_PLUGINS)


def process_types_of_jobs(node: Node, _: Surroundings) -> None:
    """The process type of a job was made of its type: an entry point where one was known."""
    kind = node.text("type")
    if not kind.startswith(JOB):
        return
    name, _dot, last = kind.removeprefix(JOB).removesuffix(".").rpartition(".")
    if name in KNOWN_PLUGINS:
        node.row["process_type"] = f"aiida.calculations:{name}"
    else:
        node.row["process_type"] = f"{name}.{last}" if name else ""


def node_types(node: Node, _: Surroundings) -> None:
    """Calculations became processes."""
    kind = node.text("type")
    if kind.startswith(JOB):
        node.row["type"] = CALCULATION_JOB
    elif kind in WORK:
        is_function = node.attributes.value.get("function_name") is not None
        node.row["type"] = WORK_FUNCTION if is_function else WORK_CHAIN
    elif kind.startswith(ALPHA):
        node.row["type"] = kind.removeprefix("node.")
    else:
        node.row["type"] = RENAMED.get(kind, node.row.get("type"))


def parameters_are_dicts(node: Node, _: Surroundings) -> None:
    """`ParameterData` became `Dict`."""
    if node.text("type") == "data.parameter.ParameterData.":
        node.row["type"] = "data.dict.Dict."


def type_is_node_type(node: Node, _: Surroundings) -> None:
    """The column `type` became `node_type`."""
    if "type" in node.row:
        node.row["node_type"] = node.row.pop("type")


def core_prefix(node: Node, _: Surroundings) -> None:
    """AiiDA's own types and entry points got the prefix `core.`."""
    kind, process = node.text("node_type"), node.text("process_type")
    node.row["node_type"] = CORE_DATA.get(kind, node.row.get("node_type"))
    node.row["process_type"] = CORE_PROCESSES.get(process, node.row.get("process_type"))
