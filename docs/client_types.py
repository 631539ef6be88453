"""Write the options and rows of the client from the description: run it after a route changed."""

import json
import re
import textwrap
from pathlib import Path

from provender import client
from provender.client.rows import results
from provender.settings import Limits
from provender.web.dialects import DIALECTS
from provender.web.openapi.document import written
from provender.web.openapi.served import Served

FOLDER = Path(client.__file__).parent
WIDTH = 100
# Keys that lists of the client have of their own, or that a method asks for.
OWN = {"limit", "offset", "orderby", "cursor", "count", "perpage", "page", "profile", "filters"}
# Sets of keys that several routes have: a route with all of them, the first and the last one.
SHARED = {
    "NodeColumns": ("Columns of nodes.", "/nodes", "id", "computer"),
    "Relations": ("What nodes are related to.", "/nodes", "full_type", "with_outgoing"),
    "Contents": ("What is shown of nodes.", "/nodes", "attributes", "extras_filter"),
}
# The classes of options: what they are of, the route, and keys that are arguments of the method.
OPTIONS = {
    "NodeOptions": ("lists of nodes", "/nodes", ()),
    "NodeParts": ("one node", "/nodes/{id}", ()),
    "LinkOptions": ("the neighbours of a node", "/nodes/{id}/links/incoming", ()),
    "TreeOptions": ("a node between its neighbours", "/nodes/{id}/links/tree", ()),
    "SelectOptions": ("templates", "/nodes/select", ("want",)),
    "FacetOptions": ("facets", "/nodes/facets", ("facet",)),
    "ValueOptions": ("all values of a key", "/nodes/facets/{key}", ("after",)),
    "SuggestOptions": ("suggestions", "/nodes/suggest", ("field", "q")),
    "KeyOptions": ("keys", "/nodes/keys", ("under",)),
    "ChangeOptions": ("changes", "/nodes/changes", ("since",)),
    "ProcessOptions": ("lists of processes", "/processes", ()),
    "SummaryOptions": ("the summary of a process", "/processes/{id}/summary", ()),
    "LogOptions": ("the log of a process", "/processes/{id}/logs", ("format", "stream")),
    "FileOptions": ("the files of a job", "/calcjobs/{id}/files", ()),
    "ComputerOptions": ("lists of computers", "/computers", ()),
    "CodeOptions": ("lists of codes", "/codes", ()),
    "GroupOptions": ("lists of groups", "/groups", ()),
    "GroupParts": ("one group", "/groups/{id}", ()),
    "UserOptions": ("lists of users", "/users", ()),
}
# Routes that have the keys of another: their methods take the same class.
SAME = {"/calcjobs": "/processes", "/nodes/{id}/links/outgoing": "/nodes/{id}/links/incoming"}
# The classes of rows: what one is, and the schemas whose properties it may have.
RECORDS = {
    "Node": ("A node of the graph.", "Node", "NodeWithParts"),
    "LinkedNode": ("A neighbour of a node, and the link to it.", "LinkedNode"),
    "StoredArray": ("An array of a node.", "StoredArray"),
    "Comment": ("What somebody wrote on a node.", "Comment"),
    "Change": ("A node that was written.", "Change"),
    "Computer": ("A computer on which jobs ran.", "Computer"),
    "Code": ("A code that jobs ran.", "Code"),
    "Group": ("A group of nodes.", "Group", "GroupWithCounts"),
    "User": ("Who made nodes.", "User"),
    "Schema": ("A type of nodes that has a schema.", "SchemaOfNodes"),
    "View": ("A saved selection.", "SavedView"),
}
# Those of processes, in a module of their own.
PROCESS_RECORDS = {
    "ProcessRow": ("A process of a list.", "Process"),
    "ProcessStatus": ("The state of a process.", "ProcessStatus"),
    "ProcessSummary": ("All about a process.", "ProcessSummary"),
    "ProcessEvent": ("An event in the life of a process.", "ProcessEvent"),
    "LogRow": ("A row of a log.", "ProcessLogRow"),
    "Traceback": ("Why a process failed.", "ProcessTraceback"),
    "Result": ("What a process gave, or was given, under a label.", "Result"),
    "ProcessType": ("A type of processes.", "ProcessType"),
    "JobFile": ("A file that a job sent or brought back.", "JobFile"),
}
# What columns are, beside what the description says of them.
FIELDS = {
    "id": "The number of the row in this store.",
    "uuid": "The same in every store.",
    "ctime": "When it was made.",
    "mtime": "When it was written last.",
    "user_id": "The id of who made it.",
    "full_type": "The types of the node and of its process, with `|` between.",
    "node_type": "`data.` or `process.`, and the class of AiiDA.",
    "process_type": "The entry point of AiiDA, or the module and the name of a function.",
    "attributes": "As they are stored; where the list shows them.",
    "extras": "As they are stored; where the list shows them.",
    "process_label": "The name of the class or function.",
    "process_state": "created, waiting, running, finished, excepted or killed.",
    "is_running": "Whether it is created, waiting or running.",
    "exit_status": "0, or the number of the failure; of finished processes.",
    "exit_message": "What the failure is.",
    "paused": "Whether somebody paused it.",
    "parent": "The uuid of the process that called it.",
    "user": "Who made it: `id` and `name`.",
    "computer": "Where it ran: `uuid` and `label`.",
    "link_counts": "How many links it has: `incoming` and `outgoing`.",
    "link_label": "The name of the link.",
    "link_type": "The kind of the link.",
    "jobs_count": "How many jobs ran it.",
    "counts": "How many nodes it has: `total`, and `types`; with `include`.",
    "times": "When it was made, ran and ended: each with its source.",
    "called": "What it called, nested; with `tree`.",
    "formats": "In which it can be had, the best one first.",
    "size_bytes": "Of its files, not compressed.",
    "summary": "A few words: a formula, a number, a text.",
    "levelname": "DEBUG, INFO, REPORT, WARNING, ERROR or CRITICAL.",
    "process": "The uuid of the process that logged it.",
    "depth": "0 for the process itself, 1 for what it called, and so on.",
    "side": "inputs or outputs.",
    "sha256": "Of the content.",
    "shape": "The length of each axis.",
    "bytes": "Of the values.",
    "dtype": "As NumPy writes it: `<f8`.",
    "kind": "created or changed.",
    "url": "Its address.",
}
DATES = results.DATES
RAW = results.RAW
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
# What a column of a list is compared with, by the end of its text.
COMPARED = {
    "a string": "str | Sequence[str]",
    "a uuid": "str | Sequence[str]",
    "an integer": "int | Sequence[int]",
    "a datetime": "str | datetime",
}
TEXTS = "str | Sequence[str]"
RELATED = "str | Record"
TYPES = {
    "group": RELATED,
    "ancestor_of": RELATED,
    "descendant_of": RELATED,
    "input_of": RELATED,
    "output_of": RELATED,
    "called_by": RELATED,
    "caller_of": RELATED,
    "with_incoming": RELATED,
    "with_outgoing": RELATED,
    "computer": RELATED,
    "state": TEXTS,
    "exit_status": "int | Sequence[int]",
    "stats": TEXTS,
}
# Of these those that choose no rows.
KEYS = {"stats"}
SWITCHES = ({"1", "0", "true", "false"}, {"true", "false"})
OPTIONS_HEAD = '''"""Options of lists and objects, as the interface has them. Floor: client.

`docs/client_types.py` writes this file.
"""

# No `from __future__ import annotations`: texts of options are read while a program runs.
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, TypedDict

from provender.client.rows.results import Record
'''
RECORDS_HEAD = '''"""Rows of lists and parts of answers, as the interface has them. Floor: client.

`docs/client_types.py` writes this file. A value that a damaged store cannot show is None, whatever
its type; what an answer does not show is no attribute.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from provender.client.rows.results import Record
'''


