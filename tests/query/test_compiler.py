"""The SQL of both databases, with its values. That both give equal rows is tested in `wire`."""

from __future__ import annotations

import re

import pytest

from provender.query.sql.compiler import (
    compile_count,
    compile_groups,
    compile_number,
    compile_plan,
    compile_rows,
)
from provender.schema.entities import Kind
from provender.schema.statements import Backend
from provender.translators.links import TREE
from provender.web.dialects import V2
from provender.web.routes.views import OLD_COMPUTERS, OLD_GROUPS, OLD_NODES, PROCESSES
from support.queries import condition, listed, order, posted, shown, without_table

POSTGRESQL, SQLITE = Backend.POSTGRESQL, Backend.SQLITE
UUID = "cda14b00-82b5-443f-b152-62a831206992"
LOW, HIGH = "ab000000-0000-0000-0000-000000000000", "abffffff-ffff-ffff-ffff-ffffffffffff"
NODE = {"entity_type": "", "tag": "n"}


def matched(name, pattern):
    """A match as SQLite has it: a long string is matched by a function of ours."""
    return (
        f"CASE WHEN (length({name}) > 10000) THEN provender_like(CAST({name} AS BLOB), {pattern}) "
        rf"ELSE {name} LIKE {pattern} ESCAPE '\' END = 1"
    )


def members(name, values):
    """The values of a list, as SQLite has them."""
    return f"{name} IN (SELECT anon_1.value FROM json_each('{values}') AS anon_1)"


@pytest.mark.parametrize(
    ("text", "postgresql", "sqlite"),
    [
        ("id=5", "id = 5", "id = 5"),
        ("id!=5", "id != 5", "id != 5"),
        ("id>5&id<=9", "(id > 5) AND (id <= 9)", "(id > 5) AND (id <= 9)"),
        ("id=in=1,2", "id = any([1, 2])", members("id", "[1, 2]")),
        ("id=notin=1,2", "NOT (id = any([1, 2]))", f"({members('id NOT', '[1, 2]')})"),
        ("id=1.5", "false", "0 = 1"),
        ("id!=1.5", "id IS NOT NULL", "id IS NOT NULL"),
        ('label="a"', "label = 'a'", "label = 'a'"),
        ('label=in="a","b"', "label = any(['a', 'b'])", members("label", '["a", "b"]')),
        (
            'label<"M"',
            "lower(label) ~<~ lower('M')",
            "provender_lower(CAST(label AS BLOB)) < provender_lower(CAST('M' AS BLOB))",
        ),
        (
            'label<="M"',
            "lower(label) ~<=~ lower('M')",
            "provender_lower(CAST(label AS BLOB)) <= provender_lower(CAST('M' AS BLOB))",
        ),
        (
            'label>"M"',
            "lower(label) ~>~ lower('M')",
            "provender_lower(CAST(label AS BLOB)) > provender_lower(CAST('M' AS BLOB))",
        ),
        (
            'label>="M"',
            "lower(label) ~>=~ lower('M')",
            "provender_lower(CAST(label AS BLOB)) >= provender_lower(CAST('M' AS BLOB))",
        ),
        (
            f'uuid="{UUID.upper().replace("-", "")}"',
            f"uuid = '{UUID}'",
            f"uuid = '{UUID}'",
        ),
        (
            f"uuid=in={UUID.replace('-', '')},abc",
            f"uuid = any(CAST(['{UUID}'] AS UUID[]))",
            members("uuid", f'["{UUID}"]'),
        ),
        ('uuid>"FD"', "CAST(uuid AS TEXT) ~>~ 'fd'", "CAST(uuid AS TEXT) > 'fd'"),
        (
            'full_type="data.core.int.Int.|"',
            "node_type = 'data.core.int.Int.' AND (process_type = '' OR process_type IS NULL)",
            "node_type = 'data.core.int.Int.' AND (process_type = '' OR process_type IS NULL)",
        ),
        (
            'full_type="process.%|a_b:%"',
            "(node_type ~>=~ 'process.') AND (node_type ~<~ 'process/') "
            "AND (process_type ~>=~ 'a_b:') AND (process_type ~<~ 'a_b;')",
            "(node_type >= 'process.') AND (node_type < 'process/') "
            "AND (process_type >= 'a_b:') AND (process_type < 'a_b;')",
        ),
        (
            'full_type="process.%|%"',
            "(node_type ~>=~ 'process.') AND (node_type ~<~ 'process/')",
            "(node_type >= 'process.') AND (node_type < 'process/')",
        ),
    ],
)
def test_conditions(text, postgresql, sqlite):
    assert condition(listed(text), POSTGRESQL) == postgresql
    assert condition(listed(text), SQLITE) == sqlite


