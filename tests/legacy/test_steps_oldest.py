"""What changes from 0.1 to 0.4: names, types of nodes, states of calculations. One case each."""

from __future__ import annotations

import pytest

from support.legacy import trees
from support.legacy.draft import Draft
from support.legacy.kinds import (
    CALCFUNCTION,
    CALCJOB,
    CODE_PLUGINS,
    DATA,
    OLD_GROUPS,
    PROCESSES,
    RENAMED,
    WORKCHAIN,
    WORKFUNCTION,
)
from support.legacy.plugins import CALCULATIONS
from support.legacy.versions import OLDEST, since

JOB = "calculation.job.quantumespresso.pw.PwCalculation."
WORK = "calculation.work.WorkCalculation."
TRAJECTORY = "data.array.trajectory.TrajectoryData."
OLD_PROCESSES = [kind for kind in PROCESSES if kind.oldest is not None]
OLD_DATA = [kind for kind in DATA if kind.oldest is not None]


@pytest.mark.parametrize(
    ("version", "prefix"),
    [
        ("0.1", "aiida.djsite.db.models.Db"),
        ("0.1", "aiida.backends.djsite.db.models.Db"),
        ("0.2", "aiida.backends.djsite.db.models.Db"),
        ("0.2", "aiida.backends.sqlalchemy.models.Db"),
        ("0.3", "aiida.backends.djsite.db.models.Db"),
        ("0.1", ""),
        ("0.2", ""),
        ("0.3", ""),
    ],
)
def test_an_entity_is_known_by_the_end_of_its_name(version, prefix, opened):
    draft = Draft(version)
    draft.user()
    draft.computer()
    node = draft.node()
    draft.group([node])
    draft.parts["export_data"] = {f"{prefix}{name}": rows for name, rows in draft.rows.items()}
    found = opened(draft)
    for name in ("user", "computer", "node", "group", "group_dbnodes"):
        assert len(found.rows(name)) == 1


@pytest.mark.parametrize("version", OLDEST)
@pytest.mark.parametrize("kind", OLD_DATA, ids=lambda kind: kind.oldest or "empty")
def test_a_type_of_data_gets_its_name_of_today(version, kind, one_node):
    row = one_node(version, kind.oldest)
    assert (row["node_type"], row["process_type"]) == (kind.served, "")


@pytest.mark.parametrize("kind", OLD_PROCESSES, ids=lambda kind: f"{kind.oldest} {kind.named}")
def test_a_type_of_process_gets_its_name_of_today(kind, one_node):
    attributes = {} if kind.named is None else {"function_name": kind.named}
    row = one_node("0.3", kind.oldest, attributes)
    assert (row["node_type"], row["process_type"]) == (kind.served, kind.process_type)


@pytest.mark.parametrize("old", ["code.Code", "code.Code.x.", "mycode.Code.", "code.code.Code."])
def test_only_the_whole_type_of_a_code_is_changed(old, one_node):
    assert one_node("0.3", old)["node_type"] == old


@pytest.mark.parametrize("old", [WORK, "calculation.process.ProcessCalculation."])
@pytest.mark.parametrize(("value", "new"), [(None, WORKCHAIN), ("", WORKFUNCTION)])
def test_a_work_calculation_of_a_function_is_known_by_its_attribute(old, value, new, one_node):
    assert one_node("0.3", old, {"function_name": value})["node_type"] == new


def test_calculations_of_registered_plugins_get_their_entry_point(opened):
    draft = Draft("0.3")
    draft.user()
    for name in CALCULATIONS:
        draft.node(f"calculation.job.{name}.XCalculation.")
    found = opened(draft).rows("node")
    assert [row["process_type"] for row in found] == [
        f"aiida.calculations:{k}" for k in CALCULATIONS
    ]
    assert {row["node_type"] for row in found} == {CALCJOB}


