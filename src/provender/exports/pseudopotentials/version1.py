"""Pseudopotential files of UPF version 1. Floor: exports.

Source: the readers of Quantum ESPRESSO. Sections stand between tags; each record begins on a line
of its own, and what follows its numbers on their last line is a remark.
"""

from __future__ import annotations

from collections.abc import Iterator
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

Lines = Iterator[list[str]]
"""The words of each line that is not empty and has no tag."""


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How augmentation functions go on below a radius, by angular momentum (the list's index).

    They are r^(l+2) times a polynomial of r²; without coefficients nothing is smoothed.
    """

    radii: list[float]
    coefficients: list[list[float]]

    def applied(self, momentum: int, grid: list[float], function: list[float]) -> list[float]:
        """Return a function with its smooth beginning for an angular momentum."""
        if not self.coefficients:
            return function
        if momentum >= len(self.radii):
            raise unreadable("it does not smooth all of its augmentation functions")
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
            raise unreadable("a radius in it is beyond all sense") from error


def read_first(text: str) -> Pseudopotential:
    """Return the pseudopotential of a file.

    Raises:
        CannotExport: a section is missing, or not of its form.
    """
    header = _header(text)
    mesh, wave_momenta, momenta = header.mesh_size, *_total_momenta(text, header)
    body = _section(text, "PP_NONLOCAL") if header.number_of_proj else ""
    grid, projectors = _values(text, "PP_R", mesh), _projectors(body, header, momenta)
    return Pseudopotential(
        header=header,
        radial_grid=grid,
        core_charge_density=_values(text, "PP_NLCC", mesh) if header.core_correction else None,
        local_potential=_values(text, "PP_LOCAL", mesh),
        projectors=projectors,
        couplings=_couplings(body, len(projectors)),
        wave_functions=_wave_functions(text, header, wave_momenta),
        total_charge_density=_values(text, "PP_RHOATOM", mesh),
        augmentation=_augmentation(body, grid, projectors) if header.pseudo_type == "US" else None,
    )


def _header(text: str) -> Header:
    """Return the header: one thing on each line, always in the same order."""
    lines = _lines(_section(text, "PP_HEADER"))
    head = [_next(lines) for _ in range(11)]
    if len(head[10]) < 2:  # noqa: PLR2004 - wave functions and projectors
        raise unreadable("its header does not say how many functions it has")
    return Header(
        element=head[1][0],
        pseudo_type=head[2][0],
        core_correction=read_flag(head[3][0]),
        z_valence=read_real(head[5][0]),
        l_max=read_count(head[8][0], LARGEST_MOMENTUM, smallest=-1),
        mesh_size=read_count(head[9][0], MOST_POINTS),
        number_of_wfc=read_count(head[10][0], MOST_FUNCTIONS),
        number_of_proj=read_count(head[10][1], MOST_FUNCTIONS),
        spin_orbit="<PP_ADDINFO>" in text or None,
    )


def _total_momenta(text: str, header: Header) -> tuple[list[float | None], list[float | None]]:
    """Return the total angular momenta of wave functions and of projectors, if there are any."""
    if not header.spin_orbit:
        return [None] * header.number_of_wfc, [None] * header.number_of_proj
    lines = _lines(_section(text, "PP_ADDINFO"))
    waves = [_word(_next(lines), 3) for _ in range(header.number_of_wfc)]
    projectors = [_word(_next(lines), 1) for _ in range(header.number_of_proj)]
    return [*map(read_real, waves)], [*map(read_real, projectors)]


def _projectors(body: str, header: Header, momenta: list[float | None]) -> list[Radial]:
    """Return the projectors, which end at their cutoff.

    AiiDA gives them no label and radii of 0; so do we.
    """
    sections = _sections(body, "PP_BETA")
    if len(sections) != header.number_of_proj:
        raise unreadable("it has not as many projectors as its header says")
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
    """Return the coefficients of projector pairs; those that are not 0 are stored, once a pair."""
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


def _wave_functions(text: str, header: Header, momenta: list[float | None]) -> list[Radial]:
    if not header.number_of_wfc:
        return []
    lines = _lines(_section(text, "PP_PSWFC"))
    functions = []
    for total in momenta:
        words = _next(lines)
        momentum = read_count(_word(words, 1), LARGEST_MOMENTUM)
        occupation = read_real(_word(words, 2))
        function = _take(lines, header.mesh_size)
        functions.append(Radial(function, momentum, occupation, total, label=words[0]))
    return functions


def _augmentation(body: str, grid: list[float], projectors: list[Radial]) -> list[Radial]:
    """Return the augmentation functions of projector pairs, one for each angular momentum."""
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
    """Return the texts between the tags of a name."""
    opening, closing = f"<{name}>", f"</{name}>"
    found, end = [], 0
    while (start := text.find(opening, end)) >= 0:
        end = text.find(closing, start)
        if end < 0:
            raise unreadable(f"its section {name} has no end")
        found.append(text[start + len(opening) : end])
    return found


def _lines(section: str) -> Lines:
    lines = (line.strip() for line in section.splitlines())
    return (line.split() for line in lines if line and not line.startswith("<"))


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
    """Return numbers that stand on as many lines as they need."""
    values: list[float] = []
    while len(values) < count:
        values += read_reals(_next(lines)[: count - len(values)])
    return values
