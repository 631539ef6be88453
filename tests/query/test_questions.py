"""Questions in our own words: the SQL that each of them becomes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.views import vocabulary, whole_vocabulary
from provender.query.querydict import Dotted
from provender.query.questions import EDGE, START, Direction
from provender.query.sql.compiler import compile_groups, compile_rows
from provender.schema.entities import ENTITIES, Computed
from provender.schema.statements import Backend
from provender.web.dialects import V2
from provender.web.routes.views import CALCJOBS, LINKED, NODES, OLD_NODES, USERS
from support.queries import parameters_of, request_of, shown, without_table

UUID = "cda14b00-82b5-443f-b152-62a831206992"
WHOLE = {name: whole_vocabulary(entity) for name, entity in ENTITIES.items()}


def sql(plan, compiled=compile_rows):
    table = plan.sources[0].entity.table.name
    return without_table(shown(compiled(plan, Backend.SQLITE)), table)


def one(identifier, view=NODES, columns=("id", "label")):
    plan = planning.check(questions.from_view(view, columns), WHOLE)
    return sql(questions.identified(plan, view, identifier))


@pytest.mark.parametrize(
    ("identifier", "condition"),
    [
        (5, "id = 5"),
        (2**40, "0 = 1"),
        (UUID, f"uuid = '{UUID}'"),
        (
            UUID[:35],
            f"uuid >= '{UUID[:35]}0' AND uuid <= '{UUID[:35]}f'",
        ),
        (
            "ab",
            "uuid >= 'ab000000-0000-0000-0000-000000000000' "
            "AND uuid <= 'abffffff-ffff-ffff-ffff-ffffffffffff'",
        ),
    ],
)
def test_one_object(identifier, condition):
    text = f"SELECT id AS c0, label AS c1 FROM db_dbnode WHERE {condition} LIMIT 2 OFFSET 0"
    assert one(identifier) == text


def test_one_object_of_a_type_with_what_is_inside_json():
    columns = ("id", Dotted("attributes", ("a", "b.c")), Computed.CREATION_DAY)
    job = "process.calculation.calcjob"
    assert one(5, CALCJOBS, columns) == (
        """SELECT id AS c0, provender_json_get(CAST(attributes AS BLOB), '["a", "b.c"]') AS c1, """
        "substr(ctime, 1, 10) AS c2 FROM db_dbnode "
        f"WHERE (node_type >= '{job}.') AND (node_type < '{job}/') AND id = 5 LIMIT 2 OFFSET 0"
    )


def test_one_user():
    text = "SELECT id AS c0 FROM db_dbuser WHERE id = 5 LIMIT 2 OFFSET 0"
    assert one(5, USERS, ("id",)) == text


def test_days_are_those_of_utc():
    plan = planning.check(questions.from_view(NODES, (Computed.CREATION_DAY,)), WHOLE)
    text = shown(compile_rows(plan, Backend.POSTGRESQL))
    assert text.startswith("SELECT CAST(db_dbnode.ctime AS DATE) AS c0 FROM")


BRIEF = replace(LINKED, shown={"id": "id", "label": "label"})


def neighbours(text, direction, view=BRIEF):
    question = questions.from_links(request_of(text, view), direction)
    plan = planning.check(question, {"node": vocabulary(view, ())})
    return shown(compile_rows(questions.narrowed(plan, START, "id", 5), Backend.SQLITE))


@pytest.mark.parametrize(
    ("direction", "own", "partner"),
    [(Direction.INCOMING, "input_id", "output_id"), (Direction.OUTGOING, "output_id", "input_id")],
)
def test_neighbours(direction, own, partner):
    text = 'label>"a"&orderby=-ctime&limit=3&offset=2'
    assert neighbours(text, direction) == (
        "SELECT t1.id AS c0, t1.label AS c1, e1.type AS c2, e1.label AS c3 "
        f"FROM db_dbnode AS t0 JOIN db_dblink AS e1 ON e1.{partner} = t0.id "
        f"JOIN db_dbnode AS t1 ON t1.id = e1.{own} "
        "WHERE t0.id = 5 AND (provender_lower(CAST(t1.label AS BLOB)) > "
        "provender_lower(CAST('a' AS BLOB))) "
        "ORDER BY t1.ctime DESC, t1.id ASC, e1.label ASC, e1.type ASC, e1.id ASC LIMIT 3 OFFSET 2"
    )


def test_a_plan_is_narrowed_before_its_other_conditions():
    plan = planning.check(questions.from_owner("comment", ["id"]), WHOLE)
    narrowed = questions.narrowed(questions.narrowed(plan, "comment", "id", 1), "comment", "id", 2)
    assert [item.operand.value for item in narrowed.condition.conditions] == [2, 1]


def groups(columns, text, view=NODES, names=None):
    question = questions.from_counts(view, columns, parameters_of(text))
    names = names or {view.entity.name: vocabulary(view, ())}
    return sql(planning.check(question, names), compile_groups)


def test_counts():
    assert groups(["node_type", "process_type"], "user=3&id>5") == (
        "SELECT node_type AS c0, process_type AS c1, count(*) AS c2 FROM db_dbnode "
        "WHERE user_id = 3 AND (id > 5) GROUP BY node_type, process_type"
    )
    assert groups(["id"], "", USERS) == (
        "SELECT id AS c0, count(*) AS c1 FROM db_dbuser GROUP BY id"
    )


def test_counts_of_a_view_are_those_of_its_types():
    view = OLD_NODES[5]
    question = questions.from_counts(view, [Computed.CREATION_DAY], parameters_of("pk=3", V2))
    text = sql(planning.check(question, {"node": vocabulary(view, ())}), compile_groups)
    assert text == (
        "SELECT substr(ctime, 1, 10) AS c0, count(*) AS c1 FROM db_dbnode "
        "WHERE ((node_type >= 'data.core.code.') AND (node_type < 'data.core.code/') "
        "OR (node_type >= 'data.code.') AND (node_type < 'data.code/')) AND id = 3 "
        "GROUP BY substr(ctime, 1, 10)"
    )


@pytest.mark.parametrize("entity", ["comment", "log"])
def test_all_of_a_node(entity):
    plan = planning.check(questions.from_owner(entity, ["id", "uuid"]), WHOLE)
    assert sql(questions.narrowed(plan, entity, "dbnode_id", 5)) == (
        f"SELECT id AS c0, uuid AS c1 FROM db_db{entity} WHERE dbnode_id = 5 ORDER BY id ASC"
    )


def test_comments_with_their_authors():
    question = questions.with_author(questions.from_owner("comment", ["id", "content"]))
    assert shown(compile_rows(planning.check(question, WHOLE), Backend.SQLITE)) == (
        "SELECT t0.id AS c0, t0.content AS c1, t1.first_name AS c2, t1.last_name AS c3 "
        "FROM db_dbcomment AS t0 JOIN db_dbuser AS t1 ON t1.id = t0.user_id ORDER BY t0.id ASC"
    )
    assert planning.check(question, WHOLE).sources[1].join.edge == "comment--user"


def test_nodes_with_their_computers_if_they_have_one():
    question = questions.with_computer(questions.from_view(NODES, ["id"]))
    assert shown(compile_rows(planning.check(question, WHOLE), Backend.SQLITE)) == (
        "SELECT t0.id AS c0, t1.label AS c1 FROM db_dbnode AS t0 "
        "LEFT OUTER JOIN db_dbcomputer AS t1 ON t1.id = t0.dbcomputer_id LIMIT 2 OFFSET 0"
    )


def test_what_a_process_created_under_a_label():
    question = questions.from_created("retrieved", ["id", Dotted("attributes", ("a",))])
    plan = questions.narrowed(planning.check(question, WHOLE), START, "id", 5)
    assert shown(compile_rows(plan, Backend.SQLITE)) == (
        "SELECT t1.id AS c0, CASE WHEN json_valid(t1.attributes) THEN t1.attributes END "
        "-> '$.\"a\"' AS c1 "
        "FROM db_dbnode AS t0 JOIN db_dblink AS e1 ON e1.input_id = t0.id "
        "JOIN db_dbnode AS t1 ON t1.id = e1.output_id "
        "WHERE t0.id = 5 AND e1.type = 'create' AND e1.label = 'retrieved' "
        "ORDER BY t1.id ASC LIMIT 1 OFFSET 0"
    )
    assert {source.join.edge for source in plan.sources if source.join} == {EDGE}


def test_labels_of_computers():
    plan = planning.check(questions.labels_of({3}), WHOLE)
    assert sql(plan) == (
        "SELECT id AS c0, label AS c1 FROM db_dbcomputer "
        "WHERE id IN (SELECT anon_1.value FROM json_each('[3]') AS anon_1)"
    )
