"""The crystallographic information file that a node holds. Floor: exports."""

from __future__ import annotations

from provender.exports.singlefile import stored_file
from provender.exports.subject import Export, Subject


def write_cif(subject: Subject) -> Export:
    """Return the stored file under its stored name.

    Raises:
        CannotExport: there is none.
    """
    return stored_file(subject)