@pytest.mark.parametrize(
    ("text", "postgresql", "sqlite"),
    [
        (
            'label=like="data.%"',
            "(label ~>=~ 'data.') AND (label ~<~ 'data/')",
            "(label >= 'data.') AND (label < 'data/')",
        ),
        ('label=like="\U0010ffff%"', r"label ~>=~ '\U0010ffff'", r"label >= '\U0010ffff'"),
        (
            'label=like="a%b"',
            "(label ~>=~ 'a') AND (label ~<~ 'b') AND (label LIKE 'a%b')",
            "(label >= 'a') AND (label < 'b') AND " + matched("label", "'a%b'"),
        ),
        ('label=like="a"', "label = 'a'", "label = 'a'"),
        (r'label=like="%a\_"', r"label LIKE '%a\\_'", matched("label", r"'%a\\_'")),
        (
            'label=ilike="a%"',
            "label ILIKE 'a%'",
            "CASE WHEN (length(label) > 10000) THEN provender_ilike(CAST(label AS BLOB), 'a%') "
            "ELSE provender_lower(CAST(label AS BLOB)) LIKE "
            r"provender_lower(CAST('a%' AS BLOB)) ESCAPE '\' END = 1",
        ),
        ('label=like="%"', "", ""),  # every label is a string
        (
            'process_type=like="%"',
            "process_type LIKE '%'",
            matched("process_type", "'%'"),
        ),
        (
            'uuid=like="ab%"',
            f"uuid >= '{LOW}' AND uuid <= '{HIGH}'",
            f"uuid >= '{LOW}' AND uuid <= '{HIGH}'",
        ),
        (
            'uuid=ilike="AB%"',
            f"uuid >= '{LOW}' AND uuid <= '{HIGH}'",
            f"uuid >= '{LOW}' AND uuid <= '{HIGH}'",
        ),
        ('uuid=like="%ab"', "CAST(uuid AS TEXT) LIKE '%ab'", r"uuid LIKE '%ab' ESCAPE '\'"),
        (
            'uuid=like="ab%9"',
            f"uuid >= '{LOW}' AND uuid <= '{HIGH}' AND (CAST(uuid AS TEXT) LIKE 'ab%9')",
            rf"uuid >= '{LOW}' AND uuid <= '{HIGH}' AND uuid LIKE 'ab%9' ESCAPE '\'",
        ),
    ],
)
def test_patterns(text, postgresql, sqlite):
    assert condition(listed(text), POSTGRESQL) == postgresql
    assert condition(listed(text), SQLITE) == sqlite


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ctime=2026-11-20", "(ctime >= 2026-11-20) AND (ctime < 2026-11-21)"),
        ("ctime!=2026-11-20", "NOT ((ctime >= 2026-11-20) AND (ctime < 2026-11-21))"),
        ("ctime<2026-11-20", "ctime < 2026-11-20"),
        ("ctime<=2026-11-20", "ctime < 2026-11-21"),
        ("ctime>2026-11-20", "ctime >= 2026-11-21"),
        ("ctime>=2026-11-20", "ctime >= 2026-11-20"),
        (
            "ctime=in=2026-11-20,2026-11-25",
            "(ctime >= 2026-11-20) AND (ctime < 2026-11-21) "
            "OR (ctime >= 2026-11-25) AND (ctime < 2026-11-26)",
        ),
        ("ctime=notin=2026-11-20", "NOT ((ctime >= 2026-11-20) AND (ctime < 2026-11-21))"),
        ("ctime=9999-12-31", "ctime >= 9999-12-31"),
        ("ctime=in=9999-12-31", "ctime >= 9999-12-31"),
        ("ctime<=9999-12-31", "ctime IS NOT NULL"),
    ],
)
def test_days(text, expected):
    plan = listed(text)
    assert condition(plan, POSTGRESQL).replace("T00:00:00+00:00", "") == expected
    stored = re.sub(r"'(\S+) 00:00:00\.000000'", r"\1", condition(plan, SQLITE))
    assert stored == expected


