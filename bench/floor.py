"""A bare-minimum server: a plain Flask-RESTful resource per route, its SQL, the driver, orjson.

It knows no grammar, no totals, no permissions and no errors: what Provender costs beyond it is what
its features cost. Rows and fields are the same. Floor: bench.
"""
# ruff: noqa: S608 - the SQL is made of the constants below

from __future__ import annotations

import json
import re
import sqlite3
import sys
from functools import lru_cache
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

import flask_restful
import orjson
import psycopg2
from flask import Flask, Response, request
from werkzeug.serving import make_server

FIELDS = ("id", "uuid", "label", "node_type", "process_type", "ctime", "mtime", "user_id")
COLUMNS = ", ".join("text(n.uuid)" if name == "uuid" else f"n.{name}" for name in FIELDS)
NODES = f"SELECT {COLUMNS} FROM db_dbnode n"
WIDE = f"SELECT {COLUMNS}, text(n.attributes) FROM db_dbnode n"
NEIGHBOURS = f"""SELECT {COLUMNS}, l.type, l.label FROM db_dblink l
    JOIN db_dbnode n ON n.id = l.FAR_id
    WHERE l.NEAR_id = (SELECT id FROM db_dbnode WHERE uuid = :uuid) ORDER BY n.id LIMIT 400"""
POSTED = """SELECT text(c.uuid), text(n.uuid), text(n.attributes) FROM db_dbnode c
    JOIN db_dblink l ON l.input_id = c.id JOIN db_dbnode n ON n.id = l.output_id
    WHERE c.node_type LIKE 'process.calculation.calcjob.%' AND c.id > :after AND n.node_type LIKE
    'data.core.dict.%' ORDER BY c.id LIMIT :limit"""
TYPES = "SELECT node_type, COUNT(*) FROM db_dbnode GROUP BY 1"
DAYS = "SELECT day(ctime), COUNT(*) FROM db_dbnode GROUP BY 1"
GROUPS = {
    "types": "node_type",
    "labels": "label",
    "states": "inside(attributes, process_state)",
    "statuses": "inside(attributes, exit_status)",
    "energies": "inside(attributes, energy)",
    "months": "month(ctime)",
}
"""What nodes are counted by, the plain `GROUP BY` beside a facet."""
PAIRS = "SELECT node_type, process_type, COUNT(*) FROM db_dbnode GROUP BY 1, 2"
ORDERS = {"-ctime": "ORDER BY n.ctime DESC, n.id", None: "ORDER BY n.id"}
BEHIND = re.compile(r"(?:^|&)id(?:>|%3E)([0-9]+)")
"""The filter `id>NUMBER`, which is no name and value of a query string."""

Values = dict[str, object]


