"""Pseudopotential files as JSON. Floor: exports."""

from __future__ import annotations

import orjson

from provender.exports.pseudopotentials.pseudopotential import Pseudopotential
from provender.exports.pseudopotentials.version1 import read_first
from provender.exports.pseudopotentials.version2 import read_second
from provender.exports.pseudopotentials.words import unreadable
from provender.exports.singlefile import write_stored
from provender.exports.subject import Export, Subject


def write_json(subject: Subject) -> Export:
    """Return the content of the stored file under its stored name; NaN and infinities become null.

    Raises:
        CannotExport: there is no such file, or it is not in the unified pseudopotential format.
    """
    stored = write_stored(subject)
    document = read_pseudopotential(stored.content).as_json(str(stored.filename))
    return Export(orjson.dumps(document), stored.filename)


def read_pseudopotential(content: bytes) -> Pseudopotential:
    """Return the pseudopotential of a file of version 1 or 2.

    Raises:
        CannotExport: it is of neither, or damaged.
    """
    text = content.decode("utf-8", "replace")
    if "<UPF" in text:
        return read_second(text)
    if "<PP_HEADER>" in text:
        return read_first(text)
    raise unreadable("it is not in the unified pseudopotential format (UPF)")
