"""What changed, told of a PostgreSQL that is written to: late commits, savepoints, pages."""

from __future__ import annotations

import random
from contextlib import closing

import pytest

from provender.query.following import MOST_OTHERS
from provender.translators.asking import registry
from provender.translators.following.nodes import Steps
from support import growing, postgres
from support.followers import Follower, Stepping, moment, writing

# Without cutting off empty pages, for which it would wait until nobody writes.
FREEZE = "VACUUM (FREEZE, TRUNCATE false) db_dbnode"


@pytest.fixture(scope="module")
def url(cluster):
    with growing.database(cluster) as made:
        yield made


@pytest.fixture
def client(url, make_app):
    return make_app(store=url).test_client()


@pytest.fixture
def store(url):
    stores, *_ = registry(url, None, None, None)
    with closing(stores):
        yield stores.get()


@pytest.fixture
def follower(client):
    """One that knows all that there is so far."""
    return Follower(client, since=None, limit=1000)


@pytest.fixture
def writers(url):
    with writing(url, 3) as made:
        yield made


def test_what_is_committed_late_is_told_and_once(follower, writers):
    early, late, _ = writers
    follower.poll()
    first = early.insert(1)
    second = late.insert(2)
    late.commit()
    assert follower.poll() == [second]
    third = late.insert(3)
    late.commit()
    assert follower.poll() == [third]
    assert follower.poll() == []
    early.commit()
    assert follower.poll() == [first]
    assert follower.poll() == []
    kinds = [one["kind"] for one in follower.told]
    assert kinds == ["created", "created", "changed"]  # it has a lower id than nodes known before


def test_what_is_written_in_a_savepoint_is_told_when_all_is_committed(follower, writers):
    """Its number is not that of the transaction that a snapshot lists, and is below its end."""
    early, late, _ = writers
    follower.poll()
    outer = early.insert(1)
    early.run("SAVEPOINT a")
    inner = early.insert(2)
    early.run("RELEASE a")
    early.run("SAVEPOINT b")
    early.insert(3)
    early.run("ROLLBACK TO b")
    between = late.insert(4)
    late.commit()
    assert follower.poll() == [between]
    last = early.insert(5)
    late.insert(6)
    late.rollback()
    assert follower.poll() == []
    early.commit()
    assert follower.poll() == [outer, inner, last]
    assert follower.poll() == []


def test_what_is_rolled_back_is_not_told(follower, writers):
    follower.poll()
    writers[0].insert(1)
    writers[0].rollback()
    kept = writers[1].insert(2)
    writers[1].commit()
    assert follower.poll() == [kept]


def test_each_version_is_told_that_a_question_finds(follower, writers):
    one, other, _ = writers
    follower.poll()
    name, _ = one.insert(1)
    one.commit()
    second = one.update(name, 2)
    one.commit()
    assert follower.poll() == [second]
    third = other.update(name, 3)
    assert follower.poll() == []
    other.commit()
    assert follower.poll() == [third]
    assert [told["kind"] for told in follower.told] == ["created", "changed"]


def test_what_changes_during_the_pages_is_told_afterwards(client, writers):
    follower, (one, *_) = Follower(client, since=None, limit=3), writers
    follower.poll()
    names = [one.insert(number)[0] for number in range(9)]
    one.commit()
    first = follower.page()
    assert [name for name, _ in first] == names[:3]
    told_again = one.update(names[0], 100)  # one that was told
    not_yet = one.update(names[5], 101)  # one that was not told yet
    new = one.insert(102)
    one.commit()
    pages = []
    while follower.has_more:
        pages += follower.page()
    assert [name for name, _ in pages] == [*names[3:5], *names[6:]]
    assert follower.poll() == [told_again, not_yet, new]
    assert follower.poll() == []


def test_pages_hold_only_what_stays_when_an_older_transaction_runs(client, writers):
    early, late, _ = writers
    follower = Follower(client, since=None, limit=3)
    follower.poll()
    settled = [early.insert(number) for number in range(4)]
    early.commit()
    open_one = early.insert(10)
    later = [late.insert(number) for number in range(11, 13)]
    late.commit()
    assert follower.poll() == settled
    assert follower.poll() == later
    early.commit()
    assert follower.poll() == [open_one]
    assert follower.poll() == []


