"""What is put aside while an archive is made, and how its rows become those of it. Floor: store.

Rows are put aside with the ids of their store. The tables `..._id` give them those of the archive.
"""

from __future__ import annotations

# The columns of each table that is put aside; the first one is its key where one is named so.
ASIDE: dict[str, tuple[str, ...]] = {
    "node": ("pk", "computer", "user", "uuid", "ctime", "is_chosen"),
    "grp": ("pk", "uuid", "label", "type_string", "time", "description", "extras", "user"),
    "member": ("node", "grp"),
    "comment": ("pk", "uuid", "node", "ctime", "mtime", "user", "content"),
    "log": ("pk", "uuid", "time", "loggername", "levelname", "node", "message", "metadata"),
    "link": ("input", "output", "type", "label"),
    "file": ("key", "uuid", "path"),
}
KEYS = {"pk": "INTEGER PRIMARY KEY", "key": "TEXT PRIMARY KEY"}
# The tables whose rows others refer to.
NUMBERED = ("node", "user", "computer", "grp")


def _scratch(table: str, columns: tuple[str, ...]) -> str:
    typed = ", ".join(f"{name} {KEYS.get(name, '')}" for name in columns)
    return f"CREATE TABLE scratch.{table} ({typed})"


SCRATCH = (
    *(_scratch(table, columns) for table, columns in ASIDE.items()),
    *(
        _scratch(f"{table}_id", ("id INTEGER PRIMARY KEY", "pk INTEGER UNIQUE"))
        for table in NUMBERED
    ),
)
# New ids in the order of times, or of names.
NUMBERING = {
    "node": "INSERT INTO scratch.node_id (pk) SELECT pk FROM scratch.node ORDER BY ctime, uuid",
    "grp": "INSERT INTO scratch.grp_id (pk) SELECT pk FROM scratch.grp ORDER BY label, uuid",
    "user": "INSERT INTO scratch.user_id (pk) VALUES (?)",
    "computer": "INSERT INTO scratch.computer_id (pk) VALUES (?)",
}
# Rows of these come with all columns and the ids of the store.
ADDED = {
    "node": """INSERT INTO db_dbnode VALUES (
        (SELECT id FROM scratch.node_id WHERE pk = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
        (SELECT id FROM scratch.computer_id WHERE pk = ?12),
        (SELECT id FROM scratch.user_id WHERE pk = ?13))""",
    "user": """INSERT INTO db_dbuser VALUES (
        (SELECT id FROM scratch.user_id WHERE pk = ?1), ?2, ?3, ?4, ?5)""",
    "computer": """INSERT INTO db_dbcomputer VALUES (
        (SELECT id FROM scratch.computer_id WHERE pk = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8)""",
}
# Rows of these were put aside. A link is in the archive if both of its ends are.
TAKEN = (
    """INSERT INTO db_dbgroup
        SELECT new.id, uuid, label, type_string, time, description, extras, owner.id
        FROM scratch.grp AS old JOIN scratch.grp_id AS new ON new.pk = old.pk
        LEFT JOIN scratch.user_id AS owner ON owner.pk = old.user ORDER BY new.id""",
    """INSERT INTO db_dbcomment
        SELECT NULL, uuid, node.id, ctime, mtime, owner.id, content FROM scratch.comment AS old
        LEFT JOIN scratch.node_id AS node ON node.pk = old.node
        LEFT JOIN scratch.user_id AS owner ON owner.pk = old.user ORDER BY ctime, uuid""",
    """INSERT INTO db_dblog
        SELECT NULL, uuid, time, loggername, levelname, node.id, message, metadata
        FROM scratch.log AS old
        LEFT JOIN scratch.node_id AS node ON node.pk = old.node ORDER BY time, uuid""",
    """INSERT INTO db_dblink
        SELECT NULL, start.id, stop.id, label, type FROM scratch.link AS old
        JOIN scratch.node_id AS start ON start.pk = old.input
        JOIN scratch.node_id AS stop ON stop.pk = old.output
        ORDER BY start.id, stop.id, type, label""",
    """INSERT INTO db_dbgroup_dbnodes
        SELECT NULL, node.id, grp.id FROM scratch.member AS old
        JOIN scratch.node_id AS node ON node.pk = old.node
        JOIN scratch.grp_id AS grp ON grp.pk = old.grp ORDER BY grp.id, node.id""",
)
# Whose rows an archive needs besides.
OWNERS = {
    "user": """SELECT user FROM scratch.node UNION SELECT user FROM scratch.comment
        UNION SELECT user FROM scratch.grp""",
    "computer": "SELECT DISTINCT computer FROM scratch.node",
}
