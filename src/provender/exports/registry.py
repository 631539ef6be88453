"""Which types of node can be written, described and derived from, and by what. Floor: exports."""

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
"""Writers by type of node and format."""

DERIVED: dict[str, Callable[[Subject], dict[str, Any]]] = {
    "data.core.array.bands.BandsData.": bands.derived,
    "data.core.array.kpoints.KpointsData.": kpoints.derived,
    "data.core.structure.StructureData.": structures.derived,
}
"""What follows from the attributes and arrays of a node, by type; nothing for other types."""

DESCRIBED: tuple[tuple[str, Callable[[Subject], str]], ...] = (
    ("data.core.structure.", structures.describe),
    ("data.core.array.kpoints.", kpoints.describe),
    ("data.core.array.bands.", kpoints.describe),
    ("data.core.code.", codes.describe),
)
"""The text that stands for a node, by the beginning of its type."""

CALCULATION_STATES = frozenset(
    ("uploading", "submitting", "withscheduler", "stashing", "unstashing", "retrieving", "parsing")
)
"""What the attribute `state` of an active calculation job may be."""


def find_writer(node_type: str, download_format: str) -> Writer | None:
    """Return what writes nodes of a type in a format, or None."""
    return WRITERS.get(modern(node_type), {}).get(download_format)


def formats(node_type: str) -> list[str]:
    """Return the formats that nodes of a type can be written in here, sorted."""
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


def describe(subject: Subject) -> str:
    """Return the text that stands for a node; empty for most types.

    Raises:
        CannotExport, NoSuchFile: it cannot be made.
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