def test_more_transactions_than_a_cursor_names_are_told_later(follower, writers):
    early, late, _ = writers
    follower.poll()
    open_one = early.insert(0)
    later = []
    for number in range(1, MOST_OTHERS + 31):
        later.append(late.insert(number))
        late.commit()
    assert follower.poll() == later[:MOST_OTHERS]
    assert follower.poll() == []
    assert len(follower.since) < 3000
    early.commit()
    assert follower.poll() == [open_one, *later[MOST_OTHERS:]]
    assert follower.poll() == []


def test_freezing_changes_nothing(url, follower, writers):
    follower.poll()
    told = writers[0].insert(1)
    writers[0].commit()
    postgres.run(url, "VACUUM FREEZE db_dbnode")
    assert follower.poll() == [told]
    for statement in ("VACUUM FREEZE", "VACUUM FULL", "CLUSTER (VERBOSE)"):
        index = " USING db_dbnode_pkey" if "CLUSTER" in statement else ""
        postgres.run(url, f"{statement} db_dbnode{index}")
        assert follower.poll() == []
    again = writers[0].update(told[0], 2)
    writers[0].commit()
    assert follower.poll() == [again]


def test_nothing_is_told_of_deletions_links_and_memberships(url, follower, writers):
    one, *_ = writers
    name, _ = one.insert(1)
    other, _ = one.insert(2)
    one.commit()
    follower.poll()
    ids = "(SELECT id FROM db_dbnode WHERE uuid = %s)"
    one.run(
        f"INSERT INTO db_dblink (input_id, output_id, label, type) VALUES ({ids}, {ids}, 'a', 'b')",
        *(name, other),
    )
    one.run(
        "INSERT INTO db_dbgroup_dbnodes (dbnode_id, dbgroup_id) VALUES "
        f"({ids}, (SELECT min(id) FROM db_dbgroup))",
        name,
    )
    one.commit()
    one.run("DELETE FROM db_dblink WHERE label = 'a' AND type = 'b'")
    one.run(f"DELETE FROM db_dbgroup_dbnodes WHERE dbnode_id = {ids}", name)
    one.run("DELETE FROM db_dbnode WHERE uuid = %s", name)
    one.commit()
    assert follower.poll() == []


def test_a_selection_is_followed(client, writers):
    one, *_ = writers
    followers = [
        Follower(client, None, query="&label=%22mine%22"),
        Follower(client, None, body={"where": {"label": "mine"}}),
    ]
    assert [follower.poll() for follower in followers] == [[], []]
    mine = one.insert(1, "mine")
    yours = one.insert(2, "yours")
    one.commit()
    assert [follower.poll() for follower in followers] == [[mine], [mine]]
    one.run("UPDATE db_dbnode SET label = 'mine' WHERE uuid = %s", yours[0])
    one.run("UPDATE db_dbnode SET label = 'yours' WHERE uuid = %s", mine[0])
    one.commit()
    assert [follower.poll() for follower in followers] == [[yours], [yours]]
    assert [follower.told[-1]["kind"] for follower in followers] == ["changed", "changed"]


