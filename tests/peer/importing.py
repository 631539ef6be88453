"""What AiiDA imports of an archive, as JSON. Runs in AiiDA's environment only: ARCHIVE FOLDER.

The archive is imported into a new profile in the folder, and all that AiiDA then knows is printed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path


def profile(folder: Path) -> None:
    """Make a profile in a folder, and load it."""
    os.environ["AIIDA_PATH"] = str(folder)
    from aiida import load_profile, orm  # noqa: TID251 - this runs in AiiDA's environment
    from aiida.manage.configuration import get_config  # noqa: TID251 - the same

    config = get_config(create=True)
    store = {"filepath": str(folder / "store")}
    config.create_profile(name="peer", storage_backend="core.sqlite_dos", storage_config=store)
    config.set_default_profile("peer")
    config.store()
    load_profile("peer")
    orm.User("peer@localhost").store()


def described(node) -> dict[str, object]:
    """Return all that AiiDA knows of a node."""
    files = {}
    for root, _, names in node.base.repository.walk():
        for name in names:
            path = str(root / name)
            content = node.base.repository.get_object_content(path, "rb")
            files[path] = hashlib.sha256(content).hexdigest()
    incoming = node.base.links.get_incoming().all()
    return {
        "node_type": node.node_type,
        "process_type": node.process_type,
        "label": node.label,
        "description": node.description,
        "ctime": str(node.ctime),
        "user": node.user.email,
        "computer": node.computer.uuid if node.computer else None,
        "attributes": node.base.attributes.all,
        "extras": node.base.extras.all,
        "files": files,
        "incoming": sorted(
            [each.node.uuid, each.link_type.value, each.link_label] for each in incoming
        ),
        "comments": sorted([each.uuid, each.content] for each in node.base.comments.all()),
    }


def imported() -> dict[str, object]:
    """Return all that AiiDA knows of the profile."""
    from aiida import orm  # noqa: TID251 - as above

    def every(kind):
        return (found for (found,) in orm.QueryBuilder().append(kind).iterall())

    return {
        "nodes": {node.uuid: described(node) for node in every(orm.Node)},
        "groups": {
            group.uuid: [group.label, group.type_string, sorted(node.uuid for node in group.nodes)]
            for group in every(orm.Group)
        },
        "computers": {
            each.uuid: [each.label, each.hostname, each.scheduler_type, each.transport_type]
            for each in every(orm.Computer)
        },
        "logs": {log.uuid: [log.levelname, log.message, str(log.time)] for log in every(orm.Log)},
        "users": sorted(user.email for user in every(orm.User)),
    }


if __name__ == "__main__":
    archive, folder = map(Path, sys.argv[1:])
    profile(folder)
    from aiida.tools.archive import import_archive  # noqa: TID251 - as above

    import_archive(archive, import_new_extras=True, create_group=False)
    print(json.dumps(imported(), default=str))  # noqa: T201 - for the command that runs this
