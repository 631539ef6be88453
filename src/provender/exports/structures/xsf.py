"""Structures and trajectories as XSF. Floor: exports.

Source: the XSF specification of XCrySDen: keywords CRYSTAL, PRIMVEC, PRIMCOORD, ANIMSTEPS.
"""

from __future__ import annotations

from collections.abc import Iterable

from provender.exports.structures.elements import ATOMIC_NUMBERS
from provender.exports.structures.structures import Structure, read_structure
from provender.exports.subject import Export, Subject


def write(subject: Subject) -> Export:
    """Return the cell and the sites.

    Raises:
        CannotExport: the node is not a structure, or has sites that are mixed or have vacancies.
    """
    lines = ["CRYSTAL", *_frame(read_structure(subject), 1, decimals=10)]
    return Export(_text(lines))


def write_frames(frames: Iterable[Structure], count: int) -> Export:
    """Return `count` structures as an animation, numbered from 1; cells with five decimals."""
    lines = [f"ANIMSTEPS {count}", "CRYSTAL"]
    for number, frame in enumerate(frames, 1):
        lines.extend(_frame(frame, number, decimals=5))
    return Export(_text(lines))


def _frame(structure: Structure, number: int, *, decimals: int) -> list[str]:
    symbols = structure.symbols("XSF")
    rows = (" ".join(f"{length:18.{decimals}f}" for length in vector) for vector in structure.cell)
    lines = [f"PRIMVEC {number}", *rows, f"PRIMCOORD {number}", f"{len(symbols)} 1"]
    for symbol, site in zip(symbols, structure.sites, strict=True):
        x, y, z = site.position
        lines.append(f"{ATOMIC_NUMBERS[symbol]} {x:18.10f} {y:18.10f} {z:18.10f}")
    return lines


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
