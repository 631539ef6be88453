"""The tests themselves: that they can fail, and harm nobody."""

from __future__ import annotations


def test_no_other_run_touches_the_servers_of_this_one(own_postgres, tmp_path_factory):
    """pytest takes the rights off its folder when another run by the same user begins."""
    shared = tmp_path_factory.getbasetemp().parent
    assert not own_postgres.server.folder.is_relative_to(shared)
