"""How both databases are asked for what is inside JSON: conditions, columns, orders, casts."""

from __future__ import annotations

import pytest

from provender.query.sql.compiler import compile_rows
from provender.schema.entities import Kind
from provender.schema.statements import Backend
from support.queries import condition, listed, order, posted, shown, without_table

POSTGRESQL, SQLITE = Backend.POSTGRESQL, Backend.SQLITE
NODE = {"entity_type": "", "tag": "n"}
# What both databases write for a document: `attributes.x` unless a test says otherwise.
X = "attributes #> ['x']"
PG_DOUBLE = f"CAST({X} AS DOUBLE PRECISION)"
PG_NUMBER = (
    f"CASE WHEN (jsonb_typeof({X}) = 'number') THEN "
    f"CASE WHEN (({X}) > '2.4703282292062328e-324'::jsonb) THEN "
    f"CASE WHEN (({X}) > '1.7976931348623157e308'::jsonb) "
    f"THEN 'Infinity'::float8 ELSE {PG_DOUBLE} END "
    f"WHEN (({X}) < '-2.4703282292062328e-324'::jsonb) THEN "
    f"CASE WHEN (({X}) < '-1.7976931348623157e308'::jsonb) "
    f"THEN '-Infinity'::float8 ELSE {PG_DOUBLE} END ELSE '0'::float8 END END"
)
PG_STRING = f"CASE WHEN (jsonb_typeof({X}) = 'string') THEN attributes #>> ['x'] END"
PG_WORD = f"CAST({X} AS TEXT)"
PG_LENGTH = f"CASE WHEN (jsonb_typeof({X}) = 'array') THEN jsonb_array_length({X}) END"
VALID = "CASE WHEN json_valid(attributes) THEN attributes END"
INSIDE = "attributes, '$.\"x\"'"
VALID_INSIDE = f"{VALID}, '$.\"x\"'"
NUMBER = (
    f"CASE WHEN (json_type({VALID_INSIDE}) IN ('integer', 'real')) "
    f"THEN CAST(json_extract({INSIDE}) AS DOUBLE) END"
)
STRING = f"CASE WHEN (json_type({VALID_INSIDE}) IN ('text')) THEN json_extract({INSIDE}) END"
WORD = f"json_type({VALID_INSIDE})"
LENGTH = f"CASE WHEN ({WORD} IN ('array')) THEN json_array_length({INSIDE}) END"
Y = f"{VALID} -> '$.\"x\"'"


def among(values):
    return f" IN (SELECT anon_1.value FROM json_each('{values}') AS anon_1)"


@pytest.mark.parametrize(
    ("text", "postgresql", "sqlite"),
    [
        ("attributes.x=1", f"{PG_NUMBER} = 1.0", f"{NUMBER} = 1.0"),
        ("attributes.x>1.5", f"{PG_NUMBER} > 1.5", f"{NUMBER} > 1.5"),
        (
            "attributes.x=in=1,2.5",
            f"{PG_NUMBER} = any(CAST([1.0, 2.5] AS DOUBLE PRECISION[]))",
            NUMBER + among("[1.0, 2.5]"),
        ),
        ('attributes.x="a"', f"{PG_STRING} = 'a'", f"{STRING} = 'a'"),
        ('attributes.x<="a"', f"{PG_STRING} ~<=~ 'a'", f"{STRING} <= 'a'"),
        (
            'attributes.x=in="a","b"',
            f"{PG_STRING} = any(['a', 'b'])",
            STRING + among('["a", "b"]'),
        ),
        (
            'attributes.x=like="a%"',
            f"{PG_STRING} LIKE 'a%'",
            f"provender_like(CAST({STRING} AS BLOB), 'a%')",
        ),
        (
            'attributes.x=ilike="a%"',
            f"{PG_STRING} ILIKE 'a%'",
            f"provender_ilike(CAST({STRING} AS BLOB), 'a%')",
        ),
        ("attributes.x=true", f"{PG_WORD} = 'true'", f"{WORD} = 'true'"),
        (
            "attributes.x=in=true,false",
            f"{PG_WORD} = any(['true', 'false'])",
            WORD + among('["true", "false"]'),
        ),
    ],
)
def test_where_a_value_is_missing_it_compares_as_false(text, postgresql, sqlite):
    assert condition(listed(text), POSTGRESQL) == f"coalesce({postgresql}, false)"
    assert condition(listed(text), SQLITE) == f"coalesce({sqlite}, 0) = 1"


