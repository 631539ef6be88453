"""Structures and trajectories as CIF. Floor: exports.

Source: the core CIF dictionary of the International Union of Crystallography.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import acos, degrees, pi

from provender.errors import CannotExport
from provender.exports.arrays import attribution
from provender.exports.cells import Cell, dot, norm, reciprocal
from provender.exports.structures.structures import Site, Structure, read_structure
from provender.exports.subject import Export, Subject

SYMMETRY = """\
_symmetry_space_group_name_H-M  'P 1'
_symmetry_Int_Tables_number  1
loop_
_symmetry_equiv_pos_as_xyz
'x, y, z'"""

COLUMNS = """\
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy"""


def write(subject: Subject) -> Export:
    """Return the structure without symmetry, one line for each symbol at a site.

    Raises:
        CannotExport: the node is not a structure, or its cell has no volume.
    """
    return write_blocks(subject, [(subject.uuid, read_structure(subject))])


def write_blocks(subject: Subject, blocks: Iterable[tuple[str, Structure]]) -> Export:
    """Return structures as blocks. Their names must differ and have no spaces."""
    texts = [f"# {attribution(subject)}\n"]
    texts.extend(_block(name, structure) for name, structure in blocks)
    return Export("\n".join(texts).encode())


def _block(name: str, structure: Structure) -> str:
    inverse = reciprocal(structure.cell)
    if inverse is None:
        raise CannotExport("The structure cannot be written as CIF: its cell has no volume.")
    lines = [f"data_{name}", *_cell_lines(structure.cell), SYMMETRY]
    counts: Counter[str] = Counter()
    rows: list[str] = []
    for site in structure.sites:
        rows.extend(_rows(site, _place(site, inverse, structure.periodic), counts))
    if rows:
        lines.extend((COLUMNS, *rows))
    return "\n".join(lines) + "\n"


def _cell_lines(cell: Cell) -> list[str]:
    first, second, third = cell
    angles = {"alpha": (second, third), "beta": (third, first), "gamma": (first, second)}
    lengths = [norm(vector) for vector in cell]
    lines = [
        f"_cell_length_{axis}  {length:.12f}" for axis, length in zip("abc", lengths, strict=True)
    ]
    for angle, (left, right) in angles.items():
        cosine = dot(left, right) / (norm(left) * norm(right))
        lines.append(f"_cell_angle_{angle}  {degrees(acos(max(-1.0, min(1.0, cosine)))):.12f}")
    return lines


def _place(site: Site, inverse: Cell, periodic: tuple[bool, bool, bool]) -> str:
    """Return the fractional coordinates, within [0, 1) along periodic directions."""
    places = [dot(site.position, row) / (2 * pi) for row in inverse]
    return " ".join(
        # Rounded first: what is just below 1 would be written as 1.
        f"{round(place, 12) % 1.0 if repeats else place:.12f}"
        for place, repeats in zip(places, periodic, strict=True)
    )


def _rows(site: Site, place: str, counts: Counter[str]) -> list[str]:
    """Return a line for each symbol at a site, numbered by `counts`, which is updated."""
    rows = []
    for symbol, weight in zip(site.kind.symbols, site.kind.weights, strict=True):
        counts[symbol] += 1
        rows.append(f"{symbol}{counts[symbol]} {symbol} {place} {weight:.8f}")
    return rows
