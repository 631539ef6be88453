"""The input and the output of a writer. Floor: exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from provender.exports.npy import Array, read_array


@dataclass(frozen=True, slots=True)
class Subject:
    """A node to write or to describe: its columns, its attributes, and a reader of its files.

    `computer` is the label of the node's computer. `read` takes the path of a file in the node's
    repository and gives its bytes; it raises `NoSuchFile` or `CorruptObject`.
    """

    uuid: str
    node_type: str
    label: str
    description: str
    attributes: Mapping[str, Any]
    read: Callable[[str], bytes]
    computer: str | None = None

    def array(self, name: str) -> Array:
        """Return a stored array (`NAME.npy`)."""
        return read_array(self.read(f"{name}.npy"))

    def array_names(self) -> list[str]:
        """Return the names of the stored arrays: attributes `array|NAME`, in code-point order."""
        prefix = "array|"
        return sorted(key.removeprefix(prefix) for key in self.attributes if key.startswith(prefix))


@dataclass(frozen=True, slots=True)
class Export:
    """A written file; `filename` is None where it is `UUID.FORMAT`."""

    content: bytes
    filename: str | None = None
