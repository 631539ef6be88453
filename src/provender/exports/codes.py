"""Codes: the programs that calculations run. Floor: exports."""

from __future__ import annotations

from typing import Any

import yaml

from provender.errors import CannotExport
from provender.exports.subject import Export, Subject

LEGACY = ("Code", "AbstractCode")
"""Classes whose nodes may have no program, or name it otherwise."""

LINE_BREAKS = "\x85\u2028\u2029"
"""Characters that readers of YAML take for the end of a line unless they are escaped."""

FIELDS: tuple[tuple[str, str, type], ...] = (
    ("use_double_quotes", "use_double_quotes", bool),
    ("with_mpi", "with_mpi", bool),
    ("wrap_cmdline_params", "wrap_cmdline_params", bool),
    ("prepend_text", "prepend_text", str),
    ("append_text", "append_text", str),
    ("filepath_executable", "filepath_executable", str),
    ("filepath_executable", "remote_exec_path", str),
    ("filepath_executable", "local_executable", str),
    ("computer", "computer", str),
    ("engine_command", "engine_command", str),
    ("image_name", "image_name", str),
    ("default_calc_job_plugin", "input_plugin", str),
)
"""Key of the YAML, attribute of the node (or its computer), type of both.

Codes from before AiiDA 2.1 name their program as in the second and third row of it.
"""


def write_yaml(subject: Subject) -> Export:
    """Return what sets the code up again; what is not set is left out.

    The files of a portable code are not part of it: they are in its repository.

    Raises:
        CannotExport: the code names no program, or an attribute is of the wrong type.
    """
    document: dict[str, Any] = {"label": subject.label, "description": subject.description}
    values = {**subject.attributes, "computer": subject.computer}
    for key, name, kind in FIELDS:
        value = values.get(name)
        if value is None:
            continue
        if not isinstance(value, kind):
            raise CannotExport(f"The code cannot be written: its attribute `{name}` is odd.")
        document[key] = value
    if "filepath_executable" not in document and _class_name(subject) not in LEGACY:
        raise CannotExport("The code cannot be written: it has no `filepath_executable`.")
    plain = not any(mark in str(value) for value in document.values() for mark in LINE_BREAKS)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=plain)
    return Export(text.encode("utf-8"))


def describe(subject: Subject) -> str:
    """Return `LABEL@COMPUTER`, or `LABEL` for a portable code, `LABEL@repository` for an old one.

    Raises:
        CannotExport: the code should have a computer and has none.
    """
    kind = _class_name(subject)
    if kind == "PortableCode":
        return subject.label
    if subject.computer is None and kind not in LEGACY:
        raise CannotExport("The code has no computer.")
    return f"{subject.label}@{subject.computer or 'repository'}"


def _class_name(subject: Subject) -> str:
    return subject.node_type.rstrip(".").rpartition(".")[2]