@pytest.mark.parametrize(
    ("old", "process_type"),
    [
        ("calculation.job.quantumespresso.PwCalculation.", "quantumespresso.PwCalculation"),
        ("calculation.job.quantumespresso.pw.x.Pw.", "quantumespresso.pw.x.Pw"),
        ("calculation.job.Other.", ""),
        (WORK, ""),
        ("calculation.inline.InlineCalculation.", ""),
    ],
)
def test_other_calculations_keep_their_class(old, process_type, one_node):
    assert one_node("0.3", old)["process_type"] == process_type


@pytest.mark.parametrize("plugin", CODE_PLUGINS)
def test_the_plugin_of_a_code_loses_its_prefix(plugin, one_node):
    row = one_node("0.3", "code.Code.", {"input_plugin": plugin, "is_local": True})
    assert row["attributes"] == {"input_plugin": CODE_PLUGINS[plugin], "is_local": True}


def test_a_code_without_a_plugin_stays(one_node):
    assert one_node("0.3", "code.Code.", {"is_local": True})["attributes"] == {"is_local": True}


def test_the_same_attribute_of_other_nodes_stays(one_node):
    attributes = {"input_plugin": "simpleplugins.templatereplacer"}
    row = one_node("0.3", "data.parameter.ParameterData.", attributes)
    assert row["attributes"] == attributes


@pytest.mark.parametrize("old", RENAMED)
def test_an_attribute_of_a_calculation_job_is_renamed(old, one_node):
    row = one_node("0.3", JOB, {old: {"a": 1}})
    assert row["attributes"] == {RENAMED[old]: {"a": 1}, "sealed": True}


def test_renamed_attributes_keep_their_times(one_node):
    time = "2015-06-04T11:18:29.000000"
    names = {"parser": time, "_process_label": time}
    row = one_node("0.3", JOB, names, conversion=dict.fromkeys(names, "date"))
    expected = {"parser_name": f"{time}+00:00", "process_label": f"{time}+00:00", "sealed": True}
    assert row["attributes"] == expected


@pytest.mark.parametrize(
    "old",
    [
        WORK,
        "calculation.inline.InlineCalculation.",
        "node.process.calculation.calcjob.arithmetic.add.ArithmeticAddCalculation.",
    ],
)
def test_attributes_of_other_processes_keep_their_names(old, one_node):
    row = one_node("0.3", old, dict.fromkeys(RENAMED, "x"))
    assert row["attributes"] == {**dict.fromkeys(RENAMED, "x"), "sealed": True}


@pytest.mark.parametrize("old", [JOB, WORK, "calculation.function.FunctionCalculation."])
def test_the_label_of_a_process_loses_its_underscore(old, one_node):
    row = one_node("0.3", old, {"_process_label": "Pw"})
    assert row["attributes"] == {"process_label": "Pw", "sealed": True}


@pytest.mark.parametrize("version", since("0.4"))
def test_in_later_versions_a_label_with_an_underscore_stays(version, one_node):
    row = one_node(version, CALCFUNCTION, {"_process_label": "Pw", "sealed": True})
    assert row["attributes"] == {"_process_label": "Pw", "sealed": True}


def test_a_label_with_an_underscore_of_data_stays(one_node):
    row = one_node("0.3", "data.parameter.ParameterData.", {"_process_label": "Pw"})
    assert row["attributes"] == {"_process_label": "Pw"}


@pytest.mark.parametrize("kind", ["U", "S"])
@pytest.mark.parametrize("symbols", [["Ba", "Ti", "O"], [], ["é"]])
def test_symbols_of_a_trajectory_become_an_attribute(kind, symbols, opened):
    draft = Draft("0.2")
    draft.user()
    files = {"path/symbols.npy": trees.array(symbols, kind), "path/steps.npy": b"steps"}
    attributes = {"array|symbols": [len(symbols)], "array|steps": [1]}
    node = draft.node(TRAJECTORY, attributes, files=files)
    found = opened(draft)
    assert found.attributes(node) == {"symbols": symbols, "array|steps": [1]}
    assert found.tree(node) == {"steps.npy": b"steps"}


