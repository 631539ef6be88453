"""The parts of a load that need no database: lines of COPY, figures for people, statements."""

from __future__ import annotations

import math
import socket
from pathlib import Path

import pytest

from provender.loading import ddl, wording
from provender.loading.candidates import CANDIDATES, PREFIX
from provender.loading.copying import RowStream, line
from provender.loading.sources import revision_of
from provender.schema.tables import REQUIRED


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((1, b"a", None), b"1\ta\t\\N\n"),
        ((b"",), b"\n"),
        ((b"\\N",), b"\\\\N\n"),
        ((b"a\tb\nc\rd\\e",), b"a\\tb\\nc\\rd\\\\e\n"),
        ((1.5, "é".encode()), "1.5\té\n".encode()),
    ],
)
def test_lines_of_copy(row, expected):
    assert line(row) == expected


def test_rows_are_sent_in_chunks_of_whole_lines():
    server, client = socket.socketpair()
    with server, client:
        stream = RowStream(((number, b"x") for number in range(5)), client.fileno(), chunk_bytes=8)
        assert [stream.read() for _ in range(4)] == [
            b"0\tx\n1\tx\n",
            b"2\tx\n3\tx\n",
            b"4\tx\n",
            b"",
        ]
        assert stream.done == 5


def test_tables_have_the_columns_that_are_read():
    assert REQUIRED
    for table in REQUIRED:
        assert list(ddl.kinds(table.name)) == [column.name for column in table.columns]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"aiida_version": "2.9.4"}, "main_0002"),
        ({"aiida_version": "2.4.0.post0"}, "main_0002"),
        ({"aiida_version": "2.10.0"}, "main_0002"),
        ({"aiida_version": "2.3.1"}, "main_0001"),
        ({"aiida_version": "2.9.4", "conversion_info": ["from 0.9"]}, "main_0001"),
        ({"aiida_version": "dev"}, "main_0001"),
        ({}, "main_0001"),
    ],
)
def test_the_revision_of_an_archive(metadata, expected):
    assert revision_of(metadata) == expected


def test_candidates_have_names_of_their_own():
    names = [candidate.name for candidate in CANDIDATES]
    assert len(set(names)) == len(names)
    assert all(name.startswith(PREFIX) and len(name) < 64 for name in names)


def test_candidates_are_documented_with_what_they_gave():
    page = (Path(__file__).parents[2] / "docs" / "howto" / "loading.md").read_text()
    assert CANDIDATES
    for candidate in CANDIDATES:
        assert candidate.gain
        assert f"| `{candidate.name}` | `{candidate.table}` (" in page
        assert f") | {candidate.serves} | {candidate.gain} |" in page
        assert candidate.is_expression or f"(`{candidate.columns}`)" in page


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 bytes"), (999, "999 bytes"), (61_700_000, "61.7 MB"), (4.2e9, "4.2 GB"), (1e3, "1 kB")],
)
def test_sizes(number, expected):
    assert wording.size(number) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.04, "0.0 s"), (9.4, "9.4 s"), (12.2, "12 s"), (200, "3 min 20 s"), (3700, "1 h 1 min")],
)
def test_durations(seconds, expected):
    assert wording.duration(seconds) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (593.62, 0.016, "37,000 times faster"),
        (3.2, 2.0, "1.6 times faster"),
        (3.2, 3.0, "no gain here"),
        (math.inf, 2.0, "it no longer times out"),
        (math.inf, math.inf, "no gain here"),
    ],
)
def test_gains(before, after, expected):
    assert wording.gain(before, after) == expected
    assert wording.milliseconds(math.inf) == "too long"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (("rows of x", 0, 1000, 5.0), "rows of x: 0 % of 1,000"),
        (("rows of x", 450, 1000, 0.5), "rows of x: 45 % of 1,000"),
        (("rows of x", 450, 1000, 9.0), "rows of x: 45 % of 1,000, 50/s, 11 s left"),
        (("requests", 5, 10, 20.0), "requests: 50 % of 10, 0.2/s, 20 s left"),
        (("rows of x", 1000, 1000, 20.0), "rows of x: 1,000 in 20 s, 50/s"),
        (
            ("copying files", 10**8, 10**9, 20.0),
            "copying files: 10 % of 1 GB, 5 MB/s, 3 min 0 s left",
        ),
    ],
)
def test_progress(step, expected):
    assert wording.progress(*step) == expected
