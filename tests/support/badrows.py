"""Stores with bad rows: any value in any column of a copy of the lab, and every route to ask."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing

TABLES = {
    "db_dbnode": (
        *("uuid", "node_type", "process_type", "label", "description", "ctime", "mtime"),
        *("attributes", "extras", "repository_metadata", "dbcomputer_id", "user_id"),
    ),
    "db_dbcomputer": (
        *("uuid", "label", "hostname", "description", "scheduler_type", "transport_type"),
        "metadata",
    ),
    "db_dbgroup": (*("uuid", "label", "type_string", "time", "description", "extras", "user_id"),),
    "db_dbuser": ("email", "first_name", "last_name", "institution"),
    "db_dbauthinfo": ("aiidauser_id", "dbcomputer_id", "metadata", "auth_params", "enabled"),
    "db_dbcomment": ("uuid", "dbnode_id", "ctime", "mtime", "user_id", "content"),
    "db_dblog": (*("uuid", "time", "loggername", "levelname", "dbnode_id", "message", "metadata"),),
    "db_dblink": ("input_id", "output_id", "label", "type"),
    "db_dbgroup_dbnodes": ("dbnode_id", "dbgroup_id"),
}
DEEP = 100_000
VALUES = {
    "null": "NULL",
    "integer": "7",
    "large integer": "9223372036854775807",
    "negative": "-1",
    "real": "2459000.5",
    "infinity": "9e999",
    "blob": "x'fffe00'",
    "blob of json": "CAST('{\"a\": 1}' AS BLOB)",
    "not utf-8": "CAST(x'41ff42' AS TEXT)",
    "not utf-8 inside json": "CAST(x'7b2261223a2022ff227d' AS TEXT)",
    "nul": "CAST(x'610062' AS TEXT)",
    "empty": "''",
    "text": "'x'",
    "upper-case uuid": "'" + "ABCDEF01-2345-6789-ABCD-EF0123456789" + "'",
    "year 0": "'0000-01-01 00:00:00.000000'",
    "year 10000": "'10000-01-01 00:00:00.000000'",
    "year -1": "'-0001-01-01 00:00:00.000000'",
    "time with offset": "'2026-11-20 10:00:00.5+00:00'",
    "date only": "'2026-11-20'",
    "infinite time": "'infinity'",
    "json null": "'null'",
    "json number": "'12'",
    "json string": "'\"x\"'",
    "json list": "'[1, {\"k\": 2}]'",
    "nan": '\'{"a": NaN, "value": 1}\'',
    "infinity inside json": "'{\"a\": -Infinity}'",
    "1e999": '\'{"a": 1e999, "value": 1e999}\'',
    "1e-99999999": "'{\"a\": 1e999999999}'",
    "lone surrogate": '\'{"a": "\\ud800", "value": "\\udc00"}\'',
    "twice the same key": '\'{"a": 1, "a": 2}\'',
    "half of an object": "'{\"a\": '",
    "two objects": "'{}, {}'",
    "5001 digits": '\'{"a": ' + "9" * 5001 + ', "value": ' + "9" * 5001 + "}'",
    "nested": '\'{"a": ' + "[" * DEEP + "]" * DEEP + "}'",
    "nested a little": '\'{"a": ' + "[" * 500 + "]" * 500 + "}'",
    "repository of lists": '\'{"o": {"a": {"k": [1]}, "b": {"k": 7}, "c": {"k": null}}}\'',
    "repository of nothing": '\'{"o": [1], "k": {}}\'',
    "repository of strings": '\'{"o": {"a": "x", "b": {"o": 3}, "c": {"k": "../x"}}}\'',
}
"""SQL of a value for each kind of bad one, for SQLite."""

TIMES = {
    "year 10000": "'10000-01-01'",
    "infinity": "'infinity'",
    "minus infinity": "'-infinity'",
    "before Christ": "'0044-03-15 BC'",
    "year 294276": "'294276-12-31 23:59:59+00'",
    "with microseconds": "'2026-11-20 10:00:00.5+00'",
}
DOCUMENTS = {
    "null": "NULL",
    "json null": "'null'",
    "json number": "'12'",
    "json string": "'\"x\"'",
    "json list": "'[1, {\"k\": 2}]'",
    "5001 digits": '\'{"a": ' + "9" * 5001 + "}'",
    "1e400": '\'{"a": 1e400, "value": 1e400}\'',
    "nested": '\'{"a": ' + "[" * 3000 + "]" * 3000 + "}'",
    "repository of lists": VALUES["repository of lists"],
    "repository of strings": VALUES["repository of strings"],
}
"""SQL of the bad values that PostgreSQL takes."""


def archive(folder, source, changes, name="bad"):
    """Return a copy of an archive after SQL on its database, whose constraints are taken off."""
    database = folder / f"{name}.sqlite3"
    with zipfile.ZipFile(source) as old:
        database.write_bytes(old.read("db.sqlite3"))
    change(database, changes)
    path = folder / f"{name}.aiida"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            if item.filename != "db.sqlite3":
                new.writestr(item, old.read(item))
        new.write(database, "db.sqlite3")
    return path


def profile(folder, source, changes, name="bad"):
    """Return a copy of the folder of a SQLite profile after SQL on its database."""
    path = folder / name
    shutil.copytree(source, path)
    change(path / "database.sqlite", changes)
    return path


def change(database, changes):
    """Execute SQL on a SQLite file after taking off what keeps bad values out."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        _take_constraints_off(connection)
        for sql in changes:
            connection.execute(sql)