@pytest.mark.parametrize("content", [None, b"no array", b"\x93NUMPY", b""])
def test_a_trajectory_without_symbols_that_can_be_read_stays(content, opened):
    draft = Draft("0.3")
    draft.user()
    files = {} if content is None else {"path/symbols.npy": content}
    node = draft.node(TRAJECTORY, {"array|symbols": [1]}, files=files)
    found = opened(draft)
    assert found.attributes(node) == {"array|symbols": [1]}
    assert found.tree(node) == {name[5:]: content for name, content in files.items()}
    assert found.remarks()


def test_symbols_are_never_unpickled(opened):
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n"
    pickled = (
        b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"cos\nabort\n(tR."
    )
    draft = Draft("0.3")
    draft.user()
    node = draft.node(TRAJECTORY, files={"path/symbols.npy": pickled})
    found = opened(draft)
    assert found.tree(node) == {"symbols.npy": pickled}
    assert found.remarks()


def test_symbols_of_other_nodes_and_versions_stay(opened):
    content = trees.array(["Ba"])
    for version, kind in (("0.3", "data.array.ArrayData."), ("0.4", TRAJECTORY)):
        draft = Draft(version)
        draft.user()
        node = draft.node(kind, {"array|symbols": [1]}, files={"path/symbols.npy": content})
        found = opened(draft)
        assert found.attributes(node) == {"array|symbols": [1]}
        assert found.tree(node) == {"symbols.npy": content}


@pytest.mark.parametrize("version", OLDEST)
@pytest.mark.parametrize("old", OLD_GROUPS)
def test_a_group_gets_names_and_type_of_today(version, old, opened):
    draft = Draft(version)
    draft.user()
    draft.group(type=old, name="mine")
    row = opened(draft).row("group")
    assert (row["label"], row["type_string"]) == ("mine", OLD_GROUPS[old])


@pytest.mark.parametrize("version", OLDEST)
def test_a_group_may_have_the_new_names_already(version, opened):
    draft = Draft(version)
    draft.user()
    draft.group(type=..., name=..., label="mine", type_string="data.upf.family")
    row = opened(draft).row("group")
    assert (row["label"], row["type_string"]) == ("mine", "core.upf")


@pytest.mark.parametrize("version", OLDEST)
@pytest.mark.parametrize("metadata", ['{"workdir": "/x"}', {"workdir": "/x"}])
def test_metadata_of_a_computer_may_be_a_text(version, metadata, opened):
    draft = Draft(version)
    draft.user()
    draft.computer(metadata=metadata, enabled=False, transport_params="{}")
    assert opened(draft).row("computer")["metadata"] == {"workdir": "/x"}


@pytest.mark.parametrize("version", OLDEST)
def test_nodes_have_no_extras(version, one_node):
    assert one_node(version, JOB, extras={"a": 1})["extras"] == {}


@pytest.mark.parametrize("version", OLDEST)
def test_a_calculation_of_the_oldest_versions_goes_through_all_steps(version, one_node):
    time = "2015-06-04T11:18:29.000000"
    attributes = {
        "state": "FINISHED",
        "_sealed": True,
        "_finished": True,
        "lastchecked": time,
        "parser": "quantumespresso.basicpw",
        "jobresource_params": {"num_machines": 1},
    }
    conversion = {**dict.fromkeys(attributes), "lastchecked": "date"}
    row = one_node(version, JOB, attributes, conversion=conversion)
    assert row["node_type"] == CALCJOB
    assert row["attributes"] == {
        "process_state": "finished",
        "exit_status": 0,
        "process_label": "Legacy JobCalculation",
        "sealed": True,
        "lastchecked": f"{time}+00:00",
        "parser_name": "quantumespresso.basicpw",
        "resources": {"num_machines": 1},
    }
