"""The names of posted queries, and what they stand for."""

from __future__ import annotations

import pytest

from provender.errors import BadOperator, UnknownField
from provender.query.plan.vocabulary import ALIASES, edge_vocabulary, posted_vocabulary
from provender.query.sql.compiler import compile_rows
from provender.schema.entities import CLOSURE, ENTITIES, LINK, MEMBERSHIP, NODE, USER
from provender.schema.statements import Backend
from support.queries import EXPOSED, condition, order, posted, shown, without_table

ALIASES_OF = {
    "node": {"pk": "id", "user": "user_id", "computer": "dbcomputer_id"},
    "group": {"pk": "id", "user": "user_id"},
    "computer": {"pk": "id"},
    "user": {"pk": "id"},
    "authinfo": {"pk": "id", "user": "aiidauser_id", "computer": "dbcomputer_id"},
    "comment": {"pk": "id", "user": "user_id", "node": "dbnode_id"},
    "log": {"pk": "id", "node": "dbnode_id"},
}
TYPES = {"node": "", "group": "group.core"}


@pytest.mark.parametrize(
    ("entity", "alias", "column"),
    [(entity, *pair) for entity, names in ALIASES_OF.items() for pair in names.items()],
)
def test_other_names_of_columns(entity, alias, column):
    path = [{"entity_type": TYPES.get(entity, entity), "tag": "x"}]
    plan = posted(
        {
            "path": path,
            "filters": {"x": {alias: 5}},
            "project": {"x": [alias]},
            "order_by": {"x": alias},
        }
    )
    text = without_table(shown(compile_rows(plan, Backend.SQLITE)), f"db_db{entity}")
    assert text.startswith(f"SELECT {column} AS c0 FROM db_db{entity} ")
    assert condition(plan, Backend.SQLITE) == f"{column} = 5"
    assert order(plan, Backend.SQLITE).startswith(f"{column} ASC")
    assert plan.outputs[0].key == alias


def test_there_are_no_other_aliases():
    assert ALIASES == ALIASES_OF


@pytest.mark.parametrize("name", ["**", "*"])
@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
def test_all_columns_are_those_of_the_table(entity, name):
    path = [{"entity_type": TYPES.get(entity.name, entity.name), "tag": "x"}]
    if entity is LINK:
        path = [
            {"entity_type": "", "tag": "n"},
            {"entity_type": "", "tag": "m", "with_incoming": "n", "edge_tag": "x"},
        ]
    plan = posted({"path": path, "project": {"x": [name]}})
    assert [item.key for item in plan.outputs] == list(entity.fields)
    assert [item.target.field for item in plan.outputs] == list(entity.fields.values())


def test_what_is_private_is_not_among_all_columns():
    plan = posted({"path": ["user"], "project": {"user_1": "**"}}, expose=())
    assert [item.key for item in plan.outputs] == ["id", "first_name", "last_name", "institution"]


def test_the_older_name_of_metadata():
    for entity in ("computer", "log", "authinfo"):
        query = {"path": [entity], "filters": {f"{entity}_1": {"_metadata.a": {"has_key": "k"}}}}
        assert condition(posted(query), Backend.SQLITE) == (
            "provender_json_has_key(CAST(CASE WHEN json_valid(metadata) THEN metadata END "
            "-> '$.\"a\"' AS BLOB), 'k') = 1"
        )


def names(name, vocabulary):
    with pytest.raises(UnknownField) as caught:
        vocabulary.to_ask("x", name)
    assert caught.value.name == name.partition(".")[0]
    return caught.value


def test_unknown_names_get_the_valid_ones():
    error = names("lable", posted_vocabulary(USER, EXPOSED))
    assert error.valid == ("id", "email", "first_name", "last_name", "institution", "pk")
    assert error.hint == ("Valid: id, email, first_name, last_name, institution, pk.")
    assert "email" not in names("x", posted_vocabulary(USER, ())).valid


def test_unknown_names_of_what_has_json_get_its_form():
    error = names("lable.x", posted_vocabulary(NODE, ()))
    assert error.message == "Unknown key `lable`."
    assert error.hint.startswith("Did you mean `label`? Valid: id, uuid,")
    assert error.hint.endswith(
        "Keys inside JSON are written attributes.KEY, extras.KEY, repository_metadata.KEY."
    )
    computer = names("x", posted_vocabulary(ENTITIES["computer"], ()))
    assert computer.hint.endswith("Keys inside JSON are written metadata.KEY.")
    with pytest.raises(UnknownField, match="Unknown column `size`"):
        posted_vocabulary(NODE, ()).to_show("x", "size")


def test_plain_columns_hold_no_json():
    with pytest.raises(BadOperator) as caught:
        posted_vocabulary(NODE, ()).to_ask("x", "label.a")
    assert caught.value.message == "`label` is a string, not JSON."


@pytest.mark.parametrize("entity", [LINK, MEMBERSHIP, CLOSURE], ids=lambda entity: entity.name)
def test_what_is_between_two_things_has_its_columns(entity):
    vocabulary = edge_vocabulary(entity)
    assert vocabulary.all_columns() == list(entity.fields)
    assert names("size", vocabulary).valid == tuple(entity.fields)


def test_nothing_is_between_what_a_column_joins():
    assert edge_vocabulary(None).all_columns() == []
    error = names("id", edge_vocabulary(None))
    assert error.valid == ()
    assert error.hint == "The edge of this join has no columns."


def test_what_an_outer_join_may_leave_out_is_asked_as_a_whole():
    outer = posted_vocabulary(NODE, ()).nullable()
    fields = [*outer.asked.values(), *outer.shown.values(), *outer.documents.values()]
    assert len(fields) > 30
    assert {field.nullable for field in fields} == {True}
    path = [
        {"entity_type": "user", "tag": "u"},
        {"entity_type": "comment", "tag": "c", "with_user": "u", "outerjoin": True},
    ]
    query = {"path": path, "project": {"c": "id"}, "filters": {"c": {"content": {"like": "%"}}}}
    assert r"t1.content LIKE '%' ESCAPE '\'" in condition(posted(query), Backend.SQLITE)
    query["order_by"] = {"c": {"ctime": "desc"}}
    assert order(posted(query), Backend.SQLITE) == "t1.ctime DESC NULLS FIRST"
