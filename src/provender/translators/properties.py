"""The description of the fields of a resource: `projectable_properties`. Floor: translators.

The tables repeat the peer's answers, which web front ends read to build their columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

NODE_TABLE = """
creator | Creator | User that created the node | str | shown
ctime | Creation time | Creation time of the node | datetime.datetime | shown
mtime | Last Modification time | Last modification time | datetime.datetime | shown
label | Label | User-assigned label | str | hidden
node_type | Type | Node type | str | shown
process_type | Process type | Process type | str | hidden
user_id | Id of creator | Id of the user that created the node | int | hidden | users
uuid | Unique ID | Universally Unique Identifier | unicode | shown
"""
PROCESS_TABLE = """
attributes.process_label | Name | Process label attribute | str | shown
attributes.process_state | Process state | Process state attribute | str | shown
creator | Creator | User that created the node | str | shown
ctime | Creation time | Creation time of the node | datetime.datetime | shown
mtime | Last Modification time | Last modification time | datetime.datetime | shown
process_type | Process type | Process type | str | hidden
user_id | Id of creator | Id of the user that created the node | int | hidden | _dbusers
uuid | Unique ID | Universally Unique Identifier | unicode | shown
"""
COMPUTER_TABLE = """
description | Description | short description of the Computer | str | hidden
hostname | Host | Name of the host | str | shown
id | Id | Id of the object | int | hidden
label | Label | Label of the computer | str | shown
scheduler_type | Scheduler | Scheduler type | str | shown
transport_type | Transport type | Transport Type | str | hidden
uuid | Unique ID | Universally Unique Identifier | unicode | shown
"""
GROUP_TABLE = """
description | Description | Short description of the group | str | hidden
id | Id | Id of the object | int | hidden
label | Label | Name of the object | str | shown
type_string | Type_string | Type of the group | str | shown
user_id | Id of creator | Id of the user that created the node | int | hidden | users
uuid | Unique ID | Universally Unique Identifier | unicode | hidden
"""
USER_TABLE = """
first_name | First name | First name of the user | str | shown
id | Id | Id of the object | int | shown
institution | Institution | Affiliation of the user | str | shown
last_name | Last name | Last name of the user | str | shown
"""
# The rows of the older dialect, by entity.
OLD_TABLE = {
    "node": """
id | Id | Id of the object | int | hidden
uuid | Unique ID | Universally Unique Identifier | unicode | shown
label | Label | User-assigned label | str | hidden
type | Type | Node type | str | shown
state | State | State of a process, in capitals | str | shown
ctime | Creation time | Creation time of the node | datetime.datetime | shown
mtime | Last Modification time | Last modification time | datetime.datetime | shown
""",
    "computer": """
id | Id | Id of the object | int | hidden
uuid | Unique ID | Universally Unique Identifier | unicode | shown
name | Name | Name of the computer | str | shown
description | Description | Short description of the computer | str | hidden
hostname | Host | Name of the host | str | shown
scheduler_type | Scheduler | Scheduler type | str | shown
transport_type | Transport type | Transport type | str | hidden
transport_params | Transport parameters | JSON string, always empty | str | hidden
enabled | Enabled | Whether jobs can be submitted | bool | hidden
""",
    "group": """
id | Id | Id of the object | int | hidden
uuid | Unique ID | Universally Unique Identifier | unicode | hidden
name | Name | Name of the group | str | shown
type | Type | Type of the group | str | shown
description | Description | Short description of the group | str | hidden
user_id | Id of creator | Id of the user that created the group | int | hidden | users
""",
    "user": """
id | Id | Id of the object | int | shown
first_name | First name | First name of the user | str | shown
last_name | Last name | Last name of the user | str | shown
institution | Institution | Affiliation of the user | str | shown
date_joined | Date joined | Not kept by the store | datetime.datetime | hidden
""",
}
# The plugins that AiiDA ships for a field.
CHOICES = {
    "scheduler_type": {
        "core.direct": "Runs jobs directly, without a scheduler.",
        "core.lsf": "IBM Spectrum LSF.",
        "core.pbspro": "PBS Professional.",
        "core.sge": "Sun Grid Engine and its descendants.",
        "core.slurm": "Slurm Workload Manager.",
        "core.torque": "TORQUE Resource Manager.",
    },
    "transport_type": {
        "core.local": "Copies and runs on the machine itself.",
        "core.ssh": "Connects by SSH and SFTP.",
        "core.ssh_async": "Connects by SSH, many transfers at a time.",
    },
}


@dataclass(frozen=True, slots=True)
class Properties:
    """Which table describes a resource, and in which order to show its fields."""

    table: str
    ordering: str


@lru_cache(maxsize=64)
def describe(properties: Properties) -> Mapping[str, Any]:
    """Return `fields` and `ordering` as a resource's clients read them.

    Shape: `{"fields": {NAME: {display_name, help_text, type, is_foreign_key, is_display}},
    "ordering": [NAME]}`; foreign keys also have `related_column` and `related_resource`.
    """
    fields = {}
    for line in filter(None, properties.table.splitlines()):
        name, *values = (part.strip() for part in line.split("|"))
        fields[name] = _field(name, values)
    return {"fields": fields, "ordering": properties.ordering.split()}


def _field(name: str, values: list[str]) -> dict[str, Any]:
    title, text, kind, visibility, *related = values
    field: dict[str, Any] = {
        "display_name": title,
        "help_text": text,
        "is_display": visibility == "shown",
        "is_foreign_key": bool(related),
        "type": kind,
    }
    if related:
        field |= {"related_column": "id", "related_resource": related[0]}
    if name in CHOICES:
        field["valid_choices"] = {key: {"doc": doc} for key, doc in CHOICES[name].items()}
    return field
