"""What `provender check` tells of the origin of an archive, and of its reading."""

from __future__ import annotations

import json
import shutil
import signal
from contextlib import closing
from dataclasses import replace

import pytest

from provender.cli.check import as_dict, text
from provender.store.health import examine
from provender.store.legacy.origin import Origin, Remark
from provender.store.profiles import Profiles, from_store
from provender.store.registry import StoreRegistry
from support import oldarchives
from support.command import Server, run

LINKS = Remark("links with an unknown node were left out", 1234, "ee58")
DEFAULTS = Remark("nodes without a time got that of the archive", 1, "")


@pytest.fixture(scope="module")
def lab(data, settings):
    """The profile of an archive, and its health."""
    profile = from_store(str(data / "lab.aiida"))
    with closing(StoreRegistry(Profiles({profile.name: profile}), settings)) as stores:
        return profile, examine(stores.get(), 5)


def test_an_archive_of_today_has_nothing_to_tell(lab):
    told = text(*lab)
    assert "Schema   main_0001 (written by AiiDA 2.9.4), which this server reads\n\nHolds" in told


def test_an_older_one_tells_how_it_was_read(lab):
    profile, health = lab
    sound = replace(health, origin=Origin("0.10", "1.5.0"))
    assert text(profile, sound).splitlines()[2:4] == [
        "Schema   main_0001 (written by AiiDA 1.5.0, version 0.10), which this server reads",
        "Reading  nothing was left out or changed",
    ]
    changed = replace(health, origin=Origin("0.10", "1.5.0", (LINKS, DEFAULTS)))
    assert text(profile, changed).splitlines()[3:6] == [
        "Reading  some things were left out or changed; how many, and the first:",
        "  1,234  links with an unknown node were left out      ee58",
        "      1  nodes without a time got that of the archive",
    ]
    found = as_dict(profile, changed)
    assert (found["schema_version"], found["written_as"]) == ("main_0001", "0.10")
    assert found["aiida_version"] == "1.5.0"
    assert found["remarks"][0] == {"kind": LINKS.kind, "count": 1234, "example": "ee58"}


@pytest.mark.parametrize("options", [(), ("--strict",)])
def test_an_archive_without_remarks_is_sound_by_the_strict_rule(data, options):
    found = json.loads(run("check", data / "lab.aiida", "--json", *options)[0])
    assert found["sound"] is True
    assert (found["written_as"], found["aiida_version"]) == ("main_0001", "2.9.4")
    assert found["remarks"] == []


def test_a_profile_was_not_written_as_a_version(unpacked):
    found = json.loads(run("check", unpacked / "sqlite_dos", "--json", "--strict")[0])
    assert (found["written_as"], found["aiida_version"], found["remarks"]) == (None, None, [])


@pytest.fixture(scope="module")
def lost(data, tmp_path_factory):
    """An older archive with two links between nodes that it does not hold."""
    path = tmp_path_factory.mktemp("old") / "lost.aiida"
    return oldarchives.with_lost_links(data / "edge" / "legacy_0.12.aiida", path)


KIND = "links have an unknown node and were left out"


def test_what_was_left_out_is_a_failure_by_the_strict_rule_only(lost):
    out, _ = run("check", lost)
    assert "Schema   main_0001 (written by AiiDA 2.0.0a1, version 0.12), which" in out
    assert f"\n  2  {KIND}  {oldarchives.NOBODY}" in out
    assert run("check", lost, "--strict", status=1)[0] == out
    for options, status in ([], 0), (["--strict"], 1):
        found = json.loads(run("check", lost, "--json", *options, status=status)[0])
        (remark,) = found["remarks"]
        assert (remark["kind"], remark["count"]) == (KIND, 2)
        assert remark["example"].startswith(oldarchives.NOBODY)
        assert found["sound"] is (status == 0)


def test_a_server_logs_it_once(lost):
    _, _, err = Server(lost).stop(signal.SIGTERM)
    (line,) = [line for line in err.splitlines() if KIND in line]
    assert f"INFO    store lost: {KIND}: 2, first {oldarchives.NOBODY}" in line
    assert KIND not in run("ps", lost)[1]


def test_a_server_says_who_wrote_an_older_archive(lost, data):
    server = Server(lost)
    server.stop(signal.SIGTERM)
    assert "\n  written by AiiDA 2.0.0a1, version 0.12\n  holds   10 nodes, " in server.banner
    server = Server(data / "lab.aiida")
    server.stop(signal.SIGTERM)
    assert "written" not in server.banner


def test_the_check_of_a_configuration_says_it_too(lost, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text(f"profiles: {{old: {lost}}}\n")
    out, _ = run("--config", file, "config", "check")
    assert "core.sqlite_zip, main_0001, 10 nodes, written by AiiDA 2.0.0a1, version 0.12" in out


def test_a_store_that_is_opened_again_is_not_told_again(lost, settings, caplog, tmp_path):
    path = tmp_path / "again.aiida"
    shutil.copy(lost, path)
    stores = StoreRegistry(Profiles({"again": from_store(str(path))}), settings)
    with caplog.at_level("INFO", "provender.store.registry"):
        for _ in range(2):
            stores.get()
            stores.close()
        oldarchives.with_lost_links(lost, tmp_path / "new", 3).replace(path)
        stores.get()
        stores.close()
    told = [record.getMessage() for record in caplog.records if KIND in record.getMessage()]
    assert [f"{KIND}: {number}, first" in line for number, line in zip((2, 5), told, strict=True)]
