"""The resources of both dialects: their rows and the names of their fields. Floor: web."""

from __future__ import annotations

from dataclasses import replace

from provender.query.plan.views import Constant, Identity, Key, View
from provender.query.querystring import spellings
from provender.schema import entities
from provender.schema.entities import Computed, FieldName
from provender.schema.types import DATA, JOB, PROCESS, both_spellings


def _keys(names: str) -> dict[str, Key]:
    """Return the keys of a line such as `id pk=id`: names, each with its field if that differs."""
    pairs = (name.partition("=") for name in names.split())
    return {name: Key(field or name) for name, _, field in pairs}


def _shown(names: str, **computed: Computed) -> dict[str, FieldName | Constant]:
    """Return the names of an answer, read from a line as by `_keys`; some names are computed."""
    return {**{name: key.field for name, key in _keys(names).items()}, **computed}


NODES = View(
    "nodes",
    entities.NODE,
    "node.Node",
    _shown("id uuid label node_type process_type ctime mtime user_id"),
    _keys(
        "id pk=id uuid label description node_type process_type ctime mtime user_id user=user_id "
        "dbcomputer_id computer=dbcomputer_id"
    ),
    documents=("attributes", "extras"),
    has_full_type=True,
    has_contents=True,
)
# Neighbours of a node: they show their link, but no attributes.
LINKED = replace(NODES, has_contents=False, shows_links=True)
PROCESSES = replace(
    NODES,
    name="processes",
    noun="ProcessNode",
    subset=(PROCESS,),
    identity=Identity.PK_OR_UUID,
)
CALCJOBS = replace(PROCESSES, name="calcjobs", noun="CalcJobNode", subset=(JOB,))
CODES = replace(
    NODES,
    name="codes",
    noun="Code",
    subset=both_spellings("code"),
    keys={name: key for name, key in NODES.keys.items() if name != "computer"}
    | {"name": Key("label")},
    has_contents=False,
)
# All columns of a node but those that have parts of their own in its record.
RECORD = replace(
    NODES,
    shown=_shown("id uuid label description node_type process_type ctime mtime user_id"),
)
# The jobs that a code ran: its neighbours.
JOBS = replace(CALCJOBS, has_contents=False, shows_links=True)
COMPUTERS = View(
    "computers",
    entities.COMPUTER,
    "Computer",
    _shown("id uuid label hostname description scheduler_type transport_type metadata"),
    _keys("id pk=id uuid label name=label hostname description scheduler_type transport_type"),
)
GROUPS = View(
    "groups",
    entities.GROUP,
    "groups.Group",
    _shown("id uuid label type_string description time user_id extras"),
    _keys("id pk=id uuid label type_string description time user_id user=user_id"),
    documents=("extras",),
)
USERS = View(
    "users",
    entities.USER,
    "User",
    _shown("id first_name last_name institution"),
    _keys("id pk=id first_name last_name institution email"),
    identity=Identity.PK,
)


def _absent(name: str, field: str = "id") -> Key:
    return Key(
        field,
        absent=f"`{name}` is a documented key, but stores no longer keep its data. Leave it out.",
    )


_OLD_SHOWN = _shown(
    "id uuid label type state ctime mtime",
    type=Computed.SHORT_TYPE,
    state=Computed.PROCESS_STATE,
)
_OLD_KEYS = NODES.keys | {
    "type": Key(Computed.SHORT_TYPE, spelling=spellings.node_type),
    "state": Key(Computed.PROCESS_STATE),
}


def _old(name: str, *subset: str) -> View:
    """Return a view of nodes in the older dialect."""
    return View(name, entities.NODE, "node.Node", _OLD_SHOWN, _OLD_KEYS, subset, NODES.documents)


def _of_class(name: str, path: str) -> View:
    """Return a view of one class of data, with its type names before and since AiiDA 2.0."""
    return _old(name, *both_spellings(path))


OLD_NODES = (
    _old("nodes"),
    _old("processes", PROCESS),
    _old("calculations", PROCESS),
    _old("calcjobs", JOB),
    _old("data", DATA),
    _of_class("codes", "code"),
    _of_class("bands", "array.bands"),
    _of_class("kpoints", "array.kpoints"),
    _of_class("cifs", "cif"),
    _of_class("structures", "structure"),
    _of_class("upfs", "upf"),
)
OLD_COMPUTERS = View(
    "computers",
    entities.COMPUTER,
    "Computer",
    _shown(
        "id uuid name=label description hostname scheduler_type transport_type",
        scheduler_type=Computed.SHORT_SCHEDULER,
        transport_type=Computed.SHORT_TRANSPORT,
    )
    | {"transport_params": Constant("{}"), "enabled": Constant(True)},
    COMPUTERS.keys
    | {
        "scheduler_type": Key(Computed.SHORT_SCHEDULER, spellings.either("scheduler_type")),
        "transport_type": Key(Computed.SHORT_TRANSPORT, spellings.either("transport_type")),
        "enabled": Key(Computed.ALWAYS_ENABLED),
        "transport_params": _absent("transport_params"),
    },
)
OLD_GROUPS = View(
    "groups",
    entities.GROUP,
    "groups.Group",
    _shown("id uuid name=label type description user_id", type=Computed.OLD_GROUP_TYPE),
    GROUPS.keys
    | {
        "name": Key("label"),
        "type": Key(Computed.OLD_GROUP_TYPE, spellings.either("type_string")),
    },
    documents=GROUPS.documents,
)
OLD_USERS = View(
    "users",
    entities.USER,
    "User",
    _shown("id first_name last_name institution") | {"date_joined": Constant(None)},
    USERS.keys | {name: _absent(name) for name in ("date_joined", "last_login", "is_active")},
    identity=Identity.PK,
)
