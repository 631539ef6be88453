from __future__ import annotations

import sys

import pytest

from provender.errors import BadRequest, NotServed, UnknownFormat
from provender.exports import registry, singlefile
from provender.exports.pseudopotentials import upf
from provender.exports.subject import Subject
from provender.schema import types
from provender.translators import subjects

UPF = "data.core.upf.UpfData."
JOB = "process.calculation.calcjob.CalcJobNode."
FAMILY = "data.pseudo.upf.UpfData."


def node(node_type, **attributes):
    return Subject("0" * 8, node_type, "label", "", attributes, {}.__getitem__)


@pytest.mark.parametrize(
    ("node_type", "form", "writer"),
    [
        (UPF, "json", upf.write_json),
        ("data.upf.UpfData.", "upf", singlefile.write_stored),
        (UPF, "cif", None),
        (FAMILY, "upf", None),
        ("data.core.dict.Dict.", "json", None),
        (JOB, "json", None),
    ],
)
def test_writers(node_type, form, writer):
    assert registry.find_writer(node_type, form) is writer


def test_every_type_and_format_that_is_listed_has_a_writer():
    assert len(registry.WRITERS) == 14
    assert registry.WRITERS.keys() <= types.SHIPPED
    for node_type in registry.WRITERS:
        names = registry.formats(node_type)
        assert names
        assert names == sorted(names)
        assert all(callable(registry.find_writer(node_type, name)) for name in names)


def test_attributes_are_fetched_for_exactly_the_types_that_have_a_text():
    paths = [prefix.removeprefix("data.core.")[:-1] for prefix, _ in registry.DESCRIBED]
    spellings = [spelling for path in paths for spelling in types.both_spellings(path)]
    assert sorted(types.DESCRIBED) == sorted([*spellings, types.JOB])


def test_formats_are_those_of_aiida(recorded):
    pytest.importorskip("matplotlib")
    (found,) = (
        record["json"]["data"]
        for store, record in recorded
        if store == "lab" and record["request"] == "/nodes/download_formats"
    )
    assert subjects.download_formats(None) == found


BANDS = "data.core.array.bands.BandsData."


def test_formats_whose_library_is_missing_are_not_listed(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    every = sorted(registry.WRITERS[BANDS])
    assert registry.formats(BANDS) == [n for n in every if n not in ("mpl_pdf", "mpl_png")]
    assert subjects.download_formats(None)[f"{BANDS}|"] == registry.formats(BANDS)
    assert registry.formats(UPF) == ["json", "upf"]
    missing = set(every) - set(registry.formats(BANDS))
    for name in missing:  # still a format, so that its download says what is missing
        with pytest.raises(UnknownFormat, match="needs matplotlib"):
            registry.find_writer(BANDS, name)(node(BANDS))


STRUCTURE = ["chemdoodle", "cif", "xsf", "xyz"]


@pytest.mark.parametrize(
    ("full_type", "formats"),
    [
        ("data.core.structure.StructureData.|", STRUCTURE),
        ("data.structure.StructureData.|", STRUCTURE),
        ("data.core.code.Code.|", ["yaml", "yml"]),
        ("data.code.Code.|", ["yaml", "yml"]),
        ("data.array.kpoints.KpointsData.|", ["json"]),
        ("data.core.int.Int.|", []),
        ("data.int.Int.|", []),
        ("data.core.numeric.NumericType.|", []),
    ],
)
def test_formats_of_a_type_in_both_spellings(full_type, formats):
    assert subjects.download_formats(full_type) == {full_type: formats}


JOBS = "process.calculation.calcjob.CalcJobNode."


@pytest.mark.parametrize(
    "full_type",
    [
        f"{JOBS}|aiida.calculations:core.arithmetic.add",
        f"{JOBS}|aiida.calculations:quantumespresso.pw",
        "process.workflow.workchain.WorkChainNode.|aiida.workflows:a.b",
    ],
)
def test_processes_that_an_entry_point_names_have_no_formats(full_type):
    assert subjects.download_formats(full_type) == {}


@pytest.mark.parametrize(
    "full_type",
    [
        f"{JOBS}|package.module.Class",
        f"{JOBS}|no.such.group:name",
        f"{JOBS}|aiida.calculations:a:b",
        f"{JOBS}|aiida.calculations:",
        f"{JOBS}|aiida.calculations:core.%",
        f"{JOBS}|",
        "process.%|%",
        "process.%|aiida.calculations:core.arithmetic.add",
        "data.core.structure.%|",
        "data.core.int.Int.|%",
        "data.core.int.Int.|package.module.Class",
        "data.core.structure.StructureData|",
        "data.pseudo.upf.UpfData.|",
        "|",
    ],
)
def test_types_that_are_not_known_are_not_served(full_type):
    with pytest.raises(NotServed) as caught:
        subjects.download_formats(full_type)
    assert caught.value.status == 501
    assert caught.value.message == "The download formats for this node type are not available."


@pytest.mark.parametrize("full_type", ["", "data", "a|b|c"])
def test_malformed_full_types_are_refused(full_type):
    with pytest.raises(BadRequest) as caught:
        subjects.download_formats(full_type)
    assert caught.value.status == 400
    assert caught.value.message == f"The full type {full_type} is invalid."


def test_properties_are_derived_of_some_types():
    cell = [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]]
    structure = {"cell": cell, "kinds": [], "sites": [], "pbc1": True, "pbc2": True, "pbc3": False}
    for node_type in ("data.core.structure.StructureData.", "data.structure.StructureData."):
        found = registry.derived(node(node_type, **structure))
        assert found["dimensionality"]["dim"] == 2
    assert registry.derived(node(UPF)) == {}
    assert registry.derived(node(JOB)) == {}


@pytest.mark.parametrize(
    ("node_type", "attributes", "text"),
    [
        (JOB, {}, ""),
        (JOB, {"state": "parsing"}, "parsing"),
        (JOB, {"state": "finished"}, "CalcJobNode"),
        (JOB, {"state": ["parsing"]}, "CalcJobNode"),
        ("process.workflow.workchain.WorkChainNode.", {"state": "parsing"}, ""),
        (UPF, {}, ""),
        ("data.core.code.portable.PortableCode.", {}, "label"),
        ("data.code.Code.", {}, "label@repository"),
    ],
)
def test_texts_that_stand_for_a_node(node_type, attributes, text):
    assert registry.describe(node(node_type, **attributes)) == text
