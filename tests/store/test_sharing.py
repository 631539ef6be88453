"""Long work that several requests want at the same time."""

from __future__ import annotations

import threading

import pytest

from provender.errors import ClientGone
from provender.store import cancellation
from provender.store.cancellation import Cancellation
from provender.store.sharing import Sharing
from support.waiting import wait_until


def test_who_wants_the_same_finds_what_another_has_made():
    sharing = Sharing()
    with sharing.wanted("key") as first, sharing.wanted("key") as second:
        with first.turn():
            assert not first.has_any
            first.keep("data", "result")
        with second.turn():
            assert second.has_any
            assert second.find("data") == "result"


@pytest.mark.parametrize(
    ("key", "token"), [("other", "data"), ("key", "later data"), ("key", None)]
)
def test_other_requests_and_other_data_share_nothing(key, token):
    sharing = Sharing()
    with sharing.wanted("key") as first, sharing.wanted("key"), sharing.wanted(key) as second:
        first.keep("data", "result")
        first.keep(None, "of nameless data")
        assert second.find(token) is None


def test_nothing_is_kept_when_nobody_wants_it():
    sharing = Sharing()
    with sharing.wanted("key") as alone:
        alone.keep("data", "result")
        assert not alone.has_any
    with sharing.wanted("key") as first, sharing.wanted("key"):
        first.keep("data", "result")
    with sharing.wanted("key") as later:
        assert later.find("data") is None


def test_one_works_at_a_time_and_who_waits_ends_with_its_client():
    sharing, client, seen = Sharing(), Cancellation(), []

    def follow():
        cancellation.bind(client)
        with sharing.wanted("key") as wanted:
            seen.append("waits")
            try:
                with wanted.turn():
                    seen.append("works")
            except ClientGone as error:
                seen.append(type(error))

    with sharing.wanted("key") as wanted, wanted.turn():
        thread = threading.Thread(target=follow)
        thread.start()
        wait_until(lambda: seen)
        client.cancel()
        thread.join()
    assert seen == ["waits", ClientGone]


def test_after_an_error_the_next_one_works():
    sharing = Sharing()
    with sharing.wanted("key") as second:
        with (
            pytest.raises(ValueError, match="failed"),
            sharing.wanted("key") as first,
            first.turn(),
        ):
            raise ValueError("failed")
        with second.turn():
            assert not second.has_any
