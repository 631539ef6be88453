"""What mypy has to know of the client: a line that it must refuse is marked, and it checks marks.

This is no test: `make types` reads it.
"""

from __future__ import annotations

from datetime import datetime

from provender.client import Client, Process
from provender.client.rows.records import Node


def lists(client: Client) -> None:
    """Options of routes have types."""
    client.nodes.list(limit=3, label=["a", "b"], attributes=True)
    client.nodes.list(limit="3")  # type: ignore[arg-type]
    client.nodes.list(attributes="yes")  # type: ignore[arg-type]
    client.nodes.list(lable="a")  # type: ignore[call-arg]
    client.jobs.list(state="excepted", past="7d", include="summary")
    client.jobs.list(include="everything")  # type: ignore[arg-type]
    client.computers.list(state="excepted")  # type: ignore[call-arg]
    client.jobs.logs("7ecba7ea", level="LOUD")  # type: ignore[call-overload]


def rows(client: Client) -> tuple[str, datetime, int | None]:
    """Columns of rows have types."""
    node: Node | None = client.nodes.list().first()
    job: Process = client.jobs.get("7ecba7ea")
    if node is None or job.wait(timeout=3600).is_running:
        return job.label, job.ctime, job.exit_status
    return node.ctime, node.ctime, node.id  # type: ignore[return-value]
