"""An archive of an older version while it is put together: rows as its `data.json` has them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from support.legacy.containers import Wrapping, write
from support.legacy.versions import OLDEST, before, entity, named

TIME = "2016-03-01T12:30:00.250000"
"""A time as it stands in a file; `SERVED` is the same in a database."""
SERVED = "2016-03-01 12:30:00.250000"
SECTIONS = ("path", "raw_input")


@dataclass(frozen=True)
class Made:
    """A row that was put into a draft."""

    pk: int
    uuid: str


class Draft:
    """Everything an archive holds. Methods add rows, each with fields as its version names them.

    What a test does not say gets a plain value. `parts` are the other keys of `data.json`,
    `members` are files of the archive besides those of nodes, `metadata` is `metadata.json`.
    """

    def __init__(self, version):
        self.version = version
        self.rows = {}
        self.attributes, self.extras = {}, {}
        self.conversions = {"attributes": {}, "extras": {}}
        self.links, self.memberships = [], {}
        self.members = {}
        self.parts = {}
        self.metadata = _metadata(version)

    def user(self, **fields):
        """Add a user."""
        number = len(self.rows.get("User", ())) + 1
        given = {"email": f"user{number}@example.org", "first_name": "Ada", "last_name": "L.",
                 "institution": "I"}  # fmt: skip
        return self._add("User", given, fields)

    def computer(self, **fields):
        """Add a computer."""
        number = len(self.rows.get("Computer", ())) + 1
        given = {
            "uuid": identifier("Computer", number),
            "name" if before(self.version, "0.11") else "label": f"computer {number}",
            "hostname": "localhost",
            "description": "a computer",
            "scheduler_type": "direct" if before(self.version, "0.12") else "core.direct",
            "transport_type": "local" if before(self.version, "0.13") else "core.local",
            "metadata": "{}" if self.version in OLDEST else {},
        }
        if before(self.version, "0.5"):
            given["transport_params"] = "{}" if self.version in OLDEST else {}
        if before(self.version, "0.4"):
            given["enabled"] = True
        return self._add("Computer", given, fields)

    def group(self, nodes=(), **fields):
        """Add a group of nodes."""
        number = len(self.rows.get("Group", ())) + 1
        given = {
            "uuid": identifier("Group", number),
            "name" if self.version in OLDEST else "label": f"group {number}",
            **named(self.version, type_string="user" if before(self.version, "0.9") else "core"),
            "time": TIME,
            "description": "a group",
            "user": 1,
        }
        made = self._add("Group", given, fields)
        if nodes:
            self.memberships[made.uuid] = [node.uuid for node in nodes]
        return made

    def node(self, node_type="data.x.X.", attributes=None, *, extras=None, files=None, **fields):
        """Add a node; `files` have a content, or None for a folder, by section and path."""
        number = len(self.rows.get("Node", ())) + 1
        given = {
            "uuid": identifier("Node", number),
            **named(self.version, node_type=node_type),
            "label": f"node {number}",
            "description": "a node",
            "ctime": TIME,
            "mtime": TIME,
            "user": 1,
            "dbcomputer": None,
        }
        if self.version not in OLDEST:
            given["process_type"] = ""
        if before(self.version, "0.5"):
            given |= {"nodeversion": 1, "public": False}
        made = self._add("Node", given, fields)
        self.attributes[str(made.pk)] = attributes or {}
        self.extras[str(made.pk)] = extras or {}
        for path, content in (files or {}).items():
            self.members[f"{folder(made.uuid)}/{path}"] = content
        return made

    def log(self, node, **fields):
        """Add a log message of a node."""
        number = len(self.rows.get("Log", ())) + 1
        given = {
            "uuid": identifier("Log", number),
            "time": TIME,
            "loggername": "aiida",
            "levelname": "REPORT",
            "message": "a message",
            "metadata": {},
            "dbnode": node and node.pk,
        }
        return self._add("Log", given, fields)

    def comment(self, node, **fields):
        """Add a comment on a node."""
        number = len(self.rows.get("Comment", ())) + 1
        given = {
            "uuid": identifier("Comment", number),
            "ctime": TIME,
            "mtime": TIME,
            "content": "a comment",
            "dbnode": node and node.pk,
            "user": 1,
        }
        return self._add("Comment", given, fields)

    def link(self, source, target, kind=None, label="a"):
        """Add a link between nodes; without a kind it has none, as in versions 0.1 and 0.2."""
        row = {"input": source.uuid, "output": target.uuid, "label": label}
        self.links.append(row if kind is None else {**row, "type": kind})

    def _add(self, name, given, fields):
        """Add a row; `pk` among the fields is its key, a field that is `...` is left out."""
        pk = fields.pop("pk", len(self.rows.get(name, ())) + 1)
        row = {key: value for key, value in {**given, **fields}.items() if value is not ...}
        self.rows.setdefault(name, {})[str(pk)] = row
        return Made(pk, row.get("uuid"))

    def data(self):
        """Return the value of `data.json`."""
        found = {
            "export_data": {entity(self.version, name): rows for name, rows in self.rows.items()},
            "node_attributes": self.attributes,
            "links_uuid": self.links,
            "groups_uuid": self.memberships,
        }
        if before(self.version, "0.6"):
            found["node_attributes_conversion"] = {
                pk: self.conversions["attributes"].get(pk, plain(values))
                for pk, values in self.attributes.items()
            }
        if self.version not in OLDEST:
            found["node_extras"] = self.extras
        if self.version in ("0.4", "0.5"):
            found["node_extras_conversion"] = {
                pk: self.conversions["extras"].get(pk, plain(values))
                for pk, values in self.extras.items()
            }
        whole = {**found, **self.parts}
        return {key: value for key, value in whole.items() if value is not ...}

    def save(self, path, wrapping=None):
        """Write the archive, and return its path."""
        members = {"metadata.json": dumped(self.metadata), "data.json": dumped(self.data())}
        write(path, {**members, **self.members}, wrapping or Wrapping())
        return path


def plain(value):
    """Return the conversion of a value without times: its shape, with null in each place."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else None


