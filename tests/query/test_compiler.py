"""The SQL of both databases. That both give equal rows is tested in `wire`."""

from __future__ import annotations

import pytest

from provender.query.plan import planning
from provender.query.plan.views import vocabulary
from provender.query.querystring import builder
from provender.query.querystring.grammar import parse_text
from provender.query.querystring.request import read_list, read_parameters
from provender.query.sql.compiler import compile_plan
from provender.schema.entities import Kind
from provender.schema.statements import Backend
from provender.settings import Limits
from provender.web.dialects import V2, V4
from provender.web.routes.views import NODES, OLD_COMPUTERS, OLD_GROUPS, OLD_NODES


def compiled(text, backend, view=NODES, dialect=V4, **options):
    parameters = read_parameters(parse_text(text), dialect.specials)
    question = builder.from_list(read_list(view, parameters, Limits()))
    checked = planning.check(question, {view.entity.name: vocabulary(view, ())})
    return compile_plan(checked, backend, **options)


def where(text, backend, **options):
    count = compiled(text, backend, **options).count.text
    return " ".join(count.partition("WHERE ")[2].replace("db_dbnode.", "").split())


POSTGRESQL, SQLITE = Backend.POSTGRESQL, Backend.SQLITE


@pytest.mark.parametrize(
    ("text", "postgresql", "sqlite"),
    [
        ("id=5", "id = %(p0)s", "id = :p0"),
        ("id!=5", "id != %(p0)s", "id != :p0"),
        ("id>5&id<9", "(id > %(p0)s) AND (id < %(p1)s)", "(id > :p0) AND (id < :p1)"),
        (
            "id=in=1,2",
            "id = any(%(p0)s)",
            "id IN (SELECT anon_1.value FROM json_each(:p0) AS anon_1)",
        ),
        (
            "id=notin=1,2",
            "NOT (id = any(%(p0)s))",
            "(id NOT IN (SELECT anon_1.value FROM json_each(:p0) AS anon_1))",
        ),
        ("id=1.5", "false", "0 = 1"),
        ("id!=1.5", "id IS NOT NULL", "id IS NOT NULL"),
        (
            'label<"M"',
            "lower(label) ~<~ lower(%(p0)s)",
            "provender_lower(label) < provender_lower(:p0)",
        ),
        (
            'label=like="data.%"',
            "(label ~>=~ %(p0)s) AND (label ~<~ %(p1)s)",
            "(label >= :p0) AND (label < :p1)",
        ),
        (r'label=like="%a\_"', "label LIKE %(p0)s", r"label LIKE :p0 ESCAPE '\'"),
        (
            'label=ilike="a%"',
            "label ILIKE %(p0)s",
            r"provender_lower(label) LIKE provender_lower(:p0) ESCAPE '\'",
        ),
        (
            'uuid=like="ab%"',
            "uuid >= %(p0)s AND uuid <= %(p1)s",
            "uuid >= :p0 AND uuid <= :p1",
        ),
        (
            'uuid>"fd"',
            "CAST(uuid AS TEXT) ~>~ %(p0)s",
            "CAST(uuid AS TEXT) > :p0",
        ),
        (
            "ctime=2026-11-20",
            "(ctime >= %(p0)s) AND (ctime < %(p1)s)",
            "(ctime >= :p0) AND (ctime < :p1)",
        ),
    ],
)
def test_conditions(text, postgresql, sqlite):
    assert where(text, POSTGRESQL) == postgresql
    assert where(text, SQLITE) == sqlite


def test_no_filter_is_no_condition():
    assert compiled("", SQLITE).count.text.split() == (
        ["SELECT", "count(*)", "AS", "count_1", "FROM", "db_dbnode"]
    )
    assert "WHERE" not in compiled("", POSTGRESQL).rows.text


def ordered(text, backend):
    rows = compiled(text, backend).rows.text
    return " ".join(rows.partition("ORDER BY ")[2].replace("db_dbnode.", "").split())


def test_orders_are_by_code_point_with_no_value_at_the_larger_end():
    text = "orderby=-label,process_type,-dbcomputer_id,ctime"
    assert ordered(text, POSTGRESQL) == (
        "label USING ~>~, process_type USING ~<~, dbcomputer_id DESC, ctime ASC, id ASC "
        "LIMIT %(p0)s OFFSET %(p1)s"
    )
    assert ordered(text, SQLITE) == (
        "label DESC, process_type ASC NULLS LAST, dbcomputer_id DESC NULLS FIRST, ctime ASC, "
        "id ASC LIMIT :p0 OFFSET :p1"
    )


def test_values_are_bound_in_the_form_of_the_database():
    text = 'ctime>=2026-11-20T11+01&attributes=true&attributes_filter="a.b"'
    postgresql, sqlite = compiled(text, POSTGRESQL).rows, compiled(text, SQLITE).rows
    assert postgresql.values["p0"].isoformat() == "2026-11-20T10:00:00+00:00"
    assert postgresql.values["p1"] == ["a", "b"]
    assert sqlite.values == {
        "p0": "2026-11-20 10:00:00.000000",
        "p1": '$."a"."b"',
        "p2": 400,
        "p3": 0,
    }
    assert "db_dbnode.attributes #> %(p1)s" in postgresql.text
    assert "db_dbnode.attributes -> :p1" in sqlite.text
    assert sqlite.kinds[-1] is Kind.JSON


def test_a_shape_is_compiled_once():
    first, second = compiled("id>5", SQLITE), compiled("id>6", SQLITE)
    assert first.rows.text is second.rows.text
    assert (first.rows.values["p0"], second.rows.values["p0"]) == (5, 6)


def test_the_count_can_be_left_out():
    assert compiled("", SQLITE, with_count=False).count is None


@pytest.mark.parametrize("backend", Backend)
@pytest.mark.parametrize(
    "view", [*OLD_NODES, OLD_COMPUTERS, OLD_GROUPS], ids=lambda view: view.name
)
def test_every_old_view_is_compiled_without_stray_values(view, backend):
    keys = [key for key, named in view.keys.items() if named.absent is None]
    assert keys
    for key in keys:
        statements = compiled(f"orderby={key}", backend, view=view, dialect=V2)
        names = [name for name in statements.rows.values if name in statements.rows.text]
        assert set(names) == set(statements.rows.values)
        assert "param_1" not in statements.rows.text
