"""The formats in which the end of a link can be had. Floor: translators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provender.exports import registry
from provender.store.files.tree import Tree, walk
from provender.translators.arrays import ENDING

JSON, FILE, FILES, NPZ = "json", "file", "files", "npz"
# The formats of a node with one array alone, besides those of its type.
OF_ONE_ARRAY = ("npy", "csv", "raw")
# The formats that a person wants first; other formats follow in the order of their names.
FIRST = ("cif", "upf", "json", "yaml")
# The types of content of formats; those of all others are plain text.
OCTETS, TEXT = "application/octet-stream", "text/plain; charset=utf-8"
MEDIA: Mapping[str, str] = {
    "json": "application/json",
    "chemdoodle": "application/json",
    "csv": "text/csv; charset=utf-8",
    "cif": "chemical/x-cif",
    "xyz": "chemical/x-xyz",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "mpl_pdf": "application/pdf",
    "mpl_png": "image/png",
    "files": "application/zip",
    **dict.fromkeys(("file", "npz", "npy", "raw"), OCTETS),
}


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a node: path and key of each, and the names of its arrays."""

    paths: tuple[tuple[str, str], ...]

    @property
    def arrays(self) -> tuple[str, ...]:
        """The names of the arrays."""
        return tuple(
            path.removesuffix(ENDING)
            for path, _ in self.paths
            if path.endswith(ENDING) and "/" not in path
        )


def files_of(tree: Tree) -> Files:
    """Return the files of a node."""
    return Files(tuple(walk(tree)))


def formats_of(node_type: str, files: Files) -> list[str]:
    """Return the formats of a node, the best one first.

    Everything has `json`: what the type writes, or else the attributes.
    """
    own = registry.formats(node_type)
    ordered = [name for name in (*FIRST, *own) if name in own]
    stored: list[str] = {0: [], 1: [FILE, FILES]}.get(len(files.paths), [FILES])
    arrays = files.arrays
    found = [NPZ] if arrays else []
    if not own and not arrays:
        found += stored
    found += [*ordered, JSON]
    if len(arrays) == 1:
        found += OF_ONE_ARRAY
    return list(dict.fromkeys((*found, *stored)))


def media_of(form: str) -> str:
    """Return the type of content of a format."""
    return MEDIA.get(form, TEXT)