def test_the_negation_of_a_comparison_is_true_where_a_value_is_missing():
    plan = listed('attributes.x!="a"')
    assert condition(plan, POSTGRESQL) == f"NOT coalesce({PG_STRING} = 'a', false)"
    assert condition(plan, SQLITE) == f"coalesce({STRING} = 'a', 0) = 0"


def filtered(filters):
    return posted({"path": [NODE], "project": {"n": "id"}, "filters": {"n": filters}})


@pytest.mark.parametrize(
    ("filters", "postgresql", "sqlite"),
    [
        (
            {"attributes.x": {"of_type": "object"}},
            f"jsonb_typeof({X}) = 'object'",
            f"{WORD} IN ('object')",
        ),
        (
            {"attributes.x": {"of_type": "array"}},
            f"jsonb_typeof({X}) = 'array'",
            f"{WORD} IN ('array')",
        ),
        (
            {"attributes.x": {"of_type": "string"}},
            f"jsonb_typeof({X}) = 'string'",
            f"{WORD} IN ('text')",
        ),
        (
            {"attributes.x": {"of_type": "number"}},
            f"jsonb_typeof({X}) = 'number'",
            f"{WORD} IN ('integer', 'real')",
        ),
        (
            {"attributes.x": {"of_type": "boolean"}},
            f"jsonb_typeof({X}) = 'boolean'",
            f"{WORD} IN ('true', 'false')",
        ),
        (
            {"attributes.x": {"of_type": "null"}},
            f"coalesce(jsonb_typeof({X}) = 'null', true)",
            f"coalesce({WORD} IN ('null'), 1) = 1",
        ),
        (
            {"attributes.x": {"contains": [1, "a"]}},
            f"""({X}) @> CAST('[1, "a"]' AS JSONB)""",
            f"""provender_json_contains(CAST({Y} AS BLOB), '[1, "a"]') = 1""",
        ),
        (
            {"attributes": {"contains": {"a": 1}}},
            """attributes @> CAST('{"a": 1}' AS JSONB)""",
            """provender_json_contains(CAST(attributes AS BLOB), '{"a": 1}') = 1""",
        ),
        (
            {"attributes.x": {"has_key": "k"}},
            f"jsonb_exists({X}, 'k')",
            f"provender_json_has_key(CAST({Y} AS BLOB), 'k') = 1",
        ),
        (
            {"extras": {"!has_key": "k"}},
            "NOT jsonb_exists(extras, 'k')",
            "provender_json_has_key(CAST(extras AS BLOB), 'k') = 0",
        ),
        (
            {"attributes.x": {"of_length": 3}},
            f"coalesce({PG_LENGTH} = 3, false)",
            f"coalesce({LENGTH} = 3, 0) = 1",
        ),
        (
            {"attributes.x": {"longer": 2}},
            f"coalesce({PG_LENGTH} > 2, false)",
            f"coalesce({LENGTH} > 2, 0) = 1",
        ),
        (
            {"attributes.x": {"shorter": 5}},
            f"coalesce({PG_LENGTH} < 5, false)",
            f"coalesce({LENGTH} < 5, 0) = 1",
        ),
        (
            {"attributes.x": [1]},
            f"coalesce(jsonb_typeof({X}) = 'array' "
            f"AND (CAST({X} AS JSONB) = CAST('[1]' AS JSONB)), false)",
            f"coalesce({WORD} IN ('array') "
            f"AND (provender_json_key(CAST({Y} AS BLOB)) = "
            "provender_json_key(CAST('[1]' AS BLOB))), 0) = 1",
        ),
        (
            {"attributes.x": {">": {"a": 1}}},
            f"coalesce(jsonb_typeof({X}) = 'object' "
            f"""AND (CAST({X} AS JSONB) > CAST('{{"a": 1}}' AS JSONB)), false)""",
            f"coalesce({WORD} IN ('object') "
            f"AND (provender_json_key(CAST({Y} AS BLOB)) > "
            """provender_json_key(CAST('{"a": 1}' AS BLOB))), 0) = 1""",
        ),
        ({"attributes.x": None}, "false", "0 = 1"),
        ({"attributes.x": {"!==": None}}, "true", "1 = 1"),
    ],
)
def test_operators_of_posted_queries(filters, postgresql, sqlite):
    assert condition(filtered(filters), POSTGRESQL) == postgresql
    assert condition(filtered(filters), SQLITE) == sqlite


