"""Codes: the programs that calculations run. Floor: exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from provender.errors import CannotExport
from provender.exports.subject import Export, Subject

# Classes whose nodes may have no program, or name it otherwise.
LEGACY = ("Code", "AbstractCode")

# Characters that readers of YAML take for the end of a line unless they are escaped.
LINE_BREAKS = "\x85\u2028\u2029"


@dataclass(frozen=True, slots=True)
class Field:
    """A key of the YAML and where its value comes from.

    `name` is an attribute of the node, or `computer`, and `kind` the type of its value. The default
    is written where the code has no such attribute; without a default the key is left out.
    """

    key: str
    name: str
    kind: type
    default: bool | str | None = None


# Codes from before AiiDA 2.1 name their program as in the two rows after `filepath_executable`, and
# have none of the settings that came later. Their defaults are those of AiiDA.
FIELDS = (
    Field("use_double_quotes", "use_double_quotes", bool, default=False),
    Field("with_mpi", "with_mpi", bool),
    Field("wrap_cmdline_params", "wrap_cmdline_params", bool, default=False),
    Field("prepend_text", "prepend_text", str, default=""),
    Field("append_text", "append_text", str, default=""),
    Field("filepath_executable", "filepath_executable", str),
    Field("filepath_executable", "remote_exec_path", str),
    Field("filepath_executable", "local_executable", str),
    Field("computer", "computer", str),
    Field("engine_command", "engine_command", str),
    Field("image_name", "image_name", str),
    Field("default_calc_job_plugin", "input_plugin", str),
)


def write_yaml(subject: Subject) -> Export:
    """Return the settings from which AiiDA sets the code up again.

    Where the code does not have a setting, its default is written. The files of a portable code
    are not part of the YAML: they are in the repository of the node.

    Raises:
        CannotExport: the code names no program, or an attribute is of the wrong type.
    """
    document: dict[str, Any] = {"label": subject.label, "description": subject.description}
    values = {**subject.attributes, "computer": subject.computer}
    for field in FIELDS:
        value = values.get(field.name)
        if value is None:
            value = field.default
        elif not isinstance(value, field.kind):
            raise CannotExport(
                f"The code cannot be written: its attribute `{field.name}` is not "
                f"{'a string' if field.kind is str else 'true or false'}."
            )
        if value is not None:
            document[field.key] = value
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
