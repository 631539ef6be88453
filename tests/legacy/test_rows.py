"""What each column is served with: where it comes from, and what stands for a null."""

from __future__ import annotations

import pytest

from support.legacy.draft import SERVED, Draft, identifier
from support.legacy.versions import VERSIONS, before, since
from support.legacy.whole import nulled, with_all


@pytest.mark.parametrize("version", VERSIONS)
def test_every_column_of_every_table(version, opened):
    found = opened(with_all(version))
    assert found.row("user") == {
        "id": 7,
        "email": "user1@example.org",
        "first_name": "Ada",
        "last_name": "L.",
        "institution": "I",
    }
    assert found.row("computer") == {
        "id": 2**40,
        "uuid": identifier("Computer", 1),
        "label": "computer 1",
        "hostname": "localhost",
        "description": "a computer",
        "metadata": {},
        "scheduler_type": "core.direct",
        "transport_type": "core.local",
    }
    assert found.row("node") == {
        "id": 12,
        "uuid": identifier("Node", 1),
        "node_type": "data.x.X.",
        "process_type": "",
        "label": "node 1",
        "description": "a node",
        "ctime": SERVED,
        "mtime": SERVED,
        "attributes": {},
        "extras": {},
        "repository_metadata": {},
        "dbcomputer_id": 2**40,
        "user_id": 7,
    }
    assert found.row("group") == {
        "id": 3,
        "uuid": identifier("Group", 1),
        "label": "group 1",
        "type_string": "core",
        "time": SERVED,
        "description": "a group",
        "extras": {},
        "user_id": 7,
    }
    assert found.row("group_dbnodes") == {"id": 1, "dbnode_id": 12, "dbgroup_id": 3}
    assert found.rows("authinfo") == []
    assert found.remarks() == {}


@pytest.mark.parametrize("version", since("0.4"))
def test_logs_and_comments(version, opened):
    found = opened(with_all(version))
    assert found.row("log") == {
        "id": 5,
        "uuid": identifier("Log", 1),
        "time": SERVED,
        "loggername": "aiida",
        "levelname": "REPORT",
        "message": "a message",
        "metadata": {"a": 1},
        "dbnode_id": 12,
    }
    assert found.row("comment") == {
        "id": 6,
        "uuid": identifier("Comment", 1),
        "ctime": SERVED,
        "mtime": SERVED,
        "content": "a comment",
        "dbnode_id": 12,
        "user_id": 7,
    }


NULL_TEXTS = [
    *(("user", name) for name in ("first_name", "last_name", "institution")),
    *(("computer", name) for name in ("hostname", "description", "scheduler_type")),
    ("computer", "transport_type"),
    *(("node", name) for name in ("label", "description")),
    ("group", "description"),
    *(("log", name) for name in ("loggername", "levelname", "message")),
    ("comment", "content"),
]
OF_OLDEST = [case for case in NULL_TEXTS if case[0] not in ("log", "comment")]


@pytest.mark.parametrize("value", [None, ...])
@pytest.mark.parametrize("version", ["0.4", "0.7", "0.13"])
@pytest.mark.parametrize(("name", "field"), NULL_TEXTS)
def test_a_text_that_is_missing_is_empty(name, field, version, value, opened):
    assert opened(nulled(version, name, field, value)).row(name)[field] == ""


@pytest.mark.parametrize("value", [None, ...])
@pytest.mark.parametrize(("name", "field"), OF_OLDEST)
def test_the_same_in_the_oldest_versions(name, field, value, opened):
    assert opened(nulled("0.2", name, field, value)).row(name)[field] == ""


@pytest.mark.parametrize("version", since("0.4"))
@pytest.mark.parametrize("text", [None, ""])
def test_a_process_type_stays_null_or_empty(version, text, one_node):
    assert one_node(version, process_type=text)["process_type"] == text


DOCUMENTS = [("computer", "metadata"), ("log", "metadata"), ("group", "extras")]


@pytest.mark.parametrize("value", [None, ...])
@pytest.mark.parametrize(("name", "field"), DOCUMENTS)
def test_a_document_that_is_missing_is_empty(name, field, value, opened):
    draft = with_all("0.10")
    draft.rows["Group"]["3"]["extras"] = {"a": 1}
    (row,) = draft.rows[name.capitalize()].values()
    row[field] = value
    if value is ...:
        del row[field]
    assert opened(draft).row(name)[field] == {}


