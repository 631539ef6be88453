"""What `provender check` tells of the origin of an archive, and of its reading."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace

import pytest

from provender.cli.check import as_dict, text
from provender.store.health import examine
from provender.store.legacy.origin import Origin, Remark
from provender.store.profiles import Profiles, from_store
from provender.store.registry import StoreRegistry
from support.command import run

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
