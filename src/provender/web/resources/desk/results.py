"""What processes gave and were given, each in a format. Floor: web."""

from __future__ import annotations

import hashlib
from functools import partial
from urllib.parse import quote

from flask import Response, request

from provender.errors import LimitExceeded, NoSuchFormat
from provender.exports.registry import find_writer
from provender.exports.zips.members import Member
from provender.nearest import nearest
from provender.query.querystring.desk.results import DLOAD, EXPORT_TYPE
from provender.safenames import Names
from provender.store.files.streams import missing
from provender.translators import subjects
from provender.translators.identity import parse_identifier
from provender.translators.records import decoded
from provender.translators.results.forms import (
    FILE,
    FILES,
    JSON,
    NPZ,
    OF_ONE_ARRAY,
    Files,
    files_of,
    formats_of,
    media_of,
)
from provender.translators.results.linked import LinkedOf, LinkedSubject, Side
from provender.translators.results.records import listed
from provender.translators.subject import SubjectRow
from provender.translators.subjects import named, naming, open_key
from provender.web.answers.files import NOT_MODIFIED, disposition, file_response, verified
from provender.web.answers.states import etag_of, named_by_content
from provender.web.resources.base import Found
from provender.web.resources.desk.arrays import ArraysOfNode, source
from provender.web.resources.urls import process_url
from provender.web.routes import views


class ProcessResults(ArraysOfNode):
    """Answers the inputs and the results of a process, and the arrays among its results."""

    def listed(self, id: str, *, side: Side) -> Response:  # noqa: A002 - as in the path
        """Answer what there is: labels, nodes, formats, sizes."""
        identifier, asked = parse_identifier(self.view, id), self.read_list(self.view)
        inquiry = LinkedOf(self.view, identifier, side, asked.limit, asked.offset)
        found = self.inquire(inquiry, is_named=False)
        page, address = found.value, process_url(self)
        shown = listed(
            page.links,
            found.store,
            lambda label: address(f"{page.uuid}/{side.value}/{quote(label, safe='')}"),
        )
        data = {side.value: shown.records, "nested": shown.nested}
        return named_by_content(
            self.answer(data, page.total, found, identifier=id, pk=page.pk, notes=shown.notes)
        )

    def one(self, id: str, label: str, *, side: Side) -> Response:  # noqa: A002 - as in the path
        """Answer one of them in a format: the one asked for, or the best that is accepted."""
        found = self._found(id, label, side)
        row = found.value
        files = files_of(decoded(row.tree))
        form = self._chosen(label, formats_of(row.node_type or "", files))
        response, name = self._in_format(found, files, label, form)
        if response.status_code != NOT_MODIFIED:
            response.headers["Content-Type"] = media_of(form)
            is_saved = self.parameters[DLOAD]
            response.headers["Content-Disposition"] = disposition(name, is_attachment=is_saved)
        response.vary.add("Accept")
        return response

    def extract(self, id: str, label: str, array: str) -> Response:  # noqa: A002 - as in the path
        """Answer an array of a result, or a slice of it, in a format."""
        return self.answer_array(self._found(id, label), array, id)

    def extract_npz(self, id: str, label: str) -> Response:  # noqa: A002 - as in the path
        """Answer the arrays of a result in one file."""
        return self.answer_npz(self._found(id, label), label)

    def extract_attrs(self, id: str, label: str) -> Response:  # noqa: A002 - as in the path
        """Answer the shapes of the arrays of a result, and its attributes."""
        return self.answer_attrs(self._found(id, label), id)

    def _found(self, text: str, label: str, side: Side = Side.RESULTS) -> Found[SubjectRow]:
        """Return the node behind a label."""
        identifier, _ = parse_identifier(self.view, text), self.parameters
        inquiry = LinkedSubject(self.view, views.NODES, identifier, side, label)
        return self.inquire(inquiry, is_named=False)

    def _chosen(self, label: str, formats: list[str]) -> str:
        """Return the format of an answer.

        Raises:
            NoSuchFormat: there is none that was asked for; the hint lists those there are.
        """
        asked, known = self.parameters[EXPORT_TYPE], f"It has: {', '.join(formats)}."
        if asked is not None:
            if asked not in formats:
                close = nearest(asked, formats)
                meant = f"Did you mean `{close}`? " if close else ""
                raise NoSuchFormat(f"`{label}` has no format `{asked}`.", hint=f"{meant}{known}")
            return asked
        accepted = request.accept_mimetypes
        if not accepted:
            return formats[0]
        types = {form: media_of(form).partition(";")[0] for form in formats}
        best = max(formats, key=lambda form: accepted.quality(types[form]))
        if not accepted.quality(types[best]):
            listed_types = ", ".join(f"{form} ({types[form]})" for form in formats)
            raise NoSuchFormat(
                f"`{label}` has no format that `Accept` names.", hint=f"It has: {listed_types}."
            )
        # Several forms may be JSON: whoever accepts JSON means the plain one.
        return JSON if types[best] == types[JSON] else best

    def _in_format(
        self, found: Found[SubjectRow], files: Files, label: str, form: str
    ) -> tuple[Response, str]:
        """Return a node in a format, and the name of the file."""
        if form == NPZ:
            return self.answer_npz(found, label), f"{label}.npz"
        if form in OF_ONE_ARRAY:
            (name,) = files.arrays
            ending = "bin" if form == "raw" else form
            return self.answer_array(found, name, label, form), f"{label}.{ending}"
        if form == FILES:
            return self._zip(found, files, label), f"{label}.zip"
        if form == FILE:
            return self._file(found, files)
        content = self._export(found, form)
        etag = hashlib.sha256(content).hexdigest()[:32]
        return file_response(label, content, etag), f"{label}.{form}"

    def _export(self, found: Found[SubjectRow], form: str) -> bytes:
        """Return a node written in a format; by default JSON has its attributes."""
        node_type = found.value.node_type or ""
        if form == JSON and find_writer(node_type, form) is None:
            return (found.value.attributes or "{}").encode("utf-8", "replace") + b"\n"
        with self.context.stores.places.expensive():
            subject = found.value.subject(found.store, self.limits)
            return subjects.export(subject, form, self.limits, as_text=False).content

    def _file(self, found: Found[SubjectRow], files: Files) -> tuple[Response, str]:
        """Return the only file of a node, and its name."""
        ((path, key),) = files.paths
        with naming(found.store, path):
            content = verified(open_key(found.store, key, path), key)
            name = path.rpartition("/")[2]
            return file_response(name, content, key, self.context.work), name

    def _zip(self, found: Found[SubjectRow], files: Files, label: str) -> Response:
        """Return all files of a node as a zip file.

        Raises:
            CorruptObject: the content of a file is missing.
            LimitExceeded: there are too many.
        """
        store, most = found.store, self.limits.archive_files
        if len(files.paths) > most:
            raise LimitExceeded(
                f"The node has {len(files.paths)} files, more than `limits.archive_files` ({most})."
            )
        names, members = Names(), []
        sizes = store.files().sizes({key for _, key in files.paths})
        for path, key in files.paths:
            if key not in sizes:
                raise named(missing(key, "store"), path)
            opening = partial(source, store, key, path)
            members.append(Member(names.file(path), sizes[key], opening))
        etag = etag_of("files", *(f"{path}\0{key}" for path, key in files.paths))
        return self.answer_zip(f"{label}.zip", members, etag)
