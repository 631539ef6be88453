"""Answering with an archive, a zip file that is made while it is sent. Floor: web."""

from __future__ import annotations

from flask import Response

from provender.store.files.reaching import Work
from provender.translators.zips.archive import Archive
from provender.web.answers.files import Made, made_response


def zip_response(archive: Archive, work: Work) -> Response:
    """Return an archive as an attachment, or a range of it.

    It is closed at the end, or if this fails.

    Raises:
        PreconditionFailed: `If-Match` names another state of the archive.
        RequestedRangeNotSatisfiable: the range has no byte in common with it.
    """
    try:
        found = archive.zip
    except BaseException:
        archive.close()
        raise
    name = f"{archive.name}.zip"
    made = Made(name, found.length, archive.etag, found.blocks, archive.close, found.blocks)
    return made_response(made, work)