def test_a_whole_column_has_the_empty_path():
    plan = filtered({"attributes": "a"})
    assert condition(plan, POSTGRESQL) == (
        "coalesce(CASE WHEN (jsonb_typeof(attributes) = 'string') "
        "THEN attributes #>> '{}' END = 'a', false)"
    )
    assert condition(plan, SQLITE) == (
        f"coalesce(CASE WHEN (json_type({VALID}, '$') IN ('text')) "
        "THEN json_extract(attributes, '$') END = 'a', 0) = 1"
    )


@pytest.mark.parametrize(
    ("path", "segments"),
    [("x.0", '["x", "0"]'), ("x.-1", '["x", "-1"]'), ("é", r'["\\u00e9"]'), ("1a", '["1a"]')],
)
def test_sqlite_follows_other_than_plain_paths_with_our_function(path, segments):
    plan = filtered({f"attributes.{path}": {"of_type": "string"}})
    found = f"provender_json_get(CAST(attributes AS BLOB), '{segments}')"
    assert condition(plan, SQLITE) == f"json_type({found}, '$') IN ('text')"
    assert f"jsonb_typeof(attributes #> {path.split('.')}) = " in condition(plan, POSTGRESQL)


@pytest.mark.parametrize("path", ["x", "a b", "a_1.b-c", "A"])
def test_sqlite_follows_plain_paths_by_itself(path):
    inside = "".join(f'."{segment}"' for segment in path.split("."))
    plan = filtered({f"attributes.{path}": {"of_type": "string"}})
    assert condition(plan, SQLITE) == f"json_type({VALID}, '${inside}') IN ('text')"


def column(item, backend):
    """Return the one column of a projection."""
    text = shown(compile_rows(posted({"path": [NODE], "project": {"n": [item]}}), backend))
    return without_table(text).removeprefix("SELECT ").removesuffix(" AS c0 FROM db_dbnode")


CASTS = {
    "t": ("TEXT", Kind.TEXT),
    "f": ("DOUBLE PRECISION", Kind.NUMBER),
    "i": ("INTEGER", Kind.INTEGER),
    "b": ("BOOLEAN", Kind.BOOLEAN),
    "j": ("JSONB", Kind.JSON),
}


@pytest.mark.parametrize("cast", CASTS)
def test_casts(cast):
    name, kind = CASTS[cast]
    item = {"attributes.x": {"cast": cast}}
    assert column(item, POSTGRESQL) == f"CAST(attributes #>> ['x'] AS {name})"
    assert column(item, SQLITE) == f"provender_cast_{cast}(CAST({Y} AS BLOB))"
    plan = posted({"path": [NODE], "project": {"n": [item]}})
    assert compile_rows(plan, SQLITE).kinds == (kind,)


TIMESTAMP = "CAST(attributes #>> ['x'] AS TIMESTAMP WITHOUT TIME ZONE)"
FORM = "'YYYY-MM-DD HH24:MI:SS.US'"


@pytest.mark.parametrize(
    ("item", "postgresql", "sqlite"),
    [
        ("attributes", "attributes", "attributes"),
        ("attributes.x", X, Y),
        (
            {"attributes.x": {"cast": "d"}},
            f"to_char({TIMESTAMP}, {FORM})",
            f"provender_cast_d(CAST({Y} AS BLOB))",
        ),
        (
            {"attributes.x": {"cast": "d", "func": "max"}},
            f"to_char(max({TIMESTAMP}), {FORM})",
            f"max(provender_cast_d(CAST({Y} AS BLOB)))",
        ),
        (
            {"attributes.x": {"cast": "t", "func": "min"}},
            """min(CAST(attributes #>> ['x'] AS TEXT) COLLATE "C")""",
            f"min(provender_cast_t(CAST({Y} AS BLOB)))",
        ),
        ({"attributes.x": {"func": "count"}}, f"count({X})", f"count({Y})"),
        ({"label": {"func": "max"}}, 'max(label COLLATE "C")', "max(label)"),
        ({"ctime": {"func": "min"}}, "min(ctime)", "min(ctime)"),
        ({"uuid": {"func": "count"}}, "count(uuid)", "count(uuid)"),
        ({"id": {"cast": "t"}}, "id", "id"),  # only JSON is cast
    ],
)
def test_columns(item, postgresql, sqlite):
    assert column(item, POSTGRESQL) == postgresql
    assert column(item, SQLITE) == sqlite


