"""References that lead nowhere: links, members of groups, users, computers of older archives."""

from __future__ import annotations

import pytest

from support.legacy.draft import Draft
from support.legacy.reading import says
from support.legacy.versions import VERSIONS

NOBODY = "00000000-0000-4000-8000-000000000000"


def pair(version="0.10"):
    """Return an archive of two nodes, and the two."""
    draft = Draft(version)
    draft.user()
    return draft, draft.node(), draft.node()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("end", ["input", "output"])
def test_a_link_with_an_unknown_end_is_left_out(version, end, opened):
    draft, one, other = pair(version)
    draft.link(one, other, "create", "first")
    draft.link(one, other, "create", "lost")
    draft.links[-1][end] = NOBODY
    draft.link(one, other, "create", "last")
    found = opened(draft)
    assert [row["label"] for row in found.rows("link")] == ["first", "last"]
    assert [row["id"] for row in found.rows("link")] == [1, 2]
    assert says(found, 1, NOBODY) or says(found, 1, "lost")


def test_the_same_link_twice_is_kept_twice(opened):
    draft, one, other = pair()
    draft.link(one, other, "create")
    draft.link(one, other, "create")
    assert len(opened(draft).rows("link")) == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_unknown_members_of_a_group_are_left_out(version, opened):
    draft, one, other = pair(version)
    group = draft.group()
    draft.memberships[group.uuid] = [NOBODY, one.uuid, NOBODY.replace("4", "5"), other.uuid]
    found = opened(draft)
    assert [row["dbnode_id"] for row in found.rows("group_dbnodes")] == [one.pk, other.pk]
    assert says(found, 2, "")


@pytest.mark.parametrize(
    ("members", "kept", "has_remark"),
    [([], [], False), ([NOBODY], [], True), ([1, 1], [1], True), ([2, 1, 2], [2, 1], True)],
)
def test_odd_members_of_a_group(members, kept, has_remark, opened):
    draft, one, other = pair()
    names = {1: one.uuid, 2: other.uuid}
    group, last = draft.group(), draft.group()
    draft.memberships[group.uuid] = [names.get(member, member) for member in members]
    draft.memberships[last.uuid] = [other.uuid]
    found = opened(draft)
    rows = [(row["dbnode_id"], row["dbgroup_id"]) for row in found.rows("group_dbnodes")]
    assert rows == [*((number, group.pk) for number in kept), (other.pk, last.pk)]
    assert [row["id"] for row in found.rows("group_dbnodes")] == [*range(1, len(rows) + 1)]
    assert bool(found.remarks()) == has_remark


def test_members_of_an_unknown_group_are_left_out(opened):
    draft, one, _ = pair()
    draft.memberships[NOBODY] = [one.uuid]
    found = opened(draft)
    assert found.rows("group_dbnodes") == []
    assert found.remarks()


@pytest.mark.parametrize("name", ["links_uuid", "groups_uuid"])
@pytest.mark.parametrize("version", ["0.2", "0.4", "0.13"])
def test_links_or_members_may_be_missing_altogether(name, version, opened):
    draft, _, _ = pair(version)
    draft.parts[name] = ...
    found = opened(draft)
    assert len(found.rows("node")) == 2
    assert found.rows("link") == found.rows("group_dbnodes") == []


@pytest.mark.parametrize("value", [99, None, ...])
@pytest.mark.parametrize("version", ["0.2", "0.10"])
def test_a_node_with_an_unknown_computer_has_none(version, value, opened):
    draft = Draft(version)
    draft.user()
    node = draft.node(dbcomputer=value)
    found = opened(draft)
    assert found.node(node)["dbcomputer_id"] is None
    assert bool(found.remarks()) == (value == 99)


@pytest.mark.parametrize("value", [99, None, ...])
@pytest.mark.parametrize("version", ["0.2", "0.10"])
def test_a_node_is_served_whoever_its_user_is(version, value, opened):
    draft = Draft(version)
    draft.user()
    node, other = draft.node(user=value), draft.node()
    draft.link(node, other, "create")
    found = opened(draft)
    users = [row["id"] for row in found.rows("user")]
    assert found.node(node)["user_id"] in [None, *users]
    assert found.node(node)["user_id"] != 1
    assert found.node(other)["user_id"] == 1
    assert len(found.rows("link")) == 1
    assert found.remarks()


def test_nodes_without_any_user(opened):
    draft = Draft("0.10")
    node = draft.node()
    draft.rows["User"] = {}
    found = opened(draft)
    assert found.node(node)["user_id"] in [None, *(row["id"] for row in found.rows("user"))]
    assert found.remarks()


@pytest.mark.parametrize("value", [99, None, ...])
def test_a_log_of_an_unknown_node_is_left_out_or_hangs_on_none(value, opened):
    draft, node, _ = pair()
    draft.log(node, message="kept")
    draft.log(node, message="lost", dbnode=value)
    found = opened(draft)
    kept = {row["message"]: row["dbnode_id"] for row in found.rows("log")}
    assert kept.pop("kept") == node.pk
    assert kept in ({}, {"lost": None})
    assert found.remarks()


@pytest.mark.parametrize("field", ["dbnode", "user"])
def test_a_comment_of_somebody_unknown_is_left_out(field, opened):
    draft, node, _ = pair()
    draft.comment(node, content="kept")
    draft.comment(node, content="lost", **{field: 99} if field == "dbnode" else {})
    if field == "user":
        draft.rows["Comment"]["2"]["user"] = 99
    else:
        draft.rows["Comment"]["2"]["dbnode"] = 99
    found = opened(draft)
    assert [row["content"] for row in found.rows("comment")] == ["kept"]
    assert found.remarks()


def test_a_field_may_be_missing_in_some_rows_only(opened):
    draft = Draft("0.10")
    draft.user()
    for number in range(250):
        draft.node(label=... if number % 2 else f"label {number}", process_type=...)
    found = [row["label"] for row in opened(draft).rows("node")]
    assert found == ["" if number % 2 else f"label {number}" for number in range(250)]
