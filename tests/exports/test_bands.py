from __future__ import annotations

import io
import re
import sys
from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CannotExport, NoSuchFile, UnknownFormat
from provender.exports.bands import bands, grace, plots, tables, ticks
from provender.exports.bands.inversion import exact_reciprocal
from provender.exports.subject import Subject
from support.compare_golden import check_match, differences

BANDS = "data.core.array.bands.BandsData."
ROOT = "http://localhost/"
WRITERS = {
    "json": bands.write_json,
    "dat_multicolumn": tables.write_multicolumn,
    "dat_blocks": tables.write_blocks,
    "gnuplot": tables.write_gnuplot,
    "agr": grace.write_project,
    "agr_batch": grace.write_batch,
    "mpl_singlefile": plots.write_script,
    "mpl_withjson": plots.write_script_with_data,
}
DRAWINGS = {"mpl_png": plots.write_png, "mpl_pdf": plots.write_pdf}
RECORDED = {
    "json": 4,
    "dat_multicolumn": 4,
    "dat_blocks": 4,
    "gnuplot": 4,
    "agr": 4,
    "agr_batch": 3,
}
POINTS = [[0, 0, 0], [0.1, 0, 0], [0.2, 0, 0], [0.2, 0.1, 0], [0.2, 0.2, 0]]
ENERGIES = [[1.0, 2.0], [1.5, 2.5], [1.2, 2.2], [0.9, 2.1], [-3.0, 4.0]]
LABELLED = {"labels": ["GAMMA", "X_1", "B"], "label_numbers": [0, 2, 4]}
INTERNALS = re.compile(r"/|\.py\b|\.npy|class|Subject|Error|numpy|Traceback|NoneType")


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def reader(files):
    def read(path):
        if path not in files:
            raise NoSuchFile("No such file is present")
        return files[path]

    return read


def node(attributes=None, *, kpoints=POINTS, energies=ENERGIES, label="", files=None):
    stored = {"kpoints.npy": saved(np.array(kpoints)), "bands.npy": saved(np.array(energies))}
    attributes = {"units": "eV"} if attributes is None else attributes
    return Subject("0" * 8, BANDS, label, "", attributes, reader(stored | (files or {})))


def text(form, *arguments, **options):
    return WRITERS[form](node(*arguments, **options)).content.decode("utf-8")


def document(*arguments, **options):
    return orjson.loads(bands.write_json(node(*arguments, **options)).content)


@pytest.mark.parametrize("form", RECORDED)
def test_recorded_downloads(answers, form):
    found = list(answers(BANDS, rf"download\?download_format={form}"))
    assert len(found) == RECORDED[form]
    for subject, record in found:
        export = WRITERS[form](subject)
        headers = {
            "content-type": "application/octet-stream",
            "content-disposition": f'attachment; filename="{subject.uuid}.{form}"',
        }
        assert export.filename is None
        assert list(check_match(record, 200, headers, export.content, ROOT)) == [], record["id"]


def test_recorded_derived_properties(answers):
    found = list(answers(BANDS, "contents/derived_properties"))
    assert len(found) == 4
    for subject, record in found:
        written = orjson.loads(orjson.dumps({"derived_properties": bands.derived(subject)}))
        faults = differences(record["json"]["data"], written, (), approximate=True)
        assert list(faults) == [], record["id"]


@pytest.mark.parametrize("form", WRITERS)
def test_every_text_says_where_it_comes_from(subject_of, form):
    subject = subject_of("materials", "55e35a43")
    sentence = f"Written by Provender from node {subject.uuid} of an AiiDA store."
    assert sentence in WRITERS[form](subject).content.decode("utf-8")


def test_marks_of_greek_letters_for_grace(subject_of):
    lines = grace.write_project(subject_of("lab", "6422a299")).content.decode().splitlines()
    assert r'@    xaxis ticklabel 0, "\xG\f{}|X|M|\xG\f{}"' in lines
    assert '@    yaxis label "Dispersion (eV)"' in lines


