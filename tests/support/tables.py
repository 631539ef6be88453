"""Reading tables as their readers do: what came is the same, whatever the format."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

PATH = "/api/v4/nodes/export"
FORMATS = ("csv", "ndjson", "arrow", "parquet")
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{6}Z")
HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
CELL = re.compile(r'"((?:[^"]|"")*)"|([^,"\n]*)')


def query(**keys):
    """Return a query string; a template is written as JSON."""
    written = {
        key: json.dumps(value, separators=(",", ":")) if isinstance(value, dict) else value
        for key, value in keys.items()
    }
    return "&".join(f"{key}={quote(str(value), safe=',:')}" for key, value in written.items())


def asked(served, selection="", **keys):
    """Return the answer to a request for a table."""
    return served.get("?".join((PATH, "&".join(filter(None, (selection, query(**keys)))))))


def posted(served, **body):
    """Return the answer to a posted request for a table."""
    return served.get(PATH, method="POST", body=json.dumps(body).encode())


def csv(text):
    """Return the names and rows of CSV; a cell without anything is None, two quotes are `""`."""
    rows, row, place = [], [], 0
    while place < len(text):
        found = CELL.match(text, place)
        place = found.end()
        row.append(found[2] or None if found[1] is None else found[1].replace('""', '"'))
        assert text[place] in ",\n", text[place : place + 50]
        if text[place] == "\n":
            rows.append(row)
            row = []
        place += 1
    return rows[0], rows[1:]


def lines(body):
    """Return the objects of lines of JSON."""
    assert not body or body.endswith(b"\n")
    return [json.loads(line) for line in body.splitlines()]


def arrow(body):
    """Return a table of Arrow."""
    return pa.ipc.open_stream(body).read_all()


def parquet(body):
    """Return a table of Parquet."""
    return pq.read_table(pa.BufferReader(body))


def names_and_rows(kind, body):
    """Return the names of the columns, and the rows with values of Python."""
    if kind == "csv":
        return csv(body.decode())
    if kind == "ndjson":
        found = lines(body)
        return list(found[0]) if found else [], [list(row.values()) for row in found]
    table = arrow(body) if kind == "arrow" else parquet(body)
    return table.column_names, [list(row.values()) for row in table.to_pylist()]


def table(served, selection="", **keys):
    """Return the names and rows of a table that is asked for."""
    answer = asked(served, selection, **keys)
    assert answer.status == 200, answer.body
    return names_and_rows(keys.get("format", "csv"), answer.body)
