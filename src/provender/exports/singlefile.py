"""Nodes that hold one file: crystallographic files, pseudopotentials. Floor: exports."""

from __future__ import annotations

from provender.errors import CannotExport, NoSuchFile
from provender.exports.subject import Export, Subject
from provender.exports.texts import well_formed


def write_stored(subject: Subject) -> Export:
    """Return the file that the attribute `filename` names, under the last part of that name.

    Raises:
        CannotExport: there is no such attribute or no such file.
    """
    path = subject.attributes.get("filename")
    if not isinstance(path, str) or not path:
        raise CannotExport("The node does not say which file it holds: it has no `filename`.")
    try:
        content = subject.read(path)
    except NoSuchFile as error:
        raise CannotExport("The file that the attribute `filename` names is missing.") from error
    return Export(content, well_formed(path.rpartition("/")[2]))
