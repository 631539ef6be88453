"""What both are asked: AiiDA here, Provender in `tests/selections/test_recorded.py`."""

from __future__ import annotations

import relations

PROCESSES = {"node_type": {"startswith": "process."}}
CONDITIONS = [
    ({}, ""),
    ({"node_type": {"startswith": "data."}}, 'node_type=like="data.%"'),
    (PROCESSES, 'node_type=like="process.%"'),
    ({"node_type": "data.core.int.Int."}, 'node_type="data.core.int.Int."'),
    ({"attributes.exit_status": 0}, "attributes.exit_status=0"),
    ({"attributes.exit_status": {"gt": 0}}, "attributes.exit_status>0"),
    ({"attributes.exit_status": {"ne": 0}}, "attributes.exit_status!=0"),
    ({"attributes.exit_status": {"ne": None}}, "attributes.exit_status=exists=true"),
    ({"attributes.exit_status": {"exists": False}}, "attributes.exit_status=exists=false"),
    ({"attributes.exit_status": {"in": [300, 410]}}, "attributes.exit_status=in=300,410"),
    ({"attributes.exit_status": {"nin": [0, 410]}}, "attributes.exit_status=notin=0,410"),
    ({"attributes.exit_status": {"in": [410]}, **PROCESSES}, None),
    ({"process_type": {"exists": False}}, "process_type=exists=false"),
    ({"process_type": {"like": "aiida.calculations%"}}, 'process_type=like="aiida.calculations%"'),
    ({"process_type": {"nin": ["aiida.calculations:core.arithmetic.add"]}}, None),
    ({"label": {"ne": ""}}, 'label!=""'),
    ({"label": {"contains": "a"}}, 'label=contains="a"'),
    ({"label": {"ilike": "%BCC_F%"}}, 'label=ilike="%BCC_F%"'),
    ({"label": {"lt": "C"}}, 'label<"C"'),
    ({"label": {"gte": "Si", "ne": "strain"}}, 'label>="Si"&label!="strain"'),
    ({"attributes.value": {"lt": 5.5}}, "attributes.value<5.5"),
    ({"attributes.value": {"gte": 1, "lte": 9}}, "attributes.value>=1&attributes.value<=9"),
    ({"attributes.value": 1}, "attributes.value=1"),
    ({"attributes.value": True}, "attributes.value=true"),
    ({"attributes.value": {"in": [2, 3.0, 0.25]}}, None),
    ({"attributes.process_label": {"gt": "e"}}, 'attributes.process_label>"e"'),
    ({"attributes.process_state": {"ne": "finished"}}, 'attributes.process_state!="finished"'),
    ({"attributes.cell.0.0": {"gt": 3}}, "attributes.cell.0.0>3"),
    ({"attributes.sites.-1.kind_name": {"like": "S%"}}, 'attributes.sites.-1.kind_name=like="S%"'),
    ({"attributes.kinds": {"size": 2}}, None),
    ({"attributes.kinds.0.symbols": {"contains": "Si"}}, None),
    ({"attributes.retrieve_list": {"all": ["aiida.out"]}}, None),
    ({"attributes.pbc1": False}, "attributes.pbc1=false"),
    ({'attributes."unicode ключ"': {"exists": True}}, 'attributes."unicode ключ"=exists=true'),
    ({"attributes.list": {"any": [3, "three", True]}}, None),
    ({"extras.trialBool": True}, "extras.trialBool=true"),
    ({"extras.tag": {"ilike": "%"}}, None),
    ({"ctime": "2026-11-20"}, "ctime=2026-11-20"),
    ({"ctime": {"gt": "2026-11-20T11:51"}}, "ctime>2026-11-20T11:51"),
    ({"mtime": {"lte": "2026-11-20T12"}}, "mtime<=2026-11-20T12"),
    ({"or": [{"label": "eos"}, {"attributes.energy": {"lt": -15}}]}, None),
    ({"not": {"attributes.value": {"gt": 5}}}, None),
    ({"not": {"or": [{"node_type": {"like": "data.%"}}, {"label": ""}]}}, None),
    ({"and": [{"not": {"process_type": "x"}}, {"or": [PROCESSES, {"label": "add"}]}]}, None),
]
SHORT = (
    *("node_type", "label", "attributes.exit_status", "attributes.process_label"),
    *("attributes.value", "attributes.value:histogram(4)", "dbcomputer_id", "mtime:day"),
)
"""Facets of every selection, of which five buckets are shown."""
COLUMNS = ("node_type", "process_type", "label", "description", "user_id", "dbcomputer_id")
LONG = (
    *COLUMNS,
    *("ctime:day", "ctime:month", "ctime:year", "mtime:month"),
    *("attributes.value:histogram(1)", "attributes.value:histogram(20)"),
    *("attributes.exit_status:histogram(3)", "attributes.energy:histogram(7)"),
    *("attributes.list:array", "attributes.kinds:array", "attributes.retrieve_list:array"),
    *("attributes.pbc:array", "attributes.symbols:array", "extras.numbers:array"),
    *('attributes."array|dirty":array', "attributes.y_names:array", "attributes.value:array"),
    *("attributes.kinds.0.name", "attributes.cell.0.0", "attributes.sites.-1.position.2"),
    *("attributes.resources.num_machines", "attributes.version.core", "extras.nested.a"),
)
"""Facets of the whole store; those of all keys in attributes and extras are added."""
STATISTICS = (
    *("attributes.value", "attributes.exit_status", "attributes.energy", "attributes.volume"),
    *("attributes.cell.0.0", "attributes.cell", "attributes.no_such_key", "attributes.big"),
)
WALKS = [
    ("node_type", {}),
    ("node_type", {"contains": "STRUCT"}),
    ("label", {"contains": "BCC", "min_count": 6}),
    ("label", {"min_count": 2}),
    ("attributes.value", {}),
    ("attributes.process_label", {}),
    ("attributes.cell.1.1", {"min_count": 2}),
    ("attributes.pbc2", {}),
    ("ctime:day", {}),
]
SUGGESTIONS = [
    *(("label", text) for text in ("", "a", "BCC", "si", "e", "no such label")),
    *(("node_type", text) for text in ("data", "process", "int", "Struct")),
    *(("process_type", text) for text in ("", "aiida", "arithmetic")),
    *(("attributes.process_label", text) for text in ("", "M", "add", "en")),
    *(("attributes", text) for text in ("p", "process", "array|", "Cell")),
    *(("extras", text) for text in ("t", "_")),
    *(("group", text) for text in ("", "proc", "PROC")),
    *(("computer", text) for text in ("", "a", "host")),
]
UNDER = ("attributes", "extras", "attributes.version", "attributes.resources", "extras.nested")
TEMPLATES = [
    {"uuid": "*", "node_type": "*", "ctime": "*", "mtime": "*", "process_type": "*"},
    {"label": "*", "description": "*", "attributes": "count", "extras": "count"},
    {"attributes": "*", "extras": {"*": "*", "_aiida_hash": "exclude"}},
    {"attributes": {"value": "*", "cell": {"[0]": "*", "[-1]": {"[1]": "*"}}, "kinds": "count"}},
    {"attributes": {"version": {"*": "*", "core": "exclude"}, "sites": {"[-1]": "*"}}},
    {"incoming": "count", "outgoing": "count", "called": "count", "caller": "count"},
    {"incoming": {"*": {"uuid": "*", "label": "*"}}, "outgoing": {"*": "uuid"}},
    {"incoming": {"structure": "uuid", "x": {"attributes": {"value": "*"}}, "code": "uuid"}},
    {"outgoing": {"result": {"uuid": "*", "attributes": "*"}, "retrieved": {"files": "*"}}},
    {"outgoing": {"*": {"node_type": "*"}, "retrieved": "exclude", "remote_folder": "exclude"}},
    {"called": {"CALL": "uuid", "CALL[]": {"uuid": "*"}, "*": "count"}},
    {"called": {"iteration_*": {"attributes": {"process_label": "*"}}, "CALL*": "uuid"}},
    {"caller": {"*": {"uuid": "*", "attributes": {"process_label": "*", "exit_status": "*"}}}},
    {"logs": {"time": "*", "levelname": "*", "loggername": "*", "message": "*"}},
    {"logs": "count", "comments": {"content": "*", "ctime": "*"}, "files": "count"},
    {"groups": {"uuid": "*", "label": "*", "type_string": "*"}},
    {"user": {"first_name": "*", "last_name": "*"}, "computer": {"label": "*", "uuid": "*"}},
    {"files": {"path": "*", "sha256": "*"}},
    {
        "called": {
            "*": {
                "uuid": "*",
                "outgoing": {"*": {"attributes": "*", "caller": "count"}},
                "incoming": {"x": {"attributes": {"value": "*"}}, "structure": "uuid"},
            }
        }
    },
    {"outgoing": {"*": {"outgoing": {"*": {"outgoing": {"*": "uuid"}}}}}},
    {"caller": {"CALL": {"caller": {"CALL": {"user": {"last_name": "*"}, "groups": "count"}}}}},
]


