from __future__ import annotations

import pytest

from provender.query.querydict import Stored
from provender.query.querystring import spellings
from provender.query.querystring.grammar import parse_text

STORED = Stored("node_type")


def spelled(text, spelling=spellings.node_type):
    return spelling(parse_text(text)[0])


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("data.remote.RemoteData.", ["data.remote.RemoteData.", "data.core.remote.RemoteData."]),
        ("process.ProcessNode.", ["process.ProcessNode."]),
        (
            "data.parameter.ParameterData.",
            [
                "data.parameter.ParameterData.",
                "data.core.parameter.ParameterData.",
                "data.core.dict.Dict.",
            ],
        ),
        (
            "calculation.job.quantumespresso.pw.PwCalculation.",
            [
                "calculation.job.quantumespresso.pw.PwCalculation.",
                "process.calculation.calcjob.CalcJobNode.",
            ],
        ),
        (
            "calculation.work.WorkCalculation.",
            [
                "calculation.work.WorkCalculation.",
                "process.workflow.workchain.WorkChainNode.",
            ],
        ),
    ],
)
def test_equality_knows_every_name(text, stored):
    assert spelled(f'type="{text}"') == {"or": [{STORED: {"in": tuple(stored)}}]}


def test_a_list_is_that_of_all_names_of_its_members():
    assert spelled('type=in="data.int.Int.",x') == {
        "or": [{STORED: {"in": ("data.int.Int.", "data.core.int.Int.", "x")}}]
    }


def test_the_old_name_of_codes_is_any_code():
    assert spelled('type="code.Code."') == {
        "or": [
            {STORED: {"in": ("code.Code.",)}},
            {STORED: {"like": "data.core.code.%"}},
            {STORED: {"like": "data.code.%"}},
        ]
    }


def test_negative_operators_negate_all_spellings():
    positive = spelled('type="code.Code."')
    assert spelled('type!="code.Code."') == {"!or": positive["or"]}
    assert set(spelled('type=notin="a","b"')) == {"!or"}


def test_patterns_with_a_known_beginning_are_asked_of_the_stored_type():
    assert spelled('type=like="data.remote%"') == {
        "or": [
            {STORED: {"like": "data.core.remote%"}},
            {STORED: {"like": "data.remote%"}},
        ]
    }
    assert spelled('type=like="process.%"') == {"or": [{STORED: {"like": "process.%"}}]}


@pytest.mark.parametrize("text", ['type=like="%data%"', 'type=like="d%"', 'type=ilike="DATA%"'])
def test_other_patterns_are_asked_of_both_forms(text):
    assert [next(iter(part)) for part in spelled(text)["or"]] == ["type", STORED]


def test_values_of_another_type_are_left_to_the_plan():
    assert spelled("type=5")["or"][0] == {"type": {"==": 5}}


def test_either_form():
    either = spellings.either("scheduler_type")
    assert spelled('scheduler_type=in="slurm","pbs"', either) == {
        "or": [
            {"scheduler_type": {"in": ("slurm", "pbs")}},
            {Stored("scheduler_type"): {"in": ("slurm", "pbs")}},
        ]
    }
    assert list(spelled('scheduler_type!="slurm"', either)) == ["!or"]