@pytest.mark.parametrize(
    ("labels", "numbers", "path", "ends"),
    [
        (["A", "B"], [0, 4], [["A", "B"]], [("A", "B", 4)]),
        (["A", "B"], [1, 3], [["A", "B"]], [("", "A", 1), ("A", "B", 2), ("B", "", 1)]),
        (["B", "A"], [4, 0], [["A", "B"]], [("A", "B", 4)]),
        (["A"], [2], [["0", "1"]], [("0", "1", 4)]),
        ([], [], [["0", "1"]], [("0", "1", 4)]),
        (
            ["A", "U", "K", "B"],
            [0, 2, 3, 4],
            [["A", "U"]],
            [("A", "U", 2), ("U", "K", 1), ("K", "B", 1)],
        ),
    ],
)
def test_segments_run_between_labels(labels, numbers, path, ends):
    found = document({"labels": labels, "label_numbers": numbers})
    assert found["path"] == path
    assert [(part["from"], part["to"], part["length"]) for part in found["paths"]] == ends
    assert all(len(part["x"]) == part["length"] + 1 for part in found["paths"])


def test_labels_need_their_numbers():
    assert document({"labels": ["A", "B"]})["path"] == [["0", "1"]]
    assert document({"label_numbers": [0, 4]})["path"] == [["0", "1"]]


def test_two_points_without_labels_are_one_segment():
    found = document(kpoints=[[0, 0, 0], [0.5, 0, 0]], energies=[[1.0], [2.0]])
    assert found["path"] == [["0", "1"]]
    assert found["paths"][0]["values"] == [[1.0, 2.0]]


def distances(*arguments, **options):
    return list(bands.read_bands(node(*arguments, **options)).distances)


def test_the_distance_is_fractional_without_a_cell():
    assert distances() == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])


def test_the_distance_is_cartesian_with_a_cell():
    cell = [[2.0, 0, 0], [0, 4.0, 0], [0, 0, 1.0]]
    steps = np.pi * np.array([0.0, 0.1, 0.2, 0.25, 0.3])
    assert distances({"cell": cell}) == pytest.approx(steps)


def test_a_jump_between_labels_has_no_length():
    labels = {"labels": ["A", "B"], "label_numbers": [1, 2]}
    assert distances(labels) == pytest.approx([0.0, 0.1, 0.1, 0.2, 0.3])


@pytest.mark.parametrize("width", [1, 2])
def test_axes_that_are_not_stored_are_zero(width):
    points = np.array(POINTS)[:, :width]
    whole = np.hstack([points, np.zeros((5, 3 - width))])
    cell = {"cell": [[2.0, 0.3, 0], [0, 4.0, 0], [0, 0, 1.0]]}
    assert distances(cell, kpoints=points) == distances(cell, kpoints=whole)


@given(st.lists(st.floats(-9, 9), min_size=9, max_size=9))
def test_the_reciprocal_cell_is_the_one_of_numpy(numbers):
    cell = np.array(numbers).reshape(3, 3)
    found = exact_reciprocal(tuple(map(tuple, cell.tolist())))
    with np.errstate(all="ignore"):  # NumPy warns of numbers near 1e-308
        volume = abs(np.linalg.det(cell))
    if volume > 1e-3:
        np.testing.assert_allclose(found, 2 * np.pi * np.linalg.inv(cell).T, rtol=1e-6, atol=1e-9)
    assert found is not None or volume < 1e-9


@pytest.mark.parametrize("a", [2.87, 5.43, 3.1415, 12.5])
def test_the_reciprocal_cell_has_all_digits_of_lapack(a):
    cells = [
        [[a, 0, 0], [0, a, 0], [0, 0, a]],
        [[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]],
        [[a, 0, 0], [-a / 2, a * 3**0.5 / 2, 0], [0, 0, 1.6 * a]],
    ]
    for cell in cells:
        expected = (2 * np.pi * np.linalg.inv(cell).T).tolist()
        assert exact_reciprocal(cell) == expected


