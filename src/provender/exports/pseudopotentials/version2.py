"""Pseudopotential files of UPF version 2, which are almost XML. Floor: exports.

Source: the format description of Quantum ESPRESSO. All that the header names must be in the file. A
header may be incomplete: what it does not say follows from the elements, or is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar
from xml.etree import ElementTree as ET

from provender.exports.pseudopotentials.pseudopotential import (
    Augmented,
    Header,
    Pseudopotential,
    Radial,
)
from provender.exports.pseudopotentials.words import (
    LARGEST_MOMENTUM,
    MOST_FUNCTIONS,
    MOST_POINTS,
    read_count,
    read_flag,
    read_real,
    read_reals,
    unreadable,
)

Element = ET.Element

# Parts of the name of an augmentation function: `PP_QIJL`, two projectors, the angular momentum.
PARTS = 4

# XML with these can grow without bounds or read other files.
REFUSED = ("<!doctype", "<!entity")

# Smaller values at the end of a projector are cut off, as AiiDA does.
SMALLEST_VALUE = 1e-80

AUGMENTATION = "PP_NONLOCAL/PP_AUGMENTATION"
LONE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)")
Value = TypeVar("Value")


def read_second(text: str) -> Pseudopotential:
    """Return the pseudopotential of a file.

    Raises:
        CannotExport: not XML, or an element is missing or not of its form.
    """
    root = _parse(text)
    head = _element(root, "PP_HEADER")
    header = _header(root, head)
    has_mesh, is_coulomb = "mesh_size" in head.attrib, read_flag(head.get("is_coulomb", "F"))
    return Pseudopotential(
        header=header,
        radial_grid=_values(root, "PP_MESH/PP_R", is_needed=has_mesh),
        core_charge_density=_values(root, "PP_NLCC") if header.core_correction else None,
        local_potential=_values(root, "PP_LOCAL", is_needed=has_mesh and not is_coulomb),
        projectors=_projectors(root, header),
        couplings=_couplings(root, header, is_needed="number_of_proj" in head.attrib),
        wave_functions=_wave_functions(root, header),
        total_charge_density=_values(root, "PP_RHOATOM", is_needed=has_mesh),
        augmentation=_augmentation(root) if header.is_ultrasoft else None,
        augmented=_augmented(root, header) if _is_augmented(root, header) else None,
    )


def _parse(text: str) -> Element:
    """Return the tree of a file, without the remarks of its author, which are often not XML."""
    lowered = text.lower()
    if any(word in lowered for word in REFUSED):
        raise unreadable("it has a document type or entities")
    start, end = text.find("<UPF"), text.rfind("</UPF>")
    body = text[start : end + len("</UPF>")] if end >= 0 else text[start:]
    before, opening, rest = body.partition("<PP_INFO")
    body = before + rest.partition("</PP_INFO>")[2] if opening else body
    try:
        return ET.fromstring(LONE_AMPERSAND.sub("&amp;", body))  # noqa: S314 - see REFUSED
    except ET.ParseError as error:
        raise unreadable("its XML is damaged") from error


def _header(root: Element, head: Element) -> Header:
    """Return the header; what it does not say is taken from the elements that are there."""
    mesh = _values(root, "PP_MESH/PP_R", is_needed=False)
    projectors, waves = _number(root, "PP_NONLOCAL", "PP_BETA"), _number(root, "PP_PSWFC", "PP_CHI")
    return Header(
        number_of_proj=_optional(head, "number_of_proj", _functions, projectors),
        core_correction=_optional(head, "core_correction", read_flag, _has(root, "PP_NLCC")),
        element=_optional(head, "element", str.strip),
        pseudo_type=head.get("pseudo_type"),
        z_valence=_optional(head, "z_valence", read_real),
        mesh_size=_optional(head, "mesh_size", _points, None if mesh is None else len(mesh)),
        is_ultrasoft=_optional(head, "is_ultrasoft", read_flag, _has(root, AUGMENTATION)),
        number_of_wfc=_optional(head, "number_of_wfc", _functions, waves),
        spin_orbit=read_flag(head.get("has_so", "F")),
    )


def _optional(
    element: Element | None,
    name: str,
    read: Callable[[str], Value],
    otherwise: Value | None = None,
) -> Value | None:
    """Return the value of an attribute, or `otherwise` if there is no such attribute."""
    word = None if element is None else element.get(name)
    return otherwise if word is None else read(word)


def _functions(word: str) -> int:
    return read_count(word, MOST_FUNCTIONS)


def _points(word: str) -> int:
    return read_count(word, MOST_POINTS)


def _has(root: Element, path: str) -> bool | None:
    """Return True if there is such an element; without one nothing is known."""
    return True if root.find(path) is not None else None


def _number(root: Element, path: str, name: str) -> int | None:
    """Return how many numbered elements of a name an element has, or None without that element."""
    parent = root.find(path)
    if parent is None:
        return None
    return _functions(str(sum(1 for child in parent if child.tag.startswith(f"{name}."))))


def _is_augmented(root: Element, header: Header) -> bool:
    """Return whether the file is one of the projector augmented-wave method."""
    if header.pseudo_type is None:
        return root.find("PP_PAW") is not None
    return header.pseudo_type == "PAW"


def _projectors(root: Element, header: Header) -> list[Radial] | None:
    """Return the projectors, each up to its cutoff, or to its last value without a cutoff."""
    if header.number_of_proj is None:
        return None
    projectors = []
    for number in range(1, header.number_of_proj + 1):
        element = _element(root, f"PP_NONLOCAL/PP_BETA.{number}")
        cutoff = read_count(element.get("cutoff_radius_index", "0"), MOST_POINTS)
        function = read_reals((element.text or "").split())
        projectors.append(
            Radial(
                function[: cutoff or _length(function)],
                read_count(_attribute(element, "angular_momentum"), LARGEST_MOMENTUM),
                total_angular_momentum=_total(root, header, f"PP_RELBETA.{number}", "jjj"),
                label=element.get("label"),
            )
        )
    return projectors


def _length(function: list[float]) -> int:
    """Return the number of values before the zeros at the end, or of all if all are zeros."""
    end = len(function)
    while end and abs(function[end - 1]) <= SMALLEST_VALUE:
        end -= 1
    return end or len(function)


def _couplings(root: Element, header: Header, *, is_needed: bool) -> list[float] | None:
    """Return the coefficients of pairs of projectors."""
    if header.number_of_proj == 0:
        return []
    return _values(root, "PP_NONLOCAL/PP_DIJ", is_needed=is_needed)


def _wave_functions(root: Element, header: Header) -> list[Radial] | None:
    if header.number_of_wfc is None:
        return None
    functions = []
    for number in range(1, header.number_of_wfc + 1):
        element = _element(root, f"PP_PSWFC/PP_CHI.{number}")
        functions.append(
            Radial(
                read_reals((element.text or "").split()),
                read_count(_attribute(element, "l"), LARGEST_MOMENTUM),
                _optional(element, "occupation", read_real),
                _total(root, header, f"PP_RELWFC.{number}", "jchi"),
            )
        )
    return functions


def _total(root: Element, header: Header, name: str, attribute: str) -> float | None:
    """Return the total angular momentum of a function, or None without spin-orbit coupling."""
    if not header.spin_orbit:
        return None
    return read_real(_attribute(_element(root, f"PP_SPIN_ORB/{name}"), attribute))


def _augmentation(root: Element) -> list[Radial] | None:
    """Return the augmentation functions, or None if the file does not split them by momentum."""
    table = root.find(AUGMENTATION)
    elements = [] if table is None else [each for each in table if each.tag.startswith("PP_QIJL.")]
    functions = []
    for element in elements:
        first, second = _projector_pair(element.tag)
        word = element.get("angular_momentum", element.tag.rpartition(".")[2])
        momentum = read_count(word, 2 * LARGEST_MOMENTUM)
        values = read_reals((element.text or "").split())
        functions.append(Radial(values, momentum, i=first - 1, j=second - 1))
    return functions or None


def _projector_pair(name: str) -> tuple[int, int]:
    """Return the two projectors, from 1, in a name such as `PP_QIJL.1.2.0`."""
    words = name.split(".")
    if len(words) != PARTS:
        raise unreadable("an augmentation function in it belongs to no projectors")
    first, second = (read_count(word, MOST_FUNCTIONS, smallest=1) for word in words[1:3])
    return first, second


def _augmented(root: Element, header: Header) -> Augmented:
    """Return the parts of the projector augmented-wave method; older files have some of them."""
    table, paw = (root.find(path) for path in (AUGMENTATION, "PP_PAW"))
    return Augmented(
        cutoff_radius_index=_optional(table, "cutoff_r_index", _points),
        core_energy=_optional(paw, "core_energy", read_real),
        aug_integrals=_values(root, f"{AUGMENTATION}/PP_Q", is_needed=False),
        aug_multipoles=_values(root, f"{AUGMENTATION}/PP_MULTIPOLES", is_needed=False),
        ae_wfc=_full_wave_functions(root, header, "PP_AEWFC"),
        ps_wfc=_full_wave_functions(root, header, "PP_PSWFC"),
        occupations=_values(root, "PP_PAW/PP_OCCUPATIONS", is_needed=False),
        ae_core_charge_density=_values(root, "PP_PAW/PP_AE_NLCC", is_needed=False),
        ae_local_potential=_values(root, "PP_PAW/PP_AE_VLOC", is_needed=False),
    )


def _full_wave_functions(root: Element, header: Header, name: str) -> list[Radial]:
    functions = []
    for number in range(1, (header.number_of_proj or 0) + 1):
        element = root.find(f"PP_FULL_WFC/{name}.{number}")
        if element is not None:
            momentum = read_count(_attribute(element, "l"), LARGEST_MOMENTUM)
            functions.append(Radial(read_reals((element.text or "").split()), momentum))
    return functions


def _values(root: Element, path: str, *, is_needed: bool = True) -> list[float] | None:
    """Return the numbers of an element, or None if it is missing and not needed."""
    if not is_needed and root.find(path) is None:
        return None
    return read_reals((_element(root, path).text or "").split())


def _element(root: Element, path: str) -> Element:
    element = root.find(path)
    if element is None:
        raise unreadable(f"it has no element {path.rpartition('/')[2]}")
    return element


def _attribute(element: Element, name: str) -> str:
    value = element.get(name)
    if value is None:
        raise unreadable(f"its element {element.tag} has no {name}")
    return value
