"""Tables behind real web servers: clients that leave or are slow, databases that die."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from deploy.bulk import frees, terminate
from deploy.processes import configured
from deploy.servers import by_waitress
from support import many, postgres, tables
from support.many import Reader
from support.server import ask
from support.waiting import wait_until

SECOND = 1.0
UNREADABLE = (IndexError, ValueError, AssertionError)


@pytest.mark.parametrize("kind", ["csv", "arrow"])
def test_a_client_that_leaves_frees_its_connection(serve_many, many_postgres, kind):
    path = f"{many.PATH}&format={kind}"
    with serve_many() as root:
        taken = []
        for _ in range(3):
            with Reader(root, path) as reader:
                assert (reader.status, len(reader.body)) == (200, 200_000)
                assert many.busy(many_postgres) == 1
            taken.append(frees(many_postgres))
        assert min(taken) < SECOND, taken
        wait_until(lambda: b"provender_streams 0.0" in ask(f"{root}/metrics").body)
        assert ask(f"{root}/api/v4/nodes?limit=1").status == 200


def test_a_client_that_leaves_before_the_first_row_stops_the_statement(serve_many, many_postgres):
    request = f"GET {many.PATH}&format=ndjson HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with serve_many() as root, postgres.locked(many_postgres) as waiting:
        assert ask(f"{root}/alive").status == 200
        parts = urlsplit(root)
        with closing(socket.create_connection((parts.hostname, parts.port))) as asking:
            asking.sendall(request)
            wait_until(lambda: waiting() == 1)
        begun = time.monotonic()
        wait_until(lambda: waiting() == 0)
        assert time.monotonic() - begun < 2 * SECOND


@pytest.mark.parametrize("kind", ["csv", "ndjson", "arrow", "parquet"])
def test_a_database_that_ends_connections_breaks_the_stream(serve_many, many_postgres, kind):
    with serve_many() as root, Reader(root, f"{many.PATH}&format={kind}") as reader:
        assert reader.status == 200
        assert terminate(many_postgres) >= 1  # a server that just began counts its rows beside
        assert reader.is_cut_off()
        assert ask(f"{root}/api/v4/nodes?limit=1").status == 200


def test_a_database_that_is_killed_breaks_the_streams(own_postgres, make_app, tmp_path):
    url = postgres.create_database(own_postgres.server.url)
    postgres.restore(url, postgres.LAB)
    many.fill(url)
    environment = configured(tmp_path, profiles={"many": many.named(url)})
    with (
        by_waitress(environment, make_app) as root,
        Reader(root) as text,
        Reader(root, f"{many.PATH}&format=parquet") as binary,
    ):
        assert (text.status, binary.status) == (200, 200)
        own_postgres.server.kill()
        assert (text.is_cut_off(), binary.is_cut_off()) == (True, True)
        assert ask(root + many.PATH).status == 503
        own_postgres.server.start()
        wait_until(lambda: ask(f"{root}/api/v4/nodes?limit=1").status == 200)


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_table_behind_apache_is_whole_or_breaks_off(apache, many_postgres, kind):
    """Apache ends every answer as if it were whole, so what breaks off has a mark."""
    path = f"/app1/many{many.PATH}&format={kind}"
    with Reader(apache.root, path) as reader:
        assert reader.status == 200
        assert len(reader.rest()) > many.NODES * many.LETTERS
    with Reader(apache.root, path) as reader:
        assert many.busy(many_postgres) == 1
        assert terminate(many_postgres) >= 1  # each process of Apache has its own
        body = reader.body + reader.rest()
        with pytest.raises(UNREADABLE):
            tables.names_and_rows(kind, body)
    with Reader(apache.root, path):
        assert many.busy(many_postgres) == 1
    assert frees(many_postgres) < 2 * SECOND  # there the answer is what tells


def test_a_server_without_pyarrow_says_so(apache):
    for kind in ("arrow", "parquet"):
        answer = apache.get(f"/app2/api/v4/nodes/export?format={kind}")
        assert (answer.status, answer.json["code"]) == (501, "unknown-format")
        assert "pip install 'provender[tables]'" in answer.json["hint"]


def test_a_stream_that_takes_too_long_is_cut_off(serve_many, many_postgres):
    with serve_many(stream_seconds=1.0) as root, Reader(root) as reader:
        assert many.busy(many_postgres) == 1
        wait_until(lambda: many.busy(many_postgres) == 0)  # though nobody asks for more
        assert reader.is_cut_off()


def test_a_client_that_is_too_slow_is_cut_off(serve_many, many_postgres):
    with serve_many(stream_bytes_per_second=1_000_000) as root:
        with Reader(root) as reader:
            wait_until(lambda: many.busy(many_postgres) == 0)
            assert reader.is_cut_off()
        with Reader(root) as reader:  # one that takes all there is
            assert len(reader.rest()) > many.NODES * many.LETTERS


def test_streams_have_places_by_client(serve_many):
    with serve_many(client_streams=1, streams=2) as root, Reader(root):
        answer = ask(root + many.PATH)
        assert (answer.status, answer.json["code"]) == (503, "too-many-streams")
        assert answer.headers["retry-after"] == "5"
        assert ask(f"{root}/api/v4/nodes?limit=1").status == 200
        assert ask(root + many.PATH, method="HEAD").status == 503


def test_a_slow_client_costs_others_nothing(serve_many, many_postgres):
    with serve_many(client_streams=4) as root, Reader(root), Reader(root):
        seconds = []
        for _ in range(30):
            begun = time.monotonic()
            assert ask(f"{root}/api/v4/nodes?limit=1").status == 200
            seconds.append(time.monotonic() - begun)
        assert sorted(seconds)[15] < SECOND / 2
