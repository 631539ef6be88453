"""The two dialects as data: which paths, which names, which special keys. Floor: web.

Nothing here decides anything, and no other module knows which dialects there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from provender.query.plan.views import View
from provender.query.querystring.request import READERS
from provender.query.questions import Direction
from provender.translators.properties import (
    COMPUTER_TABLE,
    GROUP_TABLE,
    NODE_TABLE,
    PROCESS_TABLE,
    USER_TABLE,
    Properties,
)
from provender.web.routes import views


@dataclass(frozen=True, slots=True)
class Route:
    """A path of a dialect and the method that answers it.

    `resource` is the first element of the path (`nodes`), which names the class; `handler` is
    the method of that class. Paths have no final slash, which is optional in requests.
    `neighbours` is the view of what `view` is linked to (or found in), `direction` on which side,
    `key` the name of the data in the answer, `contents` the parameters that only this route has.
    """

    resource: str
    path: str
    handler: str
    view: View | None = None
    properties: Properties | None = None
    is_paged: bool = False
    neighbours: View | None = None
    direction: Direction = Direction.INCOMING
    key: str = ""
    contents: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("GET",)


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """A version of the interface: prefix, routes, special keys, what the envelope calls ids.

    `specials` maps special keys to parameters; `shows_pk` says that the envelope holds the pk of
    the selected object instead of the id in the path. `contents` are the parameters that belong to
    some routes only and are an error elsewhere.
    """

    name: str
    purpose: str
    prefix: str
    version: tuple[str, str, str]
    routes: tuple[Route, ...]
    specials: dict[str, str] = field(default_factory=dict)
    contents: tuple[str, ...] = ()
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


def _linked(
    view: View, neighbours: View, path: str, key: str, direction: Direction
) -> tuple[Route, ...]:
    """Return the routes of the neighbours of a node on one side."""
    base = f"/{view.name}/<id>/{path}"
    pages = (base, f"{base}/page", f"{base}/page/<int:page>")
    return tuple(
        Route(
            view.name,
            page,
            "links",
            view,
            is_paged="/page" in page,
            neighbours=neighbours,
            direction=direction,
            key=key,
        )
        for page in pages
    )


def _of_process(view: View, handler: str) -> Route:
    """Return a route of processes, which are looked for among all nodes."""
    every = replace(view, subset=())
    return Route(view.name, f"/{view.name}/<id>/{handler}", handler, view, neighbours=every)


_OWN = ("order", "full_type", "attributes_excluded", "extras_excluded")
"""Parameters that are not called like their special key, or that one dialect has."""
_SHARED = {name: name for name in READERS if name not in _OWN} | {
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
        Route("querybuilder", "/querybuilder", "refusal", methods=("GET", "POST")),
        *_lists(views.COMPUTERS, Properties(COMPUTER_TABLE, _V4_ORDER["computers"]), _PROPERTIES),
        *_lists(views.GROUPS, Properties(GROUP_TABLE, _V4_ORDER["groups"]), _PROPERTIES),
        *_lists(views.USERS, Properties(USER_TABLE, _V4_ORDER["users"]), _PROPERTIES),
        *_lists(views.NODES, _NODES, _PROPERTIES),
        *_lists(views.PROCESSES, _PROCESSES, _PROPERTIES),
        *_lists(views.CALCJOBS, _PROCESSES, _PROPERTIES),
        *_linked(views.NODES, views.LINKED, "links/incoming", "incoming", Direction.INCOMING),
        *_linked(views.NODES, views.LINKED, "links/outgoing", "outgoing", Direction.OUTGOING),
        Route("nodes", "/nodes/<id>/links/tree", "tree", views.NODES),
        Route("nodes", "/nodes/<id>/contents/attributes", "attributes", views.NODES),
        Route("nodes", "/nodes/<id>/contents/extras", "extras", views.NODES),
        Route("nodes", "/nodes/<id>/contents/comments", "comments", views.NODES),
        Route(
            "nodes",
            "/nodes/<id>/contents/derived_properties",
            "derived_properties",
            views.NODES,
            key="derived_properties",
        ),
        Route("nodes", "/nodes/<id>/repo/list", "repo_list", views.NODES),
        Route("nodes", "/nodes/<id>/repo/contents", "repo_contents", views.NODES),
        Route("nodes", "/nodes/<id>/download", "download", views.NODES),
        Route("nodes", "/nodes/download_formats", "download_formats", views.NODES),
        Route("nodes", "/nodes/statistics", "statistics", views.NODES),
        Route("nodes", "/nodes/full_types", "full_types", views.NODES),
        Route("nodes", "/nodes/full_types_count", "full_types_count", views.NODES),
        _of_process(views.PROCESSES, "report"),
        _of_process(views.CALCJOBS, "input_files"),
        _of_process(views.CALCJOBS, "output_files"),
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
_OF_ATTRIBUTES = ("attributes_filter", "attributes_excluded")
_OF_EXTRAS = ("extras_filter", "extras_excluded")


def _old_node(view: View) -> tuple[Route, ...]:
    """Return the routes of a node-like resource of the older dialect."""
    name, base, all_nodes = view.name, f"/{view.name}", views.OLD_NODES[0]
    linked = (
        route
        for path, key, direction in (
            ("inputs", "inputs", Direction.INCOMING),
            ("input", "inputs", Direction.INCOMING),
            ("outputs", "outputs", Direction.OUTGOING),
            ("output", "outputs", Direction.OUTGOING),
        )
        for route in _linked(view, all_nodes, f"io/{path}", key, direction)
    )
    content = f"{base}/<id>/content"
    return (
        *_lists(view, _OLD_NODES, "schema"),
        Route(name, f"{base}/statistics", "statistics", view),
        *linked,
        Route(name, f"{base}/<id>/io/tree", "tree", view, neighbours=all_nodes),
        Route(name, f"{content}/attributes", "attributes", view, contents=_OF_ATTRIBUTES),
        Route(name, f"{content}/extras", "extras", view, contents=_OF_EXTRAS),
        Route(name, f"{content}/visualization", "derived_properties", view, key="visualization"),
        Route(name, f"{content}/download", "download", view),
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
        *(route for view in views.OLD_NODES for route in _old_node(view)),
    ),
    {
        name: parameter
        for name, parameter in _SHARED.items()
        if not parameter.startswith(("attributes", "extras"))
    }
    | {
        "alist": "attributes_filter",
        "nalist": "attributes_excluded",
        "elist": "extras_filter",
        "nelist": "extras_excluded",
        "format": "download_format",
    },
    contents=(*_OF_ATTRIBUTES, *_OF_EXTRAS),
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