class Description:
    """The description of the interface, without references."""

    def __init__(self):
        document = written(DIALECTS[0], Served(Limits(), False, False))
        self.document = json.loads(document.below(""))
        self.components = self.document["components"]

    def keys(self, path, without=()):
        """Return the parameters of the query string of a route, by name."""
        listed = self.document["paths"][path]["get"].get("parameters", [])
        found = [self.resolved(one) for one in listed]
        left_out = OWN.union(without)
        return {
            one["name"]: one
            for one in found
            if one["in"] == "query" and one["name"] not in left_out
        }

    def shared(self, path, first, last):
        """Return the parameters of a route from one name to another."""
        keys = self.keys(path)
        names = list(keys)
        return {name: keys[name] for name in names[names.index(first) : names.index(last) + 1]}

    def resolved(self, one):
        """Return an object in place of a reference to it."""
        if "$ref" not in one:
            return one
        kind, name = one["$ref"].split("/")[-2:]
        return self.components[kind][name.replace("~1", "/")]


def options(description):
    """Return the text of the module of options."""
    shared = {name: description.shared(*row[1:]) for name, row in SHARED.items()}
    parts = [f"{OPTIONS_HEAD}\n# Keys that are conditions.\n{filters(description)}"]
    parts += [typed_dict(name, SHARED[name][0], (), keys) for name, keys in shared.items()]
    for name, (what, path, without) in OPTIONS.items():
        keys = description.keys(path, without)
        bases = [base for base, own in shared.items() if is_within(own, keys)]
        inherited = {key for base in bases for key in shared[base]}
        own = {key: one for key, one in keys.items() if key not in inherited}
        parts.append(typed_dict(name, f"Options of {what}: `{path}`.", bases, own))
    return "\n\n".join(parts)


