"""Options of lists and objects, as the interface has them. Floor: client.

`docs/client_types.py` writes this file.
"""

# No `from __future__ import annotations`: texts of options are read while a program runs.
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, TypedDict

from provender.client.rows.results import Record

# Keys that are conditions.
FILTERS = frozenset(
    {
        "ancestor_of",
        "called_by",
        "caller_of",
        "computer",
        "ctime",
        "dbcomputer_id",
        "descendant_of",
        "description",
        "exit_status",
        "first_name",
        "full_type",
        "group",
        "hostname",
        "id",
        "input_of",
        "institution",
        "label",
        "last_name",
        "mtime",
        "name",
        "node_type",
        "output_of",
        "pk",
        "process_type",
        "scheduler_type",
        "state",
        "time",
        "transport_type",
        "type_string",
        "user",
        "user_id",
        "uuid",
        "with_incoming",
        "with_outgoing",
    }
)


class NodeColumns(TypedDict, total=False):
    """Columns of nodes."""

    id: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    pk: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    uuid: Annotated[str | Sequence[str], "Only rows with this value, a uuid."]
    label: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    description: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    node_type: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    process_type: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    ctime: Annotated[str | datetime, "Only rows with this value, a datetime."]
    mtime: Annotated[str | datetime, "Only rows with this value, a datetime."]
    user_id: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    user: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    dbcomputer_id: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    computer: Annotated[int | Sequence[int], "Only rows with this value, an integer."]


class Relations(TypedDict, total=False):
    """What nodes are related to."""

    full_type: Annotated[str, "Nodes of a full type; each half may end in `%`."]
    group: Annotated[
        str | Record, "Nodes in a group: its label, or 8 characters of its uuid or more."
    ]
    ancestor_of: Annotated[
        str | Record, "Nodes that a node descends from, over links of data provenance."
    ]
    descendant_of: Annotated[
        str | Record, "Nodes that descend from a node, over links of data provenance."
    ]
    input_of: Annotated[str | Record, "Inputs of a process."]
    output_of: Annotated[str | Record, "Outputs of a process."]
    called_by: Annotated[str | Record, "Processes that a workflow called."]
    caller_of: Annotated[str | Record, "The workflow that called a process."]
    with_incoming: Annotated[str | Record, "Nodes to which a link of a node leads, of any type."]
    with_outgoing: Annotated[str | Record, "Nodes of which a link leads to a node, of any type."]


class Contents(TypedDict, total=False):
    """What is shown of nodes."""

    attributes: Annotated[bool, "Show the attributes of each node."]
    attributes_filter: Annotated[str | Sequence[str], "Only these attributes."]
    extras: Annotated[bool, "Show the extras of each node."]
    extras_filter: Annotated[str | Sequence[str], "Only these extras."]


class NodeOptions(NodeColumns, Relations, Contents, total=False):
    """Options of lists of nodes: `/nodes`."""

    link_counts: Annotated[bool, "Tell how many links each node has."]


class NodeParts(Contents, total=False):
    """Options of one node: `/nodes/{id}`."""

    include: Annotated[
        str | Sequence[str],
        "Parts to show with the node: attributes, extras, comments, links, files, groups, user, "
        "computer, derived_properties, link_counts, description.",
    ]


class LinkOptions(NodeColumns, total=False):
    """Options of the neighbours of a node: `/nodes/{id}/links/incoming`."""

    full_type: Annotated[str, "Nodes of a full type; each half may end in `%`."]
    link_counts: Annotated[bool, "Tell how many links each node has."]


class TreeOptions(TypedDict, total=False):
    """Options of a node between its neighbours: `/nodes/{id}/links/tree`."""

    in_limit: Annotated[int, "The most incoming neighbours, by default 1000 of them."]
    tree_in_limit: Annotated[int, "The same as `in_limit`; only one of both may be given."]
    out_limit: Annotated[int, "The most outgoing neighbours, by default 1000 of them."]
    tree_out_limit: Annotated[int, "The same as `out_limit`; only one of both may be given."]


class SelectOptions(NodeColumns, Relations, total=False):
    """Options of templates: `/nodes/select`."""

    flat: Annotated[bool, "Rows of a table: keys with dots, no objects inside."]


class FacetOptions(NodeColumns, Relations, total=False):
    """Options of facets: `/nodes/facets`."""

    stats: Annotated[
        str | Sequence[str],
        "Numbers to tell count, least, largest, mean and different ones of; may be repeated.",
    ]
    size: Annotated[int, "The most buckets, 30 by default."]
    drop_self: Annotated[bool, "Count without the filters on the key of the facet itself."]


class ValueOptions(NodeColumns, Relations, total=False):
    """Options of all values of a key: `/nodes/facets/{key}`."""

    size: Annotated[int, "The most buckets, 30 by default."]
    contains: Annotated[str, "Values with this text in them, whatever its case."]
    min_count: Annotated[int, "Values that at least so many nodes have."]
    sample: Annotated[bool, "Add the uuid of one node that has the value."]


