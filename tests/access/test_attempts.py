"""Checks of passwords: remembered when right, limited when wrong, the same for unknown users."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from provender.errors import TooManyRequests
from provender.web.access import accounts
from provender.web.access.attempts import (
    FRESH_SECONDS,
    MOST_CACHED,
    MOST_CLIENTS,
    MOST_WAITING,
    OF_ALL,
    OF_CLIENT,
    Attempts,
)
from support.users import PASSWORD, basic, bearer
from support.waiting import wait_until

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def attempts(clock):
    return Attempts(clock)


def wrong(attempts, client=HERE, name="x"):
    return attempts.check(client, (name,), lambda: False)


def refused(attempts, client=HERE):
    try:
        wrong(attempts, client)
    except TooManyRequests:
        return True
    return False


def test_a_right_password_is_checked_once_and_again_after_a_while(attempts, clock):
    checks = []

    def check():
        checks.append(1)
        return True

    for _ in range(100):
        assert attempts.check(HERE, ("alice", "hash", "pw"), check)
    assert len(checks) == 1
    clock.now += FRESH_SECONDS + 1
    assert attempts.check(HERE, ("alice", "hash", "pw"), check)
    assert attempts.check(HERE, ("alice", "another hash", "pw"), check)
    assert len(checks) == 3


def test_a_client_that_is_wrong_too_often_waits_and_others_do_not(attempts, clock):
    most, each_second = OF_CLIENT
    for _ in range(int(most)):
        assert not wrong(attempts)
    assert refused(attempts)
    assert not refused(attempts, THERE)
    clock.now += 1 / each_second
    assert not refused(attempts)
    assert refused(attempts)


def test_all_clients_together_are_limited_too(attempts, clock):
    most, each_second = OF_ALL
    for number in range(int(most)):
        assert not wrong(attempts, f"198.51.100.{number}")
    assert refused(attempts, HERE)
    clock.now += 1 / each_second
    assert not refused(attempts, HERE)


def test_right_passwords_are_not_counted(attempts):
    for number in range(10 * int(OF_ALL[0])):
        assert attempts.check(HERE, (str(number),), lambda: True)
    assert not refused(attempts)


def test_a_remembered_password_is_right_while_wrong_ones_are_refused(attempts):
    assert attempts.check(HERE, ("alice",), lambda: True)
    while not refused(attempts):
        pass
    assert attempts.check(HERE, ("alice",), lambda: pytest.fail("it is remembered"))


def test_memory_is_bounded(attempts):
    for number in range(MOST_CACHED + 100):
        attempts.check(HERE, (str(number),), lambda: True)
    assert not attempts.check(HERE, ("0",), lambda: False)  # forgotten
    assert attempts.check(HERE, (str(MOST_CACHED + 99),), lambda: False)  # remembered
    for number in range(MOST_CLIENTS + 100):
        refused(attempts, f"10.0.{number // 256}.{number % 256}")
    assert attempts.clients <= MOST_CLIENTS


def test_the_same_check_at_the_same_time_is_done_once(attempts):
    begun, may_end, checks, results = threading.Event(), threading.Event(), [], []

    def slow():
        checks.append(1)
        begun.set()
        assert may_end.wait(30)
        return True

    def ask():
        results.append(attempts.check(HERE, ("alice",), slow))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    threads[0].start()
    assert begun.wait(30)
    for thread in threads[1:]:
        thread.start()
    may_end.set()
    for thread in threads:
        thread.join(30)
    assert (results, len(checks)) == ([True] * 20, 1)


def test_few_checks_wait_for_their_turn_and_the_others_are_refused(clock):
    attempts = Attempts(clock, patience=60)
    begun, may_end, results = threading.Event(), threading.Event(), []

    def slow():
        begun.set()
        assert may_end.wait(30)
        return True

    def ask(number):
        try:
            results.append(attempts.check(HERE if number else THERE, (str(number),), slow))
        except TooManyRequests as error:
            results.append(f"wait {error.retry_after}")

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(MOST_WAITING + 2)]
    threads[0].start()
    assert begun.wait(30)
    for thread in threads[1:]:
        thread.start()
    wait_until(lambda: results)
    assert results == ["wait 1"]  # the one that found no room, while the others wait
    may_end.set()
    for thread in threads:
        thread.join(30)
    assert results.count(True) == MOST_WAITING + 1


def test_an_error_of_a_check_is_that_of_all_who_wait_and_is_not_remembered(attempts):
    def fail():
        raise OSError("no memory")

    with pytest.raises(OSError, match="no memory"):
        attempts.check(HERE, ("alice",), fail)
    assert attempts.check(HERE, ("alice",), lambda: True)


def test_an_unknown_user_costs_the_check_of_a_password(tmp_path):
    assert accounts.SALTED.fullmatch(accounts.STAND_IN)
    accounts.add_password(tmp_path / "users", "alice", "pw")
    known = accounts.parse((tmp_path / "users").read_bytes())
    assert accounts.is_password(known, "alice", "pw")
    assert not accounts.is_password(known, "alice", "wrong")
    assert not accounts.is_password(known, "bob", "pw")
    assert not accounts.is_password(accounts.NOBODY, "bob", "")


def test_a_flood_of_wrong_passwords_is_refused_alike_for_known_and_unknown_users(
    shared, make_app, users
):
    answers = {}
    for path in ("/lab/api/v4/users", "/nix/api/v4/users"):
        for name in ("alice", "nobody"):
            client = make_app(settings=shared).test_client()
            found = [
                client.get(path, headers=basic(name, f"wrong {number}")) for number in range(8)
            ]
            answers[path, name] = [(answer.status_code, answer.data) for answer in found]
            assert found[-1].headers["Retry-After"]
            other = client.get(path, headers=bearer(users.reader))
            assert other.status_code == (200 if "lab" in path else 401)  # tokens are not limited
    assert len({tuple(found) for found in answers.values()}) == 1
    statuses = [status for status, _ in answers["/lab/api/v4/users", "alice"]]
    assert statuses == [401] * int(OF_CLIENT[0]) + [429] * (8 - int(OF_CLIENT[0]))


def test_an_open_profile_checks_no_password(shared, make_app):
    client = make_app(settings=shared).test_client()
    for number in range(10):
        answer = client.get("/api/v4/users", headers=basic("alice", f"wrong {number}"))
        assert answer.status_code == 200
    assert client.get("/lab/api/v4/users", headers=basic("alice", PASSWORD)).status_code == 200


def test_a_password_of_any_length_and_form_is_an_answer(shared, make_app):
    client = make_app(settings=shared).test_client()
    headers = [basic("alice", "x" * 100_000), basic("", ""), basic("a:b", "c"), basic("ä", "ö")]
    texts = [
        "Basic",
        "Basic ====",
        "Basic !!!",
        "Bearer",
        "Bearer ",
        "bearer \x80",
        "Digest a=b",
        "x",
    ]
    headers += [{"Authorization": text} for text in texts]
    for header in headers:
        assert client.get("/lab/", headers=header).status_code in (401, 429), header


def test_a_zero_byte_after_a_password_makes_it_another_one(shared, make_app):
    client = make_app(settings=shared).test_client()
    for name, password in (("alice", f"{PASSWORD}\0"), ("alice\0", PASSWORD)):
        assert client.get("/lab/", headers=basic(name, password)).status_code == 401
    assert client.get("/lab/", headers=basic("alice", PASSWORD)).status_code == 200


def test_a_scheme_may_be_written_in_any_case(shared, make_app, users):
    client = make_app(settings=shared).test_client()
    for scheme in ("bearer", "BEARER"):
        header = {"Authorization": f"{scheme} {users.reader}"}
        assert client.get("/lab/api/v4/users", headers=header).status_code == 200


def test_who_asks_counts_by_the_address_that_a_trusted_proxy_tells(shared, make_app):
    proxy = replace(shared.proxy, trusted=("127.0.0.1",))
    client = make_app(settings=replace(shared, proxy=proxy)).test_client()

    def ask(address):
        headers = basic("alice", "wrong") | {"X-Forwarded-For": address}
        return client.get("/lab/", headers=headers).status_code

    assert wait_until(lambda: ask("192.0.2.1") == 429)
    assert ask("192.0.2.2") == 401
