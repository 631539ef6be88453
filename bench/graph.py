"""The graph of a store of any size: on one day the same number of nodes gives the same rows.

Floor: bench.

Three quarters of the nodes come from work chains that relax a structure and compute its bands: a
chain calls three chains, each calls one or two jobs, and codes, pseudopotentials and parameters
are shared. The others are collections of structures, as somebody uploads them. Users, computers
and groups are skewed: the first owns about half of everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from bench import content
from bench.rows import Batch, Maker

VERSION = 2
"""Part of the names of stores: another graph gets another number."""
BATCH = 5000
USERS, COMPUTERS, GROUPS, CODES, PSEUDOS = 12, 6, 40, 8, 12
SHARE_OF_COLLECTIONS, SHARE_OF_NEW, SHARE_OF_FAILURES, SHARE_OF_GROUPED = 0.2, 0.5, 0.08, 0.3
SHARE_OF_BROKEN = 0.03
"""Work chains beside which another one ended with an exception, and a job was killed."""
EACH_UNFINISHED = 5000
"""How many nodes there are for each job that has not ended; those are the last."""
CHAIN = "process.workflow.workchain.WorkChainNode."
JOB = "process.calculation.calcjob.CalcJobNode."
UNFINISHED = ("created", "running", "waiting")
ERROR = "KeyError: 'structure'"
TRACEBACK = "\n".join(
    [
        "Traceback (most recent call last):",
        *(f'  File "steps.py", line {line}, in step' for line in range(10, 20)),
        ERROR,
    ]
)
LOGGER = "aiida.orm.nodes.process.workflow.workchain.WorkChainNode"
STAGES = {
    "relax": ("aiida.workflows:quantumespresso.pw.relax", "PwRelaxWorkChain"),
    "scf": ("aiida.workflows:quantumespresso.pw.base", "PwBaseWorkChain"),
    "bands": ("aiida.workflows:quantumespresso.pw.base", "PwBaseWorkChain"),
}


@dataclass(slots=True)
class _Known:
    """The ids of nodes that others share."""

    codes: list[int]
    pseudos: list[int]
    structures: list[int] = field(default_factory=list)
    parameters: list[int] = field(default_factory=list)
    kpoints: list[int] = field(default_factory=list)


def batches(count: int) -> Iterator[Batch]:
    """Yield the rows of a store of this many nodes, or a few more."""
    maker = Maker(count)
    known = _found(maker)
    while maker.nodes < count:
        maker.user = _skewed(maker.random, USERS)
        maker.computer = _skewed(maker.random, COMPUTERS)
        if maker.random.random() < SHARE_OF_COLLECTIONS:
            group = _skewed(maker.random, GROUPS)
            for _ in range(maker.random.randint(20, 80)):
                _remember(known.structures, _structure(maker, group))
        else:
            _bands_of_structure(maker, known)
        if maker.batch.nodes >= BATCH:
            yield maker.take()
    for number in range(3 + count // EACH_UNFINISHED):
        _unfinished(maker, known, UNFINISHED[number % len(UNFINISHED)])
    yield maker.take()


def _skewed(random: Random, count: int) -> int:
    """Return a number from 1 to `count`; the first comes about half of the time."""
    return min(count, 1 + int(random.expovariate(0.7)))


def _found(maker: Maker) -> _Known:
    """Add users, computers, groups, and the nodes that all others use; one has a large file."""
    for number in range(1, USERS + 1):
        names = f"First{number}", f"Last{number}"
        maker.add("db_dbuser", f"user{number}@bench.example", *names, "Bench")
    for number in range(1, COMPUTERS + 1):
        name = f"cluster{number}"
        about = ("core.slurm", "core.ssh", '{"workdir": "/scratch/{username}/aiida"}')
        maker.add("db_dbcomputer", maker.uuid(), name, f"{name}.example", "", *about)
    for number in range(1, GROUPS + 1):
        named = maker.uuid(), f"project/{number}", "core.import" if number % 7 == 0 else "core"
        maker.add("db_dbgroup", *named, maker.time(), "", "{}", min(number, USERS))
    maker.node("data.core.folder.FolderData.", files="big", label="large file")
    code, pseudo = "data.core.code.installed.InstalledCode.", "data.core.upf.UpfData."
    element = '{"element": "Si", "filename": "Si.upf"}'
    return _Known(
        codes=[maker.node(code, content.CODE, label="pw", has_computer=True) for _ in range(CODES)],
        pseudos=[maker.node(pseudo, element, files="pseudo") for _ in range(PSEUDOS)],
    )


def _structure(maker: Maker, group: int) -> int:
    node = maker.node("data.core.structure.StructureData.", maker.attributes("structure"))
    if maker.random.random() < SHARE_OF_GROUPED:
        maker.add("db_dbgroup_dbnodes", node, group)
    return node


def _shared(maker: Maker, known: list[int], make: Callable[[], int]) -> int:
    """Return a node that is already there, or a new one that joins them."""
    if known and maker.random.random() > SHARE_OF_NEW:
        return maker.random.choice(known)
    return _remember(known, make())


def _remember(known: list[int], node: int) -> int:
    """Return a node that may be shared for a while."""
    known.append(node)
    del known[:-300]
    return node


def _inputs(maker: Maker, known: _Known, structure: int) -> dict[str, int]:
    """Return the inputs of a job by their labels."""
    dictionary = "data.core.dict.Dict."
    mesh = "data.core.array.kpoints.KpointsData."
    return {
        "code": known.codes[_skewed(maker.random, CODES) - 1],
        "structure": structure,
        "parameters": _shared(
            maker,
            known.parameters,
            lambda: maker.node(dictionary, maker.attributes("input_parameters")),
        ),
        "kpoints": _shared(
            maker, known.kpoints, lambda: maker.node(mesh, maker.attributes("kpoints"))
        ),
        "pseudos__Si": known.pseudos[_skewed(maker.random, PSEUDOS) - 1],
    }


def _bands_of_structure(maker: Maker, known: _Known) -> None:
    """Add a work chain with all that it calls and returns."""
    group = _skewed(maker.random, GROUPS)
    structure = _shared(maker, known.structures, lambda: _structure(maker, group))
    status = 401 if maker.random.random() < SHARE_OF_FAILURES else 0
    top = maker.node(
        CHAIN,
        content.work_chain("PwBandsWorkChain", status),
        process="aiida.workflows:quantumespresso.pw.bands",
    )
    maker.link("input_work", structure, top, "structure")
    for kind, value, label in (
        ("float.Float", f"{maker.random.random():.6f}", "bands_kpoints_distance"),
        ("str.Str", '"moderate"', "protocol"),
        ("bool.Bool", "true", "clean_workdir"),
    ):
        given = maker.node(f"data.core.{kind}.", f'{{"value": {value}}}')
        maker.link("input_work", given, top, label)
    for stage in STAGES:
        made = _stage(maker, known, top, stage, structure)
        structure = made.get("output_structure", structure)
        if stage == "relax":
            structure = _primitive(maker, top, structure)
        for label, node in made.items():
            maker.link("return", top, node, f"{stage}_{label}")
    if maker.random.random() < SHARE_OF_BROKEN:
        _broken(maker, known)
    if maker.random.random() < SHARE_OF_GROUPED:
        maker.add("db_dbgroup_dbnodes", top, group)
    if maker.random.random() < SHARE_OF_FAILURES:
        said = maker.time(), maker.time(), maker.user, "Compare with the paper."
        maker.add("db_dbcomment", maker.uuid(), top, *said)


def _primitive(maker: Maker, top: int, structure: int) -> int:
    """Add a calculation function that makes a primitive cell, and return that."""
    function = maker.node(
        "process.calculation.calcfunction.CalcFunctionNode.",
        content.FUNCTION,
        files="function",
        process="tools.structures.seekpath_structure_analysis",
    )
    maker.link("call_calc", top, function, "seekpath")
    maker.link("input_calc", structure, function, "structure")
    cell = maker.node("data.core.structure.StructureData.", maker.attributes("structure"))
    maker.link("create", function, cell, "primitive_structure")
    about = maker.node("data.core.dict.Dict.", maker.attributes("input_parameters"))
    maker.link("create", function, about, "parameters")
    return cell


def _stage(maker: Maker, known: _Known, top: int, stage: str, structure: int) -> dict[str, int]:
    """Add a called work chain with one or two jobs; return the outputs of the last."""
    entry_point, label = STAGES[stage]
    chain = maker.node(CHAIN, content.work_chain(label, 0), process=entry_point)
    maker.link("call_work", top, chain, stage)
    inputs = _inputs(maker, known, structure)
    for name, node in inputs.items():
        maker.link("input_work", node, chain, name)
    said = f"[{chain}|{label}|"
    if maker.random.random() < SHARE_OF_FAILURES:
        maker.log(chain, "REPORT", LOGGER, f"{said}run_process]: launching PwCalculation")
        _job(maker, chain, stage, inputs, exit_status=410)
    maker.log(chain, "REPORT", LOGGER, f"{said}run_process]: launching PwCalculation")
    made = _job(maker, chain, stage, inputs, exit_status=0)
    maker.log(chain, "REPORT", LOGGER, f"{said}results]: work chain completed")
    for name, node in made.items():
        maker.link("return", chain, node, name)
    return made


def _filled(maker: Maker, exit_status: int = 0) -> dict[str, object]:
    """Return what the attributes of a job leave open."""
    times = {"submitted": 0, "started": 60, "ended": 842}
    return {
        "job": str(maker.random.randrange(10**7, 10**8)),
        "folder": maker.uuid(),
        "time": maker.time(),
        "exit": exit_status,
        **{name: maker.cluster_time(later) for name, later in times.items()},
    }


def _job_node(maker: Maker, attributes: str) -> int:
    return maker.node(
        JOB,
        attributes,
        files="job",
        process="aiida.calculations:quantumespresso.pw",
        has_computer=True,
    )


def _alone(maker: Maker, known: _Known, attributes: str) -> int:
    """Add a job that no work chain called, with its code as the only input."""
    job = _job_node(maker, attributes)
    maker.link("input_calc", known.codes[_skewed(maker.random, CODES) - 1], job, "code")
    return job


def _unfinished(maker: Maker, known: _Known, state: str) -> None:
    """Add a job that has not ended."""
    attributes = maker.attributes("calculation_job") % _filled(maker)
    job = _alone(maker, known, content.unfinished(attributes, state))
    maker.log(job, "REPORT", LOGGER, f"[{job}|PwCalculation|on_create]: created")


def _broken(maker: Maker, known: _Known) -> None:
    """Add a work chain that ended with an exception, and a job that somebody killed."""
    attributes = content.excepted("PwBaseWorkChain", ERROR)
    chain = maker.node(CHAIN, attributes, process=STAGES["scf"][0])
    said = f"[{chain}|PwBaseWorkChain|on_except]: {TRACEBACK}"
    maker.log(chain, "REPORT", LOGGER, said)
    _alone(maker, known, content.killed(maker.attributes("calculation_job") % _filled(maker)))


def _job(
    maker: Maker, chain: int, stage: str, inputs: dict[str, int], *, exit_status: int
) -> dict[str, int]:
    """Add a job and what it made; return its outputs by their labels."""
    filled = _filled(maker, exit_status)
    job = _job_node(maker, maker.attributes("calculation_job") % filled)
    maker.link("call_calc", chain, job, "iteration_01")
    for name, node in inputs.items():
        maker.link("input_calc", node, job, name)
    if exit_status:
        maker.log(job, "WARNING", LOGGER, f"output parser returned exit code<{exit_status}>")
    remote = f'{{"remote_path": "/scratch/mrossi/aiida/{filled["folder"]}"}}'
    made = {
        "remote_folder": maker.node("data.core.remote.RemoteData.", remote, has_computer=True),
        "retrieved": maker.node("data.core.folder.FolderData.", files="retrieved"),
        "output_parameters": maker.node(
            "data.core.dict.Dict.", maker.attributes("output_parameters")
        ),
    }
    kinds = {
        "relax": {"output_structure": "structure.StructureData structure"},
        "bands": {"output_band": "array.bands.BandsData bands bands"},
        "scf": {"output_trajectory": "array.trajectory.TrajectoryData trajectory trajectory"},
    }
    for name, text in kinds[stage].items():
        kind, attributes, *files = text.split()
        made[name] = maker.node(
            f"data.core.{kind}.", maker.attributes(attributes), files="".join(files)
        )
    for name, node in made.items():
        maker.link("create", job, node, name)
    return made
