"""What the driver says of a connection that broke."""

from __future__ import annotations

import psycopg2
import pytest

from provender.store.database.faults import LostConnectionError, translated

BROKEN = "server closed the connection unexpectedly\n"


@pytest.mark.parametrize("is_closed", [True, False])
def test_an_answer_that_broke_off_is_a_lost_connection(is_closed):
    """The driver raises an error without a code, and may still take the connection for open."""
    found = translated(psycopg2.DatabaseError(BROKEN), "lab", is_closed=is_closed)
    assert isinstance(found, LostConnectionError)


@pytest.mark.parametrize("kind", [psycopg2.ProgrammingError, psycopg2.IntegrityError])
def test_errors_of_statements_are_ours(kind):
    assert translated(kind("syntax error"), "lab") is None
