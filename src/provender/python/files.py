"""Files of a selection, page after page. Floor: python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from provender.query import cursors
from provender.store.stores import Store
from provender.translators.finding.walk import FileWalk
from provender.translators.inquiry import answer


def files_of(
    walk: Callable[[str], FileWalk], store: Callable[[], Store]
) -> Iterator[dict[str, Any]]:
    """Return the files of a walk; `walk` begins at a cursor, what is wrong is told at once."""
    return _pages(walk(cursors.FIRST), walk, store)


def _pages(
    first: FileWalk, walk: Callable[[str], FileWalk], store: Callable[[], Store]
) -> Iterator[dict[str, Any]]:
    place: FileWalk | None = first
    while place is not None:
        opened = store()
        page = place.page(partial(answer, store=opened), opened)
        for file in page.files:
            yield {
                "uuid": file.uuid,
                "label": file.label,
                "path": file.path,
                "size": file.size,
                "sha256": file.key,
            }
        place = None if page.following is None else walk(page.following)
