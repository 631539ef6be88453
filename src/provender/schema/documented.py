"""The attributes of the types of nodes that AiiDA ships, as JSON Schema. Floor: schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provender.schema.types import CORE, DATA, SHIPPED

Attributes = Mapping[str, Mapping[str, Any]]


def _of(kind: str, text: str, **more: object) -> Mapping[str, Any]:
    return {"type": kind, "description": text, **more}


def _list(items: object, text: str, **more: object) -> Mapping[str, Any]:
    return {"type": "array", "items": items, "description": text, **more}


_NUMBER = {"type": "number"}
_STRING = {"type": "string"}
_VECTOR = {"type": "array", "items": _NUMBER, "minItems": 3, "maxItems": 3}
_CELL = _list(_VECTOR, "the three vectors of the cell in Å", minItems=3, maxItems=3)
_PERIODIC = {
    f"pbc{place}": _of("boolean", f"whether it is periodic along vector {place}")
    for place in (1, 2, 3)
}
_KIND = {
    "type": "object",
    "properties": {
        "name": _STRING,
        "symbols": {"type": "array", "items": _STRING},
        "weights": {"type": "array", "items": _NUMBER},
        "mass": _NUMBER,
    },
}
_SITE = {"type": "object", "properties": {"kind_name": _STRING, "position": _VECTOR}}
_KPOINTS: Attributes = {
    "mesh": _list({"type": "integer"}, "the points of a regular mesh along each vector"),
    "offset": _list(_NUMBER, "the offset of the mesh"),
    "labels": _list(_STRING, "labels of points"),
    "label_numbers": _list({"type": "integer"}, "the places of the labelled points"),
    "cell": _CELL,
    **_PERIODIC,
}
_CODE: Attributes = {
    "input_plugin": _of("string", "the entry point of the jobs that the code runs"),
    "append_text": _of("string", "lines of the job script after the run"),
    "prepend_text": _of("string", "lines of the job script before the run"),
    "use_double_quotes": _of("boolean", "whether arguments are in double quotes"),
    "with_mpi": _of("boolean", "whether it runs under MPI"),
}
_FILE: Attributes = {"filename": _of("string", "the name of the file in the repository")}
_REMOTE: Attributes = {"remote_path": _of("string", "the folder on the computer")}
_DATA: dict[str, Attributes] = {
    "int.Int": {"value": _of("integer", "the value")},
    "float.Float": {"value": _of("number", "the value")},
    "str.Str": {"value": _of("string", "the value")},
    "bool.Bool": {"value": _of("boolean", "the value")},
    "list.List": {"list": {"type": "array", "description": "the members"}},
    "structure.StructureData": {
        "cell": _CELL,
        **_PERIODIC,
        "kinds": _list(_KIND, "the kinds of atoms"),
        "sites": _list(_SITE, "the atoms; positions in Å"),
    },
    "array.kpoints.KpointsData": _KPOINTS,
    "array.bands.BandsData": {**_KPOINTS, "units": _of("string", "the unit of the bands")},
    "array.trajectory.TrajectoryData": {"symbols": _list(_STRING, "the symbols of the atoms")},
    "singlefile.SinglefileData": _FILE,
    "upf.UpfData": {
        **_FILE,
        "element": _of("string", "the symbol of the element"),
        "md5": _of("string", "the MD5 digest of the file"),
    },
    "cif.CifData": {**_FILE, "md5": _of("string", "the MD5 digest of the file")},
    "remote.RemoteData": _REMOTE,
    "code.installed.InstalledCode": {
        **_CODE,
        "filepath_executable": _of("string", "the path of the program"),
    },
    "code.portable.PortableCode": {
        **_CODE,
        "filepath_executable": _of("string", "the path of the program in the repository"),
    },
    "code.containerized.ContainerizedCode": {
        **_CODE,
        "filepath_executable": _of("string", "the path of the program in the image"),
        "image_name": _of("string", "the name of the image"),
        "engine_command": _of("string", "the command that starts the container"),
    },
}
_RUN: Attributes = {
    "process_label": _of("string", "the name of the class or the function"),
    "process_state": _of("string", "the state of the process"),
    "process_status": _of("string", "what the process is doing, in words"),
    "exit_status": _of("integer", "0 for success; another number names a failure"),
    "exit_message": _of("string", "the failure in words"),
    "exception": _of("string", "the error that broke the process off"),
    "paused": _of("boolean", "whether it is paused"),
    "sealed": _of("boolean", "whether nothing can be changed any more"),
    "version": _of("object", "versions of AiiDA and of the plugin"),
}
_FUNCTION: Attributes = {
    **_RUN,
    "function_name": _of("string", "the name of the function"),
    "function_namespace": _of("string", "the module of the function"),
}
_JOB: Attributes = {
    **_RUN,
    "job_id": _of("string", "the id that the scheduler gave"),
    "scheduler_state": _of("string", "the state in the scheduler"),
    "remote_workdir": _of("string", "the folder on the computer"),
    "retrieve_list": {"type": "array", "description": "the files to retrieve"},
    "resources": _of("object", "the machines and processors that were asked for"),
    "withmpi": _of("boolean", "whether it ran under MPI"),
}
_PROCESSES: dict[str, Attributes] = {
    "process.calculation.calcjob.CalcJobNode.": _JOB,
    "process.calculation.calcfunction.CalcFunctionNode.": _FUNCTION,
    "process.workflow.workfunction.WorkFunctionNode.": _FUNCTION,
    "process.workflow.workchain.WorkChainNode.": _RUN,
}
# The attributes of each type; none for a type that keeps what it has in files, or any keys.
DOCUMENTED: Mapping[str, Attributes] = {
    **{name: {} for name in sorted(SHIPPED)},
    **{f"{DATA}{CORE}{name}.": attributes for name, attributes in _DATA.items()},
    **_PROCESSES,
}
