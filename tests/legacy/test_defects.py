"""Files with defects that are opened all the same: what is left out, and what is said of it."""

from __future__ import annotations

import pytest

from provender.errors import UnsupportedStore
from support.legacy.draft import Draft, identifier, plain
from support.legacy.kinds import CALCJOB, WORKCHAIN
from support.legacy.reading import says
from support.legacy.versions import OLDEST, VERSIONS, since

NOBODY = "00000000-0000-4000-8000-000000000000"


def pair(version="0.10"):
    """Return an archive of two nodes, and the two."""
    draft = Draft(version)
    draft.user()
    return draft, draft.node(), draft.node()


@pytest.mark.parametrize("version", ["0.1", "0.6", "0.7", "0.13"])
def test_attributes_of_no_node_are_left_out(version, opened):
    draft, one, _ = pair(version)
    for pk in ("606", "607", "608"):
        draft.attributes[pk] = {"process_state": "finished"}
        draft.extras[pk] = {}
    found = opened(draft)
    assert len(found.rows("node")) == 2
    assert found.attributes(one) == {}
    assert says(found, 3, "606")


@pytest.mark.parametrize("version", [*OLDEST, "0.4", "0.5"])
@pytest.mark.parametrize("name", ["node_attributes_conversion", "node_extras_conversion"])
def test_without_conversions_nothing_is_converted(version, name, opened):
    draft, _, _ = pair(version)
    node = draft.node("data.x.X.", {"a": "2015-06-04T11:18:29.000000"})
    draft.parts[name] = ...
    assert opened(draft).attributes(node) == {"a": "2015-06-04T11:18:29.000000"}


@pytest.mark.parametrize("conversion", [None, [], "date", {"a": {"b": "date"}}, {"a": "number"}, 7])
def test_an_odd_conversion_changes_nothing(conversion, opened):
    draft, node, _ = pair("0.5")
    draft.attributes[str(node.pk)] = {"a": "2015-06-04T11:18:29.000000"}
    draft.parts["node_attributes_conversion"] = {str(node.pk): conversion, "2": {}}
    assert opened(draft).attributes(node) == {"a": "2015-06-04T11:18:29.000000"}


def test_a_conversion_of_what_is_no_text_changes_nothing(opened):
    draft, node, _ = pair("0.5")
    values = {"a": None, "b": 7, "c": {"x": 1}, "d": [1]}
    draft.attributes[str(node.pk)] = values
    draft.conversions["attributes"][str(node.pk)] = dict.fromkeys(values, "date")
    assert opened(draft).attributes(node) == values


@pytest.mark.parametrize("version", ["0.2", "0.10"])
@pytest.mark.parametrize("name", ["Node", "User", "Group", "Computer"])
def test_a_key_that_is_no_number_is_left_out(version, name, opened):
    draft, one, _ = pair(version)
    draft.computer()
    draft.group()
    for key in ("abc", "", "1.5", "-0x1"):
        draft.rows[name][key] = {**draft.rows[name]["1"], "uuid": NOBODY, "email": "x@example.org"}
    found = opened(draft)
    counts = {"Node": 2, "User": 1, "Group": 1, "Computer": 1}
    assert {n: len(found.rows(n.lower())) for n in counts} == counts
    assert found.node(one)["id"] == one.pk
    assert says(found, 4, "abc")


def test_of_two_nodes_of_one_uuid_the_first_is_kept(opened):
    draft, one, other = pair()
    draft.node(uuid=one.uuid, label="again")
    draft.link(one, other, "create")
    found = opened(draft)
    assert [row["label"] for row in found.rows("node")] == ["node 1", "node 2"]
    assert found.links() == [(one.uuid, other.uuid, "create", "a")]
    assert says(found, 1, one.uuid)


def test_computers_and_groups_of_one_label_are_kept(opened):
    draft, _, _ = pair()
    for _ in range(2):
        draft.computer(name="daint")
        draft.group(label="mine")
    found = opened(draft)
    assert [row["label"] for row in found.rows("computer")] == ["daint", "daint"]
    assert [row["label"] for row in found.rows("group")] == ["mine", "mine"]


