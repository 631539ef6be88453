"""Files of nodes as a zip: of a selection, of one node, and those that are named. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from flask import Response, request

from provender.errors import BadRequest, ConflictingParameters
from provender.query.posted.body import located
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.parameters import PROFILE
from provender.query.querystring.selections.files import MIN_SIZE
from provender.query.querystring.selections.zips import (
    DESCRIBED,
    DRY_RUN,
    FILES,
    GLOB,
    PARTS,
    PATH,
    TREE,
    WANTED,
)
from provender.query.selection.body import Form
from provender.query.selection.files import EXAMPLE, read_files
from provender.query.selection.files import FILES as NAMED
from provender.store.streaming import Stream
from provender.translators.bundles.alone import files_alone
from provender.translators.bundles.choosing import Matching
from provender.translators.bundles.choosing import Named as Chosen
from provender.translators.bundles.nodes import Nodes, NodesToTake
from provender.translators.bundles.packing import Packed, pack
from provender.translators.bundles.selected import NodesOfSelection, NodesOfUuids, OneNode
from provender.translators.bundles.trees import FLAT
from provender.translators.bundles.wanted import SelectionBounds, Wanted, figures
from provender.translators.globs import Globs
from provender.translators.identity import parse_identifier
from provender.web.answers.zips import zip_response
from provender.web.resources.base import Found
from provender.web.resources.nodes import Node
from provender.web.resources.selecting import Selected

SHORT = 8


class Zips(Node):
    """Answers with zips of files of nodes."""

    def zipped(self, inquiry: NodesToTake, wanted: Wanted, bounds: SelectionBounds) -> Response:
        """Answer a zip, or its size alone."""
        with self.stream(is_sent=not self.parameters[DRY_RUN]) as stream:
            found = self.inquire(inquiry, is_named=False)
            return self.packed(found, wanted, bounds, stream)

    def packed(
        self, found: Found[Nodes], wanted: Wanted, bounds: SelectionBounds, stream: Stream | None
    ) -> Response:
        """Answer a zip of nodes that were read, or its size alone."""
        try:
            with self.context.stores.places.expensive():
                made = pack(found.value, found.store, wanted, bounds)
        finally:
            found.value.spool.close()
        if self.parameters[DRY_RUN]:
            return self._figures(made, request.view_args.get("id") if request.view_args else None)
        return zip_response(made.archive, self.context.work, stream)

    def _figures(self, made: Packed, identifier: str | None) -> Response:
        try:
            data = figures(made.size, made.archive.zip.length)
        finally:
            made.archive.close()
        return self.answer(data, None, identifier=identifier)


class NodesZip(Selected, Zips):
    """Answers `/nodes/archive.zip`."""

    beside: ClassVar[Mapping[str, Parameter[Any]]] = {
        item.name: item for item in (GLOB, WANTED, TREE, MIN_SIZE, DESCRIBED, DRY_RUN)
    }

    def archive(self) -> Response:
        """Answer the files of the nodes of a selection, and what is told of the nodes."""
        wanted, bounds = self._wanted(), SelectionBounds.of(self.limits)
        return self.zipped(NodesOfSelection(self.selection, wanted, bounds), wanted, bounds)

    def _wanted(self) -> Wanted:
        """Return what the zip has.

        Raises:
            ConflictingParameters: files alone have no other parts.
        """
        given = self.parameters
        globs, min_size = Globs(given[GLOB]), given[MIN_SIZE]
        if not given[DESCRIBED]:
            if given[WANTED] not in (PARTS, (FILES,)):
                raise ConflictingParameters(
                    "Without `described` nothing is told of nodes: there are no `parts`."
                )
            return files_alone(self._written(), globs, given[TREE], min_size)
        parts = tuple(name for name in PARTS if name in given[WANTED])
        options: dict[str, object] = {"glob": globs.texts, "parts": parts, "tree": given[TREE]}
        options |= {"min_size": min_size} if min_size else {}
        head = {"selection": self._written(), "options": options}
        return Wanted("nodes", Matching(globs), parts, given[TREE], head, min_size=min_size)

    def _written(self) -> object:
        """Return the selection as it was written, without the profile."""
        said = self.said()
        return self.body.written if said is None else said.without(PROFILE.name).and_(())


class FolderZip(Zips):
    """Answers `/nodes/<id>/repo/archive.zip`."""

    def archive(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the files of a node, or of a folder of it."""
        identifier, given = parse_identifier(self.view, id), self.parameters
        globs, folder = Globs(given[GLOB]), given[PATH]
        wanted = Wanted("", Matching(globs, folder), (FILES,), FLAT, has_nodes=False)
        bounds = SelectionBounds.of(self.limits)
        with self.stream(is_sent=not given[DRY_RUN]) as stream:
            found = self.inquire(OneNode(self.view, identifier, wanted, bounds), is_named=False)
            uuid = found.value[0]["uuid"] if len(found.value) else ""
            options = {"path": folder.strip("/"), "glob": globs.texts}
            name = "-".join(filter(None, (uuid[:SHORT], folder.strip("/").rpartition("/")[2])))
            wanted = replace(wanted, name=name, head={"node": uuid, "options": options})
            return self.packed(found, wanted, bounds, stream)


class NamedFilesZip(Selected, Zips):
    """Answers `/files/archive.zip`."""

    beside: ClassVar[Mapping[str, Parameter[Any]]] = {DRY_RUN.name: DRY_RUN}
    more: ClassVar[tuple[str, ...]] = (NAMED,)

    @property
    def form(self) -> Form:
        """What a body may hold: no conditions, but a list of files."""
        return replace(super().form, has_where=False, example=EXAMPLE)

    def archive(self) -> Response:
        """Answer files that are named one by one."""
        named = self.body.more.get(NAMED)
        try:
            paths = read_files(named)
        except BadRequest as error:
            raise located(error, error.place) from error
        wanted = Wanted("files", Chosen(paths), (FILES,), has_nodes=False)
        bounds = SelectionBounds.of(self.limits)
        return self.zipped(NodesOfUuids(paths, wanted, bounds), wanted, bounds)