class Database:
    """Runs SQL in which `:name` is a value, `text(x)` a text and `day(x)` a day, on either kind."""

    def __init__(self, location: str) -> None:
        self._location = location
        self._is_sqlite = "://" not in location
        self._idle: LifoQueue[Any] = LifoQueue()

    def rows(self, sql: str, values: Values | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a statement, which is a transaction of its own."""
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._connect()
        cursor = connection.cursor()
        cursor.execute(_written(sql, self._is_sqlite), values or {})
        found: list[tuple[Any, ...]] = cursor.fetchall()
        self._idle.put(connection)
        return found

    def counts(self, name: str) -> dict[str, int]:
        """Return the numbers of nodes by what a name of `GROUPS` stands for."""
        found = self.rows(f"SELECT {GROUPS[name]}, COUNT(*) FROM db_dbnode GROUP BY 1")
        return {str(value): count for value, count in found}

    def _connect(self) -> Any:  # noqa: ANN401 - of either driver
        if self._is_sqlite:
            path = f"file:{self._location}/database.sqlite?mode=ro"
            connection = sqlite3.connect(path, uri=True, check_same_thread=False)
            connection.execute("PRAGMA case_sensitive_like = ON")
            return connection
        client = psycopg2.connect(self._location, options="-c timezone=UTC")
        client.set_session(autocommit=True, readonly=True)
        return client


@lru_cache
def _written(sql: str, is_sqlite: bool) -> str:
    """Return SQL as the driver wants it."""
    if is_sqlite:
        sql = re.sub(r"text\(([a-z._]+)\)", r"\1", sql).replace("day(ctime)", "date(ctime)")
        sql = sql.replace("month(ctime)", "substr(ctime, 1, 7)")
        return re.sub(r"inside\((\w+), (\w+)\)", r"json_extract(\1, '$.\2')", sql)
    sql = sql.replace("%", "%%").replace("day(ctime)", "text(date(ctime))")
    sql = sql.replace("month(ctime)", "date_trunc('month', ctime)")
    sql = re.sub(r"inside\((\w+), (\w+)\)", r"\1 -> '\2'", sql)
    return re.sub(r":([a-z]+)", r"%(\1)s", sql)


class Bare(flask_restful.Resource):  # type: ignore[misc] # untyped
    """What the resources of the floor share."""

    def __init__(self, database: Database, container: Path) -> None:
        self.database = database
        self.container = container

    def answer(self, data: object) -> Response:
        """Return the envelope around data."""
        body = {
            "data": data,
            "method": request.method,
            "path": request.path,
            "query_string": request.query_string.decode(),
            "url": request.url,
            "url_root": request.url_root,
        }
        return Response(orjson.dumps(body), content_type="application/json")

    def records(self, sql: str, values: Values, *more: str) -> list[dict[str, Any]]:
        """Return nodes as mappings; `more` names the columns behind the usual ones."""
        names = (*FIELDS, *more)
        found = [dict(zip(names, row, strict=True)) for row in self.database.rows(sql, values)]
        for record in found:
            record["full_type"] = f"{record['node_type']}|{record['process_type'] or ''}"
            if "attributes" in record:
                record["attributes"] = orjson.Fragment(record["attributes"])
        return found


class Nodes(Bare):
    """A list or a page of nodes; of all filters only a pattern on the type and `id>`."""

    def get(self, page: int = 1) -> Response:
        """Answer it."""
        asked = request.args
        limit = int(asked.get("limit") or asked.get("perpage") or 20)
        offset = int(asked.get("offset") or (page - 1) * limit)
        values: Values = {"limit": limit, "offset": offset}
        conditions = []
        if pattern := asked.get("node_type"):  # the text behind `node_type=`, such as `like="a%"`
            conditions.append("n.node_type LIKE :pattern")
            values["pattern"] = pattern.split('"')[1]
        if found := BEHIND.search(request.query_string.decode()):
            conditions.append("n.id > :after")
            values["after"] = int(found[1])
        order = ORDERS[asked.get("orderby")]
        chosen = f"WHERE {' AND '.join(conditions)} {order}" if conditions else order
        if offset:  # the ids first, so that wide rows are not read to be skipped
            ids = f"SELECT id FROM db_dbnode n {chosen} LIMIT :limit OFFSET :offset"
            chosen = f"JOIN ({ids}) page ON page.id = n.id {order}"
        else:
            chosen += " LIMIT :limit"
        is_wide = asked.get("attributes") == "true"
        more = ("attributes",) if is_wide else ()
        nodes = self.records(f"{WIDE if is_wide else NODES} {chosen}", values, *more)
        return self.answer({"nodes": nodes})


class Node(Bare):
    """A node by its uuid or the beginning of it."""

    def get(self, uuid: str) -> Response:
        """Answer it."""
        shape = "-0000-0000-0000-000000000000"
        values: Values = {"low": uuid, "high": uuid}
        if len(uuid) < len(shape):
            values = {"low": uuid + shape, "high": uuid + shape.replace("0", "f")}
        found = self.records(f"{NODES} WHERE n.uuid BETWEEN :low AND :high LIMIT 2", values)
        return self.answer({"nodes": found})


class Links(Bare):
    """The neighbours of a node."""

    def get(self, uuid: str, direction: str) -> Response:
        """Answer them."""
        near, far = ("output", "input") if direction == "incoming" else ("input", "output")
        sql = NEIGHBOURS.replace("NEAR", near).replace("FAR", far)
        found = self.records(sql, {"uuid": uuid}, "link_type", "link_label")
        return self.answer({direction: found})


class Counts(Bare):
    """Numbers of nodes, as plain mappings."""

    def get(self, kind: str) -> Response:
        """Answer them."""
        if kind == "statistics":
            types, days = dict(self.database.rows(TYPES)), dict(self.database.rows(DAYS))
            total = sum(types.values())
            return self.answer({"total": total, "types": types, "ctime_by_day": days})
        pairs = self.database.rows(PAIRS)
        return self.answer({f"{node}|{process or ''}": count for node, process, count in pairs})


class Groups(Bare):
    """Numbers of nodes by one column or key."""

    def get(self, name: str) -> Response:
        """Answer them."""
        return self.answer({"groups": self.database.counts(name)})


class File(Bare):
    """A file in the root folder of a node that lies loose in the container."""

    def get(self, uuid: str) -> Response:
        """Answer its bytes."""
        sql = "SELECT text(n.repository_metadata) FROM db_dbnode n WHERE n.uuid = :uuid"
        tree = json.loads(self.database.rows(sql, {"uuid": uuid})[0][0])
        key = tree["o"][request.args["filename"].strip('"')]["k"]
        content = (self.container / "loose" / key[:2] / key[2:]).read_bytes()
        return Response(content, content_type="application/octet-stream")


class Posted(Bare):
    """The one posted query that is measured."""

    def post(self) -> Response:
        """Answer its rows."""
        asked = orjson.loads(request.get_data())
        values = {"limit": asked["limit"], "after": asked["filters"]["job"]["id"][">"]}
        rows = self.database.rows(POSTED, values)
        jobs = [{"uuid": job} for job, _, _ in rows]
        dicts = [{"uuid": uuid, "attributes": orjson.Fragment(text)} for _, uuid, text in rows]
        return self.answer({"job": jobs, "out": dicts})


ROUTES = {
    Nodes: ("/nodes", "/nodes/page/<int:page>"),
    Counts: ('/nodes/<any("statistics", "full_types_count"):kind>',),
    Groups: ("/counted/<name>",),
    Node: ("/nodes/<uuid>",),
    Links: ("/nodes/<uuid>/links/<direction>",),
    File: ("/nodes/<uuid>/repo/contents",),
    Posted: ("/querybuilder",),
}


def create_app(location: str, container: str) -> Flask:
    """Return the WSGI application for a PostgreSQL URL or the folder of a SQLite profile."""
    app = Flask(__name__)
    api = flask_restful.Api(app, prefix="/api/v4")
    given = {"database": Database(location), "container": Path(container)}
    for resource, paths in ROUTES.items():
        api.add_resource(resource, *paths, resource_class_kwargs=given)
    return app


if __name__ == "__main__":
    application = create_app(*sys.argv[1:3])
    make_server("127.0.0.1", int(sys.argv[3]), application, threaded=True).serve_forever()
