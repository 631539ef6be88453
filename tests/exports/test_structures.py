from __future__ import annotations

import io
import json
import warnings

import ase.io
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CannotExport
from provender.exports.structures import chemdoodle, cif, structures, xsf, xyz
from provender.exports.subject import Subject
from support.compare_golden import differences

STRUCTURE = "data.core.structure.StructureData."
WRITERS = {"xyz": xyz, "xsf": xsf, "cif": cif, "chemdoodle": chemdoodle}
ALLOY = "92ac6449"
CELL = [[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.5, 0.0, 5.0]]


def no_files(path):
    raise AssertionError(f"a structure has no files, but {path} was read")


def subject(attributes):
    return Subject("0" * 8, STRUCTURE, "", "", attributes, no_files)


def structure(*sites, cell=CELL, periodic=(True, True, True), **kinds):
    """A structure of sites `(kind name, position)`; kinds are symbols or `{symbol: weight}`."""
    parts = {name: kind if isinstance(kind, dict) else {kind: 1.0} for name, kind in kinds.items()}
    return subject(
        {
            "cell": cell,
            **{f"pbc{axis}": flag for axis, flag in enumerate(periodic, 1)},
            "kinds": [
                {"name": name, "symbols": list(part), "weights": list(part.values()), "mass": 1.0}
                for name, part in parts.items()
            ],
            "sites": [{"kind_name": name, "position": list(place)} for name, place in sites],
        }
    )


def text(module, node):
    export = module.write(node)
    assert export.filename is None
    return export.content.decode()


