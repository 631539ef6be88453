from __future__ import annotations

import io
import math

import numpy as np
import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from provender.errors import CannotExport
from provender.exports.bands import kpoints
from provender.exports.bands.brillouin import brillouin_zone
from provender.exports.cells import determinant, norm, reciprocal
from provender.exports.subject import Subject
from support.compare_golden import differences

KPOINTS = "data.core.array.kpoints.KpointsData."
CELL = [[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.5, 0.0, 5.0]]
NAMED_LATTICES = {
    "cubic": ([[2.87, 0, 0], [0, 2.87, 0], [0, 0, 2.87]], 8, 6),
    "face-centred": ([[0, 2.7, 2.7], [2.7, 0, 2.7], [2.7, 2.7, 0]], 24, 14),
    "body-centred": ([[-2, 2, 2], [2, -2, 2], [2, 2, -2]], 14, 12),
    "hexagonal": ([[2.0, 0, 0], [-1.0, math.sqrt(3), 0], [0, 0, 15]], 12, 8),
    "left-handed": ([[0, 4.0, 0], [3.0, 0, 0], [0, 0, 5.0]], 8, 6),
    "a thick slab": ([[3, 0, 0], [0, 3, 0], [0, 0, 3000]], 8, 6),
    "tiny": ([[1e-3, 0, 0], [0, 1e-3, 0], [0, 0, 1e-3]], 8, 6),
    "oblique": ([[3, 0.1, 7], [0.2, 3, 9], [0, 100, 300]], 24, 14),
}


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def subject(attributes, **arrays):
    files = {f"{name}.npy": saved(np.array(array)) for name, array in arrays.items()}
    shapes = {f"array|{name}": list(np.shape(array)) for name, array in arrays.items()}
    return Subject("0" * 8, KPOINTS, "", "", shapes | attributes, files.__getitem__)


def derived(*arguments, **arrays):
    """The properties as a client gets them."""
    return orjson.loads(orjson.dumps(kpoints.derived(subject(*arguments, **arrays))))


def test_recorded_derived_properties(answers):
    found = list(answers(KPOINTS, "contents/derived_properties"))
    assert len(found) == 5
    for node, record in found:
        expected = record["json"]["data"]
        written = orjson.loads(orjson.dumps({"derived_properties": kpoints.derived(node)}))
        ignored = tuple(path.removeprefix("/data") for path in record.get("ignore", ()))
        assert list(differences(expected, written, ignored, approximate=True)) == [], record["id"]


def test_recorded_descriptions(descriptions, subject_of):
    found = list(descriptions(KPOINTS))
    assert len(found) == 2
    for store, uuid, description in found:
        assert kpoints.describe(subject_of(store, uuid)) == description


def test_the_first_index_of_a_mesh_is_slowest():
    assert derived({"mesh": [2, 3, 1], "offset": [0.5, 0.0, 0.25]}) == {
        "explicit_kpoints_rel": [
            [0.25, 0.0, 0.25],
            [0.25, 1 / 3, 0.25],
            [0.25, 2 / 3, 0.25],
            [0.75, 0.0, 0.25],
            [0.75, 1 / 3, 0.25],
            [0.75, 2 / 3, 0.25],
        ],
        "mesh": [2, 3, 1],
        "offset": [0.5, 0.0, 0.25],
        "has_cell": False,
        "has_mesh": True,
        "has_labels": False,
    }


@given(
    st.lists(st.integers(1, 5), min_size=3, max_size=3),
    st.lists(st.floats(-3, 3) | st.sampled_from([-1e-18, 1.0]), min_size=3, max_size=3),
)
def test_points_of_a_mesh_are_in_the_cell_and_differ(mesh, offset):
    points = derived({"mesh": mesh, "offset": offset})["explicit_kpoints_rel"]
    assert len(points) == len({tuple(point) for point in points}) == math.prod(mesh)
    assert all(0 <= part < 1 for point in points for part in point)


@pytest.mark.parametrize(
    ("mesh", "offset", "description"),
    [
        ([3, 3, 2], [0, 0, 0.5], "Kpoints mesh: 3x3x2 (+0.0,0.0,0.5)"),
        ([2, 2, 1], [0.5, -0.1, 0.25], "Kpoints mesh: 2x2x1 (+0.5,-0.1,0.2)"),
        ([10**9, 1, 1], [0, 0, 0], "Kpoints mesh: 1000000000x1x1 (+0.0,0.0,0.0)"),
    ],
)
def test_descriptions_of_meshes(mesh, offset, description):
    assert kpoints.describe(subject({"mesh": mesh, "offset": offset})) == description


