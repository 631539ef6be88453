"""Texts that a reader changes, each beside what it is served as: what is written in which version.

This is the description of the steps, as tables: nothing here is taken from the reader.
"""

from __future__ import annotations

from dataclasses import dataclass

from support.legacy.versions import OLDEST, before


@dataclass(frozen=True)
class Kind:
    """A type of node: as 0.1 to 0.3 have it, as 0.4 to 0.11 have it, and as it is served.

    `end` is what the rules for links of 0.1 to 0.3 call a node of it. `process_type` is what it is
    served with if 0.1 to 0.3 had it; `named` is the value of its attribute `function_name`.
    """

    oldest: str | None
    middle: str
    served: str
    end: str = ""
    process_type: str = ""
    named: str | None = None

    def written(self, version):
        """Return the text in a version."""
        if version in OLDEST:
            return self.oldest
        return self.middle if before(version, "0.12") else self.served


PREFIXED = (
    "array.ArrayData", "array.bands.BandsData", "array.kpoints.KpointsData",
    "array.projection.ProjectionData", "array.trajectory.TrajectoryData", "array.xy.XyData",
    "base.BaseData", "bool.Bool", "cif.CifData", "code.Code", "dict.Dict", "float.Float",
    "folder.FolderData", "int.Int", "list.List", "numeric.NumericData", "orbital.OrbitalData",
    "remote.RemoteData", "remote.stash.RemoteStashData",
    "remote.stash.folder.RemoteStashFolderData", "singlefile.SinglefileData", "str.Str",
    "structure.StructureData", "upf.UpfData",
)  # fmt: skip
OLD_NAMES = {
    "bool.Bool": "data.base.Bool.", "float.Float": "data.base.Float.", "int.Int": "data.base.Int.",
    "str.Str": "data.base.Str.", "list.List": "data.base.List.", "code.Code": "code.Code.",
    "dict.Dict": "data.parameter.ParameterData.",
    "base.BaseData": None,  # `data.base.` means another thing there
}  # fmt: skip
KEPT = (
    "data.fleur.fleurinp.FleurinpData.", "data.vasp.paw.PawData.", "data.enum.EnumData.",
    "data.jsonable.JsonableData.", "data.core.int.Int.", "data.Data.", "data.int.Int",
    "data.structure.StructureData.x.", "",
)  # fmt: skip
"""Types that no step changes."""
TRAJECTORY = "data.array.trajectory.TrajectoryData."

DATA = (
    *(
        Kind(
            OLD_NAMES.get(name, f"data.{name}."),
            f"data.{name}.",
            f"data.core.{name}.",
            "code" if name == "code.Code" else "data",
        )
        for name in PREFIXED
    ),
    *(Kind(name, name, name, "data" if name.startswith("data.") else "") for name in KEPT),
    Kind("node.data.folder.FolderData.", "data.folder.FolderData.", "data.core.folder.FolderData."),
)

CALCJOB = "process.calculation.calcjob.CalcJobNode."
CALCFUNCTION = "process.calculation.calcfunction.CalcFunctionNode."
WORKCHAIN = "process.workflow.workchain.WorkChainNode."
WORKFUNCTION = "process.workflow.workfunction.WorkFunctionNode."


def _process(oldest, served, end="", process_type="", named=None):
    return Kind(oldest, served, served, end, process_type, named)


def _job(name, process_type):
    return _process(f"calculation.job.{name}.", CALCJOB, "job", process_type)


PROCESSES = (
    _job("quantumespresso.pw.PwCalculation", "aiida.calculations:quantumespresso.pw"),
    _job("codtools.cifcellcontents.CifCellContentsCalculation",
         "aiida.calculations:codtools.cifcellcontents"),
    _job("simpleplugins.arithmetic.add.ArithmeticAddCalculation",
         "aiida.calculations:core.arithmetic.add"),
    _job("simpleplugins.templatereplacer.TemplatereplacerCalculation",
         "aiida.calculations:core.templatereplacer"),
    _job("templatereplacer.TemplatereplacerCalculation",
         "aiida.calculations:core.templatereplacer"),
    _job("fleur.inpgen.FleurinputgenCalculation", "fleur.inpgen.FleurinputgenCalculation"),
    _job("myplugin.MyCalculation", "myplugin.MyCalculation"),
    _job("JobCalculation", ""),
    _process("calculation.inline.InlineCalculation.", CALCFUNCTION, "inline"),
    _process("calculation.function.FunctionCalculation.", WORKFUNCTION, "function"),
    _process("calculation.work.WorkCalculation.", WORKCHAIN, "work"),
    _process("calculation.work.WorkCalculation.", WORKFUNCTION, "work", named="relax"),
    _process("calculation.process.ProcessCalculation.", WORKCHAIN, "process"),
    _process("calculation.process.ProcessCalculation.", WORKFUNCTION, "process", named="relax"),
    _process("node.process.calculation.calcjob.arithmetic.add.ArithmeticAddCalculation.",
             "process.calculation.calcjob.arithmetic.add.ArithmeticAddCalculation."),
    _process(None, "process.calculation.x.X."),
)  # fmt: skip

