"""Attributes and files of the size that real ones have, as ready-made JSON text. Floor: bench."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

ELEMENTS = {"H": 1.008, "C": 12.011, "O": 15.999, "Al": 26.98, "Si": 28.085, "Fe": 55.845}
VARIANTS = 200
"""Different attributes of each kind; what belongs to one node only (job, folder) is filled in."""
BIG_FILE = 256 << 20


def _dump(value: object) -> str:
    return json.dumps(value)


def _number(random: Random, low: float, high: float) -> float:
    return round(random.uniform(low, high), 10)


def structure(random: Random) -> str:
    """Return a StructureData of 1 to 60 sites, small ones being more frequent (lengths in Å)."""
    kinds = random.sample(sorted(ELEMENTS), random.randint(1, 3))
    count = min(60, 1 + int(random.expovariate(1 / 12)))
    edge = _number(random, 2.5, 15)
    return _dump(
        {
            "cell": [[edge, 0.0, 0.0], [0.0, edge, 0.0], [0.0, 0.0, edge]],
            "pbc1": True,
            "pbc2": True,
            "pbc3": True,
            "kinds": [
                {"mass": ELEMENTS[name], "name": name, "symbols": [name], "weights": [1.0]}
                for name in kinds
            ],
            "sites": [
                {
                    "position": [_number(random, 0, edge) for _ in range(3)],
                    "kind_name": kinds[place % len(kinds)],
                }
                for place in range(count)
            ],
        }
    )


def input_parameters(random: Random) -> str:
    """Return the Dict that a plane-wave code is given (cut-offs in Ry)."""
    cutoff = random.choice([30.0, 50.0, 60.0, 80.0])
    return _dump(
        {
            "CONTROL": {
                "calculation": random.choice(["scf", "relax", "bands"]),
                "verbosity": "high",
                "tstress": True,
                "forc_conv_thr": 1e-4,
                "restart_mode": "from_scratch",
                "max_seconds": random.choice([3600, 42750, 82080]),
            },
            "SYSTEM": {
                "ecutwfc": cutoff,
                "ecutrho": 8 * cutoff,
                "occupations": "smearing",
                "smearing": "cold",
                "degauss": 0.0275,
                "nosym": False,
            },
            "ELECTRONS": {
                "conv_thr": _number(random, 1e-10, 1e-8),
                "mixing_beta": 0.4,
                "electron_maxstep": 80,
            },
        }
    )


def output_parameters(random: Random) -> str:
    """Return the Dict that a parser writes (energies in eV, forces in eV/Å)."""
    energy = _number(random, -9000, -100)
    timers = ("electrons", "forces", "stress", "init_run", "c_bands", "sum_band", "fft", "davcio")
    return _dump(
        {
            "energy": energy,
            "energy_units": "eV",
            "energy_accuracy": _number(random, 0, 1e-6),
            "energy_accuracy_units": "eV",
            "energy_ewald": energy / 3,
            "energy_hartree": -energy / 5,
            "energy_xc": energy / 4,
            "fermi_energy": _number(random, -3, 12),
            "fermi_energy_units": "eV",
            "total_force": _number(random, 0, 0.1),
            "total_force_units": "ev / angstrom",
            "volume": _number(random, 20, 4000),
            "number_of_atoms": random.randint(1, 60),
            "number_of_bands": random.randint(4, 400),
            "number_of_electrons": float(random.randint(2, 600)),
            "number_of_k_points": random.randint(1, 400),
            "number_of_symmetries": random.choice([1, 2, 4, 8, 16, 48]),
            "convergence_info": {
                "scf_conv": {
                    "convergence_achieved": True,
                    "n_scf_steps": random.randint(6, 60),
                    "scf_error": _number(random, 0, 1e-7),
                }
            },
            "scf_iterations": random.randint(6, 60),
            "creator_name": "pwscf",
            "creator_version": "7.2",
            "wall_time_seconds": _number(random, 10, 80000),
            "timing": {name: _number(random, 0, 9000) for name in timers},
            "symmetries_units": "crystal",
            "do_magnetization": False,
            "lsda": False,
            "non_colinear_calculation": False,
            "format_name": "QEXSD",
            "format_version": "22.08.01",
        }
    )


def bands(random: Random) -> str:
    """Return a BandsData along a path of four points."""
    points, count = random.randint(40, 300), random.randint(8, 80)
    edge = _number(random, 2.5, 8)
    return _dump(
        {
            "cell": [[edge, 0.0, 0.0], [0.0, edge, 0.0], [0.0, 0.0, edge]],
            "pbc1": True,
            "pbc2": True,
            "pbc3": True,
            "units": "eV",
            "labels": ["GAMMA", "X", "M", "GAMMA"],
            "label_numbers": [0, points // 3, 2 * points // 3, points - 1],
            "array|bands": [points, count],
            "array|kpoints": [points, 3],
        }
    )


def trajectory(random: Random) -> str:
    """Return a TrajectoryData; the arrays are in files."""
    atoms, steps = random.randint(1, 60), random.randint(2, 40)
    shapes = {"positions": [steps, atoms, 3], "cells": [steps, 3, 3], "steps": [steps]}
    symbols = [random.choice(sorted(ELEMENTS)) for _ in range(atoms)]
    arrays = {f"array|{name}": shape for name, shape in shapes.items()}
    return _dump({"pbc": [True, True, True], "symbols": symbols} | arrays)


def kpoints(random: Random) -> str:
    """Return a mesh."""
    return _dump({"mesh": [random.randint(1, 12) for _ in range(3)], "offset": [0.0, 0.0, 0.0]})


def _table(row: dict[str, str]) -> str:
    """Return what `sacct --parsable` prints of a job and of its two steps."""
    lines = [row, *({**row, "JobID": f"%(job)s.{step}"} for step in ("batch", "extern"))]
    return "".join(f"{'|'.join(line)}|\n" for line in ([*row], *(line.values() for line in lines)))


def calculation_job(random: Random) -> str:
    """Return a finished job.

    Left open are `%(job)s`, `%(folder)s`, `%(time)s`, `%(exit)d`, and the times of the cluster,
    without a zone: `%(submitted)s`, `%(started)s`, `%(ended)s`.
    """
    machines = random.choice([1, 1, 1, 2, 4, 16])
    options = {
        "resources": {"num_machines": machines, "num_mpiprocs_per_machine": 36},
        "max_wallclock_seconds": random.choice([3600, 43200, 86400]),
        "queue_name": random.choice(["normal", "debug", "large"]),
        "account": "mr32",
        "withmpi": True,
    }
    names = {
        "input_filename": "aiida.in",
        "output_filename": "aiida.out",
        "scheduler_stdout": "_scheduler-stdout.txt",
        "scheduler_stderr": "_scheduler-stderr.txt",
        "submit_script_filename": "_aiidasubmit.sh",
    }
    accounting: dict[str, str] = {
        "Account": "mr32",
        "AveCPU": "00:12:41",
        "AveDiskRead": "1.92M",
        "AveRSS": "412K",
        "Elapsed": "00:13:02",
        "ExitCode": "0:0",
        "JobID": "%(job)s",
        "MaxRSS": "1204K",
        "NCPUS": str(36 * machines),
        "NNodes": str(machines),
        "NodeList": "nid0[1201-1204]",
        "Partition": str(options["queue_name"]),
        "State": "COMPLETED",
        "Submit": "%(submitted)s",
        "Start": "%(started)s",
        "End": "%(ended)s",
        "TotalCPU": "07:49:12.250",
        "Timelimit": "12:00:00",
    }
    return _dump(
        {
            "job_id": "%(job)s",
            "sealed": True,
            "version": {"core": "2.6.2", "plugin": "4.6.0"},
            "withmpi": True,
            **options,
            "append_text": "",
            "prepend_text": "",
            "exit_status": 41,
            "parser_name": "quantumespresso.pw",
            "last_job_info": {
                "title": "aiida-%(job)s",
                "job_id": "%(job)s",
                "raw_data": ["%(job)s", "R", "None", "nid01201", "mrossi", str(machines), "36"],
                "job_state": "running",
                "job_owner": "mrossi",
                "queue_name": options["queue_name"],
                "num_machines": machines,
                "submission_time": "%(time)s",
                "wallclock_time_seconds": random.randint(10, 80000),
                "requested_wallclock_time_seconds": 43200,
            },
            "process_label": "PwCalculation",
            "process_state": "finished",
            "retrieve_list": ["aiida.out", "_scheduler-stdout.txt", "_scheduler-stderr.txt"],
            "remote_workdir": "/scratch/mrossi/aiida/%(folder)s",
            "metadata_inputs": {"metadata": {"options": options, "dry_run": False}},
            "scheduler_state": "done",
            "detailed_job_info": {"retval": 0, "stderr": "", "stdout": _table(accounting)},
            "scheduler_lastchecktime": "%(time)s",
            "custom_scheduler_commands": "",
            "mpirun_extra_params": [],
            "environment_variables": {},
            "import_sys_environment": True,
            "retrieve_temporary_list": [],
            **names,
        }
    ).replace('"exit_status": 41', '"exit_status": %(exit)d')


def unfinished(job: str, state: str) -> str:
    """Return a job, its blanks filled in, as it is before it ends."""
    found = json.loads(job)
    for name in ("sealed", "exit_status", "scheduler_state", "detailed_job_info"):
        found.pop(name)
    paused = {"paused": True} if state == "waiting" else {}
    return _dump({**found, "process_state": state, **paused})


def killed(job: str) -> str:
    """Return a job, its blanks filled in, that somebody killed."""
    found = json.loads(job)
    found.pop("exit_status")
    return _dump({**found, "process_state": "killed", "process_status": "Killed through RPC"})


def excepted(label: str, error: str) -> str:
    """Return a work chain that ended with an exception."""
    found = json.loads(work_chain(label, 0))
    found.pop("exit_status")
    return _dump({**found, "process_state": "excepted", "exception": error})


def work_chain(label: str, exit_status: int) -> str:
    """Return a finished work chain."""
    return _dump(
        {
            "sealed": True,
            "version": {"core": "2.6.2", "plugin": "4.6.0"},
            "exit_status": exit_status,
            "process_label": label,
            "process_state": "finished",
            "metadata_inputs": {"metadata": {"label": "", "description": ""}},
            "stepper_state_info": "6:results",
        }
    )


FUNCTION = _dump(
    {
        "sealed": True,
        "version": {"core": "2.6.2", "plugin": "4.6.0"},
        "exit_status": 0,
        "function_name": "seekpath_structure_analysis",
        "process_label": "seekpath_structure_analysis",
        "process_state": "finished",
        "metadata_inputs": None,
        "function_namespace": "tools.structures",
        "function_number_of_lines": 34,
        "function_starting_line_number": 12,
    }
)
CODE = _dump(
    {
        "with_mpi": True,
        "append_text": "",
        "prepend_text": "module load cray-python",
        "input_plugin": "quantumespresso.pw",
        "use_double_quotes": False,
        "filepath_executable": "/apps/qe/7.2/bin/pw.x",
        "wrap_cmdline_params": False,
    }
)


@dataclass(frozen=True, slots=True)
class Files:
    """The contents of all files, and for each kind of node the trees that point to them.

    Shape: `contents` from SHA-256 to bytes; `trees` from kind to repository metadata as JSON.
    """

    contents: dict[str, bytes]
    trees: dict[str, tuple[str, ...]]


def _array(*shape: int) -> bytes:
    """Return a file of format NPY 1.0 with numbers in double precision."""
    count = 1
    for size in shape:
        count *= size
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    numbers = struct.pack(f"<{count}d", *(place / 7 for place in range(count)))
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + numbers


def files(variants: int = 24) -> Files:
    """Return what the nodes of the graph have in their repositories, always the same."""
    random = Random(2)  # noqa: S311 - repeatable, not secret
    contents: dict[str, bytes] = {}

    def keep(content: bytes) -> dict[str, str]:
        key = hashlib.sha256(content).hexdigest()
        contents[key] = content
        return {"k": key}

    def text(lines: int) -> bytes:
        words = (f"{random.uniform(-99, 99):.9f}" for _ in range(lines * 6))
        return "\n".join(" ".join(row) for row in zip(*[words] * 6, strict=True)).encode()

    def job() -> object:
        inner = {"calcinfo.json": keep(text(9)), "job_tmpl.json": keep(text(12))}
        sent = {"aiida.in": keep(text(40)), "_aiidasubmit.sh": keep(text(6))}
        return {".aiida": {"o": inner}, **sent}

    makers: dict[str, Callable[[], object]] = {
        "job": job,
        "retrieved": lambda: {
            "aiida.out": keep(text(random.randint(40, 400))),
            "_scheduler-stdout.txt": keep(b""),
            "_scheduler-stderr.txt": keep(text(1)),
        },
        "bands": lambda: {"bands.npy": keep(_array(40, 8)), "kpoints.npy": keep(_array(40, 3))},
        "trajectory": lambda: {
            "positions.npy": keep(_array(9, 8, 3)),
            "steps.npy": keep(_array(9)),
        },
        "function": lambda: {"source_file": keep(text(60))},
        "pseudo": lambda: {"Si.upf": keep(text(900))},
    }
    trees = {
        kind: tuple(_dump({"o": make()}) for _ in range(variants)) for kind, make in makers.items()
    }
    big = bytes(range(256)) * (BIG_FILE // 256)
    return Files(contents, trees | {"big": (_dump({"o": {"big.bin": keep(big)}}),)})
