"""Structures as JSON for the ChemDoodle web components. Floor: exports."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import orjson

from provender.exports.cells import Vector, added, scaled
from provender.exports.structures.elements import UNKNOWN
from provender.exports.structures.structures import Kind, Structure, read_structure
from provender.exports.subject import Export, Subject

AXES = "xyz"


def write(subject: Subject) -> Export:
    """Return one unit cell whose centre is the origin.

    Its shape is `{s: [cell], m: [{a: [atom]}], units}`: the cell has a key for each corner (`o`,
    `x`, `xy`, …), an atom `l`, `x`, `y`, `z` and its label in HTML.

    Raises:
        CannotExport: the node is not a structure.
    """
    structure = read_structure(subject)
    corner = scaled(_sum((0.0, 0.0, 0.0), *structure.cell), -0.5)
    document = {
        "s": [{"t": "UnitCell", "i": "s0", **_corners(structure, corner)}],
        "m": [{"a": _atoms(structure, corner)}],
        "units": "&Aring;",
    }
    return Export(orjson.dumps(document))


def _corners(structure: Structure, origin: Vector) -> dict[str, Vector]:
    vectors = dict(zip(AXES, structure.cell, strict=True))
    corners = {"o": origin}
    for count in (1, 2, 3):
        for axes in combinations(AXES, count):
            corners["".join(axes)] = _sum(origin, *(vectors[axis] for axis in axes))
    return corners


def _atoms(structure: Structure, origin: Vector) -> list[dict[str, Any]]:
    atoms = []
    for site in structure.sites:
        place = dict(zip(AXES, added(site.position, origin), strict=True))
        atoms.append({"l": site.kind.formula(), **place, "atomic_elements_html": _html(site.kind)})
    return atoms


def _html(kind: Kind) -> str:
    """Return the elements of a kind as HTML. Symbols are known ones and need no escaping."""
    if not kind.is_mixed:
        return _shown(kind.symbols[0])
    parts = [f"{_shown(symbol)}<sub>{weight}</sub>" for symbol, weight in kind.parts()]
    return " + ".join(parts)


def _shown(symbol: str) -> str:
    return "vacancy" if symbol == UNKNOWN else symbol


def _sum(start: Vector, *vectors: Vector) -> Vector:
    total = start
    for vector in vectors:
        total = added(total, vector)
    return total
