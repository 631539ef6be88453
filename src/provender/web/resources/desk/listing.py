"""Lists of processes and of calculation jobs. Floor: web."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from flask import Response

from provender.errors import UnknownField
from provender.nearest import nearest
from provender.translators.processes.listing import ProcessList
from provender.web.resources.base import BaseResource
from provender.web.resources.urls import process_url


def listing(resource: BaseResource, page: int | None = None, *, is_paged: bool = False) -> Response:
    """Answer a list of processes, or a page of it."""
    asked = resource.read_list(resource.view, page, is_paged=is_paged)
    now = datetime.now(timezone.utc)
    try:
        inquiry = ProcessList(asked, resource.expose, process_url(resource), now)
    except UnknownField as error:
        raise _hinted(error, resource) from None
    found = resource.inquire(inquiry)
    found = replace(found, notes=(*found.notes, *found.value.notes))
    return resource.answer_list(resource.view.name, resource.view, found)


def _hinted(error: UnknownField, resource: BaseResource) -> UnknownField:
    """Return the error of an unknown key with the nearest special key of this list."""
    close = nearest(error.name, [item.name for item in resource.route.own])
    if close is not None and nearest(error.name, error.valid) is None:
        error.hint = f"Did you mean `{close}`? {error.hint or ''}".strip()
    return error
