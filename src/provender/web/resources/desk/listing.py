"""Lists of processes and of calculation jobs. Floor: web."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from flask import Response

from provender.translators.processes.listing import ProcessList
from provender.web.resources.base import BaseResource
from provender.web.resources.urls import process_url


def listing(resource: BaseResource, page: int | None = None, *, is_paged: bool = False) -> Response:
    """Answer a list of processes, or a page of it."""
    asked = resource.read_list(resource.view, page, is_paged=is_paged)
    now = datetime.now(timezone.utc)
    inquiry = ProcessList(asked, resource.expose, process_url(resource), now)
    found = resource.inquire(inquiry)
    found = replace(found, notes=(*found.notes, *found.value.notes))
    return resource.answer_list(resource.view.name, resource.view, found)