def test_nothing_is_after_the_last_instant():
    assert condition(listed("ctime>9999-12-31"), POSTGRESQL) == "false"
    assert condition(listed("ctime>9999-12-31"), SQLITE) == "0 = 1"


def test_hours_are_counted_in_utc():
    plan = listed("ctime=2026-11-20T11+01")
    assert condition(plan, POSTGRESQL) == (
        "(ctime >= 2026-11-20T10:00:00+00:00) AND (ctime < 2026-11-20T11:00:00+00:00)"
    )
    assert condition(plan, SQLITE) == (
        "(ctime >= '2026-11-20 10:00:00.000000') AND (ctime < '2026-11-20 11:00:00.000000')"
    )


def test_times_keep_six_digits_and_the_form_of_stores():
    query = {"path": [NODE], "filters": {"n": {"ctime": "2026-11-20T11:51:08.25+01:00"}}}
    assert condition(posted(query), POSTGRESQL) == "ctime = 2026-11-20T10:51:08.250000+00:00"
    assert condition(posted(query), SQLITE) == "ctime = '2026-11-20 10:51:08.250000'"


STATE = (
    "CASE WHEN ((node_type ~>=~ 'process.') AND (node_type ~<~ 'process/') "
    "AND jsonb_typeof(attributes -> 'process_state') = 'string') "
    "THEN upper(attributes ->> 'process_state') END",
    "CASE WHEN ((node_type >= 'process.') AND (node_type < 'process/') "
    "AND json_type(CASE WHEN json_valid(attributes) THEN attributes END, '$.process_state') "
    "= 'text') "
    "THEN upper(json_extract(attributes, '$.process_state')) END",
)
SHORT = "CASE WHEN (substr({0}, 1, 5) = 'core.') THEN substr({0}, 6) ELSE {0} END"
OLD_TYPE = (
    "CASE WHEN (type_string = 'core') THEN '' WHEN (type_string = 'core.upf') THEN "
    "'data.upf.family' WHEN (type_string = 'core.import') THEN 'aiida.import' "
    "WHEN (type_string = 'core.auto') THEN 'autogroup.run' ELSE type_string END"
)


@pytest.mark.parametrize(
    ("view", "text", "postgresql", "sqlite"),
    [
        (OLD_NODES[0], 'state="FINISHED"', f"{STATE[0]} = 'FINISHED'", f"{STATE[1]} = 'FINISHED'"),
        (
            OLD_COMPUTERS,
            'scheduler_type="slurm"',
            f"{SHORT.format('scheduler_type')} = 'slurm' OR scheduler_type = 'slurm'",
            f"{SHORT.format('scheduler_type')} = 'slurm' OR scheduler_type = 'slurm'",
        ),
        (
            OLD_COMPUTERS,
            'transport_type!="ssh"',
            f"NOT ({SHORT.format('transport_type')} = 'ssh' OR transport_type = 'ssh')",
            f"NOT ({SHORT.format('transport_type')} = 'ssh' OR transport_type = 'ssh')",
        ),
        (
            OLD_COMPUTERS,
            "enabled=true",
            "CASE WHEN (id IS NOT NULL) THEN true END = True",
            "CASE WHEN (id IS NOT NULL) THEN 1 END = True",
        ),
        (
            OLD_GROUPS,
            'type="autogroup.run"',
            f"{OLD_TYPE} = 'autogroup.run' OR type_string = 'autogroup.run'",
            f"{OLD_TYPE} = 'autogroup.run' OR type_string = 'autogroup.run'",
        ),
    ],
)
def test_computed_fields_of_the_older_dialect(view, text, postgresql, sqlite):
    assert condition(listed(text, view, V2), POSTGRESQL) == postgresql
    assert condition(listed(text, view, V2), SQLITE) == sqlite