def test_bands_of_the_second_spin_follow_those_of_the_first():
    both = [ENERGIES, (np.array(ENERGIES) + 10).tolist()]
    found = document(energies=both)["paths"][0]
    assert found["two_band_types"] is True
    assert found["values"] == [
        [row[band] + shift for row in ENERGIES] for shift in (0, 10) for band in (0, 1)
    ]
    colors = re.findall(r"s(\d) line color (\d)", text("agr", energies=both))
    assert colors == [("0", "1"), ("1", "1"), ("2", "2"), ("3", "2")]


def test_whole_numbers_become_floats():
    energies = [[number] for number in range(5)]
    assert "0.00000000\t0.00000000\n" in text("dat_blocks", energies=energies)
    assert document(energies=energies)["paths"][0]["values"] == [[0.0, 1.0, 2.0, 3.0, 4.0]]


def test_energies_that_are_not_finite():
    energies = [[np.nan], [np.inf], [1.0], [-np.inf], [2.0]]
    assert document(energies=energies)["paths"][0]["values"] == [[None, None, 1.0, None, 2.0]]
    assert "0.00000000\tnan\n" in text("dat_multicolumn", energies=energies)
    assert "set yrange [1.0:2.0]\n" in text("gnuplot", energies=energies)
    assert "world 0.0, 1.0, 0.4, 2.0\n" in text("agr_batch", energies=energies)


@pytest.mark.parametrize("form", ["gnuplot", "agr", "agr_batch", "mpl_png", "mpl_pdf"])
def test_bands_without_a_finite_energy_cannot_be_drawn(form):
    if form in DRAWINGS:
        pytest.importorskip("matplotlib")
    with pytest.raises(CannotExport, match="no finite value"):
        (WRITERS | DRAWINGS)[form](node(energies=np.full((5, 2), np.nan)))


def test_one_point_has_room_on_the_axis():
    script = text("gnuplot", kpoints=[[0, 0, 0]], energies=[[3.0]])
    assert "set xrange [-1.0:1.0]\n" in script
    assert "@    yaxis tick major 1\n" in text("agr", kpoints=[[0, 0, 0]], energies=[[3.0]])


@pytest.mark.parametrize(
    ("height", "step"), [(0.5, "1"), (0.05, "0.1"), (99.0, "10"), (100.0, "100"), (0.0, "1")]
)
def test_marks_of_the_energy_axis_are_a_power_of_ten_apart(height, step):
    energies = [[0.0], [height], [0.0], [0.0], [0.0]]
    assert f"@    yaxis tick major {step}\n" in text("agr", energies=energies)


def test_energies_whose_difference_is_no_number_have_marks():
    energies = [[1.7e308], [-1.7e308], [0.0], [0.0], [0.0]]
    assert "@    yaxis tick major 1\n" in text("agr", energies=energies)


EMPTY = {
    "no bands": ((5, 3), (5, 0), False),
    "no bands with two spins": ((5, 3), (2, 5, 0), True),
    "no spins": ((5, 3), (0, 5, 2), False),
    "one k-point without bands": ((1, 3), (1, 0), False),
}


@pytest.mark.parametrize(("kpoints", "energies", "has_two"), EMPTY.values(), ids=EMPTY)
def test_no_bands_are_an_empty_answer(kpoints, energies, has_two):
    make = partial(node, kpoints=np.ones(kpoints), energies=np.ones(energies))
    last = kpoints[0] - 1
    path = {"length": last, "from": "0", "to": "1", "values": [], "x": [0.0] * kpoints[0]}
    found = bands.derived(make())["bands"]
    assert found["path"] == [["0", "1"]]
    assert found["paths"] == [path | {"two_band_types": has_two}]
    lines = tables.write_multicolumn(make()).content.decode().splitlines()
    assert lines[1] == f"# {kpoints[0]} k-points, 0 bands"
    assert lines[3:] == ["0.00000000"] * kpoints[0]
    assert len(tables.write_blocks(make()).content.splitlines()) == 3


