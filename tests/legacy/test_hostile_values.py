"""Wrong types and figures in every place of a `data.json`: nothing wrong is ever served."""

from __future__ import annotations

import json

import pytest

from support.legacy.draft import FIELDS, dumped
from support.legacy.outcomes import outcome
from support.legacy.reading import compared
from support.legacy.versions import OLDEST
from support.legacy.whole import with_all

DEEP = json.loads("[" * 200 + "]" * 200)
VALUES = [
    *(None, True, False, 0, 7, -1, 2**31, 2**63, 2**70, 1.5, 1e300, float("inf"), float("nan")),
    *("", "x", "1", "\x00", "\ud800", "x" * 70_000, "null", "{}", "{", "é\U0001f600", "ABCDEF-01"),
    *([], [1], [None, "x"], {}, {"a": 1}, {"date": "date"}, DEEP),
]
VERSIONS = ["0.2", "0.3", "0.5", "0.13"]


def fields_of(version):
    """Yield the entities and fields of a version, as they are called in it."""
    for name, fields in FIELDS.items():
        if name in ("Link", "Attribute") or (version in OLDEST and name in ("Log", "Comment")):
            continue
        for field in fields:
            yield name, field
            if (name, field) == ("Computer", "name"):
                yield name, "label"


CASES = [(version, *case) for version in VERSIONS for case in fields_of(version)]
OLD = {"node_type": "type", "type_string": "type"}


@pytest.mark.parametrize(("version", "name", "field"), CASES)
def test_any_value_in_any_field(version, name, field, tmp_path):
    draft = with_all(version)
    first = draft.rows[name][next(iter(draft.rows[name]))]
    called = OLD.get(field, field) if version in OLDEST else field
    for number, value in enumerate(VALUES, 100):
        uuid = f"00000000-0000-4000-8000-{number:012}"
        draft.rows[name][str(number)] = {
            **first,
            "uuid": uuid,
            "email": f"{number}@x",
            called: value,
        }
        if name == "Node":
            draft.attributes[str(number)], draft.extras[str(number)] = {}, {}
    found = outcome(draft.save(tmp_path / "x.aiida"), tmp_path)
    assert found is not None
    kept = [row["id"] for row in found.rows(name.lower())]
    assert int(next(iter(draft.rows[name]))) in kept
    assert len(found.rows("node")) >= 1
    if field == "uuid":
        assert len(kept) < len(VALUES) + 1
    elif field not in ("email", "dbnode", "user"):
        assert len(kept) == len(VALUES) + 1


PARTS = ["export_data", "node_attributes", "node_extras", "node_attributes_conversion",
         "node_extras_conversion", "links_uuid", "groups_uuid"]  # fmt: skip
SHAPES = [None, True, 7, "x", [], {}, [1], [[]], [{}], {"1": 1}, {"1": None}, {"1": []}, {"x": {}},
          {"1": "x"}, [None], {"Node": []}, {"Node": None}, {"Node": 7}, {"Node": {"1": []}},
          {"Node": {"1": None}}, {"Node": {"1": {}}}, {"": {}}, {"User": {"1": {}}}]  # fmt: skip


@pytest.mark.parametrize("version", ["0.2", "0.5", "0.13"])
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_shape_of_any_part(version, part, shape, tmp_path):
    draft = with_all(version)
    draft.parts[part] = shape
    found = outcome(draft.save(tmp_path / "x.aiida"), tmp_path)
    assert found is None or part == "export_data" or len(found.rows("node")) == 1


WHOLE = [
    *(
        b"",
        b"null",
        b"[]",
        b"7",
        b'"x"',
        b"{}",
        b"{",
        b"}",
        b"[",
        b"nul",
        b"{} {}",
        b"{}x",
        b"\xff",
    ),
    *(b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b"{}\x00", b"\x00{}", b'{"export_data":'),
    *(b'{"export_data": {"Node": {"1": {"uuid": "x"', b"{'a': 1}", b"NaN", b"{1: 2}", b"[1,]"),
    *(b'{"export_data": {}, "export_data": 7}', b"{,}", b'{"a": 1,}'),
]


@pytest.mark.parametrize("content", WHOLE)
@pytest.mark.parametrize("name", ["data.json", "metadata.json"])
def test_any_content_of_a_json_file(content, name, tmp_path):
    draft = with_all("0.9")
    draft.members[name] = content
    found = outcome(draft.save(tmp_path / "x.aiida"), tmp_path)
    assert found is None or found.rows("node") == []


