"""Crystal structures and molecules, read from the attributes of a node. Floor: exports.

Lengths are in angstrom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from math import gcd
from typing import Any

from provender.errors import CannotExport
from provender.exports.cells import Cell, Vector, cross, determinant, norm
from provender.exports.structures.elements import ATOMIC_NUMBERS, UNKNOWN
from provender.exports.subject import Subject
from provender.exports.values import read_cell, read_flags, read_numbers, read_vector

# If the weights of a kind sum to less than 1 by more than this, there is a vacancy, as in AiiDA.
WEIGHT_TOLERANCE = 1e-6

DIMENSIONS = ("", "length", "surface", "volume")


@dataclass(frozen=True, slots=True)
class Kind:
    """The elements at a site: one or more symbols, each with its weight."""

    name: str
    symbols: tuple[str, ...]
    weights: tuple[float, ...]

    @property
    def vacancy(self) -> float:
        """The fraction of these sites that is empty; 0 if the weights sum to 1."""
        missing = 1.0 - sum(self.weights)
        return missing if missing > WEIGHT_TOLERANCE else 0.0

    @property
    def is_mixed(self) -> bool:
        """Whether it is an alloy or has vacancies."""
        return len(self.symbols) != 1 or bool(self.vacancy)

    def parts(self) -> list[tuple[str, str]]:
        """Return symbols and weights with two decimals, sorted; vacancies are `X`."""
        weights = [*zip(self.symbols, self.weights, strict=True)]
        if self.vacancy:
            weights.append((UNKNOWN, self.vacancy))
        return sorted((symbol, f"{weight:.2f}") for symbol, weight in weights)

    def formula(self) -> str:
        """Return the symbol, or for an alloy or vacancies `{Fe0.50Ni0.50}`."""
        if not self.is_mixed:
            return self.symbols[0]
        return "{" + "".join(symbol + weight for symbol, weight in self.parts()) + "}"


@dataclass(frozen=True, slots=True)
class Site:
    """A position and the kind that occupies it."""

    kind: Kind
    position: Vector


@dataclass(frozen=True, slots=True)
class Structure:
    """A cell, the directions in which it repeats, and its sites."""

    cell: Cell
    periodic: tuple[bool, bool, bool]
    kinds: tuple[Kind, ...]
    sites: tuple[Site, ...]

    def symbols(self, form: str) -> list[str]:
        """Return the symbol of each site, for a format that has one symbol for each.

        Raises:
            CannotExport: a site is mixed or has vacancies.
        """
        if any(site.kind.is_mixed for site in self.sites):
            raise CannotExport(f"{form} for alloys or systems with vacancies not implemented.")
        return [site.kind.symbols[0] for site in self.sites]


def derived(subject: Subject) -> dict[str, Any]:
    """Return the formula and the dimensionality: its `dim`, `label` and `value`."""
    structure = read_structure(subject)
    return {"formula": formula(structure), "dimensionality": dimensionality(structure)}


def describe(subject: Subject) -> str:
    """Return the compact formula.

    Raises:
        CannotExport: the node has no sites, or is not a structure.
    """
    structure = read_structure(subject)
    if not structure.sites:
        raise CannotExport("The structure has no sites.")
    return formula(structure, compact=True)


def formula(structure: Structure, *, compact: bool = False) -> str:
    """Return the Hill formula, with the counts divided by their greatest common divisor if compact.

    Carbon and then hydrogen come first if there is carbon, the others by code point.

    Example:
        Two sites `{Fe0.50Ni0.50}` and one of oxygen give `O{Fe0.50Ni0.50}2`.
    """
    counts = Counter(site.kind.formula() for site in structure.sites)
    first = [symbol for symbol in ("C", "H") if "C" in counts and symbol in counts]
    order = first + sorted(counts.keys() - set(first))
    divisor = reduce(gcd, counts.values(), 0) if compact else 1
    numbers = ((symbol, counts[symbol] // divisor) for symbol in order)
    return "".join(f"{symbol}{number if number > 1 else ''}" for symbol, number in numbers)


def dimensionality(structure: Structure) -> dict[str, Any]:
    """Return `dim`, the number of periodic directions, its `label`, and their size as `value`.

    The value is in angstrom to the power of `dim`, and the integer 0 for a molecule.
    """
    pairs = zip(structure.cell, structure.periodic, strict=True)
    vectors = [vector for vector, repeats in pairs if repeats]
    value: float = 0
    if len(vectors) == 1:
        value = norm(vectors[0])
    elif len(vectors) == 2:  # noqa: PLR2004 - the number is the dimension
        value = norm(cross(vectors[0], vectors[1]))
    elif vectors:
        value = abs(determinant(vectors))
    return {"dim": len(vectors), "label": DIMENSIONS[len(vectors)], "value": value}


def read_structure(subject: Subject) -> Structure:
    """Return the structure of a node; a node without kinds and sites has an empty one.

    Raises:
        CannotExport: an attribute is missing or of the wrong form.
    """
    attributes = subject.attributes
    cell = read_cell(attributes.get("cell"))
    periodic = read_flags([attributes.get(f"pbc{axis}") for axis in (1, 2, 3)])
    kinds, sites = attributes.get("kinds", []), attributes.get("sites", [])
    if cell is None:
        raise _unreadable("its cell is not three vectors of three numbers")
    if periodic is None:
        raise _unreadable("its periodicity `pbc1`, `pbc2`, `pbc3` is not three truth values")
    if not isinstance(kinds, list) or not isinstance(sites, list):
        raise _unreadable("its kinds and sites are not lists")
    by_name = {kind.name: kind for kind in map(_read_kind, kinds)}
    return Structure(
        cell, periodic, tuple(by_name.values()), tuple(_read_site(site, by_name) for site in sites)
    )


def _read_kind(value: object) -> Kind:
    if not isinstance(value, dict) or not isinstance(name := value.get("name"), str):
        raise _unreadable("a kind has no name")
    symbols, weights = value.get("symbols"), value.get("weights")
    if not isinstance(symbols, list) or not symbols:
        raise _unreadable("a kind has no symbols")
    for symbol in symbols:
        if not isinstance(symbol, str) or symbol not in ATOMIC_NUMBERS:
            raise _unreadable("a symbol is not a chemical element")
    numbers = read_numbers(weights)
    if numbers is None or len(numbers) != len(symbols):
        raise _unreadable("a kind does not have one weight for each symbol")
    if min(numbers) < 0 or sum(numbers) > 1 + WEIGHT_TOLERANCE:
        raise _unreadable("the weights of a kind are negative or sum to more than 1")
    return Kind(name, tuple(symbols), numbers)


def _read_site(value: object, kinds: Mapping[str, Kind]) -> Site:
    if not isinstance(value, dict):
        raise _unreadable("a site has no kind and no position")
    name, position = value.get("kind_name"), read_vector(value.get("position"))
    if not isinstance(name, str) or name not in kinds:
        raise _unreadable("the kind of a site is not among its kinds")
    if position is None:
        raise _unreadable("the position of a site is not three numbers")
    return Site(kinds[name], position)


def _unreadable(reason: str) -> CannotExport:
    return CannotExport(f"The structure cannot be read: {reason}.")