def selections(world):
    """Return `[where, query string or None]` of all selections."""
    found = [[where, query] for where, query in CONDITIONS]
    found += [[{"group": label}, f"group={label}"] for label in relations.labels()]
    ends = {}
    for relation in relations.LINKED:
        ends[relation] = sizes = sorted(
            (-len(relations.related(relation, uuid)), uuid) for uuid in some(world, relation)
        )
        for _, uuid in (sizes[0], sizes[len(sizes) // 2]):
            found.append([{relation: uuid[:13]}, f"{relation}={uuid[:13]}"])
        uuid = sizes[0][1]
        found.append([{relation: uuid, "attributes.value": {"gte": 0}}, None])
        found.append(
            [{relation: uuid, **PROCESSES}, f'{relation}={uuid}&node_type=like="process.%"']
        )
    lowest = ends["ancestor_of"][0][1]
    highest = min(relations.related("ancestor_of", lowest))
    found.append([{"ancestor_of": lowest, "descendant_of": highest}, None])
    if label := next(iter(relations.labels()), None):
        found.append([{"group": label, "descendant_of": highest}, None])
        found.append([{"group": [label], "label": {"ne": ""}}, f'group={label}&label!=""'])
    return found


def some(world, relation):
    """Return nodes that others have a relation to, at most forty."""
    ends = {
        "input_of": lambda link: link.target,
        "output_of": lambda link: link.source,
        "called_by": lambda link: link.source if link.type.startswith("call") else None,
        "caller_of": lambda link: link.target if link.type.startswith("call") else None,
        "ancestor_of": lambda link: link.target,
        "descendant_of": lambda link: link.source,
    }
    found = sorted({ends[relation](link) for link in world.links} - {None})
    return found[:: max(1, len(found) // 40)]