def test_the_older_dialect_shows_types_without_core():
    short = "CASE WHEN (substr(node_type, 1, 10) = 'data.core.') THEN 'data.' || "
    short += "substr(node_type, 11) ELSE node_type END"
    text = without_table(shown(compile_rows(listed("limit=1", OLD_NODES[0], V2), SQLITE)))
    assert text == (
        f"SELECT id AS c0, uuid AS c1, label AS c2, {short} AS c3, {STATE[1]} AS c4, "
        "ctime AS c5, mtime AS c6 FROM db_dbnode ORDER BY id ASC LIMIT 1 OFFSET 0"
    )


def test_views_of_processes_have_a_range_of_types():
    text = "(node_type >= 'process.') AND (node_type < 'process/') AND label = 'a'"
    assert condition(listed('label="a"', PROCESSES), SQLITE) == text


def test_no_filter_is_no_condition():
    assert shown(compile_count(listed(""), SQLITE)) == ("SELECT count(*) AS count_1 FROM db_dbnode")
    assert "WHERE" not in compile_rows(listed(""), POSTGRESQL).text


def test_orders_are_by_code_point_with_no_value_at_the_larger_end():
    plan = listed("orderby=-label,process_type,-dbcomputer_id,ctime&limit=3&offset=2")
    assert order(plan, POSTGRESQL) == (
        "label USING ~>~, process_type USING ~<~, dbcomputer_id DESC, ctime ASC, id ASC "
        "LIMIT 3 OFFSET 2"
    )
    assert order(plan, SQLITE) == (
        "label DESC, process_type ASC NULLS LAST, dbcomputer_id DESC NULLS FIRST, ctime ASC, "
        "id ASC LIMIT 3 OFFSET 2"
    )


@pytest.mark.parametrize(
    ("text", "rows", "window"),
    [
        ("", "ORDER BY id ASC LIMIT 400 OFFSET 0", (400, 0)),
        ("limit=0", "ORDER BY id ASC LIMIT 0 OFFSET 0", (0, 0)),
        ("limit=3&offset=999", "ORDER BY id ASC LIMIT 3 OFFSET 999", (3, 999)),
    ],
)
def test_windows(text, rows, window):
    statements = compile_plan(listed(text), SQLITE)
    assert without_table(shown(statements.rows)).endswith(f"FROM db_dbnode {rows}")
    assert (statements.limit, statements.offset) == window
    assert "LIMIT" not in statements.count.text
    assert statements.count.values == {}


def test_all_rows_have_no_window():
    statements = compile_plan(posted({"path": [NODE]}), SQLITE)
    assert "LIMIT" not in statements.rows.text
    assert (statements.limit, statements.offset) == (None, 0)


def test_deep_pages_skip_ids_alone():
    text = "orderby=-label&limit=3&offset=1000&id>5"
    found = (
        "SELECT id AS id FROM db_dbnode WHERE id > 5 ORDER BY label {0}, id ASC LIMIT 3 OFFSET 1000"
    )
    shows = "SELECT id AS c0, uuid AS c1, label AS c2, node_type AS c3, process_type AS c4, "
    shows += "ctime AS c5, mtime AS c6, user_id AS c7 FROM db_dbnode"
    for backend, direction in ((POSTGRESQL, "USING ~>~"), (SQLITE, "DESC")):
        assert without_table(shown(compile_rows(listed(text), backend))) == (
            f"{shows} JOIN ({found.format(direction)}) AS found ON found.id = id "
            f"ORDER BY label {direction}, id ASC"
        )


