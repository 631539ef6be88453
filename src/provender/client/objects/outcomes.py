"""Inputs, results and files of processes. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from provender.client.objects import arrays
from provender.client.objects.process import Process
from provender.client.objects.resources import Below
from provender.client.queries.identifiers import Identifier
from provender.client.queries.options import FileOptions
from provender.client.queries.questions import query
from provender.client.queries.signatures import takes
from provender.client.rows.meter import Advance
from provender.client.rows.processrecords import JobFile, Result
from provender.client.rows.results import Record, Rows, found
from provender.client.transfers.downloads import Download, Wanted
from provender.client.transfers.saving import Place, save
from provender.client.transport.addresses import segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

# Rows of a page of results, as many as the server gives at most.
PAGE_ROWS = 400
ARRAYS = {"npy": arrays.loaded, "npz": arrays.loaded_all}


class Outcomes(Below[Process]):
    """What processes were given, and what they gave."""

    def inputs(self, identifier: Identifier) -> Rows:
        """Return what a process was given: labels, nodes and formats."""
        return self._listed(identifier, "inputs")

    def outputs(self, identifier: Identifier) -> Rows:
        """Return what a process gave: labels, nodes and formats."""
        return self._listed(identifier, "results")

    def input(self, identifier: Identifier, label: str, format: str = "json") -> Any:  # noqa: A002, ANN401 - as the server names it; any value
        """Return one input in a format; values and errors as `result`."""
        return self._one(identifier, f"inputs/{segment(label)}", format)

    def result(self, identifier: Identifier, label: str, format: str = "json") -> Any:  # noqa: A002, ANN401 - as the server names it; any value
        """Return one result in a format.

        JSON is a value of Python, `npy` an array of NumPy, `npz` a dict of arrays, a text a
        string; all else are bytes.

        Raises:
            NotFound: there is no such label, or the node has no such format; the hint says which.
        """
        return self._one(identifier, f"results/{segment(label)}", format)

    def array(self, identifier: Identifier, label: str, name: str, part: arrays.Part = None) -> Any:  # noqa: ANN401 - NumPy is not needed otherwise
        """Return an array of a result, or a part of it: see `client.nodes.array`."""
        path = self._path_of(identifier, f"extract/{segment(label)}/{segment(name)}")
        return arrays.one(self._connection, path, part)

    def array_file(
        self, identifier: Identifier, label: str, names: Sequence[str] = ()
    ) -> Mapping[str, Any]:
        """Return all arrays of a result by name, or those that are named."""
        path = self._path_of(identifier, f"extract/{segment(label)}")
        return arrays.several(self._connection, path, names)

    def array_attributes(self, identifier: Identifier, label: str) -> Record:
        """Return shapes and types of the arrays of a result, and its attributes; no values."""
        path = self._path_of(identifier, f"extract/{segment(label)}.attrs")
        record: Record = found(self._connection.get(path).data)["attrs"]
        return record

    @takes(FileOptions)
    def files(self, identifier: Identifier, **options: Unpack[FileOptions]) -> Rows:
        """Return the files that a job sent and brought back, each with the node that holds it."""
        path = f"calcjobs/{self._named(identifier)}/files"
        rows = self._connection.get(path, query(options)).rows
        return Rows(JobFile(row) for row in rows)

    def input_files(self, identifier: Identifier, folder: str | None = None) -> Rows:
        """Return the files that a job sent, or those of a folder, as AiiDA's own server does."""
        return self._side(identifier, "input_files", folder)

    def output_files(self, identifier: Identifier, folder: str | None = None) -> Rows:
        """Return the files that a job brought back, or those of a folder; see `input_files`."""
        return self._side(identifier, "output_files", folder)

    def archive(
        self, identifier: Identifier, dest: Place = ".", *, progress: bool | Advance = False
    ) -> Download:
        """Write a process with all that it called into a zip, in folders for people.

        Raises:
            OSError: the file cannot be written.
        """
        wanted = Wanted(self._connection.url(self._path_of(identifier, "archive.zip")))
        name = f"{self._named(identifier)}.zip"
        return save(self._connection, wanted, dest, name, progress=progress)

    def _side(
        self,
        identifier: Identifier,
        side: Literal["input_files", "output_files"],
        folder: str | None,
    ) -> Rows:
        path = f"calcjobs/{self._named(identifier)}/{side}"
        data = self._connection.get(path, query({"filename": folder})).data
        # A job without such files is told by an object, not by a list.
        rows: Rows = found(data) if isinstance(data, list) else Rows()
        return rows

    def _one(self, identifier: Identifier, path: str, kind: str) -> Any:  # noqa: ANN401 - any value
        whole = self._path_of(identifier, path)
        content = self._connection.content(whole, [f"export_type={segment(kind)}"])
        return ARRAYS[kind](content.body) if kind in ARRAYS else content.value(kind)

    def _listed(self, identifier: Identifier, side: str) -> Rows:
        """Return all rows of a side; pages have offsets here, and no cursors."""
        path, rows = self._path_of(identifier, side), Rows()
        while True:
            asked = [f"limit={PAGE_ROWS}", f"offset={len(rows)}"]
            answer = self._connection.get(path, asked)
            page = answer.data[side]
            rows += [Result(row) for row in page]
            if not page or len(rows) >= (answer.total or 0):
                return rows