def is_within(some, keys):
    """Return whether all of some parameters are among others, with the same texts."""
    return all(name in keys and said(keys[name]) == said(one) for name, one in some.items())


def filters(description):
    """Return the constants: which keys are conditions, whose lists of values are `=in=`."""
    paths = ("/nodes", "/processes", "/codes", "/computers", "/groups", "/users")
    every = {name: one for path in paths for name, one in description.keys(path).items()}
    names = sorted(name for name, one in every.items() if is_condition(one))
    listed = "\n".join(f'        "{name}",' for name in names)
    return f"FILTERS = frozenset(\n    {{\n{listed}\n    }}\n)\n"


def is_condition(one):
    """Return whether a parameter is compared with what a row has."""
    return "this value, " in one["description"] or one["name"] in {*TYPES, "full_type"} - KEYS


def typed_dict(name, what, bases, keys):
    """Return a class of options."""
    lines = [f"class {name}({', '.join(bases) or 'TypedDict'}, total=False):", f'    """{what}"""']
    if keys:
        lines.append("")
    for key, one in keys.items():
        lines += annotated(key, typed(one), said(one))
    return "\n".join(lines) + "\n"


def annotated(key, kind, text):
    """Return the lines of an option with its text."""
    line = f'    {key}: Annotated[{kind}, "{text}"]'
    if len(line) <= WIDTH:
        return [line]
    inner = f'        {kind}, "{text}"'
    if len(inner) <= WIDTH:
        return [f"    {key}: Annotated[", inner, "    ]"]
    parts = textwrap.wrap(text, WIDTH - 12, drop_whitespace=False)
    quoted = [f'        "{part}"' for part in parts]
    return [f"    {key}: Annotated[", f"        {kind},", *quoted[:-1], f"{quoted[-1]},", "    ]"]


def said(one):
    """Return the text of a parameter, without the form that it has in a query string."""
    return re.sub(r" Form: `.*$", "", one["description"]).replace('"', "'")


def typed(one):
    """Return the type of an option."""
    schema, name = one["schema"], one["name"]
    compared = re.search(r"this value, (.*)\.$", one["description"])
    if compared:
        return COMPARED[compared[1]]
    if name in TYPES:
        return TYPES[name]
    if "enum" not in schema:
        return TEXTS if schema.get("type") == "array" else PLAIN[schema["type"]]
    if set(schema["enum"]) in SWITCHES:
        return "bool"
    return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"


def records(description, rows):
    """Return the text of a module of rows."""
    parts = [RECORDS_HEAD]
    for name, (what, *schemas) in rows.items():
        columns = {}
        for schema in schemas:
            found = description.components["schemas"][schema]["properties"]
            columns |= {key: one for key, one in found.items() if key not in columns}
        told = [f"        {key}: {FIELDS[key]}" for key in columns if key in FIELDS]
        head = ["", "    Attributes:", *told, '    """'] if told else []
        text = [f'    """{what}', *head] if told else [f'    """{what}"""']
        lines = [f"class {name}(Record):", *text, "", "    __slots__ = ()", ""]
        lines += [f"    {key}: {column(key, one)}" for key, one in columns.items()]
        parts.append("\n".join(lines) + "\n")
    return "\n\n".join(parts)


def column(key, schema):
    """Return the type of an attribute of a row."""
    kinds = kinds_of(key, schema)
    if schema.get("x-null-with-note"):
        kinds = [kind for kind in kinds if kind != "None"] or kinds
    return " | ".join(dict.fromkeys(kinds))


def kinds_of(key, schema):
    """Return the types that a value of JSON has as an attribute."""
    if "anyOf" in schema:
        return [kind for inner in schema["anyOf"] for kind in kinds_of(key, inner)]
    if "$ref" in schema:
        return ["Record"]
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return sorted({type(value).__name__.replace("NoneType", "None") for value in values})
    kinds = schema.get("type", "any")
    return [kind_of(key, kind) for kind in (kinds if isinstance(kinds, list) else [kinds])]


def kind_of(key, kind):
    """Return the type that a type of JSON has as an attribute."""
    if kind == "string" and key in DATES:
        return "datetime"
    if kind == "object":
        return "dict[str, Any]" if key in RAW else "Record"
    if kind == "array":
        return "list[Any]"
    return PLAIN.get(kind, "Any")


def modules():
    """Return the text of each module by its path."""
    description = Description()
    return {
        FOLDER / "queries" / "options.py": options(description),
        FOLDER / "rows" / "records.py": records(description, RECORDS),
        FOLDER / "rows" / "processrecords.py": records(description, PROCESS_RECORDS),
    }


if __name__ == "__main__":
    for path, text in modules().items():
        path.write_text(text)