def test_a_description_reads_no_files():
    assert kpoints.describe(subject({"array|kpoints": [7, 3]})) == "(Path of 7 kpts)"


def test_a_mesh_that_is_too_fine():
    node = subject({"mesh": [101, 100, 100], "offset": [0, 0, 0]})
    with pytest.raises(CannotExport) as caught:
        kpoints.derived(node)
    assert caught.value.message == "The mesh has more than 750,000 points."


def test_a_label_that_occurs_twice_names_the_later_point():
    points = [[0, 0, 0], [0.1, 0.2, 0.3], [0.5, 0, 0], [1.5, -0.2, 0]]
    labels = {"labels": ["G", "X", "G", "Y"], "label_numbers": [0, 1, 2, 3]}
    found = derived(labels, kpoints=points)
    assert found["labelled_kpoints_rel"] == {"G": points[2], "X": points[1], "Y": points[3]}
    assert found["labelled_path"] == [["G", "X"], ["X", "G"], ["G", "Y"]]
    assert "labelled_kpoints_abs" not in found
    assert found["has_labels"]


def test_a_single_label_makes_no_path():
    found = derived({"labels": ["G"], "label_numbers": [1]}, kpoints=[[0.0, 0, 0], [0.5, 0, 0]])
    assert found["labelled_kpoints_rel"] == {"G": [0.5, 0, 0]}
    assert found["labelled_path"] == []


@pytest.mark.parametrize(("width", "expected"), [(1, [0.1, 0, 0]), (2, [0.1, 0.2, 0])])
def test_points_of_fewer_dimensions(width, expected):
    found = derived({}, kpoints=[[0.1, 0.2][:width]] * 2)
    assert found["explicit_kpoints_rel"] == [expected] * 2


def test_points_in_space():
    found = derived({"cell": CELL}, kpoints=[[0.5, 0, 0], [0, 0.5, 0.5]])
    cell = 2 * np.pi * np.linalg.inv(CELL).T
    expected = np.array([[0.5, 0, 0], [0, 0.5, 0.5]]) @ cell
    assert np.allclose(found["explicit_kpoints_abs"], expected, atol=1e-12)


def test_weights_are_read():
    node = subject({}, kpoints=[[0.0, 0, 0], [0.5, 0, 0]], weights=[0.25, 0.75])
    assert kpoints.read_kpoints(node).weights == (0.25, 0.75)


def test_faces_are_left_out_where_rounding_hides_them():
    found = derived({"cell": [[1e4, 0, 0], [0, 1, 0], [0, 0, 1e-7]]}, kpoints=[[0.0, 0, 0]])
    assert "faces_data" not in found
    assert found["has_cell"]


def zone_of(cell):
    inverse = reciprocal(cell)
    return inverse, brillouin_zone(inverse)


@pytest.mark.parametrize("name", NAMED_LATTICES)
def test_zones_of_known_lattices(name):
    cell, corners, faces = NAMED_LATTICES[name]
    inverse, zone = zone_of(cell)
    assert (len(zone.corners), len(zone.faces)) == (corners, faces)
    assert zone.volume() == pytest.approx(abs(determinant(inverse)), rel=1e-6)


COMPONENTS = st.floats(-10, 10) | st.integers(-4, 4).map(float)


@given(
    st.lists(st.lists(COMPONENTS, min_size=3, max_size=3).map(tuple), min_size=3, max_size=3).map(
        tuple
    )
)
def test_zones_of_any_lattice(cell):
    lengths = [norm(vector) for vector in cell]
    assume(min(lengths) > 1e-2)
    assume(abs(determinant(cell)) > 1e-2 * math.prod(lengths))
    inverse, zone = zone_of(cell)
    corners, scale = np.array(zone.corners), max(np.linalg.norm(row) for row in inverse)
    assert zone.volume() == pytest.approx(abs(determinant(inverse)), rel=1e-6)
    edges = [(face[index - 1], face[index]) for face in zone.faces for index in range(len(face))]
    assert len(corners) - len(edges) / 2 + len(zone.faces) == 2
    assert {(end, start) for start, end in edges} == set(edges)
    for face in zone.faces:
        points = corners[list(face)]
        centre = points.mean(axis=0)
        normal = centre / np.linalg.norm(centre)
        assert np.abs((points - centre) @ np.linalg.svd(points - centre)[2][2]).max() < 1e-9 * scale
        area = sum(np.cross(points[index - 1], points[index]) for index in range(len(points)))
        assert area @ normal > -1e-9 * scale**2
    triangles = zone.triangles()
    assert len(triangles) == sum(len(face) - 2 for face in zone.faces)