@pytest.mark.parametrize("energies", [(0, 0), (0, 4), (2, 0, 4), (0, 0, 0)])
@pytest.mark.parametrize("kpoints", [(0, 3), (0, 1), (0, 0)])
def test_no_k_points_are_an_empty_answer(kpoints, energies):
    found = bands.derived(node(kpoints=np.ones(kpoints), energies=np.ones(energies)))["bands"]
    assert (found["path"], found["paths"]) == ([], [])
    labelled = node(LABELLED, kpoints=np.ones(kpoints), energies=np.ones(energies))
    with pytest.raises(CannotExport, match="belongs to no k-point"):
        bands.derived(labelled)


@pytest.mark.parametrize("shapes", [((5, 3), (5, 0)), ((1, 3), (1, 0)), ((0, 3), (0, 4))])
def test_plots_of_nothing_have_axes(shapes):
    kpoints, energies = map(np.ones, shapes)
    for form in WRITERS:
        assert text(form, kpoints=kpoints, energies=energies)
    assert "set yrange [0.0:1.0]\n" in text("gnuplot", kpoints=kpoints, energies=energies)
    project = text("agr", kpoints=kpoints, energies=energies)
    assert re.search(r"^@    world 0.0, 0.0, \d.\d, 1.0$", project, re.MULTILINE)
    assert project.count("@target") == energies.shape[-1]


@pytest.mark.parametrize("form", DRAWINGS)
def test_drawings_of_nothing_are_pictures(form):
    pytest.importorskip("matplotlib")
    for subject in (
        node(LABELLED, energies=np.ones((5, 0))),
        node(kpoints=np.ones((0, 3)), energies=np.ones((0, 4))),
    ):
        assert len(DRAWINGS[form](subject).content) > 1000


@pytest.mark.parametrize(("units", "title"), [("Ha", "Dispersion (Ha)"), (None, "Dispersion")])
def test_the_units_stand_at_the_energy_axis(units, title):
    assert f'set ylabel "{title}"\n' in text("gnuplot", {"units": units})
    assert f'@    yaxis label "{title}"\n' in text("agr", {"units": units})


MARKUPS = {
    "GAMMA": (r"\xG\f{}", "Γ", "Γ"),
    "SIGMA_0": (r"\xS\f{}\s0\N", "Σ_{0}", "Σ₀"),
    "X_12|U": (r"X\s12\N|U", "X_{12}|U", "X₁₂|U"),
    "H_2'": (r"H\s2\N'", "H_{2}'", "H₂'"),
    "Gamma_": ("Gamma_", "Gamma_", "Gamma_"),
    r"\Gamma": (r"\\Gamma", r"\\Gamma", r"\Gamma"),
    'a"b`c\nd': ("a'b`c d", r"a\"b'c d", 'a"b`c d'),
    "": ("", "", ""),
}


@pytest.mark.parametrize("label", MARKUPS)
def test_labels_as_each_program_wants_them(label):
    grace, gnuplot, plain = MARKUPS[label]
    assert ticks.marked(label, ticks.GRACE) == grace
    assert ticks.marked(label, ticks.GNUPLOT) == gnuplot
    assert ticks.plain(label) == plain


def test_labels_at_one_place_share_a_mark():
    labels = {"labels": ["A", "GAMMA", "X", "B"], "label_numbers": [0, 2, 3, 4]}
    found = ticks.ticks(bands.read_bands(node(labels)))
    assert [(tick.position, tick.text()) for tick in found] == [(0.0, "A"), (0.2, "Γ|X|B")]