def test_times_without_offset_have_a_type_of_their_own():
    kinds = {"max": Kind.LOCAL_TIME, "count": Kind.INTEGER}
    for function, kind in kinds.items():
        item = {"attributes.x": {"cast": "d", "func": function}}
        assert posted({"path": [NODE], "project": {"n": [item]}}).outputs[0].kind is kind


@pytest.mark.parametrize(
    ("criterion", "postgresql", "sqlite"),
    [
        (
            {"attributes.x": {"cast": "t"}},
            "CAST(attributes #>> ['x'] AS TEXT) USING ~<~",
            f"provender_cast_t(CAST({Y} AS BLOB)) ASC NULLS LAST",
        ),
        (
            {"attributes.x": {"cast": "f", "order": "desc"}},
            "CAST(attributes #>> ['x'] AS DOUBLE PRECISION) DESC",
            f"provender_cast_f(CAST({Y} AS BLOB)) DESC NULLS FIRST",
        ),
        (
            {"extras": {"cast": "j"}},
            "CAST(extras #>> '{}' AS JSONB) ASC",
            "provender_json_key(CAST(provender_cast_j(CAST(extras AS BLOB)) AS BLOB)) "
            "ASC NULLS LAST",
        ),
        (
            {"repository_metadata": {"cast": "j"}},  # a column that every node has
            "CAST(repository_metadata #>> '{}' AS JSONB) ASC",
            "provender_json_key(CAST(provender_cast_j(CAST(repository_metadata AS BLOB)) "
            "AS BLOB)) ASC",
        ),
    ],
)
def test_orders(criterion, postgresql, sqlite):
    plan = posted({"path": [NODE], "order_by": {"n": criterion}})
    assert order(plan, POSTGRESQL) == postgresql
    assert order(plan, SQLITE) == sqlite


def test_different_rows_are_ordered_by_a_column_of_the_answer():
    plan = posted(
        {
            "path": [NODE],
            "project": {"n": ["id", {"attributes.x": {"cast": "f"}}]},
            "order_by": {"n": {"attributes.x": {"cast": "f"}}},
            "distinct": True,
        }
    )
    assert without_table(shown(compile_rows(plan, POSTGRESQL))) == (
        "SELECT DISTINCT id AS c0, CAST(attributes #>> ['x'] AS DOUBLE PRECISION) AS c1 "
        "FROM db_dbnode ORDER BY c1 ASC"
    )
    text = without_table(shown(compile_rows(plan, SQLITE)))
    selected, ordered = text.split(" ORDER BY ")  # by its name or, in old SQLAlchemy, in full
    assert (
        selected
        == f"SELECT DISTINCT id AS c0, provender_cast_f(CAST({Y} AS BLOB)) AS c1 FROM db_dbnode"
    )
    assert ordered in ("c1 ASC NULLS LAST", f"provender_cast_f(CAST({Y} AS BLOB)) ASC NULLS LAST")


def test_sqlite_tells_json_texts_apart_by_their_values():
    plan = posted(
        {"path": [NODE], "project": {"n": ["label", "attributes.x", "extras"]}, "distinct": True}
    )
    assert without_table(shown(compile_rows(plan, POSTGRESQL))).startswith("SELECT DISTINCT label")
    assert without_table(shown(compile_rows(plan, SQLITE))) == (
        f"SELECT label AS c0, {Y} AS c1, extras AS c2 FROM db_dbnode "
        f"GROUP BY label, provender_json_key(CAST({Y} AS BLOB)), "
        "provender_json_key(CAST(extras AS BLOB))"
    )
