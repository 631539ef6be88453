"""Arrays as JSON, and reading them from the files of a node. Floor: exports."""

from __future__ import annotations

from math import prod

import orjson

from provender.errors import CannotExport, NoSuchFile
from provender.exports.npy import LARGEST_EMPTY, Array
from provender.exports.subject import Export, Subject


def write_json(subject: Subject) -> Export:
    """Return the arrays under their names as nested lists; NaN and infinities become null.

    Two keys are added: `original_uuid` and `comments`. Complex numbers are `[real, imaginary]`.

    Raises:
        CannotExport: a stored array cannot be read.
    """
    document = {name: read_stored(subject, name).nested() for name in subject.array_names()}
    document |= {"original_uuid": subject.uuid, "comments": attribution(subject)}
    try:
        return Export(orjson.dumps(document))
    except TypeError as error:
        raise CannotExport("The arrays cannot be written as JSON.") from error


def attribution(subject: Subject) -> str:
    """Return the sentence that names the node that a file was made from."""
    return f"Written by Provender from node {subject.uuid} of an AiiDA store."


def read_stored(subject: Subject, name: str) -> Array:
    """Return a stored array.

    Raises:
        CannotExport: its file is missing or damaged, or its shape is too large.
    """
    try:
        array = subject.array(name)
    except NoSuchFile as error:
        raise CannotExport(f"The file of the array `{name}` is missing.") from error
    if 0 in array.shape and prod(array.shape[: array.shape.index(0)]) > LARGEST_EMPTY:
        raise CannotExport(f"The array `{name}` has no values, and its shape is too large.")
    return array