@pytest.mark.parametrize("version", since("0.10"))
def test_the_extras_of_a_group_are_those_of_its_own_row(version, opened):
    draft = Draft(version)
    draft.user()
    draft.group()
    draft.group(extras={"a": [1, None]})
    draft.group()
    found = [row["extras"] for row in opened(draft).rows("group")]
    assert found == [{}, {"a": [1, None]}, {}]


@pytest.mark.parametrize("name", ["attributes", "extras"])
@pytest.mark.parametrize("value", [None, ...])
def test_missing_attributes_or_extras_are_empty(name, value, opened):
    draft = Draft("0.10")
    draft.user()
    node, other = draft.node(), draft.node("data.x.X.", {"a": 1}, extras={"a": 1})
    rows = getattr(draft, name)
    rows[str(node.pk)] = value
    if value is ...:
        del rows[str(node.pk)]
    found = opened(draft)
    assert found.node(node)[name] == {}
    assert found.node(other)[name] == {"a": 1}
    assert bool(found.remarks()) == (value is ...)


@pytest.mark.parametrize("name", ["dbnode", "user"])
@pytest.mark.parametrize("value", [None, ...])
def test_a_comment_without_its_node_or_user_is_left_out(name, value, opened):
    draft = with_all("0.9")
    draft.comment(draft.node(user=7), **{"user": 7, name: value})
    assert [row["id"] for row in opened(draft).rows("comment")] == [6]


def test_uuids_are_matched_whatever_their_case(opened):
    draft = Draft("0.10")
    draft.user()
    one, other = draft.node(), draft.node()
    group = draft.group()
    ends = {"input": one.uuid.upper(), "output": other.uuid.upper()}
    draft.links.append({**ends, "label": "a", "type": "create"})
    draft.memberships[group.uuid.upper()] = [one.uuid.upper()]
    found = opened(draft)
    assert found.links() == [(one.uuid, other.uuid, "create", "a")]
    assert found.row("group_dbnodes")["dbnode_id"] == one.pk


def test_keys_stay_in_the_order_of_the_file(tmp_path, opened):
    draft = Draft("0.10")
    draft.user()
    draft.node("data.x.X.", {"z": 1, "a": {"y": 1, "b": 2}, "m": 3}, extras={"z": 1, "a": 2})
    row = opened(draft).row("node")
    assert [*row["attributes"]] == ["z", "a", "m"]
    assert [*row["attributes"]["a"]] == ["y", "b"]
    assert [*row["extras"]] == ["z", "a"]


@pytest.mark.parametrize("version", ["0.1", "0.6", "0.13"])
def test_long_texts_are_kept(version, opened):
    draft = Draft(version)
    draft.user(first_name="x" * 400)
    draft.computer(**{"name" if before(version, "0.11") else "label": "y" * 400})
    draft.node(label="z" * 400, description="d" * 100_000)
    found = opened(draft)
    assert found.row("user")["first_name"] == "x" * 400
    assert found.row("computer")["label"] == "y" * 400
    assert found.row("node")["label"] == "z" * 400
    assert found.row("node")["description"] == "d" * 100_000


NUMBERS = [2**63, -(2**70), 10**40, 0.1, 1e300, 5e-324, -0.0, 1.0, 10**15 + 0.5]


def test_numbers_are_kept_to_the_last_digit(one_node):
    found = one_node("0.10", "data.x.X.", {"numbers": NUMBERS})["attributes"]["numbers"]
    assert [repr(number) for number in found] == [repr(number) for number in NUMBERS]


@pytest.mark.parametrize("version", VERSIONS)
def test_rows_do_not_depend_on_the_order_of_the_file(version, opened):
    draft = Draft(version)
    draft.user(pk=9)
    draft.user(pk=1)
    nodes = [draft.node(pk=pk, user=1) for pk in (30, 4, 100, 7)]
    found = opened(draft)
    assert [row["id"] for row in found.rows("user")] == [1, 9]
    assert [row["id"] for row in found.rows("node")] == [4, 7, 30, 100]
    assert {row["uuid"]: row["id"] for row in found.rows("node")} == {
        node.uuid: node.pk for node in nodes
    }


@pytest.mark.parametrize("version", ["0.1", "0.4", "0.13"])
def test_an_archive_may_be_empty(version, opened):
    for rows in ({}, {name: {} for name in ("User", "Node", "Group", "Computer")}):
        draft = Draft(version)
        draft.rows = rows
        found = opened(draft)
        assert all(found.tables[name] == [] for name in found.tables)
        assert found.remarks() == {}
