"""Archives for AiiDA as they were downloaded, and which nodes they should have."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from contextlib import closing

PATH = "/api/v4/nodes/archive.aiida"
FIXED = {
    *("input_calc_backward", "input_work_backward", "create_forward", "return_forward"),
    *("call_calc_forward", "call_work_forward"),
}
CHANGEABLE = {
    "input_calc_forward": False,
    "input_work_forward": False,
    "return_backward": False,
    "create_backward": True,
    "call_calc_backward": True,
    "call_work_backward": True,
}
"""AiiDA's rules, as its documentation has them."""
TABLES = {
    "nodes": """SELECT n.uuid, node_type, process_type, n.label, n.description, ctime, mtime,
        attributes, extras, repository_metadata, c.uuid, u.email FROM db_dbnode n
        LEFT JOIN db_dbcomputer c ON c.id = dbcomputer_id JOIN db_dbuser u ON u.id = user_id""",
    "links": """SELECT i.uuid, o.uuid, l.label, type FROM db_dblink l
        JOIN db_dbnode i ON i.id = input_id JOIN db_dbnode o ON o.id = output_id""",
    "comments": """SELECT n.uuid, c.uuid, c.ctime, c.mtime, u.email, content FROM db_dbcomment c
        JOIN db_dbnode n ON n.id = dbnode_id JOIN db_dbuser u ON u.id = c.user_id""",
    "logs": """SELECT n.uuid, l.uuid, time, loggername, levelname, message, metadata
        FROM db_dblog l JOIN db_dbnode n ON n.id = dbnode_id""",
    "groups": """SELECT g.uuid, g.label, type_string, time, g.description, g.extras, u.email
        FROM db_dbgroup g LEFT JOIN db_dbuser u ON u.id = g.user_id""",
    "members": """SELECT n.uuid, g.uuid FROM db_dbgroup_dbnodes m
        JOIN db_dbnode n ON n.id = dbnode_id JOIN db_dbgroup g ON g.id = dbgroup_id""",
    "computers": """SELECT uuid, label, hostname, description, scheduler_type, transport_type,
        metadata FROM db_dbcomputer""",
    "users": "SELECT email, first_name, last_name, institution FROM db_dbuser",
    "authinfos": "SELECT * FROM db_dbauthinfo",
}
"""What is equal in all stores of equal content: no row is told by its id."""


def rows_of(database):
    """Return all rows of a database by table, sorted; JSON in one form."""
    with closing(sqlite3.connect(database)) as looking:
        assert looking.execute("PRAGMA foreign_key_check").fetchall() == []
        assert looking.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {
            name: sorted(map(_plain, looking.execute(text)), key=repr)
            for name, text in TABLES.items()
        }


def _plain(row):
    return tuple(_json(value) for value in row)


def _json(value):
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    # an import drops the hashes of AiiDA
    kept = {key: found[key] for key in found if not key.startswith("_aiida_hash")}
    return json.dumps(kept, sort_keys=True)


class Taken:
    """An archive that was downloaded: its members and its rows."""

    def __init__(self, body, folder):
        self.body = body
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            assert file.testzip() is None
            self.names = file.namelist()
            assert len(set(self.names)) == len(self.names)
            database = folder / f"{hashlib.sha256(body).hexdigest()}.sqlite3"
            self.database = file.read("db.sqlite3")
            database.write_bytes(self.database)
            self.metadata = json.loads(file.read("metadata.json"))
            self.files = {
                name.removeprefix("repo/"): hashlib.sha256(file.read(name)).hexdigest()
                for name in self.names[2:]
            }
        self.rows = rows_of(database)
        database.unlink()

    @property
    def uuids(self):
        return {row[0] for row in self.rows["nodes"]}


def get(client, query="", **options):
    with client.get(f"{PATH}?{query}", **options) as answer:  # which closes it, as servers do
        assert answer.data is not None
        return answer


def post(client, body, **options):
    with client.post(PATH, json=body, **options) as answer:
        assert answer.data is not None
        return answer


def take(client, body, folder):
    """Return the archive of a posted selection."""
    answer = post(client, body)
    assert answer.status_code == 200, answer.data
    assert len(answer.data) == int(answer.headers["Content-Length"])
    return Taken(answer.data, folder)


def reached(start, links, rules):
    """Return the nodes that an archive should have, one step after the other."""
    followed = {
        name
        for name, is_on in {**CHANGEABLE, **dict.fromkeys(FIXED, True), **rules}.items()
        if is_on
    }
    found, new = set(start), set(start)
    while new:
        ahead = {
            stop for one, stop, _, kind in links if one in new and f"{kind}_forward" in followed
        }
        back = {
            one for one, stop, _, kind in links if stop in new and f"{kind}_backward" in followed
        }
        new = (ahead | back) - found
        found |= new
    return found


def keys_in(tree):
    """Return the keys of all files of a tree."""
    if "k" in tree:
        return {tree["k"]}
    return {key for below in tree.get("o", {}).values() for key in keys_in(below)}
