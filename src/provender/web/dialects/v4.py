"""The dialect of today's clients of AiiDA's REST API. Floor: web."""

from __future__ import annotations

from functools import partial

from provender.query.plan.views import View
from provender.query.querystring import relations
from provender.query.querystring.parameters import (
    ATTRIBUTES,
    ATTRIBUTES_FILTER,
    EXTRAS,
    EXTRAS_FILTER,
    FILENAME,
    FULL_TYPE,
    METADATA,
    OF_ATTRIBUTES,
    OF_EXTRAS,
    PROFILE,
)
from provender.query.questions import Direction
from provender.translators.properties import (
    COMPUTER_TABLE,
    GROUP_TABLE,
    NODE_TABLE,
    PROCESS_TABLE,
    USER_TABLE,
    Properties,
)
from provender.web.dialects.desk import archive, arrays, logs, one, results, screen, types
from provender.web.dialects.desk.listing import with_keys
from provender.web.dialects.desk.screen import counting, of_nodes
from provender.web.dialects.parts import (
    SERVER,
    SHARED,
    USER,
    derived,
    download,
    linked,
    lists,
    statistics,
    tree,
)
from provender.web.dialects.selections import (
    about,
    changes,
    export,
    facets,
    files,
    keys,
    portable,
    schemas,
    search,
    select,
    suggest,
    zips,
)
from provender.web.dialects.selections import records as all_of
from provender.web.dialects.selections import views as saved
from provender.web.openapi import records
from provender.web.openapi.shapes import closed
from provender.web.resources.downloads import DownloadLinks
from provender.web.resources.entities import Computer, Group, User
from provender.web.resources.general import QueryBuilder
from provender.web.resources.nodes import Node
from provender.web.resources.processes import CalcJobNode, ProcessNode
from provender.web.routes import views
from provender.web.routes.route import Answer, Dialect, Form, Handler, Route

PROPERTIES = "projectable_properties"
OF_NODES = Properties(NODE_TABLE, "uuid label node_type ctime mtime creator")
OF_PROCESSES = Properties(
    PROCESS_TABLE, "uuid attributes.process_label ctime mtime creator attributes.process_state"
)
OF_COMPUTERS = Properties(
    COMPUTER_TABLE, "uuid label hostname description scheduler_type transport_type"
)
OF_GROUPS = Properties(GROUP_TABLE, "id label type_string description user_id uuid")
OF_USERS = Properties(USER_TABLE, "id first_name last_name institution")


def _node(
    path: str, handler: Handler, answer: Answer, *parameters: object, view: View = views.NODES
) -> Route:
    """Return a route below nodes."""
    keys = (*parameters, PROFILE)
    return Route(f"/nodes/{path}", Node, handler, answer, view, keys)  # type: ignore[arg-type] # parameters of any type


NODE_ROUTES = (
    *counting(
        linked(Node, views.NODES, views.LINKED, "links/incoming", "incoming", Direction.INCOMING)
    ),
    *counting(
        linked(Node, views.NODES, views.LINKED, "links/outgoing", "outgoing", Direction.OUTGOING)
    ),
    tree(Node, views.NODES, "links/tree"),
    _node(
        "<id>/contents/attributes",
        partial(Node.contents, contents=OF_ATTRIBUTES),
        Answer(
            "all attributes, or those that `attributes_filter` names",
            ("attributes",),
            data=records.contents("attributes"),
        ),
        ATTRIBUTES_FILTER,
    ),
    _node(
        "<id>/contents/extras",
        partial(Node.contents, contents=OF_EXTRAS),
        Answer(
            "all extras, or those that `extras_filter` names",
            ("extras",),
            data=records.contents("extras"),
        ),
        EXTRAS_FILTER,
    ),
    _node(
        "<id>/contents/comments",
        Node.comments,
        Answer("comments with their authors", ("comments",), data=records.COMMENTS),
    ),
    derived(Node, views.NODES, "contents/derived_properties", "derived_properties"),
    _node(
        "<id>/repo/list",
        Node.repo_list,
        Answer(
            "the files in a folder; with `metadata=1` also their sizes",
            ("repo_list",),
            data=closed({"repo_list": records.FILES}),
        ),
        FILENAME,
        METADATA,
    ),
    Route(
        "/nodes/<id>/repo/contents",
        Node,
        Node.repo_contents,
        Answer("the file named by `filename`, [as it is stored](#files)", form=Form.FILE),
        views.NODES,
        (FILENAME, PROFILE),
        required=(FILENAME,),
    ),
    download(Node, views.NODES, "download"),
    _node(
        "download_formats",
        Node.download_formats,
        Answer("the formats of each type of node", data=records.FORMATS),
        FULL_TYPE,
    ),
    statistics(Node, views.NODES),
    _node(
        "full_types",
        Node.full_types,
        Answer("the tree of the node types in the store", data=records.TYPES),
    ),
    Route(
        "/nodes/full_types_count",
        Node,
        partial(Node.full_types, with_counts=True),
        Answer(
            "the same tree with the number of nodes of each type; `user=PK` for one user",
            data=records.TYPES,
        ),
        views.NODES,
        (PROFILE,),
        has_filters=True,
        filters=USER,
    ),
)