def test_the_parts_of_a_drawing():
    _, zone = zone_of(NAMED_LATTICES["cubic"][0])
    drawing = zone.drawing()
    assert drawing["faces"] == [
        [drawing["triangles_vertices"][index] for index in face] for face in zone.faces
    ]
    assert len(drawing["triangles"]) == 12
    assert {index for triangle in drawing["triangles"] for index in triangle} == set(range(8))


def test_an_oblique_cell_has_the_zone_of_its_lattice():
    zone = brillouin_zone([[3, 0, 0], [3 * 10**6, 3, 0], [300, 3 * 10**7, 3]])
    assert (len(zone.corners), len(zone.faces)) == (8, 6)
    assert zone.volume() == pytest.approx(27)


@pytest.mark.parametrize(
    "cell",
    [
        [[1e200, 0, 0], [1e200, 1e200, 0], [0, 0, 1e200]],
        [[1e40, 0, 0], [0, 1e-30, 0], [0, 0, 1e10]],
        [[1e40, 1e40, 0], [1e-30, -1e-30, 0], [1e10, 1e10, 1e10]],
        [[1e50, 0, 0], [0, 1e50, 0], [0, 1e50, 1e-50]],
        [[1.0, 0, 0], [0, 0, 0], [0, 0, 0]],
    ],
)
def test_absurd_cells_have_no_zone(cell):
    assert brillouin_zone(cell) is None


@pytest.mark.parametrize("shape", [(0, 3), (0, 2), (0, 0)])
def test_a_list_without_points_is_empty(shape):
    assert derived({}, kpoints=np.zeros(shape)) == {
        "explicit_kpoints_rel": [],
        "has_cell": False,
        "has_labels": False,
        "has_mesh": False,
    }
    assert kpoints.describe(subject({}, kpoints=np.zeros(shape))) == "(Path of 0 kpts)"


def test_a_list_without_points_may_have_a_cell_and_weights():
    found = derived({"cell": CELL}, kpoints=np.zeros((0, 3)), weights=[])
    assert (found["explicit_kpoints_rel"], found["explicit_kpoints_abs"]) == ([], [])
    assert len(found["faces_data"]["faces"]) > 5
    with pytest.raises(CannotExport, match="does not belong to a point"):
        derived({"labels": ["G"], "label_numbers": [0]}, kpoints=np.zeros((0, 3)))


