"""`provender facets`, `keys` and `select`: run as a person runs them, without a server."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from urllib.parse import quote

import pytest

from support.command import run
from support.terminal import run_in_terminal, uncoloured

FACETS = ["node_type", "attributes.exit_status", "ctime:month"]
WANT = {
    "uuid": "*",
    "attributes": {"exit_status": "*", "value": "*"},
    "outgoing": {"*": {"uuid": "*"}, "sum": {"attributes": {"value": "*"}}},
}
CHOSEN = 'group=processes&node_type=like="process.%"'


@pytest.fixture
def named(on_each, unpacked):
    """The arguments that name the store of a server."""
    if "://" in on_each.store:
        return [on_each.store, "--repository", str(unpacked / "repo" / "container")]
    return [on_each.store]


@pytest.fixture(scope="module")
def lab(data):
    run("facets", data / "lab.aiida")  # opened once, so that a terminal shows no progress
    return str(data / "lab.aiida")


def csv_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def counts(buckets):
    return [(item["value"], item["count"]) for item in buckets]


def test_facets_are_those_of_the_server(named, on_each):
    asked = [word for facet in FACETS for word in ("-f", facet)]
    out, err = run(
        "facets", *named, *asked, "--where", CHOSEN, "--stats", "attributes.value", "--json"
    )
    keys = "&".join(f"facet={facet}" for facet in FACETS)
    answer = on_each.get(
        f"/api/v4/nodes/facets?{quote(CHOSEN, safe='=&')}&{keys}&stats=attributes.value"
    )
    found = json.loads(out)
    assert (found["stats"], err) == (answer.data["stats"], "")
    for facet in FACETS:
        expected = answer.data["facets"][facet]
        assert counts(found["facets"][facet]["buckets"]) == counts(expected["buckets"])
        assert found["facets"][facet]["missing"] == expected["missing"]


def test_keys_are_those_of_the_server(named, on_each):
    expected = on_each.get(f"/api/v4/nodes/keys?{quote(CHOSEN, safe='=&')}&size=5").data
    out, err = run("keys", *named, "-w", CHOSEN, "--size", "5", "--json")
    assert json.loads(out) == expected
    assert "--size shows more" in err
    out, _ = run("keys", *named, "-w", CHOSEN, "--size", "5", "--csv")
    assert [(row["name"], row["types"].split()) for row in csv_rows(out)] == [
        (key["name"], key["types"]) for key in expected["keys"]
    ]
    out, _ = run("keys", *named, "-w", CHOSEN, "--size", "5")
    assert [line.split()[0] for line in out.splitlines()] == [
        *("key", *(key["name"] for key in expected["keys"])),
    ]


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_templates_are_filled_as_by_the_server(form, named, on_each):
    out, _ = run("select", *named, "-w", CHOSEN, "--want", json.dumps(WANT), "-l", "7", form)
    query = f"{quote(CHOSEN, safe='=&')}&limit=7&flat={int(form == '--csv')}"
    answer = on_each.get(f"/api/v4/nodes/select?{query}&want={quote(json.dumps(WANT))}")
    rows = answer.data["rows"]
    assert len(rows) == 7
    if form == "--json":
        assert json.loads(out) == {"rows": rows}
        return
    read = csv_rows(out)
    assert list(read[0]) == list(rows[0])
    assert [row["uuid"] for row in read] == [row["uuid"] for row in rows]
    assert [json.loads(row["outgoing.*"]) for row in read] == [row["outgoing.*"] for row in rows]
    missing = [row["outgoing.sum.attributes.value"] is None for row in rows]
    assert [row["outgoing.sum.attributes.value"] == "" for row in read] == missing


def test_a_pipe_gets_plain_columns(lab):
    out, _ = run("facets", lab, "-f", "attributes.exit_status", "--size", "2", "--stats", "id")
    first, numbers = out.split("\n\n")
    heads, *lines = first.splitlines()
    assert heads.split() == ["attributes.exit_status", "nodes"]
    assert [line.split()[0] for line in lines] == ["0", "300", "(other)", "(missing)"]
    assert numbers.split()[:8] == [
        "key",
        "count",
        "missing",
        "other",
        "min",
        "max",
        "mean",
        "distinct",
    ]


def test_a_terminal_gets_a_table(lab):
    text = uncoloured(run_in_terminal("facets", lab, "-f", "label", "--size", "3"))
    assert text.split()[:2] == ["label", "nodes"]
    assert '""' in text


def test_csv_of_facets_has_one_table(lab):
    out, _ = run("facets", lab, "-f", "attributes.exit_status", "-f", "attributes.list", "--csv")
    rows = csv_rows(out)
    assert {row["kind"] for row in rows} == {"value", "array", "other", "missing"}
    assert rows[0] == {
        "facet": "attributes.exit_status",
        "kind": "value",
        "value": "0",
        "count": rows[0]["count"],
        "selection": "attributes.exit_status=0",
    }
    (line,) = csv_rows(run("facets", lab, "--stats", "attributes.value", "--csv")[0])
    assert (line["key"], line["min"]) == ("attributes.value", "-7")


def test_all_nodes_of_a_selection(lab):
    every = json.loads(run("facets", lab, "--json")[0])["facets"]["node_type"]
    number = sum(item["count"] for item in every["buckets"]) + every["other"]
    out, _ = run("select", lab, "--want", '{"id": "*"}', "--all", "--csv", "--orderby=-ctime")
    ids = [int(row["id"]) for row in csv_rows(out)]
    assert len(ids) == len(set(ids)) == number > 20
    out, _ = run("select", lab, "--want", '{"id": "*"}', "--csv")
    assert len(csv_rows(out)) == 20


def test_a_template_may_stand_in_a_file(lab, tmp_path):
    (tmp_path / "want.json").write_text(json.dumps(WANT))
    given = run("select", lab, "--want", json.dumps(WANT), "-l", "2")
    assert run("select", lab, "--want", tmp_path / "want.json", "-l", "2") == given


def test_no_node_is_like_that(lab):
    arguments = ("select", lab, "-w", "id=0", "--want", '{"id": "*"}')
    assert run(*arguments) == ("", "")
    assert run(*arguments, "--csv") == ("", "")
    assert json.loads(run(*arguments, "--json")[0]) == {"rows": []}


ODD = r'{"big": 123456789012345678901234567890, "far": 1e999, "half": "\ud800", "e": "é,\n\"x\""}'


def test_odd_values_are_printed(unpacked, tmp_path):
    folder = shutil.copytree(unpacked / "sqlite_dos", tmp_path / "odd")
    with sqlite3.connect(next(folder.glob("*.sqlite"))) as connection:
        (pk,) = connection.execute("SELECT max(id) FROM db_dbnode").fetchone()
        connection.execute("UPDATE db_dbnode SET attributes=? WHERE id=?", (ODD, pk))
    connection.close()
    want = json.dumps({"attributes": {"big": "*", "far": "*", "half": "*", "e": "*"}})
    arguments = ("select", folder, "-w", f"id={pk}", "--want", want)
    (row,) = json.loads(run(*arguments, "--json")[0])["rows"]
    assert row["attributes"] == {**json.loads(ODD), "far": None, "half": None}
    (row,) = csv_rows(run(*arguments, "--csv")[0])
    assert row["attributes.big"] == "123456789012345678901234567890"
    assert row["attributes.e"] == 'é,\n"x"'
    assert "123456789012345678901234567890" in run(*arguments)[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["facets", "-f", "labl"], "Did you mean `label`?"),
        (["facets", "-w", "labl=3"], "Did you mean `label`?"),
        (["facets", "-w", "label="], "query string"),
        (["facets", "-f", "label", "--stats", "id", "--csv"], "CSV is one table."),
        (["facets", "-w", "group=no_such_group"], "no_such_group"),
        (["keys", "--under", "labl"], "labl"),
        (["keys", "--under", "label"], "has no keys"),
        (["select", "--want", "nothing"], "neither a template nor a file"),
        (["select", "--want", "{"], "want"),
        (["select", "--want", '{"uuidd": "*"}'], "Did you mean `uuid`?"),
        (["select", "--want", '{"uuid": "*"}', "--orderby", "nothing"], "nothing"),
        (["select", "--want", '{"user": {"email": "*"}}'], "email"),
    ],
)
def test_what_is_wrong_is_one_clear_error(arguments, message, lab):
    command, *rest = arguments
    out, err = run(command, lab, *rest, status=1)
    assert out == ""
    assert err.startswith("Error: ")
    assert message in err


@pytest.mark.parametrize("command", ["facets", "keys", "select"])
def test_the_help_has_examples(command):
    out, _ = run(command, "--help")
    assert f"provender {command} paper.aiida" in out
