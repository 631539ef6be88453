"""Clients that follow a store, and writers whose transactions a test begins and ends by hand."""

from __future__ import annotations

import uuid
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone

import psycopg2

from provender.query.plan.where import EVERYTHING
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.request import ListRequest
from provender.translators.following.changes import ChangesOf
from provender.translators.inquiry import answer
from provender.translators.selections.selection import Selection
from provender.web.routes.views import NODES

PATH = "/api/v4/nodes/changes"
INSERT = (
    "INSERT INTO db_dbnode (uuid, node_type, label, description, ctime, mtime, attributes, extras,"
    " repository_metadata, user_id) VALUES (%s, 'data.core.dict.Dict.', %s, '', %s, %s, '{}', "
    "'{}', '{}', (SELECT min(id) FROM db_dbuser))"
)
LONG_AGO = datetime(2001, 1, 1, tzinfo=timezone.utc)


def moment(number):
    """Return a time for a version of a node: they differ, and say nothing of the order."""
    return LONG_AGO + timedelta(seconds=(number * 7919) % 100_003, microseconds=number)


class Follower:
    """A client that asks with the cursor of the answer before."""

    def __init__(self, client, since="*", limit=1000, query="", body=None):
        self._client, self.since, self.limit = client, since, limit
        self._query, self._body = query, body
        self.has_more = False
        self.told = []

    def ask(self):
        if self._body is not None:
            since = {} if self.since is None else {"since": self.since}
            return self._client.post(PATH, json={**self._body, **since, "limit": self.limit})
        since = "" if self.since is None else f"&since={self.since}"
        return self._client.get(f"{PATH}?limit={self.limit}{since}{self._query}")

    def page(self):
        """Return one page: uuids and times of change."""
        answer = self.ask()
        assert answer.status_code == 200, answer.json
        changes = answer.json["data"]["changes"]
        assert len(changes) <= self.limit
        self.since, self.has_more = answer.json["next"], answer.json["has_more"]
        self.told += changes
        return [(one["uuid"], one["mtime"]) for one in changes]

    def poll(self):
        """Return all that is new."""
        found = self.page()
        while self.has_more:
            found += self.page()
        return found


class Stepping(Follower):
    """One that asks the store itself, which looks at a few nodes by each statement and page."""

    def __init__(self, store, steps):
        super().__init__(None, since=None)
        self._store, self._steps = store, steps

    def page(self):
        request = ListRequest(NODES, Parameters(), self.limit, 0)
        selection = Selection(NODES, Parameters(), EVERYTHING)
        found = answer(ChangesOf(selection, request, self.since, self._steps), self._store)
        self.since, self.has_more = found.following, found.has_more
        told = [one | {"mtime": one["mtime"].isoformat()} for one in found.records]
        self.told += told
        return [(one["uuid"], one["mtime"]) for one in told]


class Writer:
    """A connection that writes nodes within transactions."""

    def __init__(self, connection):
        self.connection = connection

    def run(self, statement, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)

    def insert(self, number, label="", name=None):
        """Add a node; return its uuid and its time of change as the server tells it."""
        name = name or str(uuid.uuid4())
        self.run(INSERT, name, label, moment(number), moment(number))
        return name, moment(number).isoformat()

    def update(self, name, number):
        self.run("UPDATE db_dbnode SET mtime = %s WHERE uuid = %s", moment(number), name)
        return name, moment(number).isoformat()

    def commit(self):
        self.connection.commit()

    def rollback(self):
        self.connection.rollback()


@contextmanager
def writing(url, number=1):
    """Yield writers on a database, each with a connection of its own."""
    connections = [psycopg2.connect(url) for _ in range(number)]
    try:
        yield [Writer(one) for one in connections]
    finally:
        for one in connections:
            with closing(one):
                one.rollback()
