from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CannotExport, NoSuchFile
from provender.exports import singlefile
from provender.exports.pseudopotentials import upf
from provender.exports.subject import Subject
from support.compare_golden import check_match

UPF = "data.core.upf.UpfData."
SAMPLES = {path.stem: path for path in Path(__file__).parents[1].glob("data/upf/*.upf")}
SECOND = sorted(name for name in SAMPLES if name.startswith("second"))
OURS_ALONE = {
    "first_spin_orbit": {"spin_orbit", "total_angular_momentum"},
    "first_ultrasoft_bare": {"augmentation"},
}
"""Keys that AiiDA leaves out of files of version 1, or leaves empty."""


def node(content, filename="some.upf"):
    def read(path):
        if path != filename or content is None:
            raise NoSuchFile("No such file is present")
        return content

    return Subject("0" * 8, UPF, "", "", {"filename": filename}, read)


def text_of(sample):
    return SAMPLES[sample].read_text()


def parsed(text):
    return json.loads(upf.write_json(node(text.encode())).content)["pseudo_potential"]


def without(value, keys):
    if isinstance(value, dict):
        return {key: without(item, keys) for key, item in value.items() if key not in keys}
    return [without(item, keys) for item in value] if isinstance(value, list) else value


def replaced(sample, *changes):
    """Return the text of a sample with parts replaced, each of which it must have."""
    text = text_of(sample)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def between(text, start, end):
    """Return a text without what stands from one word to another, both included."""
    before, _, rest = text.partition(start)
    return before + rest.partition(end)[2]


@pytest.mark.parametrize("sample", sorted(SAMPLES))
def test_samples_are_as_aiida_gives_them(sample):
    path, keys = SAMPLES[sample], OURS_ALONE.get(sample, set())
    export = upf.write_json(node(path.read_bytes(), path.name))
    expected = json.loads(path.with_suffix(".json").read_text())
    assert export.filename == path.name
    assert without(json.loads(export.content), keys) == without(expected, keys)


def test_recorded_downloads(answers):
    for form, write in (("json", upf.write_json), ("upf", singlefile.write_stored)):
        found = list(answers(UPF, rf"download\?download_format={form}"))
        assert found
        for subject, record in found:
            export = write(subject)
            headers = {
                "content-type": "application/octet-stream",
                "content-disposition": f'attachment; filename="{export.filename}"',
            }
            assert list(check_match(record, 200, headers, export.content, "")) == [], record["id"]


def test_spin_orbit_coupling_of_version_1():
    found = parsed(text_of("first_spin_orbit"))
    assert found["header"]["spin_orbit"] is True
    for name in ("atomic_wave_functions", "beta_projectors"):
        assert [item["total_angular_momentum"] for item in found[name]] == [0.5, 0.5, 1.5]


def test_augmentation_without_smoothing_stays_as_stored():
    (function,) = parsed(text_of("first_ultrasoft_bare"))["augmentation"]
    assert function["radial_function"][:2] == [0.0, 0.005871332]
    assert (function["i"], function["j"], function["angular_momentum"]) == (0, 0, 0)


@pytest.mark.parametrize("word", ["T", ".T.", ".true.", "TRUE", "yes", "1"])
def test_words_for_true(word):
    text = replaced("second_norm_conserving", ('core_correction="T"', f'core_correction="{word}"'))
    assert "core_charge_density" in parsed(text)


@pytest.mark.parametrize("word", ["F", ".F.", ".false.", "no", "0", ""])
def test_words_for_false(word):
    text = replaced("second_norm_conserving", ('core_correction="T"', f'core_correction="{word}"'))
    assert "core_charge_density" not in parsed(text)


@pytest.mark.parametrize("sample", ["first_norm_conserving", "second_norm_conserving"])
def test_exponents_of_fortran(sample):
    assert parsed(text_of(sample).replace("E-0", "D-0")) == parsed(text_of(sample))


@pytest.mark.parametrize("sample", SECOND)
def test_remarks_need_not_be_xml(sample):
    text = replaced(sample, ("Made up", "R & D <i> 1 < 2 <br>"))
    assert parsed(text) == parsed(text_of(sample))


def test_projectors_end_with_their_last_value_if_no_cutoff_is_set():
    projectors = parsed(text_of("second_norm_conserving"))["beta_projectors"]
    unset = replaced(
        "second_norm_conserving",
        ('cutoff_radius_index=" 4"', ""),
        ('cutoff_radius_index=" 5"', 'cutoff_radius_index="0"'),
    )
    assert parsed(unset)["beta_projectors"] == projectors
    zeros = between(text_of("second_no_cutoff"), "<PP_BETA.1", "</PP_BETA.1>").replace(
        "<PP_NONLOCAL>",
        '<PP_NONLOCAL><PP_BETA.1 angular_momentum="0">0.0 0.0</PP_BETA.1>',
    )
    assert parsed(zeros)["beta_projectors"][0]["radial_function"] == [0.0, 0.0]