class SuggestOptions(NodeColumns, Relations, total=False):
    """Options of suggestions: `/nodes/suggest`."""

    size: Annotated[int, "The most values, 10 by default."]


class KeyOptions(NodeColumns, Relations, total=False):
    """Options of keys: `/nodes/keys`."""

    size: Annotated[int, "The most keys, 100 by default."]


class ChangeOptions(NodeColumns, Relations, total=False):
    """Options of changes: `/nodes/changes`."""


class ProcessOptions(NodeColumns, Relations, Contents, total=False):
    """Options of lists of processes: `/processes`."""

    link_counts: Annotated[bool, "Tell how many links each node has."]
    state: Annotated[
        str | Sequence[str],
        "Only processes in this state: created, waiting, running, finished, excepted, killed.",
    ]
    running: Annotated[
        bool,
        "Only processes that have not ended (created, waiting, running), or with 0 the others.",
    ]
    failed: Annotated[
        bool,
        "Only processes that were excepted or killed or have an exit status other than 0; with 0 "
        "the others.",
    ]
    root: Annotated[bool, "Only processes that no other called, or with 0 those that one called."]
    past: Annotated[
        str,
        "Only processes created in so many last days, hours or minutes, by default the newest "
        "first.",
    ]
    exit_status: Annotated[int | Sequence[int], "Only processes with this exit status."]
    include: Annotated[
        Literal["summary"],
        "What each row has in addition: state, exit status, user, computer, caller, address.",
    ]


class SummaryOptions(TypedDict, total=False):
    """Options of the summary of a process: `/processes/{id}/summary`."""

    tree: Annotated[bool, "Add what the process called, nested."]
    depth: Annotated[int, "Levels of the tree; without it, all."]


class LogOptions(TypedDict, total=False):
    """Options of the log of a process: `/processes/{id}/logs`."""

    start: Annotated[int, "The first row, counted from 0; a negative number counts from the end."]
    stop: Annotated[
        int, "The row before which the slice ends; a negative number counts from the end."
    ]
    level: Annotated[
        Literal["NOTSET", "DEBUG", "INFO", "REPORT", "WARNING", "ERROR", "CRITICAL"],
        "Rows of this level and above.",
    ]
    logger: Annotated[str, "Rows of this logger and of those below it."]
    since: Annotated[int, "Rows that were added after this one."]
    recursive: Annotated[bool, "Also the rows of all called processes, merged by time."]


class FileOptions(TypedDict, total=False):
    """Options of the files of a job: `/calcjobs/{id}/files`."""

    filename: Annotated[str, "A file or folder of the repository."]
    metadata: Annotated[bool, "Tell sizes, hashes and types of files."]
    side: Annotated[
        Literal["inputs", "outputs"], "Only the files that were sent, or that were brought back."
    ]


class ComputerOptions(TypedDict, total=False):
    """Options of lists of computers: `/computers`."""

    id: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    pk: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    uuid: Annotated[str | Sequence[str], "Only rows with this value, a uuid."]
    label: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    name: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    hostname: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    description: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    scheduler_type: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    transport_type: Annotated[str | Sequence[str], "Only rows with this value, a string."]


class CodeOptions(TypedDict, total=False):
    """Options of lists of codes: `/codes`."""

    full_type: Annotated[str, "Nodes of a full type; each half may end in `%`."]
    computer: Annotated[
        str | Record, "Only codes on this computer: its label, its uuid or the beginning of that."
    ]
    id: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    pk: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    uuid: Annotated[str | Sequence[str], "Only rows with this value, a uuid."]
    label: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    description: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    node_type: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    process_type: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    ctime: Annotated[str | datetime, "Only rows with this value, a datetime."]
    mtime: Annotated[str | datetime, "Only rows with this value, a datetime."]
    user_id: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    user: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    dbcomputer_id: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    name: Annotated[str | Sequence[str], "Only rows with this value, a string."]


class GroupOptions(TypedDict, total=False):
    """Options of lists of groups: `/groups`."""

    id: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    pk: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    uuid: Annotated[str | Sequence[str], "Only rows with this value, a uuid."]
    label: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    type_string: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    description: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    time: Annotated[str | datetime, "Only rows with this value, a datetime."]
    user_id: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    user: Annotated[int | Sequence[int], "Only rows with this value, an integer."]


class GroupParts(TypedDict, total=False):
    """Options of one group: `/groups/{id}`."""

    include: Annotated[
        str | Sequence[str],
        "`counts`: the number of nodes in the group, in total and of each type.",
    ]


class UserOptions(TypedDict, total=False):
    """Options of lists of users: `/users`."""

    id: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    pk: Annotated[int | Sequence[int], "Only rows with this value, an integer."]
    first_name: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    last_name: Annotated[str | Sequence[str], "Only rows with this value, a string."]
    institution: Annotated[str | Sequence[str], "Only rows with this value, a string."]
