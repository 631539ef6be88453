"""Keys that do not exist, and those that are meant."""

from __future__ import annotations

import pytest

from provender.errors import UnknownField
from provender.nearest import nearest
from provender.query.plan.views import vocabulary
from provender.query.querystring.keys import ALIASES, INSIDE, SAID, meant
from provender.schema.likely import KNOWN, likely_type
from provender.web.dialects import V2, V4
from provender.web.routes import views


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("nodeType", "node_type"),
        ("node-type", "node_type"),
        ("NODE_TYPE", "node_type"),
        ("node_typ", "node_type"),
        ("desc", "description"),
        ("lable", "label"),
        ("type", "node_type"),
        ("id", "id"),
        ("la", None),
        ("xyz", None),
        ("", None),
        ("\u00e9", None),
    ],
)
def test_the_nearest_name(name, close):
    assert nearest(name, ["id", "label", "description", "node_type", "ctime"]) == close


def test_a_beginning_of_several_names_stands_for_none():
    assert nearest("user_", ["user_id", "user_name"]) in ("user_id", "user_name")  # as like them
    assert nearest("abc", ["abcdefghi", "abcxyzuvw"]) is None


def test_the_error_says_which_names_are_valid():
    error = UnknownField("Unknown.", name="lable", valid=["id", "label"], hint="More.")
    assert error.hint == "Did you mean `label`? Valid: id, label. More."
    assert UnknownField("Unknown.", name="x", valid=["id"]).hint == "Valid: id."
    assert UnknownField("Unknown.").hint is None


def hint(name, view, dialect):
    with pytest.raises(UnknownField) as caught:
        vocabulary(view, ()).to_ask("x", name)
    return meant(caught.value, dialect.specials) or caught.value.hint


@pytest.mark.parametrize("dialect", [V4, V2])
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("limits", "limit"),
        ("Limit", "limit"),
        ("max_results", "limit"),
        ("offest", "offset"),
        ("skip", "offset"),
        ("per_page", "perpage"),
        ("page_size", "perpage"),
        ("order_by", "orderby"),
        ("orderBy", "orderby"),
        ("sort", "orderby"),
        ("sort_by", "orderby"),
        ("file", "filename"),
        ("download_formats", "download_format"),
        ("created", "ctime"),
        ("last_modified", "mtime"),
        ("name", "label"),
        ("lable", "label"),
        ("desc", "description"),
        ("uuids", "uuid"),
    ],
)
def test_special_keys_and_names_of_both_dialects(name, key, dialect):
    view = views.NODES if dialect is V4 else views.OLD_NODES[0]
    assert hint(name, view, dialect).startswith(f"Did you mean `{key}`?")


@pytest.mark.parametrize(
    ("name", "view", "dialect", "key"),
    [
        ("attribute", views.NODES, V4, "attributes"),
        ("extra", views.NODES, V4, "extras"),
        ("fields", views.NODES, V4, "attributes_filter"),
        ("alist", views.NODES, V4, "attributes_filter"),
        ("format", views.NODES, V4, "download_format"),
        ("fulltype", views.NODES, V4, "full_type"),
        ("type", views.NODES, V4, "node_type"),
        ("type", views.GROUPS, V4, "type_string"),
        ("creator", views.NODES, V4, "user_id"),
        ("state", views.NODES, V4, "attributes.process_state"),
        ("exit_status", views.NODES, V4, "attributes.exit_status"),
        ("host", views.COMPUTERS, V4, "hostname"),
        ("fields", views.OLD_NODES[0], V2, "alist"),
        ("attributes_filter", views.OLD_NODES[0], V2, "alist"),
        ("status", views.OLD_NODES[0], V2, "state"),
        ("formats", views.OLD_NODES[0], V2, "format"),
    ],
)
def test_keys_of_one_dialect(name, view, dialect, key):
    assert hint(name, view, dialect).startswith(f"Did you mean `{key}`?")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("page", "as in `/page/2?perpage=20`"),
        ("page_number", "as in `/page/2?perpage=20`"),
        ("filter", 'label=like="%Fe%"'),
        ("q", 'label=like="%Fe%"'),
    ],
)
def test_what_is_no_key_at_all_is_explained(name, words):
    assert words in hint(name, views.NODES, V4)


def test_a_name_like_none_gets_the_valid_ones():
    assert hint("xyz", views.USERS, V4) == "Valid: id, pk, first_name, last_name, institution."


def test_a_key_to_filter_by_keeps_the_hint_with_all_of_them():
    assert hint("limits", views.USERS, V4) == "Did you mean `limit`?"
    assert hint("first_nam", views.USERS, V4) == (
        "Did you mean `first_name`? Valid: id, pk, first_name, last_name, institution."
    )


def test_every_alias_leads_to_a_key_that_exists():
    every = {*V4.specials, *V2.specials}
    for view in (views.NODES, views.COMPUTERS, views.GROUPS, views.OLD_NODES[0]):
        every |= set(view.keys)
    assert {key for keys in ALIASES.values() for key in keys} <= every
    assert len(ALIASES) > 50
    assert set(INSIDE).isdisjoint(views.NODES.keys)
    assert set(SAID).isdisjoint(ALIASES)


@pytest.mark.parametrize(
    ("text", "node_type"),
    [
        ("Int", "data.core.int.Int."),
        ("int", "data.core.int.Int."),
        ("Int.", "data.core.int.Int."),
        ("data.core.int.Int", "data.core.int.Int."),
        ("data.int.Int.", "data.core.int.Int."),
        ("data.base.Int.", "data.core.int.Int."),
        ("data.parameter.ParameterData.", "data.core.dict.Dict."),
        ("StructureData", "data.core.structure.StructureData."),
        ("structure", "data.core.structure.StructureData."),
        ("%structure%", "data.core.structure.StructureData."),
        ("StrutureData", "data.core.structure.StructureData."),
        ("calcjob", "process.calculation.calcjob.CalcJobNode."),
        ("WorkChainNode", "process.workflow.workchain.WorkChainNode."),
        ("process.calculation.calcjob.CalcJobNode", "process.calculation.calcjob.CalcJobNode."),
        ("", None),
        ("%", None),
        ("nonsense", None),
    ],
)
def test_likely_types(text, node_type):
    assert likely_type(text) == node_type


def test_a_type_is_like_itself():
    assert [likely_type(name) for name in KNOWN] == list(KNOWN)
