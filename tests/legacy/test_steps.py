"""What changes from 0.4 to 0.13: states, times, types. One case for each row of the tables."""

from __future__ import annotations

import pytest

from support.legacy.draft import Draft
from support.legacy.kinds import (
    CALCFUNCTION,
    CALCJOB,
    DATA,
    GROUPS,
    LEFT_OUT,
    PROCESS_TYPES,
    SCHEDULERS,
    STATES,
    TRANSPORTS,
    WORKCHAIN,
)
from support.legacy.versions import VERSIONS, before, since, until

TIME = "2015-06-04T11:18:29.000000"
SERVED = f"{TIME}+00:00"
TAIL = "process.calculation.calcjob.arithmetic.add.ArithmeticAddCalculation."
PLAIN_DATA = [kind for kind in DATA if kind.middle]


@pytest.mark.parametrize("version", until("0.7"))
def test_columns_that_are_gone_are_left_out(version, opened):
    draft = Draft(version)
    draft.user()
    draft.computer(transport_params={}, enabled=True)
    draft.node(nodeversion=3, public=True)
    found = opened(draft)
    assert "enabled" not in found.row("computer")
    assert "nodeversion" not in found.row("node")


DATED = [
    (TIME, "date", SERVED),
    ({"a": TIME, "b": TIME}, {"a": "date", "b": None}, {"a": SERVED, "b": TIME}),
    ([TIME, TIME], ["date", None], [SERVED, TIME]),
    ([TIME, TIME], None, [TIME, TIME]),
    ({"a": [{"b": TIME}]}, {"a": [{"b": "date"}]}, {"a": [{"b": SERVED}]}),
    ({"a": TIME}, None, {"a": TIME}),
    ([TIME, TIME], ["date"], [SERVED, TIME]),
    ({"a": TIME, "b": TIME}, {"a": "date"}, {"a": SERVED, "b": TIME}),
    ("2015-06-04T11:18:29", "date", "2015-06-04T11:18:29+00:00"),
    ({}, {}, {}),
    ([], [], []),
]


@pytest.mark.parametrize("version", until("0.5"))
@pytest.mark.parametrize(("written", "conversion", "served"), DATED)
def test_a_time_in_attributes_is_given_its_zone(version, written, conversion, served, one_node):
    row = one_node(version, "data.x.X.", {"it": written}, conversion={"it": conversion})
    assert row["attributes"] == {"it": served}


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize(("written", "conversion", "served"), DATED)
def test_a_time_in_extras_is_given_its_zone(version, written, conversion, served, opened):
    draft = Draft(version)
    draft.user()
    node = draft.node(extras={"it": written})
    draft.conversions["extras"][str(node.pk)] = {"it": conversion}
    assert opened(draft).row("node")["extras"] == {"it": served}


@pytest.mark.parametrize("version", since("0.6"))
def test_later_versions_have_no_conversions(version, opened):
    draft = Draft(version)
    draft.user()
    node = draft.node("data.x.X.", {"it": TIME}, extras={"it": TIME})
    for name in ("node_attributes_conversion", "node_extras_conversion"):
        draft.parts[name] = {str(node.pk): {"it": "date"}}
    row = opened(draft).row("node")
    assert (row["attributes"], row["extras"]) == ({"it": TIME}, {"it": TIME})


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("state", STATES)
def test_the_state_of_an_old_calculation_says_how_it_ended(version, state, one_node):
    written = {"state": state, "process_label": "Pw", "process_state": "running", "a": 1}
    row = one_node(version, CALCJOB, written)
    assert row["attributes"] == {
        "a": 1,
        "sealed": True,
        "process_label": "Legacy JobCalculation",
        **STATES[state],
    }


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_the_texts_of_states(version, one_node):
    row = one_node(version, CALCJOB, {"state": "RETRIEVING", "exit_status": 7})
    assert row["attributes"] == {
        "process_state": "killed",
        "process_status": "Legacy `JobCalculation` with state `RETRIEVING`",
        "process_label": "Legacy JobCalculation",
        "exit_status": 7,
        "sealed": True,
    }


@pytest.mark.parametrize(
    ("version", "node_type", "state"),
    [
        ("0.5", CALCJOB, "IMPORTED"),
        ("0.5", CALCJOB, "finished"),
        ("0.5", CALCJOB, None),
        ("0.5", CALCJOB, ["FINISHED"]),
        ("0.5", CALCFUNCTION, "FINISHED"),
        ("0.5", TAIL, "FINISHED"),
        ("0.6", CALCJOB, "FINISHED"),
    ],
)
def test_other_states_stay(version, node_type, state, one_node):
    row = one_node(version, node_type, {"state": state})
    assert row["attributes"] == {"state": state, "sealed": True}


@pytest.mark.parametrize("version", ["0.5", "0.6", "0.13"])
def test_the_state_of_data_stays(version, one_node):
    row = one_node(version, "data.x.X.", {"state": "FINISHED", "_sealed": True})
    assert row["attributes"] == {"state": "FINISHED", "_sealed": True}