@given(st.text(), st.text(), st.text())
def test_a_label_cannot_leave_its_place(label, units, title):
    attributes = {"labels": [label, "B"], "label_numbers": [0, 4], "units": units}
    plain = {
        form: text(form, LABELLED | {"labels": ["A", "B"], "label_numbers": [0, 4]})
        for form in WRITERS
    }
    for form, without in plain.items():
        written = text(form, attributes, label=title)
        if form != "json":
            assert written.count("\n") == without.count("\n")
            assert "\r" not in written
        if form.startswith("mpl_"):
            compile(written, form, "exec")
    xtics = next(line for line in text("gnuplot", attributes).splitlines() if "xtics (" in line)
    assert re.fullmatch(r'set xtics \("([^"\\`]|\\["\\])*" 0\.0, "B" 0\.4\d*\)', xtics)


@pytest.mark.parametrize("form", WRITERS)
def test_lone_surrogates_are_written_as_question_marks(form):
    attributes = {"labels": ["\ud800", "B"], "label_numbers": [0, 4], "units": "\udc00"}
    assert WRITERS[form](node(attributes, label="\udfff")).content.decode("utf-8")
    assert orjson.dumps(bands.derived(node(attributes, label="\udfff")))


ODD_ATTRIBUTES = {
    "units": [3, ["eV"], True, {}],
    "cell": [
        "cubic",
        [[1, 0, 0], [0, 1, 0]],
        [[1, 0, 0], [0, 1, 0], [0, 0, "1"]],
        [[1, 0, 0], [0, 1, 0], [1, 1, 0]],
        [[0, 0, 0], [0, 0, 0], [0, 0, 0]],
        [[1e300, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[float("nan"), 0, 0], [0, 1, 0], [0, 0, 1]],
        {},
    ],
    "labels": ["GX", ["G"], [1, 2, 3], {"G": 0}, ["G", "X", None]],
    "label_numbers": [3, [0], [0, 2, 5], [0, 2, -1], [0, 2, 2.5], [0, 2, True], ["0", "2", "4"]],
}
ODD_ARRAYS = {
    "no k-points of four dimensions": ((0, 4), (0, 2)),
    "no k-points in a row": ((0,), (0, 2)),
    "no k-points but bands": ((0, 3), (5, 2)),
    "no bands in a row": ((0, 3), (0,)),
    "more bands than lists should be made for": ((0, 3), (2, 0, 10**7)),
    "k-points of no dimension": ((5, 0), (5, 2)),
    "k-points of four dimensions": ((5, 4), (5, 2)),
    "k-points in a row": ((15,), (5, 2)),
    "one k-point as a number": ((), (5, 2)),
    "bands in a row": ((5, 3), (10,)),
    "too many axes": ((5, 3), (1, 1, 5, 2)),
    "other k-points than bands": ((5, 3), (4, 2)),
    "spins and k-points exchanged": ((5, 3), (5, 2, 2)),
}


def refused(subject):
    for write in (*WRITERS.values(), bands.derived):
        with pytest.raises(CannotExport) as caught:
            write(subject)
        assert caught.value.status == 400
        assert caught.value.message.endswith(".")
        assert not INTERNALS.search(caught.value.message)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, odd in ODD_ATTRIBUTES.items() for value in odd]
)
def test_odd_attributes_are_refused(name, value):
    refused(node(LABELLED | {"units": "eV", name: value}))


@pytest.mark.parametrize("shapes", ODD_ARRAYS.values(), ids=ODD_ARRAYS)
def test_odd_shapes_are_refused(shapes):
    kpoints, energies = shapes
    refused(node(kpoints=np.ones(kpoints), energies=np.ones(energies)))


@pytest.mark.parametrize("kind", ["complex", "bool", "U3"])
def test_arrays_without_numbers_are_refused(kind):
    refused(node(energies=np.ones((5, 2)).astype(kind)))
    refused(node(kpoints=np.ones((5, 3)).astype(kind)))


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e308])
def test_points_at_infinity_are_refused(number):
    refused(node(kpoints=[[0, 0, 0], [number, 0, 0], [-number, 0, 0], [0, 0, 0], [0, 0, 0]]))


