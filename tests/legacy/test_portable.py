"""Archives for AiiDA made of older archives, as of those of today."""

from __future__ import annotations

import pytest

from support.portable import get, take

NAMES = (
    "0.4--kkr.db_dump_kkrcalc",
    "0.10--kkr.kkr_startpot_wc-nodes-c2ecf59e4d8f87d002b250d6ac423312",
    "main_0000--core.export_main_0000_simple",
)


@pytest.mark.parametrize("name", NAMES)
def test_an_older_archive_gives_what_its_migrated_twin_gives(
    data, make_app, settings, tmp_path, name
):
    found = []
    for ending in (".aiida", ".migrated.aiida"):
        path = data / "legacy" / f"{name}{ending}"
        client = make_app(store=str(path), settings=settings).test_client()
        found.append(take(client, {}, tmp_path))
        assert get(client, "dry_run=1").json["data"]["nodes"] == len(found[-1].uuids)
    old, twin = found
    assert old.uuids == twin.uuids
    assert old.uuids
    for table in ("nodes", "links", "comments", "logs", "computers", "users"):
        assert [len(row) for row in old.rows[table]] == [len(row) for row in twin.rows[table]]
    assert old.rows["links"] == twin.rows["links"]
    assert old.files == twin.files
    assert all(key == sha256 for key, sha256 in old.files.items())
