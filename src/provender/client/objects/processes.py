"""Processes and jobs: lists, states, logs, results, and waiting for the end. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provender.client.objects.logs import Logs
from provender.client.objects.outcomes import Outcomes
from provender.client.objects.process import Process
from provender.client.objects.resources import Orders
from provender.client.objects.states import States
from provender.client.queries.conditions import Where
from provender.client.queries.identifiers import Identifier
from provender.client.queries.lists import Listing
from provender.client.queries.options import NodeParts, ProcessOptions
from provender.client.queries.signatures import takes
from provender.client.rows.processrecords import ProcessType
from provender.client.rows.results import Record, Rows, found
from provender.client.transport.addresses import segment
from provender.client.transport.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Processes(States, Logs, Outcomes):
    """All processes of a store: calculations and workflows.

    A process is named by its uuid, the beginning of that, its pk, or its record.
    """

    def __init__(self, connection: Connection, path: str = "processes") -> None:
        super().__init__(connection, path, self._made)

    def _made(self, raw: Mapping[str, Any]) -> Process:
        return Process(raw, self)

    @takes(ProcessOptions)
    def list(
        self,
        where: Where = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        progress: bool = False,
        **options: Unpack[ProcessOptions],
    ) -> Listing[Process]:
        """Return the processes that `where` and the options choose; they are read while one loops.

        `where` is the text of a query string or a dict: see
        `provender.client.queries.conditions.read`.
        """
        return self._rows(where, {"orderby": orderby, **options}, limit, is_shown=progress)

    @takes(NodeParts)
    def get(self, identifier: Identifier, **options: Unpack[NodeParts]) -> Process:
        """Return one process, which can be asked for more: `process.status()`.

        Raises:
            NotFound: there is none.
            Ambiguous: several uuids begin like that.
        """
        return self._object(identifier, options)

    def types(self) -> Rows:
        """Return the types of processes, with numbers of states and exit statuses."""
        return Rows(ProcessType(row) for row in self._connection.get("processes/types").rows)

    def type(self, process_type: str | None) -> Record:
        """Return how processes of a type are usually run: exit statuses with times, labels, hours.

        None stands for processes without a type.
        """
        name = "~none" if process_type is None else process_type
        answer = self._connection.get(f"processes/types/{segment(name)}")
        record: Record = found(answer.data)["types"]
        return record


class Jobs(Processes):
    """Calculation jobs: what ran on computers.

    A job is named by its uuid, the beginning of that, its pk, or its record.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, "calcjobs")