def test_what_is_no_number_becomes_null():
    text = replaced("second_norm_conserving", ("-8.000000E+00", "NaN"), ("-7.500000E+00", "-inf"))
    assert parsed(text)["local_potential"][:3] == [None, None, -3.125]


def test_augmentation_that_is_not_by_angular_momentum_is_left_out():
    found = parsed(text_of("second_ultrasoft").replace("PP_QIJL.", "PP_QIJ."))
    assert found["header"]["is_ultrasoft"]
    assert "augmentation" not in found
    bare = between(text_of("second_ultrasoft"), "<PP_AUGMENTATION", "</PP_AUGMENTATION>")
    assert "augmentation" not in parsed(bare)


def test_old_augmented_waves_have_only_some_parts():
    text = between(text_of("second_paw"), "<PP_PAW ", "</PP_PAW>")
    text = between(text, "<PP_FULL_WFC", "</PP_FULL_WFC>")
    found = parsed(between(text, "<PP_AUGMENTATION", "</PP_AUGMENTATION>"))
    assert found["paw_data"] == {"ae_wfc": [], "ps_wfc": []}
    assert "paw_core_energy" not in found["header"]


@pytest.mark.parametrize("name", ["number_of_proj", "number_of_wfc", "mesh_size", "has_gipaw"])
@pytest.mark.parametrize("sample", SECOND)
def test_sizes_that_the_header_does_not_say_are_counted(sample, name):
    assert parsed(replaced(sample, (f" {name}=", f" not_{name}="))) == parsed(text_of(sample))


@pytest.mark.parametrize(
    ("name", "element"), [("core_correction", "PP_NLCC"), ("is_ultrasoft", "PP_AUGMENTATION")]
)
@pytest.mark.parametrize("sample", SECOND)
def test_flags_that_the_header_does_not_say_follow_from_the_elements(sample, name, element):
    found = parsed(replaced(sample, (f" {name}=", f" not_{name}=")))
    expected = parsed(text_of(sample))
    if f"<{element} " not in text_of(sample):
        assert expected["header"].pop(name) is False
    assert found == expected


@pytest.mark.parametrize("name", ["element", "pseudo_type", "z_valence"])
@pytest.mark.parametrize("sample", SECOND)
def test_what_nobody_says_is_left_out_of_the_header(sample, name):
    expected = parsed(text_of(sample))
    del expected["header"][name]
    assert parsed(replaced(sample, (f" {name}=", f" not_{name}="))) == expected


def test_a_file_may_have_nothing_but_a_header():
    text = '<UPF version="2.0.1"><PP_HEADER element="Si" z_valence="4.0"/></UPF>'
    header = {"element": "Si", "z_valence": 4.0, "spin_orbit": False}
    assert parsed(text) == {"header": header | {"original_upf_file": "some.upf"}}


def test_elements_that_an_incomplete_header_does_not_name_may_be_missing():
    text = replaced("second_norm_conserving", (" mesh_size=", " mesh="))
    for name in ("PP_MESH", "PP_LOCAL", "PP_RHOATOM"):
        text = between(text, f"<{name}", f"</{name}>")
    expected = parsed(text_of("second_norm_conserving"))
    for name in ("radial_grid", "local_potential", "total_charge_density"):
        del expected[name]
    del expected["header"]["mesh_size"]
    assert parsed(text) == expected


def test_a_coulomb_potential_is_not_in_the_file():
    text = between(text_of("second_local"), "<PP_LOCAL", "</PP_LOCAL>")
    expected = parsed(text_of("second_local"))
    del expected["local_potential"]
    assert parsed(text.replace('is_coulomb="F"', 'is_coulomb="T"')) == expected


def test_attributes_of_functions_may_be_missing():
    text = replaced("second_ultrasoft", ('occupation="', 'occupied="'))
    expected = parsed(text_of("second_ultrasoft"))
    assert len(expected["atomic_wave_functions"]) == 2
    for function in expected["atomic_wave_functions"]:
        del function["occupation"]
    assert parsed(text) == expected
    opening = re.compile(r'(<PP_QIJL[^>]*) angular_momentum="\d"')
    bare, count = opening.subn(r"\1", text_of("second_ultrasoft"))
    assert count == len(expected["augmentation"]) > 2
    assert parsed(bare) == parsed(text_of("second_ultrasoft"))


def test_the_line_of_the_functional_may_be_empty():
    (line,) = (line for line in text_of("first_local").splitlines() if "functional" in line)
    assert parsed(replaced("first_local", (line, "   "))) == parsed(text_of("first_local"))


