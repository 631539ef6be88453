"""Pseudopotential files of UPF version 1. Floor: exports.

Source: the code of Quantum ESPRESSO that reads such files. A section stands between two tags. Each
record begins on a new line; the text behind its last number is a remark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provender.exports.pseudopotentials.pseudopotential import Header, Pseudopotential, Radial
from provender.exports.pseudopotentials.words import (
    LARGEST_MOMENTUM,
    MOST_FUNCTIONS,
    MOST_POINTS,
    MOST_TERMS,
    read_count,
    read_flag,
    read_real,
    read_reals,
    unreadable,
)

# The words of each line, without empty lines and lines with tags.
Lines = Iterator[list[str]]
# Total angular momenta, None without spin-orbit coupling.
Momenta = list[float | None]


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How augmentation functions are smoothed near the origin.

    Both lists are indexed by the angular momentum l. Below the radius the function is r^(l+2) times
    a polynomial of r² with these coefficients. Without coefficients the function stays as it is.
    """

    radii: list[float]
    coefficients: list[list[float]]

    def applied(self, momentum: int, grid: list[float], function: list[float]) -> list[float]:
        """Return a function of this angular momentum, smoothed."""
        if not self.coefficients:
            return function
        if momentum >= len(self.radii):
            raise unreadable("it has no smoothing for some of its augmentation functions")
        limit, terms = self.radii[momentum], list(enumerate(self.coefficients[momentum]))
        power = momentum + 2
        try:
            return [
                sum(term * (radius * radius) ** n for n, term in terms) * radius**power
                if radius < limit
                else value
                for radius, value in zip(grid, function, strict=True)
            ]
        except OverflowError as error:
            raise unreadable("a radius in it is too large") from error


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of grid points, of wave functions and of projectors."""

    mesh: int
    waves: int
    projectors: int


def read_first(text: str) -> Pseudopotential:
    """Return the pseudopotential of a file.

    Raises:
        CannotExport: a section is missing, or not of its form.
    """
    header, sizes = _header(text)
    mesh, with_spin = sizes.mesh, bool(header.spin_orbit)
    waves, momenta = _total_momenta(text, sizes) if with_spin else _no_momenta(sizes)
    body = _section(text, "PP_NONLOCAL") if sizes.projectors else ""
    grid, projectors = _values(text, "PP_R", mesh), _projectors(body, momenta)
    return Pseudopotential(
        header=header,
        radial_grid=grid,
        core_charge_density=_values(text, "PP_NLCC", mesh) if header.core_correction else None,
        local_potential=_values(text, "PP_LOCAL", mesh),
        projectors=projectors,
        couplings=_couplings(body, len(projectors)),
        wave_functions=_wave_functions(text, mesh, waves),
        total_charge_density=_values(text, "PP_RHOATOM", mesh),
        augmentation=_augmentation(body, grid, projectors) if header.pseudo_type == "US" else None,
    )


def _header(text: str) -> tuple[Header, Sizes]:
    """Return the header, one value on each line, always in the same order, and the sizes in it."""
    rows = iter(_section(text, "PP_HEADER").splitlines())
    lines = _words(rows)
    _, element, kind, correction = (_next(lines)[0] for _ in range(4))
    next(rows, None)  # the functional, whose line may be empty
    valence, _, _, momentum, mesh = (_next(lines)[0] for _ in range(5))
    numbers = _next(lines)
    if len(numbers) < 2:  # noqa: PLR2004 - wave functions and projectors
        raise unreadable("its header does not say how many functions it has")
    sizes = Sizes(
        read_count(mesh, MOST_POINTS),
        read_count(numbers[0], MOST_FUNCTIONS),
        read_count(numbers[1], MOST_FUNCTIONS),
    )
    header = Header(
        element=element,
        pseudo_type=kind,
        core_correction=read_flag(correction),
        z_valence=read_real(valence),
        l_max=read_count(momentum, LARGEST_MOMENTUM, smallest=-1),
        mesh_size=sizes.mesh,
        number_of_wfc=sizes.waves,
        number_of_proj=sizes.projectors,
        spin_orbit="<PP_ADDINFO>" in text or None,
    )
    return header, sizes


def _total_momenta(text: str, sizes: Sizes) -> tuple[Momenta, Momenta]:
    """Return the total angular momenta of the wave functions and of the projectors."""
    lines = _lines(_section(text, "PP_ADDINFO"))
    waves = [_word(_next(lines), 3) for _ in range(sizes.waves)]
    projectors = [_word(_next(lines), 1) for _ in range(sizes.projectors)]
    return [*map(read_real, waves)], [*map(read_real, projectors)]


def _no_momenta(sizes: Sizes) -> tuple[Momenta, Momenta]:
    return [None] * sizes.waves, [None] * sizes.projectors


def _projectors(body: str, momenta: Momenta) -> list[Radial]:
    """Return the projectors, which end at their cutoff, one for each total angular momentum.

    Their label is empty and their radii are 0, as in AiiDA.
    """
    sections = _sections(body, "PP_BETA")
    if len(sections) != len(momenta):
        raise unreadable("its header gives another number of projectors than it has")
    projectors = []
    for section, total in zip(sections, momenta, strict=True):
        lines = _lines(section)
        momentum = read_count(_word(_next(lines), 1), LARGEST_MOMENTUM)
        size = read_count(_next(lines)[0], MOST_POINTS)
        function = _take(lines, size)
        projectors.append(
            Radial(
                function,
                momentum,
                total_angular_momentum=total,
                label="",
                cutoff_radius=0.0,
                ultrasoft_cutoff_radius=0.0,
            )
        )
    return projectors


def _couplings(body: str, count: int) -> list[float]:
    """Return the coefficients of pairs of projectors.

    The file has each pair once, and only those whose coefficient is not 0.
    """
    table = [0.0] * (count * count)
    if not count:
        return table
    lines = _lines(_section(body, "PP_DIJ"))
    for _ in range(read_count(_next(lines)[0], len(table))):
        words = _next(lines)
        first, second = (read_count(_word(words, place), count) - 1 for place in (0, 1))
        if min(first, second) < 0:
            raise unreadable("a coefficient in it belongs to no projector")
        value = read_real(_word(words, 2))
        table[first * count + second] = table[second * count + first] = value
    return table


def _wave_functions(text: str, mesh: int, momenta: Momenta) -> list[Radial]:
    if not momenta:
        return []
    lines = _lines(_section(text, "PP_PSWFC"))
    functions = []
    for total in momenta:
        words = _next(lines)
        momentum = read_count(_word(words, 1), LARGEST_MOMENTUM)
        occupation = read_real(_word(words, 2))
        function = _take(lines, mesh)
        functions.append(Radial(function, momentum, occupation, total, label=words[0]))
    return functions


def _augmentation(body: str, grid: list[float], projectors: list[Radial]) -> list[Radial]:
    """Return the augmentation functions: one for each pair of projectors and angular momentum."""
    lines = _lines(_section(body, "PP_QIJ"))
    terms = read_count(_next(lines)[0], MOST_TERMS)
    momenta = sum(1 for section in _sections(body, "PP_RINNER") for _ in _lines(section))
    radii = [read_real(_word(_next(lines), 1)) for _ in range(momenta)]
    functions = []
    pairs = [(i, j) for i in range(len(projectors)) for j in range(i, len(projectors))]
    for i, j in pairs:
        _next(lines)
        _next(lines)
        function = _take(lines, len(grid))
        flat = _take(lines, terms * momenta)
        smoothing = Smoothing(radii, [flat[n : n + terms] for n in range(0, len(flat), terms or 1)])
        low, high = sorted(projectors[each].angular_momentum for each in (i, j))
        for momentum in range(high - low, high + low + 1, 2):
            values = smoothing.applied(momentum, grid, function)
            functions.append(Radial(values, momentum, i=i, j=j))
    return functions


def _values(text: str, name: str, count: int) -> list[float]:
    return _take(_lines(_section(text, name)), count)


def _section(text: str, name: str) -> str:
    sections = _sections(text, name)
    if not sections:
        raise unreadable(f"it has no section {name}")
    return sections[0]


def _sections(text: str, name: str) -> list[str]:
    """Return what stands between the tags of this name, for each pair of tags."""
    opening, closing = f"<{name}>", f"</{name}>"
    found, end = [], 0
    while (start := text.find(opening, end)) >= 0:
        end = text.find(closing, start)
        if end < 0:
            raise unreadable(f"its section {name} has no end")
        found.append(text[start + len(opening) : end])
    return found


def _lines(section: str) -> Lines:
    return _words(section.splitlines())


def _words(rows: Iterable[str]) -> Lines:
    stripped = (row.strip() for row in rows)
    return (row.split() for row in stripped if row and not row.startswith("<"))


def _next(lines: Lines) -> list[str]:
    words = next(lines, None)
    if words is None:
        raise unreadable("one of its sections is cut short")
    return words


def _word(words: list[str], place: int) -> str:
    if place >= len(words):
        raise unreadable("one of its lines is cut short")
    return words[place]


def _take(lines: Lines, count: int) -> list[float]:
    """Return this many numbers, which may stand on several lines."""
    values: list[float] = []
    while len(values) < count:
        values += read_reals(_next(lines)[: count - len(values)])
    return values
