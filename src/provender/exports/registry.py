"""Which functions write, describe and derive from which types of node. Floor: exports."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from provender.exports import arrays, codes, singlefile
from provender.exports.bands import bands, grace, kpoints, plots, tables
from provender.exports.pseudopotentials import upf
from provender.exports.structures import chemdoodle, cif, structures, trajectories, xsf, xyz
from provender.exports.subject import Export, Subject
from provender.schema.types import JOB, modern

Writer = Callable[[Subject], Export]

# Formats that cannot be put into JSON.
BINARY_FORMATS = frozenset(("mpl_pdf", "mpl_png"))
# The library that a format needs and that an installation may lack.
LIBRARIES = {"mpl_pdf": "matplotlib", "mpl_png": "matplotlib"}
ARRAY: dict[str, Writer] = {"json": arrays.write_json}
CODE: dict[str, Writer] = {"yaml": codes.write_yaml, "yml": codes.write_yaml}

# The writers, by type of node and format.
WRITERS: dict[str, dict[str, Writer]] = {
    "data.core.array.ArrayData.": ARRAY,
    "data.core.array.bands.BandsData.": {
        "agr": grace.write_project,
        "agr_batch": grace.write_batch,
        "dat_blocks": tables.write_blocks,
        "dat_multicolumn": tables.write_multicolumn,
        "gnuplot": tables.write_gnuplot,
        "json": bands.write_json,
        "mpl_pdf": plots.write_pdf,
        "mpl_png": plots.write_png,
        "mpl_singlefile": plots.write_script,
        "mpl_withjson": plots.write_script_with_data,
    },
    "data.core.array.kpoints.KpointsData.": ARRAY,
    "data.core.array.projection.ProjectionData.": ARRAY,
    "data.core.array.trajectory.TrajectoryData.": {
        "cif": trajectories.write_cif,
        "json": arrays.write_json,
        "xsf": trajectories.write_xsf,
    },
    "data.core.array.xy.XyData.": ARRAY,
    "data.core.cif.CifData.": {"cif": singlefile.write_stored},
    "data.core.code.Code.": CODE,
    "data.core.code.abstract.AbstractCode.": CODE,
    "data.core.code.containerized.ContainerizedCode.": CODE,
    "data.core.code.installed.InstalledCode.": CODE,
    "data.core.code.portable.PortableCode.": CODE,
    "data.core.structure.StructureData.": {
        "chemdoodle": chemdoodle.write,
        "cif": cif.write,
        "xsf": xsf.write,
        "xyz": xyz.write,
    },
    "data.core.upf.UpfData.": {"json": upf.write_json, "upf": singlefile.write_stored},
}

# The derived properties, by type; other types have none.
DERIVED: dict[str, Callable[[Subject], dict[str, Any]]] = {
    "data.core.array.bands.BandsData.": bands.derived,
    "data.core.array.kpoints.KpointsData.": kpoints.derived,
    "data.core.structure.StructureData.": structures.derived,
}

# The descriptions, by the beginning of the type; other types have none.
DESCRIBED: tuple[tuple[str, Callable[[Subject], str]], ...] = (
    ("data.core.structure.", structures.describe),
    ("data.core.array.kpoints.", kpoints.describe),
    ("data.core.array.bands.", kpoints.describe),
    ("data.core.code.", codes.describe),
)

# The values of the attribute `state` of a calculation job that is active.
CALCULATION_STATES = frozenset(
    ("uploading", "submitting", "withscheduler", "stashing", "unstashing", "retrieving", "parsing")
)


def find_writer(node_type: str, download_format: str) -> Writer | None:
    """Return the function that writes nodes of a type in a format, or None."""
    return WRITERS.get(modern(node_type), {}).get(download_format)


def formats(node_type: str) -> list[str]:
    """Return the formats that this installation can write for nodes of a type, sorted."""
    return sorted(name for name in WRITERS.get(modern(node_type), {}) if _is_installed(name))


def _is_installed(download_format: str) -> bool:
    library = LIBRARIES.get(download_format)
    return library is None or find_spec(library) is not None


def derived(subject: Subject) -> dict[str, Any]:
    """Return the derived properties of a node; empty for most types.

    Raises:
        CannotExport: its attributes or arrays are incomplete.
    """
    function = DERIVED.get(modern(subject.node_type))
    return function(subject) if function else {}


def has_derived(node_type: str) -> bool:
    """Return whether nodes of a type have derived properties."""
    return modern(node_type) in DERIVED


def describe(subject: Subject) -> str:
    """Return the description of a node in trees; empty for most types.

    Raises:
        CannotExport, NoSuchFile: the attributes do not suffice for it.
    """
    if subject.node_type.startswith(JOB):
        return _describe_job(subject)
    for prefix, function in DESCRIBED:
        if modern(subject.node_type).startswith(prefix):
            return function(subject)
    return ""


def _describe_job(subject: Subject) -> str:
    state = subject.attributes.get("state")
    if state is None:
        return ""
    if isinstance(state, str) and state in CALCULATION_STATES:
        return state
    return subject.node_type.rstrip(".").rpartition(".")[2]
