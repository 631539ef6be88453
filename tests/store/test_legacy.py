"""Older archives: the parts of their reading, without an archive."""

from pathlib import Path

import pytest

from provender.errors import UnsupportedStore
from provender.store.legacy.fields import dos_time, written_time
from provender.store.legacy.files import NodeFile, Refused, placed
from provender.store.legacy.jsontext import JsonText
from provender.store.legacy.steps import order
from provender.store.legacy.steps.trajectories import read_strings
from provender.store.legacy.versions import is_before

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "legacy.md"


class Blocks:
    """A content that is read in blocks of a few bytes."""

    def __init__(self, content, size):
        self.content, self.size = content, size

    def read(self, size, /):
        taken, self.content = self.content[: self.size], self.content[self.size :]
        return taken


def text_of(content, size=3):
    return JsonText(Blocks(content, size), "The store `x`", lambda _: None)


def walked(text):
    found = {key: [text.value() for _ in text.elements()] for key in text.members()}
    text.end()
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_json_is_read_value_by_value_whatever_the_blocks(size):
    content = ' {"a" : [1, -2.5e3 ,"\\u00e4",{"b":[]}], "c": [], "d": null, "é": [12345] }  '
    text = text_of(content.encode(), size)
    found = walked(text)
    assert [value.text for value in found["a"]] == ["1", "-2.5e3", '"\\u00e4"', '{"b":[]}']
    assert [value.parsed for value in found["a"]] == [1, -2500.0, "ä", {"b": []}]
    assert (found["c"], found["d"], found["é"][0].parsed) == ([], [], 12345)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has no `{` where one must be"),
        (b"[1]", "has no `{`"),
        (b'{"a": [1, 2', "has no `,`"),
        (b'{"a": [1 2]}', "has no `,`"),
        (b'{"a": [tru]}', "is not JSON"),
        (b"{1: []}", "is not JSON"),
        (b'{"a" []}', "has no `:`"),
        (b'{"a": []} x', "goes on after its end"),
        (b'{"a": ["\xff"]}', "is not UTF-8"),
        (b'{"a": [' + b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_is_not_json_is_refused_with_the_place(content, words):
    text = text_of(content, 4096)
    with pytest.raises(UnsupportedStore) as caught:
        walked(text)
    assert words in caught.value.message
    assert "within the first" in caught.value.reason


def test_a_value_of_gigabytes_is_refused_with_the_figure():
    class Endless:
        begun = False

        def read(self, size, /):
            first, self.begun = not self.begun, True
            return b'"' if first else b"x" * size

    text = JsonText(Endless(), "The store `x`", lambda _: None)
    with pytest.raises(UnsupportedStore, match="has a value of more than 32 MiB"):
        text.value()


@pytest.mark.parametrize(
    ("name", "is_folder", "place"),
    [
        (
            "nodes/c1/87/9cbe-8f6f/path/out/a.txt",
            False,
            NodeFile("c1879cbe-8f6f", "path", "out/a.txt"),
        ),
        ("./nodes/C1/87/9cbe/raw_input/x", False, NodeFile("c1879cbe", "raw_input", "x")),
        ("nodes/c1/87/9cbe/path", True, None),
        ("nodes/c1/87/9cbe/path/empty/", True, NodeFile("c1879cbe", "path", "empty")),
        ("nodes/.DS_Store", False, None),
        ("__MACOSX/nodes/c1/87/9cbe/path/x", False, None),
    ],
)
def test_the_place_of_a_file(name, is_folder, place):
    assert placed(name, is_folder=is_folder) == place


@pytest.mark.parametrize(
    "name",
    ["nodes/c1/87/9cbe/source_file", "nodes/c1/../9cbe/path/x", "/nodes/c1/87/9cbe/path/x"],
)
def test_what_is_no_file_of_a_node(name):
    assert isinstance(placed(name, is_folder=False), Refused)


@pytest.mark.parametrize(
    ("written", "served"),
    [
        ("2020-04-04T21:43:47.644608", "2020-04-04 21:43:47.644608"),
        ("2020-04-04 21:43:47", "2020-04-04 21:43:47.000000"),
        ("2020-04-04T21:43:47.6+02:00", "2020-04-04 19:43:47.600000"),
        ("2020-04-04T21:43:47.6-0230", "2020-04-05 00:13:47.600000"),
        ("2020-04-04T21:43:47Z", "2020-04-04 21:43:47.000000"),
        ("2020-13-04T21:43:47", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("yesterday", None),
    ],
)
def test_times(written, served):
    assert written_time(written) == served


def test_times_of_a_zip():
    assert dos_time(0x50A1, 0xADAF) == "2020-05-01 21:45:30.000000"
    assert dos_time(0, 0) == "1970-01-01 00:00:00.000000"


def npy(header, data, version=1):
    text = header.encode()
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + data


@pytest.mark.parametrize(
    ("content", "symbols"),
    [
        (npy("{'descr': '|S2', 'fortran_order': False, 'shape': (2,), }\n", b"HeO\0"), ["He", "O"]),
        (
            npy("{'descr': '<U2', 'shape': (2,)}", "HeO\0".encode("utf-32-le"), version=2),
            ["He", "O"],
        ),
        (npy("{'descr': '>U1', 'shape': (1,)}", "O".encode("utf-32-be")), ["O"]),
        (npy("{'descr': '|S0', 'shape': (5,)}", b""), None),
        (npy("{'descr': '|O', 'shape': (1,)}", b"x"), None),
        (npy("{'descr': '|S2', 'shape': (9,)}", b"He"), None),
        (npy("__import__('os')", b""), None),
        (npy("(" * 300, b""), None),
        (b"\x93NUMPY", None),
        (b"", None),
    ],
)
def test_symbols_are_read_without_unpickling(content, symbols):
    assert read_strings(content) == symbols


def test_versions_are_ordered_as_they_were_written():
    assert is_before("0.9", "0.10")
    assert not is_before("0.12", "0.3")


def test_the_page_has_all_steps():
    page = DOCS.read_text()
    steps = {
        "nodes": order.NODES,
        "links": order.LINKS,
        "groups": order.GROUPS,
        "computers": order.COMPUTERS,
        "logs": order.LOGS,
    }
    rows = [
        f"| {version} | {called} | {step.__doc__} |"
        for called, found in steps.items()
        for version, step in found
    ]
    assert [row for row in rows if row not in page] == []
    assert page.count("\n| 0.") == len(rows) == 28
