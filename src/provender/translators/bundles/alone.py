"""The files of nodes alone, as a folder of them. Floor: translators."""

from __future__ import annotations

from provender.query.querystring.selections.zips import FILES
from provender.translators.bundles.choosing import Matching
from provender.translators.bundles.wanted import Wanted
from provender.translators.globs import Globs


def files_alone(selection: object, globs: Globs, tree: str, min_size: int) -> Wanted:
    """Return what a zip has that tells nothing of nodes: files, and the manifest.

    `selection` is told in the manifest as it was written.
    """
    options = {"glob": globs.texts, "tree": tree, "min_size": min_size}
    head = {"selection": selection, "options": options}
    return Wanted(
        "files", Matching(globs), (FILES,), tree, head, has_nodes=False, min_size=min_size
    )
