"""Structures as extended XYZ. Floor: exports.

Source: the extended XYZ format, keys `Lattice` and `pbc`.
"""

from __future__ import annotations

from provender.exports.structures.structures import read_structure
from provender.exports.subject import Export, Subject


def write(subject: Subject) -> Export:
    """Return the sites with their cell in the second line; no newline at the end.

    Raises:
        CannotExport: the node is not a structure, or has sites that are mixed or have vacancies.
    """
    structure = read_structure(subject)
    symbols = structure.symbols("XYZ")
    lattice = " ".join(str(number) for vector in structure.cell for number in vector)
    periodic = " ".join(str(flag) for flag in structure.periodic)
    lines = [str(len(symbols)), f'Lattice="{lattice}" pbc="{periodic}"']
    for symbol, site in zip(symbols, structure.sites, strict=True):
        x, y, z = site.position
        lines.append(f"{symbol:<6} {x:18.10f} {y:18.10f} {z:18.10f}")
    return Export("\n".join(lines).encode())