def test_a_copy_with_the_same_nodes_is_another_store(follower, url, cluster, make_app):
    follower.poll()
    with growing.database(cluster) as copied:
        other = Follower(make_app(store=copied).test_client(), follower.since)
        answer = other.ask()
        assert (answer.status_code, answer.json["code"]) == (410, "cursor-outdated")
        assert "since=*" in answer.json["hint"]
    with growing.database(cluster) as restored:
        other = Follower(make_app(store=restored).test_client(), None)
        other.poll()
        postgres.run(restored, "DROP TABLE db_dbnode CASCADE")
        assert other.ask().status_code == 503
        postgres.run(restored, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        postgres.restore(restored, growing.LAB)
        assert other.ask().status_code == 410


def test_a_view_in_place_of_the_table_has_no_writers(cluster, make_app):
    with growing.database(cluster) as made:
        postgres.run(
            made,
            "ALTER TABLE db_dbnode RENAME TO stored",
            "CREATE VIEW db_dbnode AS SELECT * FROM stored",
        )
        answer = Follower(make_app(store=made).test_client()).ask()
        assert (answer.status_code, answer.json["code"]) == (501, "not-served")


def test_a_database_that_does_not_name_itself_does_not_tell(cluster, new_role, make_app):
    with growing.database(cluster) as made:
        role = new_role()
        postgres.run(
            made,
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
            "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
        )
        client = make_app(store=postgres.as_role(made, role)).test_client()
        answer = Follower(client).ask()
        assert (answer.status_code, answer.json["code"]) == (501, "not-served")
        assert client.get("/api/v4/nodes?limit=1").status_code == 200
        postgres.run(
            made,
            "GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC",
            f"DROP OWNED BY {role}",
        )


class Model:
    """What several writers have written and committed: the version of each node."""

    def __init__(self, writers, chance):
        self.writers, self.chance = writers, chance
        self.committed, self.ever = {}, set()
        self.open = {writer: [{}] for writer in writers}
        self.number = 0

    def step(self):
        writer = self.chance.choice(self.writers)
        action = self.chance.choices(
            ("insert", "update", "delete", "savepoint", "back", "release", "commit", "rollback"),
            (6, 6, 1, 3, 2, 1, 3, 1),
        )[0]
        getattr(self, action)(writer, self.open[writer])

    def insert(self, writer, frames):
        self.number += 1
        name, version = writer.insert(self.number, self.chance.choice(("mine", "yours")))
        frames[-1][name] = version

    def free(self, writer):
        """Return the nodes that this writer sees and nobody else is writing."""
        held = {n for w, fs in self.open.items() if w is not writer for f in fs for n in f}
        seen = dict(self.committed)
        for frame in self.open[writer]:
            seen |= frame
        return [name for name, version in seen.items() if version and name not in held]

    def update(self, writer, frames):
        if names := self.free(writer):
            self.number += 1
            name, version = writer.update(self.chance.choice(names), self.number)
            frames[-1][name] = version

    def delete(self, writer, frames):
        if names := self.free(writer):
            name = self.chance.choice(names)
            writer.run("DELETE FROM db_dbnode WHERE uuid = %s", name)
            frames[-1][name] = None

    def savepoint(self, writer, frames):
        writer.run(f"SAVEPOINT s{len(frames)}")
        frames.append({})

    def back(self, writer, frames):
        if len(frames) > 1:
            writer.run(f"ROLLBACK TO s{len(frames) - 1}")
            frames[-1] = {}

    def release(self, writer, frames):
        if len(frames) > 1:
            writer.run(f"RELEASE s{len(frames) - 1}")
            frames[-2].update(frames.pop())

    def commit(self, writer, frames):
        writer.commit()
        for frame in frames:
            self.committed |= frame
            self.ever |= {item for item in frame.items() if item[1]}
        frames[:] = [{}]

    def rollback(self, writer, frames):
        writer.rollback()
        frames[:] = [{}]

    def finish(self):
        for writer, frames in self.open.items():
            self.commit(writer, frames)

    @property
    def now(self):
        return {item for item in self.committed.items() if item[1]}


@pytest.mark.parametrize("seed", range(3))
def test_followers_are_told_exactly_what_is_committed(seed, client, url, store):
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    whole, paged = Follower(client, None), Follower(client, None, limit=2)
    chosen = Follower(client, None, limit=1000, query="&label=%22mine%22")
    stepping = Stepping(store, Steps(first=9, most=60, page=100))
    for one in (whole, paged, chosen, stepping):
        one.poll()
    with writing(url, 4) as writers:
        model, told = Model(writers, chance), set()
        for _ in range(400):
            model.step()
            if chance.random() < 0.1:
                found = whole.poll()
                assert len(set(found)) == len(found)
                assert set(found) == model.now - told
                told |= set(found)
            if chance.random() < 0.2:
                paged.page()
            if chance.random() < 0.05:
                chosen.poll()
            if chance.random() < 0.2:
                stepping.page()
            if chance.random() < 0.01:
                postgres.run(url, FREEZE)
        model.finish()
        assert len(model.now) > 30
        mine = nodes_of(url, "mine")
        for one in (whole, paged, chosen, stepping):
            wanted = {item for item in model.now if one is not chosen or item[0] in mine}
            check(one, wanted, model.ever)


def check(follower, wanted, ever):
    """Check what was told: each version once, none that was not, the last of each node wanted."""
    follower.poll()
    follower.poll()
    assert follower.poll() == []
    versions = [(one["uuid"], one["mtime"]) for one in follower.told]
    assert len(set(versions)) == len(versions)
    assert set(versions) <= ever
    assert wanted <= dict(versions).items()
    known = set()
    for one in follower.told:
        assert one["kind"] == "changed" or one["uuid"] not in known
        known.add(one["uuid"])


def nodes_of(url, label):
    with writing(url) as (one,), one.connection.cursor() as cursor:
        cursor.execute("SELECT uuid::text FROM db_dbnode WHERE label = %s", (label,))
        return {name for (name,) in cursor.fetchall()}


def test_versions_have_times_of_their_own():
    assert len({moment(number) for number in range(5000)}) == 5000
