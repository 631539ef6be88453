"""A store of many nodes, so that a table of them takes time, and its readers as they come."""

from __future__ import annotations

import http.client
import time
from contextlib import closing
from urllib.parse import urlsplit

from support import postgres

NAME = "provender-many"
NODES = 60_000
PARTS = 30
LETTERS = PARTS * 32
MORE = f"""
INSERT INTO db_dbnode (uuid, node_type, label, description, ctime, mtime, user_id, attributes,
                       extras, repository_metadata)
SELECT md5('node ' || number)::uuid, 'data.core.dict.Dict.', '',
       (SELECT string_agg(md5(number || ' ' || part), '') FROM generate_series(1, {PARTS}) AS part),
       timestamptz '2026-11-20 12:00:00+00' + number * interval '1 s',
       timestamptz '2026-11-20 12:00:00+00', 1, jsonb_build_object('number', number), '{{}}', '{{}}'
FROM generate_series(1, {NODES}) AS number
"""
STATES = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND state <> 'idle' "
    "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
PATH = "/api/v4/nodes/export?fields=uuid,description,attributes.number"


def fill(url):
    """Add many nodes to a copy of the lab: 60 megabytes of descriptions."""
    postgres.run(url, MORE, "ANALYZE db_dbnode")


def named(url):
    """Return a URL whose connections have the name of these tests."""
    return f"{url}{'&' if '?' in url else '?'}application_name={NAME}"


def busy(url):
    """Return how many connections of a server do something, or have a transaction open."""
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(STATES, (NAME,))
        return cursor.fetchone()[0]


class Reader:
    """A client that has read the beginning of a table, and may read on."""

    def __init__(self, root, path=PATH, first=200_000):
        parts = urlsplit(root)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self.begun = time.monotonic()
        self.connection.request("GET", path)
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.body = self.response.read(first)
        self.seconds = time.monotonic() - self.begun

    def rest(self):
        """Return all that comes; raises `IncompleteRead` if there is no end."""
        return self.response.read()

    def is_cut_off(self):
        """Return whether the answer breaks off visibly."""
        try:
            self.rest()
        except (http.client.IncompleteRead, ConnectionResetError):
            return True
        return False

    def close(self):
        """Go away."""
        self.response.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
