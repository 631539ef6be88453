"""The two dialects as data: which paths, which names, which special keys. Floor: web.

Nothing here decides anything, and no other module knows which dialects there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from provender.query.request import READERS
from provender.query.views import View
from provender.translators.properties import (
    COMPUTER_TABLE,
    GROUP_TABLE,
    NODE_TABLE,
    PROCESS_TABLE,
    USER_TABLE,
    Properties,
)
from provender.web import views


@dataclass(frozen=True, slots=True)
class Route:
    """A path of a dialect and the method that answers it.

    `resource` is the first element of the path (`nodes`), which names the class; `handler` is
    the method of that class. Paths have no final slash, which is optional in requests.
    """

    resource: str
    path: str
    handler: str
    view: View | None = None
    properties: Properties | None = None
    is_paged: bool = False
    methods: tuple[str, ...] = ("GET",)


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """A version of the interface: prefix, routes, special keys, what the envelope calls ids.

    `specials` maps special keys to parameters; `shows_pk` says that the envelope holds the pk of
    the selected object instead of the id in the path.
    """

    name: str
    purpose: str
    prefix: str
    version: tuple[str, str, str]
    routes: tuple[Route, ...]
    specials: dict[str, str] = field(default_factory=dict)
    shows_pk: bool = False


SERVER = (
    Route("server", "", "endpoints"),
    Route("server", "/server", "server"),
    Route("server", "/server/endpoints", "endpoints"),
)


def _lists(view: View, properties: Properties, schema: str) -> tuple[Route, ...]:
    """Return the routes that every resource has; `schema` is what the properties are called."""
    base = f"/{view.name}"
    return (
        Route(view.name, base, "listing", view),
        Route(view.name, f"{base}/page", "listing", view, is_paged=True),
        Route(view.name, f"{base}/page/<int:page>", "listing", view, is_paged=True),
        Route(view.name, f"{base}/{schema}", "schema", view, properties),
        Route(view.name, f"{base}/<id>", "detail", view),
    )


_SHARED = {name: name for name in READERS if name not in ("order", "full_type")} | {
    "orderby": "order",
    "tree_in_limit": "in_limit",
    "tree_out_limit": "out_limit",
}
_V4_SPECIALS = _SHARED | {"full_type": "full_type"}
_V4_ORDER = {
    "nodes": "uuid label node_type ctime mtime creator",
    "processes": ("uuid attributes.process_label ctime mtime creator attributes.process_state"),
    "computers": "uuid label hostname description scheduler_type transport_type",
    "groups": "id label type_string description user_id uuid",
    "users": "id first_name last_name institution",
}
_NODES = Properties(NODE_TABLE, _V4_ORDER["nodes"])
_PROCESSES = Properties(PROCESS_TABLE, _V4_ORDER["processes"])
_PROPERTIES = "projectable_properties"

V4 = Dialect(
    "v4",
    "for today's clients of AiiDA's REST API",
    "/api/v4",
    ("4", "1", "0"),
    (
        *SERVER,
        Route("querybuilder", "/querybuilder", "refusal"),
        *_lists(views.COMPUTERS, Properties(COMPUTER_TABLE, _V4_ORDER["computers"]), _PROPERTIES),
        *_lists(views.GROUPS, Properties(GROUP_TABLE, _V4_ORDER["groups"]), _PROPERTIES),
        *_lists(views.USERS, Properties(USER_TABLE, _V4_ORDER["users"]), _PROPERTIES),
        *_lists(views.NODES, _NODES, _PROPERTIES),
        *_lists(views.PROCESSES, _PROCESSES, _PROPERTIES),
        *_lists(views.CALCJOBS, _PROCESSES, _PROPERTIES),
    ),
    _V4_SPECIALS,
)

_OLD_NODES = Properties(
    NODE_TABLE,
    f"{_V4_ORDER['nodes']} state",
    (("node_type", "type"),),
    "state | State | State of a process, in capitals | str | shown\n",
)
_OLD_COMPUTERS = Properties(
    COMPUTER_TABLE,
    f"{_V4_ORDER['computers']} transport_params enabled",
    (("label", "name"),),
    "transport_params | Transport parameters | JSON text, always empty | str | hidden\n"
    "enabled | Enabled | Whether jobs can be submitted | bool | hidden\n",
)
_OLD_GROUPS = Properties(
    GROUP_TABLE, _V4_ORDER["groups"], (("label", "name"), ("type_string", "type"))
)
_OLD_USERS = Properties(
    USER_TABLE,
    f"{_V4_ORDER['users']} date_joined",
    more="date_joined | Date joined | Not kept by the store | datetime.datetime | hidden\n",
)
V2 = Dialect(
    "v2",
    "its older, documented form",
    "/api/v2",
    ("2", "0", "0"),
    (
        *SERVER,
        *_lists(views.OLD_COMPUTERS, _OLD_COMPUTERS, "schema"),
        *_lists(views.OLD_GROUPS, _OLD_GROUPS, "schema"),
        *_lists(views.OLD_USERS, _OLD_USERS, "schema"),
        *(route for view in views.OLD_NODES for route in _lists(view, _OLD_NODES, "schema")),
    ),
    {
        name: parameter
        for name, parameter in _SHARED.items()
        if not parameter.startswith(("attributes", "extras"))
    },
    shows_pk=True,
)
DIALECTS = (V4, V2)

EXAMPLES = (
    ("The newest nodes", f"{V4.prefix}/nodes?limit=3&orderby=-ctime"),
    (
        "A structure with its cell and sites",
        f'{V4.prefix}/nodes?node_type=like="data.core.structure.%25"&attributes=true&limit=1',
    ),
    ("Finished processes, older dialect", f'{V2.prefix}/processes?state="FINISHED"&limit=2'),
    ("All routes", f"{V4.prefix}/"),
)
"""Requests worth trying: what they give, and their path."""
