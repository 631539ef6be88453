"""What a pseudopotential file holds, and its JSON. Floor: exports.

Radial functions have one number for each point of the radial grid, which is in bohr. Potentials are
in Rydberg here, as in the files, and in Hartree in the JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

RYDBERG = 0.5
"""Hartree."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a pseudopotential is; the names are those of the JSON.

    Version 1 has `l_max`, version 2 `is_ultrasoft`; `spin_orbit` is None in version 1 if there is
    no such coupling.
    """

    number_of_proj: int
    core_correction: bool
    element: str
    pseudo_type: str
    z_valence: float
    mesh_size: int
    number_of_wfc: int
    is_ultrasoft: bool | None = None
    spin_orbit: bool | None = None
    l_max: int | None = None


@dataclass(frozen=True, slots=True)
class Radial:
    """A function of the radius with an angular momentum; the others are None where they do not fit.

    `i` and `j` are the projectors, from 0, whose product a function augments.
    """

    radial_function: list[float]
    angular_momentum: int
    occupation: float | None = None
    total_angular_momentum: float | None = None
    i: int | None = None
    j: int | None = None
    label: str | None = None
    cutoff_radius: float | None = None
    ultrasoft_cutoff_radius: float | None = None


@dataclass(frozen=True, slots=True)
class Augmented:
    """What a file of the projector augmented-wave method adds; None where it is absent."""

    cutoff_radius_index: int | None
    core_energy: float | None
    aug_integrals: list[float] | None
    aug_multipoles: list[float] | None
    ae_wfc: list[Radial]
    ps_wfc: list[Radial]
    occupations: list[float] | None
    ae_core_charge_density: list[float] | None
    ae_local_potential: list[float] | None


@dataclass(frozen=True, slots=True)
class Pseudopotential:
    """The content of a file; `couplings` are the coefficients of projector pairs, row by row.

    `core_charge_density`, `augmentation` and `augmented` are None where the header has none.
    """

    header: Header
    radial_grid: list[float]
    core_charge_density: list[float] | None
    local_potential: list[float]
    projectors: list[Radial]
    couplings: list[float]
    wave_functions: list[Radial]
    total_charge_density: list[float]
    augmentation: list[Radial] | None = None
    augmented: Augmented | None = None

    def as_json(self, filename: str) -> dict[str, Any]:
        """Return the JSON; parts that the file does not have are left out.

        Source: the form of SIRIUS, in which AiiDA gives pseudopotentials.
        """
        header = _present(**asdict(self.header))
        paw = self.augmented
        if paw is not None:
            header |= _present(
                cutoff_radius_index=paw.cutoff_radius_index,
                paw_core_energy=None if paw.core_energy is None else paw.core_energy * RYDBERG,
            )
        parts = _present(
            header=header | {"original_upf_file": filename},
            radial_grid=self.radial_grid,
            core_charge_density=self.core_charge_density,
            local_potential=_in_hartree(self.local_potential),
            beta_projectors=_listed(self.projectors),
            D_ion=_in_hartree(self.couplings),
            augmentation=None if self.augmentation is None else _listed(self.augmentation),
            paw_data=None if paw is None else _paw_data(paw),
            atomic_wave_functions=_listed(self.wave_functions),
            total_charge_density=self.total_charge_density,
        )
        return {"pseudo_potential": parts}


def _in_hartree(energies: Sequence[float]) -> list[float]:
    return [energy * RYDBERG for energy in energies]


def _present(**parts: object) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part is not None}


def _listed(functions: Sequence[Radial]) -> list[dict[str, Any]]:
    names = [field.name for field in fields(Radial)]
    return [_present(**{name: getattr(each, name) for name in names}) for each in functions]


def _paw_data(paw: Augmented) -> dict[str, Any]:
    potential = paw.ae_local_potential
    return _present(
        aug_integrals=paw.aug_integrals,
        aug_multipoles=paw.aug_multipoles,
        ae_wfc=_listed(paw.ae_wfc),
        ps_wfc=_listed(paw.ps_wfc),
        occupations=paw.occupations,
        ae_core_charge_density=paw.ae_core_charge_density,
        ae_local_potential=None if potential is None else _in_hartree(potential),
    )