def _take_constraints_off(connection):
    """Make the tables again without constraints, so that every column takes every value."""
    connection.execute("PRAGMA foreign_keys = OFF")
    for table in TABLES:
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        written = [
            f'"{name}" {"INTEGER PRIMARY KEY" if is_key else ""}'
            for _, name, _, _, _, is_key in columns
        ]
        connection.execute(f"CREATE TABLE plain ({', '.join(written)})")
        connection.execute(f"INSERT INTO plain SELECT * FROM {table}")
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"ALTER TABLE plain RENAME TO {table}")


def strict(text):
    """Return JSON that every reader takes; raises `ValueError` for NaN and the like."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(name):
    raise ValueError(name)


LISTS = {
    "/api/v4": ("nodes", "processes", "calcjobs", "computers", "groups", "users"),
    "/api/v2": ("nodes", "processes", "codes", "structures", "computers", "groups", "users"),
}
NODE_LISTS = ("nodes", "processes", "calcjobs")
POSTED = [
    {"path": [{"entity_type": "", "tag": "n"}], "project": {"n": ["**"]}},
    {
        "path": [{"entity_type": "", "tag": "n"}],
        "project": {"n": ["id", "attributes.a", "extras.a.b", "attributes.1.x"]},
        "order_by": [{"n": [{"ctime": "desc"}, {"label": "asc"}]}],
    },
    {
        "path": [{"entity_type": "", "tag": "n"}],
        "filters": {"n": {"attributes.a": {"!==": 1}, "extras": {"!has_key": "x"}}},
        "project": {"n": ["id", "label"]},
        "order_by": [{"n": [{"attributes.a": {"order": "asc", "cast": "j"}}]}],
    },
    {
        "path": [{"entity_type": "", "tag": "n"}],
        "filters": {"n": {"or": [{"attributes": {"contains": {}}}, {"label": {"ilike": "%A%"}}]}},
        "project": {"n": ["uuid", {"attributes.a": {"cast": "t"}}]},
        "distinct": True,
    },
    {
        "path": [{"entity_type": "", "tag": "n"}],
        "project": {"n": [{"ctime": {"func": "max"}}, {"label": {"func": "min"}}]},
    },
    {"path": [{"entity_type": "computer", "tag": "c"}], "project": {"c": ["**"]}},
    {"path": [{"entity_type": "group.core", "tag": "g"}], "project": {"g": ["**"]}},
    {"path": [{"entity_type": "user", "tag": "u"}], "project": {"u": ["**"]}},
    {"path": [{"entity_type": "authinfo", "tag": "a"}], "project": {"a": ["**"]}},
    {"path": [{"entity_type": "comment", "tag": "m"}], "project": {"m": ["**"]}},
    {"path": [{"entity_type": "log", "tag": "l"}], "project": {"l": ["**"]}},
    {
        "path": [
            {"entity_type": "", "tag": "a"},
            {"entity_type": "", "tag": "b", "joining_keyword": "with_incoming",
             "joining_value": "a", "edge_tag": "e"},
        ],
        "project": {"a": ["uuid"], "b": ["**"], "e": ["label", "type"]},
        "limit": 50,
    },
    {
        "path": [
            {"entity_type": "", "tag": "a", },
            {"entity_type": "", "tag": "b", "joining_keyword": "with_ancestors",
             "joining_value": "a", "edge_tag": "e"},
        ],
        "filters": {"a": {"id": {"<": 60}}},
        "project": {"a": ["id"], "b": ["ctime", "attributes"]},
        "limit": 50,
    },
]  # fmt: skip


ORDERS = ("ctime", "-ctime", "mtime", "label", "-node_type", "user_id", "process_type")
OLD_ORDERS = ("ctime", "-mtime", "type", "-state", "label")
CONTENTS = (
    "attributes=true&extras=true",
    "attributes=true&attributes_filter=a,value",
    "extras=true&extras_filter=a",
    "attributes=true&attributes_filter=a",
)
FILTERS = (
    *('label=ilike="%A%"', 'label>"a"', "ctime>2020-01-01", "ctime=2026-11-20", "user_id=1"),
    *("attributes.a=1", 'attributes.a="x"', "attributes.value>0", 'attributes.a=like="x%"'),
    *('extras.a=in="x","y"', "attributes.a=true", "attributes.0.a=1", 'node_type=like="data%"'),
    *('process_type=ilike="%a%"', 'uuid=like="a%"'),
)
WHOLE = {
    "*": "*",
    **dict.fromkeys(("attributes", "extras", "files", "logs", "comments", "groups"), "*"),
    **dict.fromkeys(("user", "computer"), "*"),
}
INSIDE = {
    "attributes": {"a": {"[0]": "*", "b": "count"}, "value": "*", "[1]": {"k": "*"}},
    "extras": {"*": "*", "a": "exclude"},
}
SIDES = ("incoming", "outgoing", "called", "caller")
SELECTED = tuple(
    f"want={json.dumps(want)}{more}"
    for want in (
        WHOLE,
        INSIDE,
        {"attributes": "count", "files": "count", "logs": "count", "groups": "count"},
        {side: {"*": {**INSIDE, "uuid": "*", "user": "*"}} for side in SIDES},
        {side: {"x": WHOLE, "c*": "count", "result[]": "uuid"} for side in SIDES},
    )
    for more in ("", "&flat=1&limit=50&orderby=-ctime")
)
OTHERS = (
    *("/api/v4/nodes/full_types", "/api/v4/nodes/full_types_count", "/api/v4/nodes/statistics"),
    *("/api/v4/server", "/api/v4/nodes/download_formats", "/", "/profiles", "/ready"),
    *("/api/v4/groups?orderby=-time", '/api/v4/groups?extras.a="x"', "/api/v4/users/1"),
    *('/api/v2/processes?state="FINISHED"', '/api/v2/nodes?type=like="data%"'),
    '/api/v4/computers?label=ilike="%L%"',
    *(f"/api/v4/nodes/select?{query}" for query in SELECTED),
)


def lists():
    """Yield the paths of all lists of both dialects, in several orders and with filters."""
    for prefix, names in LISTS.items():
        for name in names:
            base = f"{prefix}/{name}"
            yield from (base, f"{base}?limit=400", f"{base}/page/1?perpage=5")
            yield from (f"{base}?orderby=-id&limit=3", f"{base}?count=none&limit=3")
            yield f"{base}/statistics" if prefix == "/api/v2" else f"{base}?count=estimate"
    yield from (f"/api/v4/nodes?orderby={order}&limit=400" for order in ORDERS)
    yield from (f"/api/v2/processes?orderby={order}" for order in OLD_ORDERS)
    yield from (f"/api/v4/nodes?limit=400&{wanted}" for wanted in CONTENTS)
    yield from (f"/api/v4/nodes?{filtered}&limit=400" for filtered in FILTERS)
    yield from OTHERS


FORMATS = ("json", "cif", "xsf", "xyz", "chemdoodle", "upf", "dat_multicolumn", "agr")
PARTS = (
    *("attributes", "extras", "comments", "links", "files", "groups", "user", "computer"),
    *("derived_properties", "link_counts"),
)
OF_NODE = (
    f"?include={','.join(PARTS)}",
    *("", "?attributes=true&extras=true", "/contents/attributes", "/contents/extras"),
    *("/contents/attributes?attributes_filter=a,value", '/contents/extras?extras_filter="a"'),
    *("/contents/comments", "/contents/derived_properties", "/links/incoming", "/links/outgoing"),
    *("/links/tree", "/links/tree?in_limit=5&out_limit=5", "/links/incoming?orderby=-ctime"),
    *("/repo/list", "/repo/list?metadata=true", '/repo/list?filename="a"'),
    *("/arrays", "/arrays.attrs", "/arrays.npz", "/arrays/positions?slice=0&format=json"),
    *('/repo/contents?filename="a"', "/download?download_format=json&download=false"),
    *(f"/download?download_format={name}" for name in FORMATS),
)
OF_OLD_NODE = (
    *("", "/io/inputs", "/io/outputs", "/io/tree", "/content/attributes", "/content/extras"),
    *("/content/attributes?alist=a,value", '/content/extras?elist="a"', "/content/visualization"),
    "/content/download?format=json",
)
OF_PROCESS = (
    *("/api/v4/processes/{}", "/api/v4/processes/{}/report", "/api/v4/calcjobs/{}"),
    *("/api/v4/processes/{}/logs?recursive=1", "/api/v4/processes/{}/logs/size?recursive=1"),
    *("/api/v4/processes/{}/traceback", "/api/v4/processes/{}/logs?stream=stderr"),
    *("/api/v4/processes/{}/results", "/api/v4/processes/{}/inputs"),
    *("/api/v4/processes/{}/results/sum", "/api/v4/processes/{}/extract/sum/positions"),
    *("/api/v4/calcjobs/{}/input_files?metadata=true", "/api/v4/calcjobs/{}/output_files"),
    *("/api/v2/calcjobs/{}/io/retrieved_inputs", "/api/v2/calculations/{}/io/retrieved_outputs"),
)


def of_node(uuid, pk):
    """Yield the paths about one node."""
    yield from (f"/api/v4/nodes/{uuid}{path}" for path in OF_NODE)
    yield from (f"/api/v2/nodes/{uuid}{path}" for path in OF_OLD_NODE)
    yield from (path.format(uuid) for path in OF_PROCESS)
    yield f"/api/v4/processes/{pk}/report"


def walk(client, path, most=400):
    """Return the rows of a list that is read with cursors."""
    rows, cursor = [], "*"
    while cursor is not None:
        joint = "&" if "?" in path else "?"
        answer = client.get(f"{path}{joint}cursor={cursor}&limit=20")
        assert answer.status_code == 200, answer.text
        body = strict(answer.text)
        rows += next(iter(body["data"].values()))
        cursor = body["next"]
        assert len(rows) <= most
    return rows
