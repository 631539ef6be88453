"""No request takes more memory than four times the largest answer, whatever it asks for."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from support import growing
from support.command import unmeasured
from support.server import ask

ANSWER = 8_000_000
MOST = 4 * ANSWER + 4_000_000
"""What does not grow with the answer, such as a connection and free memory, comes on top."""
MANY = 20_000
"""Nodes that are added, each with a type of its own; the first ones are large."""
NODE = "00000000-0000-4000-8000-{:012d}"
HUGE = 40_000_000 if hasattr(sqlite3.Connection, "setlimit") else 10_000_000
"""Bytes of one value: before Python 3.11 SQLite gives any value, and it is refused afterwards."""

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is read from /proc"
)


def text_of(store, length):
    """Return SQL that gives a string of this many characters."""
    if str(store).startswith("postgresql:"):
        return f"repeat('x', {length})"
    return f"replace(hex(zeroblob({length // 2})), '00', 'xx')"


def keys_of(store, number, value):
    """Return SQL that gives an object with many keys."""
    members = f"SELECT group_concat('\"key' || k.i || '\": {value}') FROM k"
    if str(store).startswith("postgresql:"):
        members = members.replace("group_concat(", "string_agg(").replace("') FROM", "', ',') FROM")
    numbers = f"k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i < {number - 1})"
    return f"(WITH RECURSIVE {numbers} SELECT '{{' || ({members}) || '}}')"


def fill(store):
    """Make a store of large things: attributes, trees of files, comments, logs, neighbours."""
    growing.add_nodes(
        store,
        MANY,
        node_type="CASE WHEN n.i < 60 THEN 'data.core.structure.StructureData.' "
        "ELSE 'process.workflow.workchain.WorkChainNode.' END",
        process_type="'package' || n.i || '.Chain'",
    )
    cast = "::jsonb" if str(store).startswith("postgresql:") else ""
    large, huge = text_of(store, 1_000_000), text_of(store, HUGE)
    first = growing.FIRST

    def update(column, value, where):
        growing.change(store, f"UPDATE db_dbnode SET {column} = {value} WHERE {where}")

    update(
        "attributes",
        f"""('{{"big": "' || {large} || '"}}'){cast}""",
        f"id < {first + 50} AND id >= {first}",
    )
    update("attributes", f"""('{{"big": "' || {huge} || '"}}'){cast}""", f"id = {first + 50}")
    update("description", huge, f"id = {first + 51}")
    update("extras", keys_of(store, 300_000, "1") + cast, f"id = {first + 52}")
    tree = keys_of(store, 100_000, '{"k": "' + "0" * 32 + '"}')
    update("repository_metadata", f"""('{{"o": ' || {tree} || '}}'){cast}""", f"id = {first + 53}")
    for table, columns, values in (
        ("db_dbcomment", "uuid, ctime, mtime, user_id, content", "uuid, ctime, mtime, user_id"),
        (
            "db_dblog",
            "uuid, time, loggername, levelname, metadata, message",
            "uuid, ctime, 'a', 'b', '{}'" + cast,
        ),
    ):
        growing.change(
            store,
            f"INSERT INTO {table} (id, dbnode_id, {columns}) SELECT id, {first + 60}, {values}, "
            f"{large} FROM db_dbnode WHERE id >= {first} AND id < {first + 20}",
        )
    growing.change(
        store,
        "INSERT INTO db_dblink (id, input_id, output_id, label, type) SELECT id, "
        f"{first + 60}, id, 'link', 'create' FROM db_dbnode WHERE id >= {first} AND "
        f"id < {first + 50}",
    )


class Served:
    """A server in a process of its own."""

    def __init__(self, store):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "provender", "restapi", str(store), "-P", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={
                **unmeasured(),
                "PROVENDER_LIMITS_ANSWER_BYTES": str(ANSWER),
                "PROVENDER_LIMITS_COLUMNS": "1000",
            },
        )
        self.root = ""
        for line in self.process.stdout:
            if found := re.search(r"(http://[\d.]+:\d+)/ ", line):
                self.root = found[1]
            if "Ctrl-C" in line:
                break
        for path in ("/nodes?limit=1", f"/nodes/{NODE.format(70)}/links/tree", "/users"):
            assert ask(f"{self.root}/api/v4{path}").status == 200

    def memory(self, name):
        """Return a line of the memory of the process, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) * 1024

    def ask(self, path, query=None):
        """Return an answer, and how much more memory the process had meanwhile."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        before = self.memory("VmRSS")
        method = {} if query is None else {"method": "POST", "body": json.dumps(query).encode()}
        answer = ask(f"{self.root}/api/v4{path}", **method)
        return answer, self.memory("VmHWM") - before

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=20)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def served(request, unpacked, tmp_path_factory):
    with ExitStack() as stack:
        if request.param == "sqlite":
            store = growing.copied(unpacked, tmp_path_factory.mktemp("large"))
        else:
            store = stack.enter_context(growing.database(request.getfixturevalue("cluster")))
        fill(store)
        found = Served(store)
        stack.callback(found.stop)
        yield found


def posted(project, limit=50_000, **filters):
    return {
        "path": [{"entity_type": "", "tag": "n"}],
        "filters": {"n": filters},
        "project": {"n": project},
        "limit": limit,
    }


def only(number):
    return f"/nodes/{NODE.format(number)}"


TOO_LARGE = [
    "/nodes?attributes=true&orderby=-id&limit=400&id<1000050",
    "/nodes?attributes=true&attributes_filter=big&id>=1000000",
    '/nodes?attributes=true&attributes_filter=big,missing,"big.x"&id>=1000000&limit=9',
    f"{only(50)}?attributes=true",
    f"{only(50)}/contents/attributes",
    f"{only(50)}/contents/attributes?attributes_filter=big",
    f"{only(52)}/contents/extras?extras_filter=key1",
    f"{only(53)}/repo/list",
    f"{only(53)}/download?download_format=cif",
    f"{only(50)}/contents/derived_properties",
    f"{only(60)}/contents/comments",
    f"/processes/{NODE.format(60)}/report",
    f"{only(60)}/links/tree",
    "/nodes?cursor=*&attributes=true&id>=1000000",
    "/nodes/full_types_count",
]


@pytest.mark.parametrize("path", TOO_LARGE)
def test_a_request_for_too_much_is_refused_in_bounded_memory(path, served):
    answer, memory = served.ask(path)
    assert (answer.status, answer.json["code"]) == (400, "limit-exceeded")
    assert "limits.answer_bytes" in answer.json["message"]
    assert memory <= MOST


SMALL = {"id": {">": growing.FIRST + 60}}
POSTED = {
    "columns": posted([f"attributes.key{number}" for number in range(790)], **SMALL),
    "spellings": posted(["attributes.sites." + "0" * number for number in range(1, 700)], **SMALL),
    "documents": posted(["**"]),
    "document": posted(["attributes"], id=growing.FIRST + 50),
    "cast": posted([{"attributes.big": {"cast": "t"}}], id={"<": growing.FIRST + 51}),
    "string": posted(["description"], id=growing.FIRST + 51),
    "comments": {"path": ["comment"], "project": {"comment_1": ["content"]}},
    "logs": {"path": ["log"], "project": {"log_1": ["message"]}},
}


@pytest.mark.parametrize("name", POSTED)
def test_a_posted_query_for_too_much_is_refused_in_bounded_memory(name, served):
    answer, memory = served.ask("/querybuilder", POSTED[name])
    assert (answer.status, answer.json["code"]) == (400, "limit-exceeded")
    assert "limits.answer_bytes" in answer.json["message"]
    assert memory <= MOST


SERVED = [
    "/nodes?attributes=true&id>=1000000&limit=7",
    f"{only(52)}/contents/extras",
    f"{only(60)}/links/outgoing",
    f"{only(50)}",
    "/nodes?orderby=-id",
    "/nodes/statistics",
]


@pytest.mark.parametrize("path", SERVED)
def test_a_large_answer_takes_bounded_memory(path, served):
    answer, memory = served.ask(path)
    assert answer.status == 200
    assert memory <= MOST


def test_a_large_answer_to_a_posted_query_takes_bounded_memory(served):
    columns = ["id", "uuid", "label", "node_type", "process_type", "ctime", "user_id"]
    answer, memory = served.ask("/querybuilder", posted(columns, id={">=": growing.FIRST}))
    assert answer.status == 200
    assert len(answer.data["n"]) == answer.total == MANY
    assert answer.data["n"][-1].keys() == {*columns, "full_type"}
    assert ANSWER / 2 < len(answer.body) <= ANSWER
    assert memory <= MOST