def test_a_page_of_several_tables_is_not_deep():
    path = [NODE, {"entity_type": "user", "tag": "u"}]
    text = shown(compile_rows(posted({"path": path, "limit": 3, "offset": 1000}), SQLITE))
    assert text.endswith("ON t1.id = t0.user_id LIMIT 3 OFFSET 1000")


def test_the_number_of_rows_is_after_limit_and_offset():
    plan = listed("id>5&orderby=-ctime&limit=3&offset=2")
    text = without_table(shown(compile_number(plan, SQLITE)))
    assert text.startswith("SELECT count(*) AS count_1 FROM (SELECT id AS c0,")
    assert text.endswith("FROM db_dbnode WHERE id > 5 LIMIT 3 OFFSET 2) AS anon_1")


def test_groups_are_counted_by_what_is_shown():
    query = {"path": [NODE], "project": {"n": ["node_type", "user"]}, "filters": {"n": {"id": 5}}}
    text = without_table(shown(compile_groups(posted(query), SQLITE)))
    assert text == (
        "SELECT node_type AS c0, user_id AS c1, count(*) AS c2 FROM db_dbnode WHERE id = 5 "
        "GROUP BY node_type, user_id"
    )


def test_values_are_bound_in_the_form_of_the_database():
    text = 'ctime>=2026-11-20T11+01&attributes=true&attributes_filter="a.b"'
    postgresql, sqlite = (compile_rows(listed(text), backend) for backend in Backend)
    assert postgresql.values["p0"].isoformat() == "2026-11-20T10:00:00+00:00"
    assert postgresql.values["p1"] == ["a", "b"]
    assert sqlite.values == {
        "p0": "2026-11-20 10:00:00.000000",
        "p1": '$."a"."b"',
        "p2": 400,
        "p3": 0,
    }
    assert "db_dbnode.attributes #> %(p1)s" in postgresql.text
    assert "THEN db_dbnode.attributes END -> :p1" in sqlite.text
    assert sqlite.kinds[-1] is Kind.JSON


def test_a_shape_is_compiled_once():
    first, second = (compile_rows(listed(text), SQLITE) for text in ("id>5", "id>6"))
    assert first.text is second.text
    assert (first.values["p0"], second.values["p0"]) == (5, 6)


def test_each_statement_of_a_shape_is_its_own():
    plan = listed("id>5&limit=3")
    every = (compile_rows, compile_count, compile_number, compile_groups)
    texts = {compile_it(plan, backend).text for compile_it in every for backend in Backend}
    assert len(texts) == len(every) * len(Backend)


def test_the_count_can_be_left_out():
    assert compile_plan(listed(""), SQLITE, with_count=False).count is None


@pytest.mark.parametrize("backend", Backend)
@pytest.mark.parametrize(
    "view", [*OLD_NODES, OLD_COMPUTERS, OLD_GROUPS], ids=lambda view: view.name
)
def test_every_old_view_is_compiled_without_stray_values(view, backend):
    keys = [key for key, named in view.keys.items() if named.absent is None]
    assert keys
    for key in keys:
        rows = compile_rows(listed(f"orderby={key}", view, V2), backend)
        assert set(rows.values) == {name for name in rows.values if name in rows.text}
        assert "param_1" not in rows.text


def test_the_attributes_of_a_tree_are_those_of_described_types():
    text = without_table(shown(compile_rows(listed("", TREE), SQLITE)))
    prefixes = ("data.core.structure", "data.structure", "data.core.code", "data.code")
    prefixes += ("data.core.array.kpoints", "data.array.kpoints", "data.core.array.bands")
    prefixes += ("data.array.bands", "process.calculation.calcjob")
    spans = (f"(node_type >= '{text}.') AND (node_type < '{text}/')" for text in prefixes)
    assert f"CASE WHEN ({' OR '.join(spans)}) THEN attributes END AS c7" in text