PROCESS_ROUTES = (
    Route(
        "/processes/<id>/report",
        ProcessNode,
        ProcessNode.report,
        Answer("what a process logged", ("logs",), data=records.LOGS),
        views.PROCESSES,
        (PROFILE,),
    ),
    Route(
        "/calcjobs/<id>/input_files",
        CalcJobNode,
        CalcJobNode.input_files,
        Answer("the files that were sent to run a calculation", data=records.FILES),
        views.CALCJOBS,
        (FILENAME, METADATA, PROFILE),
    ),
    Route(
        "/calcjobs/<id>/output_files",
        CalcJobNode,
        CalcJobNode.output_files,
        Answer("the files that were retrieved", data=records.OUTPUT_FILES),
        views.CALCJOBS,
        (FILENAME, METADATA, PROFILE),
    ),
)

V4 = Dialect(
    "v4",
    "for today's clients of AiiDA's REST API",
    "/api/v4",
    ("4", "1", "0"),
    (
        *SERVER,
        Route(
            "/querybuilder",
            QueryBuilder,
            QueryBuilder.refusal,
            Answer(
                "POST: the answer to a [query](querybuilder.md); GET: 405",
                data=records.ROWS_BY_TAG,
                body=records.POSTED,
                more=records.TOTAL,
            ),
            methods=("GET", "POST"),
        ),
        Route(
            "/download_links",
            DownloadLinks,
            DownloadLinks.post,
            Answer(
                "POST: a link to a file, valid [without credentials](../howto/access.md)",
                data=records.DOWNLOAD_LINK,
                body=records.FILE_PATH,
            ),
            methods=("POST",),
        ),
        *lists(Computer, views.COMPUTERS, OF_COMPUTERS, PROPERTIES),
        *all_of.counted(lists(Group, views.GROUPS, OF_GROUPS, PROPERTIES)),
        *lists(User, views.USERS, OF_USERS, PROPERTIES),
        *of_nodes(lists(Node, views.NODES, OF_NODES, PROPERTIES, relations.KEYS)),
        *with_keys(
            of_nodes(lists(ProcessNode, views.PROCESSES, OF_PROCESSES, PROPERTIES, relations.KEYS))
        ),
        *with_keys(
            of_nodes(lists(CalcJobNode, views.CALCJOBS, OF_PROCESSES, PROPERTIES, relations.KEYS))
        ),
        *NODE_ROUTES,
        *PROCESS_ROUTES,
        *archive.ROUTES,
        *arrays.ROUTES,
        *one.ROUTES,
        *results.ROUTES,
        *screen.ROUTES,
        *logs.ROUTES,
        *types.ROUTES,
        *search.ROUTES,
        *select.ROUTES,
        *export.ROUTES,
        *zips.ROUTES,
        *portable.ROUTES,
        *files.ROUTES,
        *changes.ROUTES,
        *facets.ROUTES,
        *suggest.ROUTES,
        *keys.ROUTES,
        *schemas.ROUTES,
        *all_of.ROUTES,
        *saved.ROUTES,
        *about.ROUTES,
    ),
    {
        **SHARED,
        "attributes": ATTRIBUTES,
        "attributes_filter": ATTRIBUTES_FILTER,
        "extras": EXTRAS,
        "extras_filter": EXTRAS_FILTER,
        "full_type": FULL_TYPE,
    },
)