@pytest.mark.parametrize("name", ["kpoints.npy", "bands.npy"])
def test_missing_and_damaged_files_are_refused(name):
    whole = node()
    kept = {path: whole.read(path) for path in ("kpoints.npy", "bands.npy") if path != name}
    refused(replace(whole, read=reader(kept)))
    refused(node(files={name: b""}))
    refused(node(files={name: whole.read(name)[:-1]}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=3), below),
    max_leaves=12,
)
NAMES = st.sampled_from(["units", "cell", "labels", "label_numbers", "array|bands"])
SHAPES = st.lists(st.integers(0, 5), max_size=4).map(tuple)


@given(st.dictionaries(NAMES, JSON), SHAPES, SHAPES)
def test_random_nodes_are_written_or_refused(attributes, kpoints, energies):
    subject = node(attributes, kpoints=np.ones(kpoints), energies=np.ones(energies))
    for write in (*WRITERS.values(), bands.derived):
        with suppress(CannotExport):
            write(subject)


def test_scripts_draw_what_they_hold(monkeypatch, tmp_path):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    monkeypatch.setattr(pyplot, "show", lambda: None)
    monkeypatch.chdir(tmp_path)
    labels = {"labels": ["$GAMMA", "'''", "K", "B"], "label_numbers": [0, 2, 3, 4], "units": "$eV"}
    energies = [ENERGIES, np.where(np.array(ENERGIES) < 0, np.nan, ENERGIES)]
    make = partial(node, labels, energies=energies, label="it's $1")
    (tmp_path / "00000000.json").write_bytes(bands.write_json(make()).content)
    for form in ("mpl_singlefile", "mpl_withjson"):
        drawn = {}
        exec(compile(WRITERS[form](make()).content, form, "exec"), drawn)  # noqa: S102 - our own
        axes = drawn["axes"]
        assert [line.get_color() for line in axes.lines] == ["black", "black", "red", "red"]
        assert list(axes.lines[0].get_xdata()) == pytest.approx([0, 0.1, 0.2])
        assert [label.get_text() for label in axes.get_xticklabels()] == ["$Γ", "'''|K|B"]
        drawn["figure"].savefig(io.BytesIO(), format="png")
        pyplot.close(drawn["figure"])


@pytest.mark.parametrize(
    ("form", "magic"), [("mpl_png", b"\x89PNG\r\n\x1a\n"), ("mpl_pdf", b"%PDF-")]
)
def test_drawings(subject_of, form, magic):
    pytest.importorskip("matplotlib")
    for subject in (
        subject_of("materials", "1260acc8"),
        subject_of("lab", "6422a299"),
        node({"labels": ["$", "_{"], "label_numbers": [0, 4], "units": r"$\frac"}, label="$x"),
        node(kpoints=[[0, 0, 0]], energies=[[3.0]]),
        node(energies=[[np.nan], [np.inf], [1.0], [-np.inf], [2.0]]),
    ):
        content = DRAWINGS[form](subject).content
        assert content.startswith(magic)
        assert content == DRAWINGS[form](subject).content


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("form", DRAWINGS)
def test_energies_beyond_all_sense_are_drawn_or_refused(form):
    pytest.importorskip("matplotlib")
    with suppress(CannotExport):
        assert DRAWINGS[form](node(energies=[[1e308], [-1e308], [0], [1], [2]])).content


@pytest.mark.parametrize("form", DRAWINGS)
def test_drawings_need_matplotlib(monkeypatch, form):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UnknownFormat, match="needs matplotlib") as caught:
        DRAWINGS[form](node())
    assert caught.value.status == 501
    assert "pip install 'provender[plots]'" in caught.value.hint