PROCESS_TYPES = {
    "aiida.calculations:arithmetic.add": "aiida.calculations:core.arithmetic.add",
    "aiida.calculations:templatereplacer": "aiida.calculations:core.templatereplacer",
    "aiida.workflows:arithmetic.add_multiply": "aiida.workflows:core.arithmetic.add_multiply",
    "aiida.workflows:arithmetic.multiply_add": "aiida.workflows:core.arithmetic.multiply_add",
    "aiida.calculations:quantumespresso.pw": "aiida.calculations:quantumespresso.pw",
    "aiida.calculations:core.arithmetic.add": "aiida.calculations:core.arithmetic.add",
    "aiida.workflows:arithmetic.add": "aiida.workflows:arithmetic.add",
    "arithmetic.add": "arithmetic.add",
    "fleur.inpgen.Fleurinputgen": "fleur.inpgen.Fleurinputgen",
    "": "",
}
"""What stands in 0.4 to 0.11, and what it is served as; later versions keep what they have."""

SCHEDULERS = {
    **{name: f"core.{name}" for name in ("direct", "lsf", "pbspro", "sge", "slurm", "torque")},
    **{name: name for name in ("core.slurm", "myscheduler", "", "pbs")},
}
"""Of 0.1 to 0.11."""
TRANSPORTS = {
    **{name: f"core.{name}" for name in ("local", "ssh")},
    **{name: name for name in ("core.ssh", "firecrest", "")},
}
"""Of 0.1 to 0.12."""

GROUPS = {
    "user": "core",
    "data.upf": "core.upf",
    "auto.import": "core.import",
    "auto.run": "core.auto",
    "core": "core",
    "pseudo.family": "pseudo.family",
}
"""Of 0.1 to 0.8; the oldest versions have these, too."""
OLD_GROUPS = {
    "": "core",
    "data.upf.family": "core.upf",
    "aiida.import": "core.import",
    "autogroup.run": "core.auto",
}

LINKS = ("input_calc", "input_work", "create", "return", "call_calc", "call_work", "unspecified")

KILLED = ["NEW", "TOSUBMIT", "SUBMITTING", "WITHSCHEDULER", "COMPUTED", "RETRIEVING", "PARSING"]
EXCEPTED = ["SUBMISSIONFAILED", "RETRIEVALFAILED", "PARSINGFAILED"]
STATES = {
    "FINISHED": {"process_state": "finished", "exit_status": 0},
    "FAILED": {"process_state": "finished", "exit_status": 2},
    **{
        name: {
            "process_state": "killed" if name in KILLED else "excepted",
            "process_status": f"Legacy `JobCalculation` with state `{name}`",
        }
        for name in (*KILLED, *EXCEPTED)
    },
}
"""What a calculation job of 0.1 to 0.5 with a `state` gets instead of it."""
INACTIVE = ("finished", "excepted", "killed", "done")
LEFT_OUT = ("_sealed", "_finished", "_failed", "_aborted", "_do_abort")
RENAMED = {
    "custom_environment_variables": "environment_variables",
    "jobresource_params": "resources",
    "parser": "parser_name",
}
"""Attributes of calculation jobs of 0.1 to 0.3."""
CODE_PLUGINS = {
    "simpleplugins.arithmetic.add": "arithmetic.add",
    "simpleplugins.templatereplacer": "templatereplacer",
    "quantumespresso.pw": "quantumespresso.pw",
}


def link_type(version, source, target, written):
    """Return the type that a link between two kinds is served with; None if it is left out."""
    if before(version, "0.3"):
        written = _derived(source.end, target.end)
    if version not in OLDEST:
        return written
    if source.end in ("job", "inline") and written in ("calllink", "returnlink"):
        return None
    if source.end in ("function", "work") and written == "createlink":
        return None
    if written in ("inputlink", "calllink"):
        verb = written.removesuffix("link")
        if target.middle.startswith("process.calculation"):
            return f"{verb}_calc"
        return f"{verb}_work" if target.middle.startswith("process.workflow") else written
    return {"createlink": "create", "returnlink": "return"}.get(written, written)


def _derived(source, target):
    """Return the type that 0.3 gives to a link of 0.1 and 0.2."""
    is_process = target in ("job", "inline", "work")
    if source in ("code", "data"):
        return "inputlink" if is_process else "unspecified"
    if source in ("job", "inline"):
        return "createlink" if target == "data" else "unspecified"
    if source == "work":
        return "returnlink" if target == "data" else "calllink" if is_process else "unspecified"
    return "unspecified"