GOOD = {"cell": CELL, "labels": ["G"], "label_numbers": [0]}
MESH = {"mesh": [1, 1, 1], "offset": [0, 0, 0]}
POINTS = {"kpoints": np.zeros((2, 3))}
ODD = [
    ({}, {}),
    (MESH | {"mesh": None}, {}),
    (MESH | {"mesh": 3}, {}),
    (MESH | {"mesh": [1, 1]}, {}),
    (MESH | {"mesh": [1, 1, 0]}, {}),
    (MESH | {"mesh": [1, 1, -1]}, {}),
    (MESH | {"mesh": [1, 1, 1.0]}, {}),
    (MESH | {"mesh": [1, 1, True]}, {}),
    (MESH | {"mesh": [1, 1, 10**5000]}, {}),
    ({"mesh": [1, 1, 1]}, {}),
    (MESH | {"offset": [0, 0]}, {}),
    (MESH | {"offset": [0, 0, "0"]}, {}),
    (MESH | {"offset": [0, 0, float("nan")]}, {}),
    ({"array|kpoints": None}, {}),
    ({"array|kpoints": []}, {}),
    ({"array|kpoints": ["2", 3]}, {"kpoints": np.zeros((2, 4))}),
    ({"array|kpoints": [False, 3]}, {"kpoints": np.zeros((2, 4))}),
    ({"array|kpoints": [-1, 3]}, {"kpoints": np.zeros((2, 4))}),
]
ODD_DERIVED = [
    ({"array|kpoints": [2, 3]}, {}),
    ({}, {"kpoints": np.zeros((2, 0))}),
    ({}, {"kpoints": np.zeros((2, 4))}),
    ({}, {"kpoints": np.zeros((0, 4))}),
    ({}, {"kpoints": np.zeros(0)}),
    ({}, {"kpoints": np.zeros(3)}),
    ({}, {"kpoints": np.zeros(())}),
    ({}, {"kpoints": np.zeros((1, 2, 3))}),
    ({}, {"kpoints": [["a", "b", "c"]]}),
    ({}, {"kpoints": [[1j, 0, 0]]}),
    ({}, {"kpoints": [[True, False, True]]}),
    ({}, {"kpoints": [[0, 0, np.nan]]}),
    ({}, POINTS | {"weights": [1.0]}),
    ({}, POINTS | {"weights": ["a", "b"]}),
    ({"array|weights": [2]}, POINTS),
    ({"cell": "cubic"}, POINTS),
    ({"cell": []}, POINTS),
    ({"cell": [[0.0] * 3] * 3}, POINTS),
    ({"cell": [[1.0, 0, 0]] * 3}, MESH),
    ({"labels": ["G"]}, POINTS),
    ({"label_numbers": [0]}, POINTS),
    ({"labels": {"G": 0}, "label_numbers": [0]}, POINTS),
    ({"labels": ["G"], "label_numbers": 1}, POINTS),
    ({"labels": [3], "label_numbers": [0]}, POINTS),
    ({"labels": ["\ud800"], "label_numbers": [0]}, POINTS),
    ({"labels": ["G"], "label_numbers": [2]}, POINTS),
    ({"labels": ["G"], "label_numbers": [-1]}, POINTS),
    ({"labels": ["G"], "label_numbers": ["0"]}, POINTS),
    ({"labels": ["G"], "label_numbers": [True]}, POINTS),
]


def odd_subject(attributes, arrays, missing):
    node = subject({}, **{name: value for name, value in arrays.items() if name not in MESH})
    mesh = {name: value for name, value in arrays.items() if name in MESH}
    values = {**node.attributes, **mesh, **attributes}
    return Subject(node.uuid, KPOINTS, "", "", values, missing(node.read))


@pytest.fixture
def missing():
    """A function: reader of files -> the same, with the store's error for what there is not."""
    from provender.errors import NoSuchFile

    def wrap(read):
        def reader(path):
            try:
                return read(path)
            except KeyError as error:
                raise NoSuchFile("No such file is present") from error

        return reader

    return wrap


@pytest.mark.parametrize(("attributes", "arrays"), [*ODD, *ODD_DERIVED])
def test_odd_nodes_have_no_derived_properties(attributes, arrays, missing):
    with pytest.raises(CannotExport) as caught:
        kpoints.derived(odd_subject(attributes, arrays, missing))
    assert ".npy" not in caught.value.message
    assert "class" not in caught.value.message


@pytest.mark.parametrize(("attributes", "arrays"), ODD)
def test_odd_nodes_have_no_description(attributes, arrays, missing):
    with pytest.raises(CannotExport):
        kpoints.describe(odd_subject(attributes, arrays, missing))


def test_other_nodes_than_kpoints(archives):
    nodes = [node for nodes in archives.values() for node in nodes.values()]
    others = [node for node in nodes if not {"array|kpoints", "mesh"} & node.attributes.keys()]
    assert 0 < len(others) < len(nodes)
    for node in others:
        with pytest.raises(CannotExport):
            kpoints.derived(node)


NUMBERS = st.floats() | st.integers() | st.sampled_from([1e50, -1e50, 1e-50, 1e-12, 1.0])
VECTORS = st.lists(NUMBERS, min_size=3, max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=5,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "mesh": st.lists(st.integers(1, 5), min_size=3, max_size=3) | VALUES,
            "offset": VECTORS | VALUES,
            "cell": st.lists(VECTORS, min_size=3, max_size=3) | VALUES,
            "labels": st.lists(st.text(), max_size=2) | VALUES,
            "label_numbers": st.lists(st.integers(-1, 3), max_size=2) | VALUES,
            "array|kpoints": VALUES,
        },
    ),
    st.lists(st.lists(st.floats(), min_size=3, max_size=3), max_size=3),
)
def test_no_node_raises_anything_else(attributes, points):
    node = subject(attributes, kpoints=points)
    for function in (kpoints.derived, kpoints.describe):
        try:
            orjson.dumps(function(node))
        except CannotExport:
            continue