@pytest.mark.parametrize(
    ("sample", "changes", "reason"),
    [
        ("first_local", ("<PP_HEADER>", "<HEADER>"), "unified pseudopotential format"),
        ("first_local", ("</PP_LOCAL>", ""), "no end"),
        ("first_local", ("PP_RHOATOM", "PP_RHO"), "no section PP_RHOATOM"),
        ("first_local", ("    0    0   ", "    0\n    0"), "how many functions"),
        ("first_local", ("    6    ", "    7    "), "cut short"),
        ("first_local", ("    6    ", "    six  "), "where a whole number"),
        ("first_local", ("    6    ", "    -6   "), "not between 0 and 1000000"),
        ("first_local", ("-8.000000E+00", "deep"), "where a number"),
        ("first_norm_conserving", ("    2    1  ", "    2 "), "where a whole number"),
        ("first_norm_conserving", ("    2    2  7.5", "    2    0  7.5"), "no projector"),
        ("first_norm_conserving", ("  7.500000E-01\n</PP_DIJ>", "\n</PP_DIJ>"), "lines is cut"),
        (
            "first_norm_conserving",
            ("    2    2   ", "    2    3   "),
            "another number of projectors",
        ),
        (
            "first_ultrasoft",
            ("2.500000E-01 5.000000E-01", "-1.0E300 5.0E-01"),
            "a radius in it is too large",
        ),
        ("second_local", ("</UPF>", ""), "XML is damaged"),
        ("second_local", ("<UPF", "<!DOCTYPE x><UPF"), "document type"),
        ("second_local", ("PP_LOCAL", "PP_GLOBAL"), "no element PP_LOCAL"),
        ("second_local", ("PP_MESH", "PP_MASH"), "no element PP_R"),
        ("second_local", ("PP_HEADER", "PP_HEAD"), "no element PP_HEADER"),
        ("second_norm_conserving", ("PP_NLCC", "PP_NLC"), "no element PP_NLCC"),
        ("second_norm_conserving", ("PP_BETA.2", "PP_BETA.3"), "no element PP_BETA.2"),
        ("second_norm_conserving", ("PP_DIJ", "PP_DIK"), "no element PP_DIJ"),
        ("second_norm_conserving", ("PP_RHOATOM", "PP_RHO"), "no element PP_RHOATOM"),
        ("second_spin_orbit", ('jjj="1.5"', ""), "has no jjj"),
        ("second_ultrasoft", ("PP_QIJL.1.1.0", "PP_QIJL.1.1"), "belongs to no projectors"),
        ("second_ultrasoft", ("PP_QIJL.1.1.0", "PP_QIJL.0.1.0"), "not between 1 and 100"),
    ],
)
def test_damaged_files_are_refused_with_the_reason(sample, changes, reason):
    with pytest.raises(CannotExport, match=reason):
        parsed(replaced(sample, changes))


def test_functions_that_are_not_smoothed_for_their_momentum_are_refused():
    text = replaced(
        "first_ultrasoft",
        ("    3  4.000000E-01\n", ""),
        ("\n  -2.500000E-01 1.250000E-01\n", "\n"),
        ("\n  -5.000000E-01 1.250000E-01\n", "\n"),
    )
    with pytest.raises(CannotExport, match="no smoothing"):
        parsed(text)


@st.composite
def damaged(draw):
    """Samples with parts cut out, doubled, swapped or replaced."""
    text = text_of(draw(st.sampled_from(sorted(SAMPLES))))
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        end = draw(st.sampled_from([start + 1, start + 8, end]))
        part = draw(st.sampled_from(["", text[start:end] * 2, "9" * 30, "1e308", "-1", "<", "\0"]))
        text = text[:start] + draw(st.just(part) | st.text(max_size=4)) + text[end:]
    return text.encode("utf-8", "surrogatepass")


@st.composite
def altered_words(draw):
    """Samples with the right form but other words in a few places."""
    words = text_of(draw(st.sampled_from(sorted(SAMPLES)))).split(" ")
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(words) - 1))
        words[place] = draw(st.sampled_from(["0", "1", "7", "-1", "1e300", "nan", "T", "US", "\n"]))
    return " ".join(words).encode()


@given(damaged() | altered_words() | st.binary(max_size=50))
def test_damaged_files_are_read_or_refused(content):
    with suppress(CannotExport):
        json.loads(upf.write_json(node(content)).content)


@given(st.none() | st.integers() | st.text() | st.lists(st.text()), st.binary())
def test_the_stored_file_comes_as_it_is(name, content):
    subject = node(content, name)
    if isinstance(name, str) and name:
        assert singlefile.write_stored(subject).content == content
        assert "/" not in singlefile.write_stored(subject).filename
    else:
        with pytest.raises(CannotExport, match="no `filename`"):
            singlefile.write_stored(subject)


def test_a_missing_file_is_refused():
    with pytest.raises(CannotExport, match="missing"):
        singlefile.write_stored(node(None))


def test_a_file_in_a_folder_loses_the_folder():
    assert singlefile.write_stored(node(b"x", "a/b/\udcffSi.upf")).filename == "?Si.upf"
