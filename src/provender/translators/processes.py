"""Processes and calculation jobs: their reports and files. Floor: translators."""

from __future__ import annotations

from provender.errors import NoSuchEntity
from provender.query import questions
from provender.query.plan.views import View
from provender.store.stores import Session
from provender.translators.base import ask_own, resolve
from provender.translators.contents import Content, Files, report
from provender.translators.records import decoded

RETRIEVED = "retrieved"
"""Label of the link to what a calculation job brought back."""


def resolve_process(nodes: View, view: View, identifier: str | int, session: Session) -> int:
    """Return the pk of a process of a view.

    Raises:
        NoSuchEntity: no node with that id, or one of another type.
    """
    pk, node_type = resolve(nodes, identifier, ["id", "node_type"], session)
    if not node_type.startswith(view.subset):
        raise NoSuchEntity(f"node {identifier} is not of the required type {view.noun}")
    return int(pk)


def process_report(nodes: View, view: View, identifier: str | int, session: Session) -> Content:
    """Return the log of a process."""
    pk = resolve_process(nodes, view, identifier, session)
    return Content(pk, report(pk, session))


def input_files(nodes: View, view: View, identifier: str | int, session: Session) -> Files:
    """Return the files that were sent to run a calculation job."""
    pk = resolve_process(nodes, view, identifier, session)
    rows = ask_own(questions.from_pk("", ["repository_metadata"], pk), session)
    return Files(pk, decoded(rows[0][0]), session.store)


def output_files(
    nodes: View, view: View, identifier: str | int, session: Session
) -> Files | Content:
    """Return the files that a calculation job brought back; its pk alone if there are none."""
    pk = resolve_process(nodes, view, identifier, session)
    question = questions.from_created(pk, RETRIEVED)
    rows = ask_own(question, session)
    if not rows:
        return Content(pk, None)
    return Files(pk, decoded(rows[0][0]), session.store)