def dumped(value):
    """Return JSON as bytes; bytes stay as they are."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def folder(identity):
    """Return the folder of a node in an archive."""
    return f"nodes/{identity[:2]}/{identity[2:4]}/{identity[4:]}"


def identifier(name, number):
    """Return the uuid of a row that was given none."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name} {number}"))


FIELDS = {
    "User": ("email", "first_name", "last_name", "institution"),
    "Computer": ("uuid", "name", "hostname", "description", "scheduler_type", "transport_type",
                 "metadata", "transport_params", "enabled"),
    "Group": ("uuid", "label", "type_string", "time", "description", "user"),
    "Node": ("uuid", "node_type", "process_type", "label", "description", "ctime", "mtime", "user",
             "dbcomputer", "nodeversion", "public"),
    "Log": ("uuid", "time", "loggername", "levelname", "message", "metadata", "dbnode"),
    "Comment": ("uuid", "ctime", "mtime", "content", "dbnode", "user"),
    "Link": ("input", "output", "label", "type"),
    "Attribute": ("dbnode", "key", "datatype", "tval", "fval", "ival", "bval", "dval"),
}  # fmt: skip


def _metadata(version):
    """Return `metadata.json`, with the description of fields that AiiDA reads and we do not."""
    known = [name for name in FIELDS if before(version, "0.7") or name not in ("Link", "Attribute")]
    unique = {name: "uuid" if "uuid" in FIELDS[name] else None for name in known}
    found = {
        "export_version": version,
        "aiida_version": "1.0.0",
        "unique_identifiers": {
            entity(version, name): key or ("email" if name == "User" else None)
            for name, key in unique.items()
        },
        "all_fields_info": {
            entity(version, name): {field: {} for field in FIELDS[name]} for name in known
        },
    }
    if not before(version, "0.8"):
        found["export_parameters"] = {"include_comments": True, "include_logs": True}
    return found
