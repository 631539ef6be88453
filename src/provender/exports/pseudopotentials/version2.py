"""Pseudopotential files of UPF version 2, which are nearly XML. Floor: exports.

Source: the format description of Quantum ESPRESSO.
"""

from __future__ import annotations

import re
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

PARTS = 4
"""Parts of the name of an augmentation function: projectors and angular momentum."""

REFUSED = ("<!doctype", "<!entity")
"""What lets a small document grow without end or read other files."""

SMALLEST_VALUE = 1e-80
"""What is smaller at the end of a projector is none of it; as AiiDA has it."""

LONE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)")


def read_second(text: str) -> Pseudopotential:
    """Return the pseudopotential of a file.

    Raises:
        CannotExport: not XML, an element is missing, or not of its form.
    """
    root = _parse(text)
    head = _element(root, "PP_HEADER")
    header = _header(head)
    return Pseudopotential(
        header=header,
        radial_grid=_values(root, "PP_MESH/PP_R"),
        core_charge_density=_values(root, "PP_NLCC") if header.core_correction else None,
        local_potential=_values(root, "PP_LOCAL"),
        projectors=_projectors(root, header),
        couplings=_values(root, "PP_NONLOCAL/PP_DIJ") if header.number_of_proj else [],
        wave_functions=_wave_functions(root, header),
        total_charge_density=_values(root, "PP_RHOATOM"),
        augmentation=_augmentation(root) if header.is_ultrasoft else None,
        augmented=_augmented(root, header) if header.pseudo_type == "PAW" else None,
    )


def _parse(text: str) -> Element:
    """Return the tree of a file, without the remarks of its author, which are often no XML."""
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


def _header(head: Element) -> Header:
    return Header(
        number_of_proj=read_count(_attribute(head, "number_of_proj"), MOST_FUNCTIONS),
        core_correction=read_flag(_attribute(head, "core_correction")),
        element=_attribute(head, "element").strip(),
        pseudo_type=_attribute(head, "pseudo_type"),
        z_valence=read_real(_attribute(head, "z_valence")),
        mesh_size=read_count(_attribute(head, "mesh_size"), MOST_POINTS),
        is_ultrasoft=read_flag(_attribute(head, "is_ultrasoft")),
        number_of_wfc=read_count(_attribute(head, "number_of_wfc"), MOST_FUNCTIONS),
        spin_orbit=read_flag(head.get("has_so", "F")),
    )


def _projectors(root: Element, header: Header) -> list[Radial]:
    """Return the projectors up to their cutoff, or to their last value if none was set."""
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
    """Return the number of values before the zeros at the end; all if there is nothing else."""
    end = len(function)
    while end and abs(function[end - 1]) <= SMALLEST_VALUE:
        end -= 1
    return end or len(function)


def _wave_functions(root: Element, header: Header) -> list[Radial]:
    functions = []
    for number in range(1, header.number_of_wfc + 1):
        element = _element(root, f"PP_PSWFC/PP_CHI.{number}")
        functions.append(
            Radial(
                read_reals((element.text or "").split()),
                read_count(_attribute(element, "l"), LARGEST_MOMENTUM),
                read_real(_attribute(element, "occupation")),
                _total(root, header, f"PP_RELWFC.{number}", "jchi"),
            )
        )
    return functions


def _total(root: Element, header: Header, name: str, attribute: str) -> float | None:
    """Return the total angular momentum of a function, if there is spin-orbit coupling."""
    if not header.spin_orbit:
        return None
    return read_real(_attribute(_element(root, f"PP_SPIN_ORB/{name}"), attribute))


def _augmentation(root: Element) -> list[Radial] | None:
    """Return the augmentation functions, or None if they are not given by angular momentum."""
    table = root.find("PP_NONLOCAL/PP_AUGMENTATION")
    elements = [] if table is None else [each for each in table if each.tag.startswith("PP_QIJL.")]
    functions = []
    for element in elements:
        first, second = _projector_pair(element.tag)
        momentum = read_count(_attribute(element, "angular_momentum"), 2 * LARGEST_MOMENTUM)
        values = read_reals((element.text or "").split())
        functions.append(Radial(values, momentum, i=first - 1, j=second - 1))
    return functions or None


def _projector_pair(name: str) -> tuple[int, int]:
    """Return the numbers, from 1, in the name of an augmentation function: `PP_QIJL.1.2.0`."""
    words = name.split(".")
    if len(words) != PARTS:
        raise unreadable("an augmentation function in it belongs to no projectors")
    first, second = (read_count(word, MOST_FUNCTIONS, smallest=1) for word in words[1:3])
    return first, second


def _augmented(root: Element, header: Header) -> Augmented:
    """Return what the projector augmented-wave method adds; older files have only some of it."""
    table, paw = root.find("PP_NONLOCAL/PP_AUGMENTATION"), root.find("PP_PAW")
    cutoff = None if table is None else table.get("cutoff_r_index")
    energy = None if paw is None else paw.get("core_energy")
    return Augmented(
        cutoff_radius_index=None if cutoff is None else read_count(cutoff, MOST_POINTS),
        core_energy=None if energy is None else read_real(energy),
        aug_integrals=_optional(root, "PP_NONLOCAL/PP_AUGMENTATION/PP_Q"),
        aug_multipoles=_optional(root, "PP_NONLOCAL/PP_AUGMENTATION/PP_MULTIPOLES"),
        ae_wfc=_full_wave_functions(root, header, "PP_AEWFC"),
        ps_wfc=_full_wave_functions(root, header, "PP_PSWFC"),
        occupations=_optional(root, "PP_PAW/PP_OCCUPATIONS"),
        ae_core_charge_density=_optional(root, "PP_PAW/PP_AE_NLCC"),
        ae_local_potential=_optional(root, "PP_PAW/PP_AE_VLOC"),
    )


def _full_wave_functions(root: Element, header: Header, name: str) -> list[Radial]:
    functions = []
    for number in range(1, header.number_of_proj + 1):
        element = root.find(f"PP_FULL_WFC/{name}.{number}")
        if element is not None:
            momentum = read_count(_attribute(element, "l"), LARGEST_MOMENTUM)
            functions.append(Radial(read_reals((element.text or "").split()), momentum))
    return functions


def _values(root: Element, path: str) -> list[float]:
    return read_reals((_element(root, path).text or "").split())


def _optional(root: Element, path: str) -> list[float] | None:
    return None if root.find(path) is None else _values(root, path)


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