@pytest.mark.parametrize("part", ["attributes", "extras"])
@pytest.mark.parametrize("value", VALUES)
def test_any_value_as_attributes(part, value, tmp_path):
    draft = with_all("0.5")
    getattr(draft, part)["12"] = value
    found = outcome(draft.save(tmp_path / "x.aiida"), tmp_path)
    assert found is not None
    assert found.row("node")[part] == (value if isinstance(value, dict) else {})


@pytest.mark.parametrize("value", VALUES)
def test_any_value_inside_attributes(value, tmp_path):
    draft = with_all("0.5")
    draft.attributes["12"] = {"value": value, "process_state": value, "state": value}
    draft.rows["Node"]["12"]["node_type"] = "process.calculation.calcjob.CalcJobNode."
    found = outcome(draft.save(tmp_path / "x.aiida"), tmp_path)
    assert found is not None
    served = {**draft.attributes["12"], "sealed": True}
    assert compared(found.row("node")["attributes"]) == compared(served)


LINKS = [
    *([], [[]], {}, "x", None, 7),
    *({"input": value, "output": value, "label": "a", "type": "b"} for value in VALUES[:20]),
]


@pytest.mark.parametrize("version", ["0.2", "0.3", "0.13"])
def test_any_link(version, tmp_path):
    draft = with_all(version)
    good = draft.links[0]
    draft.links += [*LINKS]
    draft.links += [{**good, "label": value} for value in VALUES]
    draft.links += [{**good, "type": value} for value in VALUES]
    draft.links += [{"input": good["input"], "output": good["output"]}, good]
    found = outcome(draft.save(tmp_path / "x.aiida"), tmp_path)
    assert found is not None
    assert len(found.rows("link")) >= 2
    assert found.links()[0] == found.links()[-1]
    assert found.remarks()


def test_any_member_of_a_group(tmp_path):
    draft = with_all("0.13")
    (group,), node = draft.memberships, draft.links[0]["input"]
    draft.memberships = {
        group: [*VALUES, node],
        "x": VALUES,
        "": [node],
        "\ud800": [node],
    }
    found = outcome(draft.save(tmp_path / "x.aiida"), tmp_path)
    assert found.row("group_dbnodes") == {"id": 1, "dbnode_id": 12, "dbgroup_id": 3}
    assert found.remarks()


KEYS = [
    "-1",
    "1e3",
    "0x1",
    "1.0",
    " 5",
    "5 ",
    "+5",
    "\u0665",
    "9" * 30,
    "9223372036854775808",
    "\x00",
    "é",
]


@pytest.mark.parametrize("name", ["Node", "User", "Computer", "Group", "Log", "Comment"])
def test_any_key_of_a_row(name, tmp_path):
    draft = with_all("0.13")
    (row,) = draft.rows[name].values()
    for number, key in enumerate(KEYS):
        uuid = f"00000000-0000-4000-8000-{number:012}"
        draft.rows[name][key] = {**row, "uuid": uuid, "email": f"{number}@x"}
    found = outcome(draft.save(tmp_path / "x.aiida"), tmp_path)
    assert found is not None
    assert len(found.rows(name.lower())) <= 3
    assert found.remarks()


@pytest.mark.parametrize("name", ["Node", "User", "Computer", "Group", "Log", "Comment"])
def test_of_two_spellings_of_one_key_something_is_said(name, tmp_path):
    draft = with_all("0.13")
    ((key, row),) = draft.rows[name].items()
    other = {**row, "uuid": "00000000-0000-4000-8000-000000000000", "email": "other@x"}
    draft.rows[name][f"0{key}"] = other
    found = outcome(draft.save(tmp_path / "x.aiida"), tmp_path)
    assert len(found.rows(name.lower())) == 1
    assert found.remarks()


@pytest.mark.parametrize("digits", [400, 4300, 4301, 5000, 100_000])
def test_numbers_of_many_digits(digits, tmp_path):
    draft = with_all("0.13")
    content = dumped(draft.data()).replace(b'"12": {}', b'"12": {"n": ' + b"9" * digits + b"}", 1)
    draft.members["data.json"] = content
    path = draft.save(tmp_path / "x.aiida")
    found = outcome(path, tmp_path)
    if digits <= 4300:  # what Python takes
        assert found.row("node")["attributes"] == {"n": int("9" * digits)}
    else:
        assert found is None or found.row("node")["attributes"] == {}
