"""What changed, asked of real servers: standbys, promotions, crashes, large numbers."""

from __future__ import annotations

import pytest

from deploy import replication
from support import postgres
from support.followers import Follower, writing


@pytest.fixture(scope="module")
def servers(data):
    with replication.cluster(data / "lab.psql.sql.gz") as made:
        made.primary.run(
            "CREATE ROLE reader LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"
        )
        yield made


@pytest.fixture
def follow(make_app):
    """A function: a server, and a cursor, -> who follows it with the rights of a reader."""

    def start(node, since=None):
        client = make_app(store=node.url(user="reader")).test_client()
        return Follower(client, since)

    return start


def refused(follower):
    answer = follower.ask()
    return answer.status_code, answer.json["code"]


def written(node, number):
    with writing(node.url()) as (one,):
        told = one.insert(number)
        one.commit()
    return told


def restarted(node, mode, between=None):
    node.stop(mode)
    if between:
        between()
    node.start()


def test_a_restart_keeps_cursors_and_a_crash_does_not(servers, follow):
    primary, follower = servers.primary, follow(servers.primary)
    follower.poll()
    restarted(primary, "fast")
    told = written(primary, 1)
    later = follow(primary, follower.since)
    assert later.poll() == [told]
    restarted(primary, "immediate")
    written(primary, 2)
    assert refused(follow(primary, later.since)) == (410, "cursor-outdated")
    assert refused(follow(primary, follower.since)) == (410, "cursor-outdated")


def test_numbers_of_lost_transactions_are_given_again(servers, follow):
    """Why a crash ends all cursors: nothing of the transactions had reached the disk."""
    primary = servers.primary
    with writing(primary.url()) as (one,):
        one.run("SET synchronous_commit = off")
        one.insert(1)
        one.rollback()
    number = primary.value("SELECT txid_snapshot_xmax(txid_current_snapshot())")
    follower = follow(primary)
    follower.poll()
    restarted(primary, "immediate")
    again = primary.value("SELECT txid_snapshot_xmax(txid_current_snapshot())")
    assert again <= number
    assert refused(follow(primary, follower.since)) == (410, "cursor-outdated")


def test_numbers_go_on_beyond_32_bits(servers, follow):
    primary, before = servers.primary, follow(servers.primary)
    before.poll()

    def later():
        servers.programs.run("pg_resetwal", "-e", 3, "-D", primary.folder)

    restarted(primary, "fast", later)
    assert primary.value("SELECT txid_current()") > 3 << 32
    assert refused(follow(primary, before.since)) == (410, "cursor-outdated")
    follower = follow(primary)
    follower.poll()
    told = [written(primary, 1), written(primary, 2)]
    assert follower.poll() == told
    postgres.run(primary.url(), "VACUUM FREEZE db_dbnode")
    told = written(primary, 3)
    assert follower.poll() == [told]
    assert follower.poll() == []
    everything = follow(primary, "*")
    assert len(everything.poll()) == primary.value("SELECT count(*) FROM db_dbnode")
    assert everything.poll() == []


def test_a_standby_does_not_tell_and_one_that_was_promoted_begins_anew(servers, follow):
    primary, standby = servers.primary, servers.standby()
    follower = follow(primary)
    follower.poll()
    for since in (None, "*", follower.since):
        answer = follow(standby, since).ask()
        assert (answer.status_code, answer.json["code"]) == (501, "not-served")
        assert "standby" in answer.json["message"]
    standby.promote()
    assert refused(follow(standby, follower.since)) == (410, "cursor-outdated")
    promoted = follow(standby)
    promoted.poll()
    assert promoted.poll() == []
    told = written(standby, 1)
    assert promoted.poll() == [told]
    assert follower.poll() == []
