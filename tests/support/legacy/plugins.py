"""Calculations whose entry points AiiDA 1 knew of archives of 0.3: the registry of 2018."""

from __future__ import annotations

CALCULATIONS = """
ase.ase castep.bs castep.castep castep.pot1d castep.spec castep.ts codtools.cifcellcontents
codtools.cifcodcheck codtools.cifcoddeposit codtools.cifcodnumbers codtools.ciffilter
codtools.cifsplitprimitive cp2k crystal17.basic crystal17.immigrant crystal17.main ddec diff
dynaphopy gollum.gollum gudhi.rdm kkr.kkr kkr.kkrimp kkr.kkrimporter kkr.voro lammps.combinate
lammps.force lammps.md lammps.optimize nwchem.basic nwchem.pymatgen phonopy.phono3py
phonopy.phonopy phtools.dmatrix phtools.surface qeq.eqeq qeq.qeq quantumespresso.cp
quantumespresso.dos quantumespresso.hp quantumespresso.matdyn quantumespresso.namelists
quantumespresso.neb quantumespresso.ph quantumespresso.pp quantumespresso.projwfc
quantumespresso.pw quantumespresso.pw2wannier90 quantumespresso.pwimmigrant quantumespresso.q2r
raspa siesta.siesta siesta.stm vasp.vasp vasp.vasp2w90 wannier90.wannier90 yambo.yambo
zeopp.network
""".split()  # noqa: SIM905 - a list would have a line for each
