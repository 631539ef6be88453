from __future__ import annotations

import pytest

from provender.exports import registry, singlefile
from provender.exports.pseudopotentials import upf
from provender.exports.subject import Subject
from provender.schema import types

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
    formats = registry.formats_by_type()
    assert formats[UPF] == ["json", "upf"]
    assert all(names and names == sorted(names) for names in formats.values())
    for node_type, names in formats.items():
        assert node_type in types.SHIPPED
        assert all(callable(registry.find_writer(node_type, name)) for name in names)


def test_attributes_are_fetched_for_exactly_the_types_that_have_a_text():
    paths = [prefix.removeprefix("data.core.")[:-1] for prefix, _ in registry.DESCRIBED]
    spellings = [spelling for path in paths for spelling in types.both_spellings(path)]
    assert sorted(types.DESCRIBED) == sorted([*spellings, types.JOB])


def test_formats_are_those_of_aiida(recorded):
    (found,) = (
        record["json"]["data"]
        for store, record in recorded
        if store == "lab" and record["request"] == "/nodes/download_formats"
    )
    formats = {key.partition("|")[0]: names for key, names in found.items()}
    assert registry.formats_by_type() == formats


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
