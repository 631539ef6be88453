"""The Brillouin zone of a lattice as a polyhedron. Floor: exports.

The zone is the set of points nearer to the origin than to any other lattice point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, permutations, product
from math import isfinite, pi
from typing import Any

from provender.exports.cells import Cell, Vector, added, determinant, dot, norm, reciprocal, scaled

Face = tuple[int, ...]

# Of a reduction; cells in use need fewer than ten.
MOST_STEPS = 1000

# The largest cosine of an angle that is taken for a right one.
ACUTE = 1e-12

# A corner that is closer to a plane lies on it; relative to the longest lattice vector.
ON_PLANE = 1e-10

# If the ratio of the shortest to the longest lattice vector is smaller, rounding hides the shape.
FLATTEST = 1e-6

# The largest relative error of the volume of a zone.
VOLUME_TOLERANCE = 1e-6

# Faces between the corners `--- --+ -+- -++ +-- +-+ ++- +++` of a right-handed basis.
PARALLELEPIPED: tuple[Face, ...] = (
    (4, 6, 7, 5),
    (0, 1, 3, 2),
    (2, 3, 7, 6),
    (0, 4, 5, 1),
    (1, 5, 7, 3),
    (0, 2, 6, 4),
)


@dataclass(frozen=True, slots=True)
class Zone:
    """A convex polyhedron; a face is the indices of its corners, anticlockwise from outside."""

    corners: tuple[Vector, ...]
    faces: tuple[Face, ...]

    def triangles(self) -> list[Face]:
        """Return the faces cut into triangles."""
        return [
            (face[0], second, third) for face in self.faces for second, third in pairwise(face[1:])
        ]

    def volume(self) -> float:
        """Return the volume."""
        return sum(
            determinant([self.corners[index] for index in triangle]) / 6
            for triangle in self.triangles()
        )

    def drawing(self) -> dict[str, Any]:
        """Return `faces` (points of each), `triangles` (indices), `triangles_vertices` (points)."""
        return {
            "faces": [[self.corners[index] for index in face] for face in self.faces],
            "triangles": self.triangles(),
            "triangles_vertices": self.corners,
        }


def brillouin_zone(cell: Cell) -> Zone | None:
    """Return the zone of a reciprocal cell, in its unit; None where rounding hides its shape.

    Only sums of the vectors of an obtuse superbase can bound the zone: 14 at most.
    Source: J. H. Conway, N. J. A. Sloane, Proc. R. Soc. Lond. A 436 (1992) 55.
    """
    base = _obtuse_superbase(cell)
    if base is None:
        return None
    neighbours = [_sum(some) for count in (1, 2, 3) for some in combinations(base, count)]
    lengths = [norm(neighbour) for neighbour in neighbours]
    zone = _parallelepiped(sorted(base, key=norm)[:3])
    if zone is None or min(lengths) < FLATTEST * max(lengths):
        return None
    for neighbour, length in zip(neighbours, lengths, strict=True):
        heights = [dot(corner, neighbour) / length - length / 2 for corner in zone.corners]
        zone = _cut(zone, heights, ON_PLANE * max(lengths))
    volume = abs(determinant(cell))
    return zone if abs(zone.volume() - volume) < VOLUME_TOLERANCE * volume else None


def _obtuse_superbase(cell: Cell) -> list[Vector] | None:
    """Return four lattice vectors of sum 0, no two at an acute angle: Selling's reduction.

    None if a cell is so oblique that it takes too many steps.
    """
    basis = _shortened(cell)
    base = [*basis, scaled(_sum(basis), -1)]
    for _ in range(MOST_STEPS):
        acute = _most_acute(base)
        if acute is None:
            return base
        turned = base[acute[0]]
        others = [base[index] for index in range(4) if index not in acute]
        base = [scaled(turned, -1), base[acute[1]], *(added(other, turned) for other in others)]
    return None


def _shortened(cell: Cell) -> list[Vector]:
    """Return a basis in which no vector gets shorter by a multiple of another one.

    It saves the reduction that follows one step for each unit of such a multiple.
    """
    basis = list(cell)
    for _ in range(MOST_STEPS):
        before = list(basis)
        for turned, other in permutations(range(3), 2):
            square = dot(basis[other], basis[other])
            times = dot(basis[turned], basis[other]) / square if square else 0.0
            if isfinite(times):
                basis[turned] = added(basis[turned], scaled(basis[other], -round(times)))
        if basis == before:
            break
    return basis


def _most_acute(base: Sequence[Vector]) -> tuple[int, int] | None:
    """Return the indices of the two vectors of the largest positive product, if there are any."""
    products = {
        (first, second): dot(base[first], base[second])
        for first, second in combinations(range(4), 2)
        if dot(base[first], base[second]) > ACUTE * norm(base[first]) * norm(base[second])
    }
    return max(products, key=products.__getitem__, default=None)


def _parallelepiped(basis: Sequence[Vector]) -> Zone | None:
    """Return what the bisecting planes of three lattice vectors and their opposites enclose."""
    if determinant(basis) < 0:
        basis = [scaled(vector, -1) for vector in basis]
    inverse = reciprocal(basis)
    if inverse is None:
        return None
    arms = [
        scaled(row, dot(vector, vector) / (4 * pi))
        for row, vector in zip(inverse, basis, strict=True)
    ]
    corners = [
        _sum([scaled(arm, sign) for arm, sign in zip(arms, signs, strict=True)])
        for signs in product((-1, 1), repeat=3)
    ]
    return Zone(tuple(corners), PARALLELEPIPED)


def _cut(zone: Zone, heights: Sequence[float], tolerance: float) -> Zone:
    """Return what is left of a zone below a plane; `heights` are those of its corners above it.

    Every corner is judged once and every edge is cut once, so that the faces still fit each
    other whatever the rounding.
    """
    if max(heights, default=0.0) <= tolerance:
        return zone
    corners = list(zone.corners)
    cuts: dict[frozenset[int], int] = {}
    faces = []
    for face in zone.faces:
        kept: list[int] = []
        for start, end in pairwise((*face, face[0])):
            if heights[start] <= tolerance:
                kept.append(start)
            if min(heights[start], heights[end]) < -tolerance and (
                max(heights[start], heights[end]) > tolerance
            ):
                edge = frozenset((start, end))
                if edge not in cuts:
                    cuts[edge] = len(corners)
                    corners.append(_crossing(zone, heights, start, end))
                kept.append(cuts[edge])
        faces.append(tuple(kept))
    faces = [face for face in faces if len(face) > 2]  # noqa: PLR2004 - two corners are an edge
    return _compact(Zone(tuple(corners), (*faces, _lid(faces))))


def _crossing(zone: Zone, heights: Sequence[float], start: int, end: int) -> Vector:
    """Return where the edge between two corners goes through the plane."""
    part = heights[start] / (heights[start] - heights[end])
    return added(scaled(zone.corners[start], 1 - part), scaled(zone.corners[end], part))


def _lid(faces: Sequence[Face]) -> Face:
    """Return the face that closes the others: the edges that have no opposite, in order."""
    edges = {edge for face in faces for edge in pairwise((*face, face[0]))}
    following = {end: start for start, end in edges if (end, start) not in edges}
    lid: list[int] = []
    corner = next(iter(following), None)
    while corner is not None:
        lid.append(corner)
        corner = following.pop(corner)
        if corner not in following:
            break
    return tuple(lid)


def _compact(zone: Zone) -> Zone:
    """Return a zone without the corners that no face has any more."""
    used = sorted({index for face in zone.faces for index in face})
    numbers = {index: number for number, index in enumerate(used)}
    corners = tuple(zone.corners[index] for index in used)
    return Zone(corners, tuple(tuple(numbers[i] for i in face) for face in zone.faces if face))


def _sum(vectors: Sequence[Vector]) -> Vector:
    total: Vector = (0.0, 0.0, 0.0)
    for vector in vectors:
        total = added(total, vector)
    return total