@pytest.mark.parametrize("value", [None, ...])
@pytest.mark.parametrize("version", ["0.2", "0.10"])
def test_a_user_without_an_address_is_left_out(version, value, opened):
    draft = Draft(version)
    draft.user()
    draft.user(email=value)
    found = opened(draft)
    assert [row["id"] for row in found.rows("user")] == [1]
    assert found.remarks()


@pytest.mark.parametrize("value", [None, ...])
@pytest.mark.parametrize("version", ["0.2", "0.10", "0.11", "0.13"])
def test_a_computer_without_a_label_gets_its_host_name(version, value, opened):
    draft = Draft(version)
    draft.user()
    draft.computer(name=value, label=value, hostname="daint.cscs.ch")
    found = opened(draft)
    assert found.row("computer")["label"] == "daint.cscs.ch"
    assert found.remarks()


@pytest.mark.parametrize("version", since("0.11"))
def test_a_computer_may_have_its_old_name(version, opened):
    draft = Draft(version)
    draft.user()
    draft.computer(name="daint", label=...)
    assert opened(draft).row("computer")["label"] == "daint"


@pytest.mark.parametrize("version", VERSIONS)
def test_fields_and_entities_that_nobody_knows_are_left_out(version, opened):
    draft, one, _ = pair(version)
    draft.rows["Node"][str(one.pk)] |= {"public": True, "odd": {"a": 1}, "id": 9, "user_id": 9}
    draft.rows["Workflow"] = {"1": {"uuid": NOBODY}}
    draft.parts["group_extras"] = {"1": {"a": 1}}
    draft.parts["odd"] = [1, 2]
    found = opened(draft)
    assert (found.node(one)["id"], found.node(one)["user_id"]) == (one.pk, 1)
    assert len(found.rows("node")) == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_the_description_of_fields_is_not_needed(version, opened):
    draft, _, _ = pair(version)
    draft.metadata = {"export_version": version}
    found = opened(draft)
    assert len(found.rows("node")) == 2
    assert found.origin.version == version
    assert found.origin.aiida_version is None


@pytest.mark.parametrize("version", VERSIONS)
def test_an_archive_tells_its_version(version, opened):
    draft, _, _ = pair(version)
    draft.metadata["aiida_version"] = "1.2.3"
    found = opened(draft)
    assert (found.origin.version, found.origin.aiida_version) == (version, "1.2.3")
    assert found.remarks() == {}


ODD_VERSIONS = ["0.0", "0.14", "0.20", "0.011", "00.1", "1.1", "2.0", "main_0003", "", " 0.4", "x"]


@pytest.mark.parametrize("version", [*ODD_VERSIONS, 0.9, 1, None, True, ["0.4"], {"a": 1}])
def test_a_version_that_there_is_not_is_refused(version, opened):
    draft, _, _ = pair("0.9")
    draft.metadata["export_version"] = version
    with pytest.raises(UnsupportedStore) as caught:
        opened(draft)
    assert "`x`" in caught.value.message
    assert len(caught.value.message) < 300


def test_each_kind_of_defect_is_one_remark(opened):
    draft, one, other = pair("0.6")
    for number in range(5):
        draft.link(one, other, "create")
        draft.links[-1]["input"] = NOBODY
        draft.attributes[f"90{number}"] = {}
        draft.node(WORKCHAIN, {"process_state": "running"})
    found = opened(draft)
    assert len(found.remarks()) == 3
    assert {count for count, _ in found.remarks().values()} == {5}
    assert says(found, 5, identifier("Node", 3))


def test_a_sound_file_has_no_remarks(opened):
    draft, one, other = pair("0.5")
    job = draft.node(CALCJOB, {"state": "FAILED"}, files={"path/a": b"x"})
    draft.conversions["attributes"][str(job.pk)] = plain({"state": "FAILED"})
    draft.link(one, job, "input_calc")
    draft.group([one, other, job])
    draft.log(job)
    found = opened(draft)
    assert len(found.rows("node")) == 3
    assert found.remarks() == {}
