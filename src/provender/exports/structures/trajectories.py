"""Trajectories: a structure for each step. Floor: exports.

Arrays: `positions` (steps, atoms, 3) and `cells` (steps, 3, 3) in angstrom, `steps` (steps).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provender.errors import CannotExport
from provender.exports import arrays
from provender.exports.cells import Cell, Vector
from provender.exports.npy import Array
from provender.exports.structures import cif, xsf
from provender.exports.structures.elements import ATOMIC_NUMBERS
from provender.exports.structures.structures import Kind, Site, Structure
from provender.exports.subject import Export, Subject
from provender.exports.values import AXES, read_flags, read_numbers


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The kinds of the atoms, the same in every step; cells and positions of all steps in a row."""

    kinds: tuple[Kind, ...]
    periodic: tuple[bool, bool, bool]
    cells: tuple[Vector, ...]
    positions: tuple[Vector, ...]

    @property
    def count(self) -> int:
        """The number of steps."""
        return len(self.cells) // AXES

    def frames(self) -> Iterator[Structure]:
        """Yield the structure of each step, one at a time, since there may be many."""
        atoms = len(self.kinds)
        for step in range(self.count):
            first, second, third = self.cells[step * AXES : (step + 1) * AXES]
            cell: Cell = (first, second, third)
            positions = self.positions[step * atoms : (step + 1) * atoms]
            sites = tuple(map(Site, self.kinds, positions))
            yield Structure(cell, self.periodic, self.kinds, sites)


def write_xsf(subject: Subject) -> Export:
    """Return the steps as an animation.

    Raises:
        CannotExport: the node is not a trajectory, or has no cells.
    """
    trajectory = read_trajectory(subject)
    return xsf.write_frames(trajectory.frames(), trajectory.count)


def write_cif(subject: Subject) -> Export:
    """Return one block for each step, numbered from 1.

    Raises:
        CannotExport: the node is not a trajectory, has no cells, or one without volume.
    """
    frames = read_trajectory(subject).frames()
    return cif.write_blocks(
        subject, ((f"step_{step}", frame) for step, frame in enumerate(frames, 1))
    )


def read_trajectory(subject: Subject) -> Trajectory:
    """Return the trajectory of a node, which may have no steps or no atoms.

    It is periodic in all directions unless the node says otherwise.

    Raises:
        CannotExport: an attribute or an array is missing or of the wrong form.
    """
    stored = subject.attributes.get("pbc")
    periodic = (True, True, True) if stored is None else read_flags(stored)
    if periodic is None:
        raise _unreadable("its periodicity is not three booleans")
    positions, cells = _read(subject, "positions"), _read(subject, "cells")
    symbols = _read_symbols(subject)
    steps = positions.shape[0] if positions.shape else 0
    if positions.shape != (steps, len(symbols), AXES) or cells.shape != (steps, AXES, AXES):
        raise _unreadable("its positions, cells and symbols do not fit each other")
    kinds = {symbol: Kind(symbol, (symbol,), (1.0,)) for symbol in symbols}
    return Trajectory(
        tuple(kinds[symbol] for symbol in symbols), periodic, _vectors(cells), _vectors(positions)
    )


def _read(subject: Subject, name: str) -> Array:
    if name not in subject.array_names():
        raise _unreadable(f"it has no {name}")
    return arrays.read_stored(subject, name)


def _read_symbols(subject: Subject) -> list[str]:
    """Return the symbols of the atoms; old nodes have an array of them."""
    symbols = subject.attributes.get("symbols")
    if symbols is None:
        symbols = _read(subject, "symbols").values
    if not isinstance(symbols, list):
        raise _unreadable("its symbols are not a list")
    for symbol in symbols:
        if not isinstance(symbol, str) or symbol not in ATOMIC_NUMBERS:
            raise _unreadable("a symbol is not a chemical element")
    return symbols


def _vectors(array: Array) -> tuple[Vector, ...]:
    numbers = read_numbers(array.values)
    if numbers is None:
        raise _unreadable("not all of its positions and cells are finite numbers")
    return tuple(zip(numbers[::AXES], numbers[1::AXES], numbers[2::AXES], strict=True))


def _unreadable(reason: str) -> CannotExport:
    return CannotExport(f"The trajectory cannot be read: {reason}.")
