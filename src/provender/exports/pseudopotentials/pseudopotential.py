"""The content of a pseudopotential file, and its JSON. Floor: exports.

A radial function has one number for each point of the radial grid, which is in bohr. Potentials are
in Rydberg here, as in the files, and in Hartree in the JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

# One Rydberg in Hartree.
RYDBERG = 0.5


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a file; its names are the keys of the JSON. What is not known is None.

    Only version 1 has `l_max`, only version 2 `is_ultrasoft`. In version 1 `spin_orbit` is None
    where there is no spin-orbit coupling.
    """

    number_of_proj: int | None
    core_correction: bool | None
    element: str | None
    pseudo_type: str | None
    z_valence: float | None
    mesh_size: int | None
    number_of_wfc: int | None
    is_ultrasoft: bool | None = None
    spin_orbit: bool | None = None
    l_max: int | None = None


@dataclass(frozen=True, slots=True)
class Radial:
    """A radial function with its angular momentum; the other fields are None where not known.

    An augmentation function belongs to the projectors `i` and `j`, which count from 0.
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
    """The additional parts of a file of the projector augmented-wave method, None where absent."""

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
    """The content of a file. What the file does not have is None.

    `couplings` are the coefficients of pairs of projectors, row by row.
    """

    header: Header
    radial_grid: list[float] | None
    core_charge_density: list[float] | None
    local_potential: list[float] | None
    projectors: list[Radial] | None
    couplings: list[float] | None
    wave_functions: list[Radial] | None
    total_charge_density: list[float] | None
    augmentation: list[Radial] | None = None
    augmented: Augmented | None = None

    def as_json(self, filename: str) -> dict[str, Any]:
        """Return the JSON without the parts that the file does not have.

        Source: the input format of the library SIRIUS, which AiiDA writes, too.
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
            augmentation=_listed(self.augmentation),
            paw_data=None if paw is None else _paw_data(paw),
            atomic_wave_functions=_listed(self.wave_functions),
            total_charge_density=self.total_charge_density,
        )
        return {"pseudo_potential": parts}


def _in_hartree(energies: Sequence[float] | None) -> list[float] | None:
    return None if energies is None else [energy * RYDBERG for energy in energies]


def _present(**parts: object) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part is not None}


def _listed(functions: Sequence[Radial] | None) -> list[dict[str, Any]] | None:
    if functions is None:
        return None
    names = [field.name for field in fields(Radial)]
    return [_present(**{name: getattr(each, name) for name in names}) for each in functions]


def _paw_data(paw: Augmented) -> dict[str, Any]:
    return _present(
        aug_integrals=paw.aug_integrals,
        aug_multipoles=paw.aug_multipoles,
        ae_wfc=_listed(paw.ae_wfc),
        ps_wfc=_listed(paw.ps_wfc),
        occupations=paw.occupations,
        ae_core_charge_density=paw.ae_core_charge_density,
        ae_local_potential=_in_hartree(paw.ae_local_potential),
    )