def read(form, content):
    """What ASE makes of a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ase.io.read(io.StringIO(content), format=form, index=":")


def table(content):
    """The rows of the sites of a CIF file, as words."""
    rows = content.split("_atom_site_occupancy\n")[1].strip().splitlines()
    return [row.split() for row in rows]


def download(form):
    """The pattern of requests for a format, as a file or inside of JSON."""
    return rf"download\?download_format=(%22)?{form}(%22)?(&download=.*)?"


@pytest.mark.parametrize(("form", "count"), [("xyz", 14), ("xsf", 10)])
def test_recorded_texts_byte_by_byte(form, count, answers):
    found = list(answers(STRUCTURE, download(form)))
    assert len(found) == count
    for node, record in found:
        expected = record.get("text") or record["json"]["data"]["download"]["data"]
        assert text(WRITERS[form], node) == expected, record["id"]


def test_recorded_chemdoodle(answers):
    found = list(answers(STRUCTURE, download("chemdoodle")))
    assert len(found) == 9
    for node, record in found:
        written = json.loads(text(chemdoodle, node))
        assert list(differences(json.loads(record["text"]), written)) == [], record["id"]


def test_recorded_cif_holds_the_same_structure(answers):
    found = list(answers(STRUCTURE, download("cif")))
    assert len(found) == 8
    for node, record in found:
        (expected,), (written,) = read("cif", record["text"]), read("cif", text(cif, node))
        assert written.get_chemical_symbols() == expected.get_chemical_symbols(), record["id"]
        assert np.abs(written.cell - expected.cell).max() < 1e-9
        assert np.abs(written.positions - expected.positions).max() < 1e-9
        assert written.info["spacegroup"] == expected.info["spacegroup"]


def test_recorded_derived_properties(answers):
    found = list(answers(STRUCTURE, "contents/derived_properties"))
    assert len(found) == 13
    for node, record in found:
        expected = record["json"]["data"]["derived_properties"]
        assert list(differences(expected, structures.derived(node))) == [], record["id"]


def test_recorded_descriptions(descriptions, subject_of):
    found = list(descriptions(STRUCTURE))
    assert len(found) == 28
    for store, uuid, description in found:
        assert structures.describe(subject_of(store, uuid)) == description


@pytest.mark.parametrize("form", ["xyz", "xsf", "cif"])
def test_ase_reads_what_is_written(form, archives):
    count = 0
    for nodes in archives.values():
        for node in nodes.values():
            kinds = {kind["name"]: kind for kind in node.attributes.get("kinds", [])}
            if node.node_type != STRUCTURE or any(len(k["symbols"]) > 1 for k in kinds.values()):
                continue
            count += 1
            (atoms,) = read("extxyz" if form == "xyz" else form, text(WRITERS[form], node))
            sites = node.attributes["sites"]
            symbols = [kinds[site["kind_name"]]["symbols"][0] for site in sites]
            assert atoms.get_chemical_symbols() == symbols
            places = np.array([site["position"] for site in sites])
            cell = np.array(node.attributes["cell"])
            if form == "cif":
                assert np.allclose(atoms.cell.volume, abs(np.linalg.det(cell)), atol=1e-8)
                apart = atoms.get_scaled_positions(wrap=False) - places @ np.linalg.inv(cell)
                assert np.allclose(apart, np.rint(apart), atol=1e-9)
            else:
                assert np.allclose(atoms.cell, cell, atol=1e-9)
                assert np.allclose(atoms.positions, places, atol=1e-9)
            if form == "xyz":
                assert list(atoms.pbc) == [node.attributes[f"pbc{axis}"] for axis in (1, 2, 3)]
    assert count > 30


def test_the_cif_of_an_alloy_has_occupancies(subject_of):
    content = text(cif, subject_of("lab", ALLOY))
    assert [(row[0], row[1], float(row[5])) for row in table(content)] == [
        ("Fe1", "Fe", 0.5),
        ("Ni1", "Ni", 0.5),
    ]
    (atoms,) = read("cif", content)
    assert list(atoms.info["occupancy"].values()) == [{"Fe": 0.5, "Ni": 0.5}] * 2


def test_the_cif_of_a_structure_with_vacancies(subject_of):
    rows = table(text(cif, subject_of("materials", "e69df908")))
    assert [(row[1], float(row[5])) for row in rows] == [("Mg", 0.6), ("Fe", 0.3), ("O", 1.0)]
    assert rows[0][2:5] == rows[1][2:5]


@pytest.mark.parametrize("store_and_uuid", [("lab", ALLOY), ("materials", "e69df908")])
@pytest.mark.parametrize("form", ["xyz", "xsf"])
def test_formats_with_one_symbol_for_each_site_refuse_mixed_ones(form, store_and_uuid, subject_of):
    with pytest.raises(CannotExport) as caught:
        WRITERS[form].write(subject_of(*store_and_uuid))
    expected = f"{form.upper()} for alloys or systems with vacancies not implemented."
    assert caught.value.message == expected


def test_labels_of_a_cif_are_unique_and_fractions_within_the_cell():
    node = structure(
        ("Fe1", (-3.0 - 1e-14, 0, 0)),
        ("Fe2", (3.5, -1, 6)),
        Fe1="Fe",
        Fe2="Fe",
    )
    rows = table(text(cif, node))
    assert [row[0] for row in rows] == ["Fe1", "Fe2"]
    assert [list(map(float, row[2:5])) for row in rows] == [
        [0, 0, 0],
        pytest.approx([0.966666666667, 0.75, 0.2]),
    ]


def test_fractions_are_not_wrapped_where_the_structure_does_not_repeat():
    node = structure(("H", (-1, -2, 9)), H="H", periodic=(True, False, True))
    assert list(map(float, table(text(cif, node))[0][2:5])) == pytest.approx(
        [0.366666666667, -0.5, 0.8]
    )


FORMULAS = [
    ("Fe2O2", "FeO", {"a": "Fe", "b": "Fe", "c": "O"}, "abcc"),
    ("C2H2O2X", "C2H2O2X", {"X": "X", "C": "C", "H": "H", "O": "O"}, "XCCHHOO"),
    ("AgHX", "AgHX", {"H": "H", "A": "Ag", "X": "X"}, "HAX"),
    ("CO", "CO", {"O": "O", "C": "C"}, "OC"),
    (
        "O2{Co0.30Fe0.20X0.50}2{Ni0.50X0.50}2",
        "O{Co0.30Fe0.20X0.50}{Ni0.50X0.50}",
        {"a": {"Fe": 0.2, "Co": 0.3}, "b": {"Ni": 0.5}, "O": "O"},
        "aabbOO",
    ),
    (
        "{C0.30X0.70}{Fe0.75Ni0.25}2",
        "{C0.30X0.70}{Fe0.75Ni0.25}2",
        {"a": {"Ni": 0.25, "Fe": 0.75}, "b": {"Ni": 0.25, "Fe": 0.75}, "C": {"C": 0.3}},
        "abC",
    ),
    ("{Cu0.60X0.10Zn0.30}", "{Cu0.60X0.10Zn0.30}", {"a": {"Zn": 0.3, "Cu": 0.6}}, "a"),
    ("Fe", "Fe", {"a": {"Fe": 1 - 1e-7}}, "a"),
]


@pytest.mark.parametrize(("full", "compact", "kinds", "order"), FORMULAS)
def test_formulas(full, compact, kinds, order):
    node = structure(*((name, (0, 0, 0)) for name in order), **kinds)
    assert structures.derived(node)["formula"] == full
    assert structures.describe(node) == compact


@pytest.mark.parametrize(
    ("periodic", "label", "value"),
    [
        ((False, True, False), "length", 4.0),
        ((False, True, True), "surface", 20.09975124224178),
        ((True, False, True), "surface", 15.0),
        ((True, True, True), "volume", 60.0),
    ],
)
def test_dimensionality(periodic, label, value):
    found = structures.derived(structure(periodic=periodic))["dimensionality"]
    assert found == {"dim": sum(periodic), "label": label, "value": pytest.approx(value)}


def test_the_volume_of_a_left_handed_cell_is_positive():
    node = structure(cell=[CELL[1], CELL[0], CELL[2]])
    assert structures.derived(node)["dimensionality"]["value"] == pytest.approx(60)


def test_a_molecule_without_a_cell():
    node = structure(("H", (1, 2, 3)), H="H", cell=[[0.0] * 3] * 3, periodic=(False,) * 3)
    found = structures.derived(node)
    assert found == {"formula": "H", "dimensionality": {"dim": 0, "label": "", "value": 0}}
    assert isinstance(found["dimensionality"]["value"], int)
    assert text(xyz, node).splitlines()[2] == f"H     {1:19.10f} {2:18.10f} {3:18.10f}"
    assert text(xsf, node).splitlines()[-1] == f"1 {1:18.10f} {2:18.10f} {3:18.10f}"
    with pytest.raises(CannotExport, match="no volume"):
        cif.write(node)


def test_an_unknown_element():
    node = structure(("X", (0, 0, 0)), X="X")
    assert text(xsf, node).splitlines()[-1].split()[0] == "0"
    assert text(xyz, node).splitlines()[-1].split()[0] == "X"
    atom = json.loads(text(chemdoodle, node))["m"][0]["a"][0]
    assert (atom["l"], atom["atomic_elements_html"]) == ("X", "vacancy")


def test_a_structure_that_was_stored_empty():
    node = subject({"cell": CELL, "pbc1": True, "pbc2": True, "pbc3": True})
    assert structures.derived(node)["formula"] == ""
    assert text(xyz, node).startswith("0\nLattice=")
    assert text(xsf, node).endswith("PRIMCOORD 1\n0 1\n")
    assert "_atom_site" not in text(cif, node)
    assert json.loads(text(chemdoodle, node))["m"] == [{"a": []}]
    with pytest.raises(CannotExport, match="no sites"):
        structures.describe(node)


def test_a_cif_says_where_it_comes_from():
    first = text(cif, structure()).splitlines()[0]
    assert first == "# Written by Provender from node 00000000 of an AiiDA store."


VACANT = {"name": "Fe", "symbols": ["Fe"], "weights": [1.0]}
ODD = [
    {"cell": ...},
    {"cell": None},
    {"cell": []},
    {"cell": "none"},
    {"cell": [[1, 2], [3, 4]]},
    {"cell": [[1, 2, 3], [3, 4, 5], [1, 2, "3"]]},
    {"cell": [[1, 2, 3], [3, 4, 5], [1, 2, True]]},
    {"cell": [[1, 2, 3], [3, 4, 5], [1, 2, float("nan")]]},
    {"cell": [[1, 2, 3], [3, 4, 5], [1, 2, float("inf")]]},
    {"cell": [[1, 2, 3], [3, 4, 5], [1, 2, 10**400]]},
    {"pbc1": ...},
    {"pbc2": 1},
    {"pbc3": None},
    {"kinds": ...},
    {"kinds": None},
    {"kinds": {}},
    {"kinds": []},
    {"kinds": [None]},
    {"kinds": [{}]},
    {"kinds": [VACANT | {"name": 3}]},
    {"kinds": [VACANT | {"symbols": None}]},
    {"kinds": [VACANT | {"symbols": []}]},
    {"kinds": [VACANT | {"symbols": "Fe"}]},
    {"kinds": [VACANT | {"symbols": ["Qq"]}]},
    {"kinds": [VACANT | {"symbols": [["Fe"]]}]},
    {"kinds": [VACANT | {"symbols": ["<b>"]}]},
    {"kinds": [VACANT | {"weights": None}]},
    {"kinds": [VACANT | {"weights": []}]},
    {"kinds": [VACANT | {"weights": ["1"]}]},
    {"kinds": [VACANT | {"weights": [2.0]}]},
    {"kinds": [VACANT | {"weights": [-1.0]}]},
    {"sites": None},
    {"sites": "Fe"},
    {"sites": [None]},
    {"sites": [{"kind_name": "Fe"}]},
    {"sites": [{"position": [0, 0, 0]}]},
    {"sites": [{"kind_name": ["Fe"], "position": [0, 0, 0]}]},
    {"sites": [{"kind_name": "Cu", "position": [0, 0, 0]}]},
    {"sites": [{"kind_name": "Fe", "position": [0, 0]}]},
    {"sites": [{"kind_name": "Fe", "position": [0, 0, None]}]},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_odd_attributes_are_refused_by_all(odd, subject_of, changed):
    node = changed(subject_of("lab", "cda14"), odd)
    for function in (structures.derived, structures.describe, *(m.write for m in WRITERS.values())):
        with pytest.raises(CannotExport) as caught:
            function(node)
        assert caught.value.status == 400
        assert caught.value.message.startswith("The structure cannot be read: ")
        assert "class" not in caught.value.message


@pytest.mark.parametrize("attributes", [{}, {"mesh": [1, 1, 1]}, {"array|x": [3]}])
def test_nodes_of_other_types_are_refused(attributes):
    for function in (structures.derived, structures.describe, *(m.write for m in WRITERS.values())):
        with pytest.raises(CannotExport):
            function(subject(attributes))


NUMBERS = st.one_of(
    st.floats(), st.integers(), st.sampled_from([1e50, -1e50, 1e49, 1e-300, 0.0, 1.0, 3.0])
)
VECTORS = st.lists(NUMBERS, min_size=3, max_size=3)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(), st.just("Fe")),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=5,
)
PIECES = {
    "cell": st.lists(VECTORS, min_size=3, max_size=3) | VALUES,
    "pbc1": st.booleans() | VALUES,
    "pbc2": st.booleans(),
    "pbc3": st.booleans(),
    "kinds": st.lists(
        st.fixed_dictionaries(
            {
                "name": st.just("Fe") | VALUES,
                "symbols": st.lists(st.sampled_from(["Fe", "C", "X"]), max_size=2) | VALUES,
                "weights": st.lists(st.floats(0, 1), max_size=2) | VALUES,
            }
        )
        | VALUES,
        max_size=2,
    ),
    "sites": st.lists(
        st.fixed_dictionaries({"kind_name": st.just("Fe"), "position": VECTORS}) | VALUES,
        max_size=2,
    ),
}


@given(st.fixed_dictionaries({}, optional=PIECES))
def test_no_attributes_raise_anything_else(attributes):
    node = subject(attributes)
    for function in (structures.derived, structures.describe, *(m.write for m in WRITERS.values())):
        try:
            function(node)
        except CannotExport:
            continue


@given(
    st.lists(st.lists(st.floats(-20, 20), min_size=3, max_size=3), min_size=3, max_size=3),
    st.lists(
        st.tuples(
            st.sampled_from(["Fe", "C", "H", "Og"]), st.tuples(*[st.floats(-1000, 1000)] * 3)
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_xyz_and_xsf_keep_any_structure(cell, sites):
    node = structure(*sites, cell=cell, **{symbol: symbol for symbol, _ in sites})
    for form, module in (("extxyz", xyz), ("xsf", xsf)):
        (atoms,) = read(form, text(module, node))
        assert atoms.get_chemical_symbols() == [symbol for symbol, _ in sites]
        assert np.allclose(atoms.positions, [place for _, place in sites], atol=1e-9)
        assert np.allclose(atoms.cell, cell, atol=1e-9)
