from __future__ import annotations

import pytest

from support.legacy.draft import Draft
from support.legacy.reading import read


@pytest.fixture
def opened(tmp_path):
    """A function that writes a draft, and returns what is read of it."""

    def write_and_read(draft, wrapping=None):
        return read(draft.save(tmp_path / "x.aiida", wrapping), tmp_path)

    return write_and_read


@pytest.fixture
def one_node(opened):
    """A function that returns the row of the only node of an archive."""

    def write_and_read(version, *arguments, conversion=None, **options):
        draft = Draft(version)
        draft.user()
        made = draft.node(*arguments, **options)
        if conversion is not None:
            draft.conversions["attributes"][str(made.pk)] = conversion
        return opened(draft).row("node")

    return write_and_read
