"""The SQL of posted queries on columns, with its values."""

from __future__ import annotations

import pytest

from provender.schema.statements import Backend
from support.queries import condition, posted

POSTGRESQL, SQLITE = Backend.POSTGRESQL, Backend.SQLITE
NODE = {"entity_type": "", "tag": "n"}


def among(name, values):
    return f"{name} IN (SELECT anon_1.value FROM json_each('{values}') AS anon_1)"


def filtered(filters):
    return posted({"path": [NODE], "project": {"n": "id"}, "filters": {"n": filters}})


@pytest.mark.parametrize(
    ("filters", "postgresql", "sqlite"),
    [
        ({"label": {"!like": "%"}}, "false", "0 = 1"),
        ({"computer": None}, "dbcomputer_id IS NULL", "dbcomputer_id IS NULL"),
        ({"computer": {"!==": None}}, "dbcomputer_id IS NOT NULL", "dbcomputer_id IS NOT NULL"),
        ({"computer": {"in": [None]}}, "CAST(NULL AS BOOLEAN)", "CAST(NULL AS BOOLEAN) = 1"),
        ({"id": {"in": ["5", "+6"]}}, "id = any([5, 6])", among("id", "[5, 6]")),
        (
            {"id": {"like": "1%"}},
            "CAST(id AS TEXT) LIKE '1%'",
            r"CAST(id AS TEXT) LIKE '1%' ESCAPE '\'",
        ),
        (
            {"ctime": {"like": "2026%"}},
            "CAST(ctime AS TEXT) LIKE '2026%'",
            r"(rtrim(rtrim(ctime, '0'), '.') || '+00') LIKE '2026%' ESCAPE '\'",
        ),
        (
            {"ctime": {"in": ["2026-11-20"]}},
            "ctime = any([2026-11-20T00:00:00+00:00])",
            among("ctime", '["2026-11-20 00:00:00.000000"]'),
        ),
        (
            {"or": [{"id": 1}, {"id": 2}], "!and": [{"id": 3}, {"id": 4}]},
            "(id = 1 OR id = 2) AND NOT (id = 3 AND id = 4)",
            "(id = 1 OR id = 2) AND NOT (id = 3 AND id = 4)",
        ),
        (
            {"id": {"or": [{">": 5}, {"==": 1, "!<": 3}], "~in": [7]}},
            "((id > 5) OR id = 1 OR NOT (id < 3)) AND NOT (id = any([7]))",
            f"((id > 5) OR id = 1 OR NOT (id < 3)) AND ({among('id NOT', '[7]')})",
        ),
        (
            {"label": {"<": "M"}},  # no client of posted queries expects other letters
            "label ~<~ 'M'",
            "label < 'M'",
        ),
    ],
)
def test_operators_on_columns_of_posted_queries(filters, postgresql, sqlite):
    assert condition(filtered(filters), POSTGRESQL) == postgresql
    assert condition(filtered(filters), SQLITE) == sqlite


def test_sqlite_writes_booleans_as_postgresql_does():
    query = {"path": [{"entity_type": "authinfo", "tag": "a"}]}
    query["filters"] = {"a": {"enabled": {"like": "t%"}}}
    assert condition(posted(query), POSTGRESQL) == "CAST(enabled AS TEXT) LIKE 't%'"
    assert condition(posted(query), SQLITE) == (
        r"CASE WHEN enabled THEN 'true' WHEN (enabled IS NOT NULL) THEN 'false' END "
        r"LIKE 't%' ESCAPE '\'"
    )
