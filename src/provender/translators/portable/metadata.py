"""What an archive for AiiDA says of itself. Floor: translators.

Source: `metadata.json` of AiiDA's format `main_0001`. It tells no time and nothing of the store, so
that equal nodes give an equal archive.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from provender.store.sqlite.archivetables import REVISION
from provender.translators.portable.reading import Drafted
from provender.version import __version__

# AiiDA's release whose archives have this form; it asks each archive for one.
LIKE_AIIDA = "2.9.4"


def metadata(drafted: Drafted) -> Iterator[bytes]:
    """Yield the parts of the metadata: there may be very many nodes that were chosen.

    Shape: `{"export_version", "aiida_version", "key_format", "compression", "creator",
    "creation_parameters": {"include_authinfos", "include_comments", "include_logs",
    "graph_traversal_rules", "entities_starting_set": {"group": [uuid], "node": [uuid]}}}`.
    """
    head = {
        "export_version": REVISION,
        "aiida_version": LIKE_AIIDA,
        "key_format": "sha256",
        "compression": 0,
        "creator": f"Provender {__version__}",
    }
    parameters = {
        "include_authinfos": False,
        "include_comments": True,
        "include_logs": True,
        "graph_traversal_rules": drafted.traversal.as_rules(),
    }
    yield json.dumps(head)[:-1].encode() + b', "creation_parameters": '
    yield json.dumps(parameters)[:-1].encode() + b', "entities_starting_set": {"group": ['
    yield from _texts(drafted.groups)
    yield b'], "node": ['
    yield from _texts(drafted.draft.chosen())
    yield b"]}}}\n"


def _texts(uuids: Iterable[str]) -> Iterator[bytes]:
    mark = b""
    for uuid in uuids:
        yield mark + json.dumps(uuid).encode()
        mark = b", "
