"""Links: their types in 0.1 to 0.3, those that are left out, and their labels."""

from __future__ import annotations

import pytest

from support.legacy.draft import Draft
from support.legacy.kinds import LINKS
from support.legacy.versions import VERSIONS, since, until

ENDS = {
    "job": "calculation.job.quantumespresso.pw.PwCalculation.",
    "inline": "calculation.inline.InlineCalculation.",
    "function": "calculation.function.FunctionCalculation.",
    "work": "calculation.work.WorkCalculation.",
    "process": "calculation.process.ProcessCalculation.",
    "code": "code.Code.",
    "data": "data.structure.StructureData.",
    "other": "other.Other.",
    "alpha": "node.process.calculation.calcjob.arithmetic.add.ArithmeticAddCalculation.",
}

UNTYPED = {
    **{("code", end): "input_calc" for end in ("job", "inline")},
    **{("data", end): "input_calc" for end in ("job", "inline")},
    ("code", "work"): "input_work",
    ("data", "work"): "input_work",
    ("job", "data"): "create",
    ("inline", "data"): "create",
    ("work", "data"): "return",
    ("work", "job"): "call_calc",
    ("work", "inline"): "call_calc",
    ("work", "work"): "call_work",
}
"""What a link of 0.1 and 0.2 is served as; between all other ends it is not specified."""


def between(opened, version, *links):
    """Return the links that are read, each with the number of its link in the file as label.

    A link has the names of its ends, and a type or None.
    """
    draft = Draft(version)
    draft.user()
    nodes = {name: (draft.node(kind), draft.node(kind)) for name, kind in ENDS.items()}
    for number, (source, target, kind) in enumerate(links):
        draft.link(nodes[source][0], nodes[target][1], kind, str(number))
    found = opened(draft)
    assert [row["id"] for row in found.rows("link")] == [*range(1, len(found.rows("link")) + 1)]
    ends = {pair[side].uuid: name for name, pair in nodes.items() for side in (0, 1)}
    read = [(ends[one], ends[other], kind, label) for one, other, kind, label in found.links()]
    assert all(links[int(label)][:2] == (one, other) for one, other, _, label in read)
    return {int(label): kind for _, _, kind, label in read}


@pytest.mark.parametrize("version", ["0.1", "0.2"])
@pytest.mark.parametrize("written", [None, "returnlink", "nonsense"])
def test_links_without_a_type_get_it_from_their_ends(version, written, opened):
    pairs = [(source, target) for source in ENDS for target in ENDS]
    found = between(opened, version, *((*pair, written) for pair in pairs))
    expected = [UNTYPED.get(pair, "unspecified") for pair in pairs]
    assert found == dict(enumerate(expected))


@pytest.mark.parametrize("source", ["job", "inline"])
@pytest.mark.parametrize("kind", ["calllink", "returnlink"])
def test_calculations_neither_call_nor_return(source, kind, opened):
    found = between(opened, "0.3", (source, "data", kind), (source, "data", "createlink"))
    assert found == {1: "create"}


@pytest.mark.parametrize("source", ["function", "work"])
def test_workflows_create_nothing(source, opened):
    found = between(opened, "0.3", (source, "data", "createlink"), (source, "data", "returnlink"))
    assert found == {1: "return"}


TYPED = [
    ("data", "job", "inputlink", "input_calc"),
    ("data", "inline", "inputlink", "input_calc"),
    ("data", "alpha", "inputlink", "input_calc"),
    ("data", "work", "inputlink", "input_work"),
    ("data", "function", "inputlink", "input_work"),
    ("data", "process", "inputlink", "input_work"),
    ("data", "data", "inputlink", "inputlink"),
    ("data", "other", "inputlink", "inputlink"),
    ("work", "job", "calllink", "call_calc"),
    ("function", "inline", "calllink", "call_calc"),
    ("work", "work", "calllink", "call_work"),
    ("work", "function", "calllink", "call_work"),
    ("work", "data", "calllink", "calllink"),
    ("process", "data", "createlink", "create"),
    ("other", "data", "createlink", "create"),
    ("process", "data", "returnlink", "return"),
    ("data", "job", "input_calc", "input_calc"),
    ("job", "data", "create", "create"),
    ("work", "job", "call_calc", "call_calc"),
    ("work", "data", "unspecified", "unspecified"),
]


def test_types_of_links_get_their_names_of_today(opened):
    found = between(opened, "0.3", *(case[:3] for case in TYPED))
    assert found == {number: case[3] for number, case in enumerate(TYPED)}


@pytest.mark.parametrize("version", since("0.4"))
def test_later_links_keep_their_types(version, opened):
    cases = [("work", "data", kind) for kind in (*LINKS, "inputlink", "createlink")]
    assert between(opened, version, *cases) == {n: case[2] for n, case in enumerate(cases)}


def labels(opened, version, *written):
    draft = Draft(version)
    draft.user()
    source, target = draft.node("data.x.X."), draft.node("calculation.job.x.X.")
    for label in written:
        draft.link(source, target, "return", label)
    return [row["label"] for row in opened(draft).rows("link")]


@pytest.mark.parametrize("version", until("0.7"))
def test_the_label_of_what_is_returned_loses_its_underscore(version, opened):
    found = labels(opened, version, "_return", "return", "_return_0", "x_return")
    assert found == ["result", "return", "_return_0", "x_return"]


@pytest.mark.parametrize("version", since("0.8"))
def test_later_labels_of_links_stay(version, opened):
    assert labels(opened, version, "_return") == ["_return"]


@pytest.mark.parametrize("version", VERSIONS)
def test_links_are_numbered_in_the_order_of_the_file(version, opened):
    assert labels(opened, version, "z", "a", "m", "a", "a") == ["z", "a", "m", "a", "a"]