@pytest.mark.parametrize("version", ["0.4", "0.5", "0.6"])
@pytest.mark.parametrize("node_type", [CALCJOB, CALCFUNCTION, WORKCHAIN, TAIL, "process.x."])
@pytest.mark.parametrize("state", ["finished", "excepted", "killed", "odd", None, ...])
def test_a_process_that_has_ended_is_sealed(version, node_type, state, one_node):
    given = {} if state is ... else {"process_state": state}
    row = one_node(version, node_type, {**given, **dict.fromkeys(LEFT_OUT, True)})
    assert row["attributes"] == {**given, "sealed": True}


@pytest.mark.parametrize("version", ["0.4", "0.5", "0.6"])
@pytest.mark.parametrize("state", ["created", "running", "waiting"])
def test_a_process_that_runs_is_not_sealed(version, state, opened):
    written = {"process_state": state, "_sealed": False, "_finished": False}
    draft = Draft(version)
    draft.user()
    node = draft.node(WORKCHAIN, written)
    found = opened(draft)
    assert found.attributes(node) == written
    assert (1, node.uuid) in found.remarks().values()


@pytest.mark.parametrize("version", since("0.7"))
def test_later_processes_keep_their_attributes(version, opened):
    written = {"process_state": "running", **dict.fromkeys(LEFT_OUT, True), "state": "FAILED"}
    draft = Draft(version)
    draft.user()
    node = draft.node(CALCJOB, written)
    found = opened(draft)
    assert found.attributes(node) == written
    assert found.remarks() == {}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("old", GROUPS)
def test_a_type_of_group_gets_its_prefix(version, old, opened):
    draft = Draft(version)
    draft.user()
    draft.group(**{"type" if before(version, "0.4") else "type_string": old})
    expected = GROUPS[old] if before(version, "0.9") else old
    assert opened(draft).row("group")["type_string"] == expected


@pytest.mark.parametrize("version", ["0.4", "0.8", "0.13"])
@pytest.mark.parametrize("old", ["", "data.upf.family", "aiida.import", "USER"])
def test_other_types_of_groups_stay(version, old, opened):
    draft = Draft(version)
    draft.user()
    draft.group(type_string=old)
    assert opened(draft).row("group")["type_string"] == old


@pytest.mark.parametrize("version", VERSIONS)
def test_the_label_of_a_computer(version, opened):
    draft = Draft(version)
    draft.user()
    draft.computer(**{"name" if before(version, "0.11") else "label": "daint"})
    assert opened(draft).row("computer")["label"] == "daint"


@pytest.mark.parametrize("version", ["0.4", "0.11"])
@pytest.mark.parametrize("kind", PLAIN_DATA, ids=lambda kind: kind.middle)
def test_a_type_of_data_gets_its_prefix(version, kind, one_node):
    assert one_node(version, kind.middle)["node_type"] == kind.served


@pytest.mark.parametrize("version", ["0.12", "0.13"])
def test_from_0_12_on_types_and_schedulers_stay(version, opened):
    draft = Draft(version)
    draft.user()
    draft.computer(scheduler_type="direct")
    for kind in DATA:
        draft.node(kind.middle)
    for text in PROCESS_TYPES:
        draft.node(CALCJOB, process_type=text)
    found = opened(draft)
    rows = found.rows("node")
    assert [row["node_type"] for row in rows[: len(DATA)]] == [kind.middle for kind in DATA]
    assert [row["process_type"] for row in rows[len(DATA) :]] == [*PROCESS_TYPES]
    assert found.row("computer")["scheduler_type"] == "direct"


@pytest.mark.parametrize("version", ["0.4", "0.11"])
@pytest.mark.parametrize("text", PROCESS_TYPES)
def test_a_process_type_of_aiida_gets_its_prefix(version, text, one_node):
    row = one_node(version, CALCJOB, process_type=text)
    assert row["process_type"] == PROCESS_TYPES[text]


@pytest.mark.parametrize("version", ["0.1", "0.3", "0.4", "0.11"])
@pytest.mark.parametrize("text", SCHEDULERS)
def test_a_scheduler_gets_its_prefix(version, text, opened):
    draft = Draft(version)
    draft.user()
    draft.computer(scheduler_type=text)
    assert opened(draft).row("computer")["scheduler_type"] == SCHEDULERS[text]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("text", TRANSPORTS)
def test_a_transport_gets_its_prefix(version, text, opened):
    draft = Draft(version)
    draft.user()
    draft.computer(transport_type=text)
    expected = TRANSPORTS[text] if before(version, "0.13") else text
    assert opened(draft).row("computer")["transport_type"] == expected


@pytest.mark.parametrize("version", ["0.10", "0.11", "0.13"])
@pytest.mark.parametrize("name", ["arithmetic.add", "templatereplacer.doubler"])
def test_the_names_of_parsers_stay(version, name, one_node):
    attributes = {"parser_name": name, "input_plugin": "arithmetic.add"}
    assert one_node(version, CALCJOB, attributes)["attributes"] == attributes


@pytest.mark.parametrize("version", VERSIONS)
def test_what_looks_like_a_type_elsewhere_stays(version, one_node):
    texts = {"a": "data.int.Int.", "b": "aiida.calculations:arithmetic.add", "c": ["ssh", "user"]}
    row = one_node(version, "data.x.X.", texts, label="data.int.Int.", description="direct")
    assert row["attributes"] == texts
    assert (row["label"], row["description"]) == ("data.int.Int.", "direct")
