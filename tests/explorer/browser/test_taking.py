"""What lists, processes and chosen nodes are taken away as: sizes told before, bytes of the API."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from support import largearchive
from support.visits import Visit

STRUCTURES = 'node_type="data.core.structure.StructureData."'
ZIP, AIIDA = "/api/v4/nodes/archive.zip", "/api/v4/nodes/archive.aiida"


def opened(visit, place="main"):
    """Open the menu of downloads, and return it as soon as it knows all sizes."""
    visit.page.locator(place).get_by_role("button", name="Download", exact=False).first.click()
    menu = visit.page.locator(".menu-body")
    menu.wait_for()
    visit.settle()
    return menu


def taken(visit, menu, name):
    """Return the bytes that a click downloads, and the name of the file."""
    with visit.page.expect_download() as got:
        menu.get_by_text(name, exact=True).click()
    return Path(got.value.path()).read_bytes(), got.value.suggested_filename


def told(figures):
    """The figures of `dry_run` as the page tells them."""
    return f"{figures['nodes']} nodes, {figures['files']} file"


def test_a_list_tells_the_sizes_and_gives_the_files(visiting, on_demo):
    visit = visiting(on_demo, f"/browse/nodes?{STRUCTURES}")
    menu = opened(visit)
    for path in (ZIP, AIIDA):
        assert told(on_demo.get(f"{path}?{STRUCTURES}&dry_run=1").data) in menu.inner_text()
    body, name = taken(visit, menu, "Files as zip")
    assert (body, name) == (on_demo.get(f"{ZIP}?{STRUCTURES}").body, "nodes.zip")
    assert taken(visit, menu, "AiiDA archive")[0][:2] == b"PK"


def test_a_list_gives_a_table_with_its_columns(visiting, on_demo):
    visit = visiting(on_demo, f"/browse/nodes?{STRUCTURES}&columns=ctime,extras.note&orderby=id")
    menu = opened(visit)
    body, name = taken(visit, menu, "CSV")
    lines = body.decode().splitlines()
    assert name.endswith("nodes.csv")
    assert {"uuid", "label", "ctime", "extras.note"} <= set(lines[0].split(","))
    uuids = on_demo.get(f"/api/v4/nodes?{STRUCTURES}&orderby=id").column("uuid")
    assert len(lines) == 1 + len(uuids) > 40
    assert all(uuid in line for uuid, line in zip(uuids, lines[1:], strict=True))
    info = on_demo.get("/api/v4/server/info").data["info"]
    for word, start in (("Parquet", b"PAR1"), ("Arrow", b"\xff\xff\xff\xff")):
        if info["extras"]["tables"]:
            assert taken(visit, menu, word)[0].startswith(start)
        else:
            assert menu.get_by_text(word, exact=True).count() == 0


def test_failed_processes_are_asked_for_by_a_body(visiting, on_demo):
    visit = visiting(on_demo, "/browse/processes?failed=1")
    uuids = on_demo.get("/api/v4/processes?failed=1").column("uuid")
    menu = opened(visit)
    assert f"{len(uuids)} nodes" in menu.inner_text()
    body, name = taken(visit, menu, "CSV")
    lines = body.decode().splitlines()
    assert name == "processes.csv"
    assert "attributes.exit_status" in lines[0]
    assert sorted(line.split(",")[0] for line in lines[1:]) == sorted(uuids)
    assert taken(visit, menu, "Files as zip")[0][:2] == b"PK"


@pytest.mark.parametrize("of", ["codes", "jobs"])
def test_lists_of_codes_and_their_jobs_are_lists_of_nodes(visiting, on_demo, of):
    codes = on_demo.get("/api/v4/codes").rows()
    code = max(codes, key=lambda row: row["jobs_count"])
    number = len(codes) if of == "codes" else code["jobs_count"]
    assert number > 1
    visit = visiting(on_demo, "/browse/codes" + ("" if of == "codes" else f"/{code['uuid']}"))
    assert f"{number} nodes" in opened(visit).inner_text()


def test_chosen_nodes_are_taken_together(visiting, on_demo):
    visit = visiting(on_demo, f"/browse/nodes?{STRUCTURES}")
    for box in visit.page.locator("main tbody input[type=checkbox]").all()[:3]:
        box.check()
    menu = opened(visit, ".choice-bar")
    assert "3 chosen nodes" in menu.inner_text()
    assert len(taken(visit, menu, "CSV")[0].splitlines()) == 4


def test_a_process_offers_its_folder(visiting, on_demo):
    uuid = on_demo.get("/api/v4/processes?root=1&limit=1").column("uuid")[0]
    visit = visiting(on_demo, f"/browse/nodes/{uuid}")
    menu = opened(visit)
    body, _ = taken(visit, menu, "Folder with all that it called, as zip")
    assert body == on_demo.get(f"/api/v4/processes/{uuid}/archive.zip").body
    assert taken(visit, menu, "AiiDA archive, with its provenance")[0][:2] == b"PK"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_menu_is_accessible_and_fits(visiting, on_demo, scheme, width):
    visit = visiting(
        on_demo, "/browse/nodes", color_scheme=scheme, viewport={"width": width, "height": 740}
    )
    opened(visit)
    assert visit.faults() == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_menu_is_used_by_keys(visiting, on_demo):
    visit = visiting(on_demo, "/browse/nodes")
    button = visit.page.locator("main").get_by_role("button", name="Download")
    button.focus()
    visit.page.keyboard.press("Enter")
    visit.settle()
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.innerText") == "CSV"
    visit.page.keyboard.press("Escape")
    assert visit.page.locator(".menu-body").count() == 0
    assert visit.page.evaluate("document.activeElement.innerText").startswith("Download")


def test_what_is_too_large_is_told_in_words(visiting, serve, settings):
    limits = replace(settings.limits, members=100)
    small = serve("demo", name="small", limits=limits)
    said = small.get(f"{ZIP}?dry_run=1").json
    assert said["code"] == "selection-too-large"
    visit = visiting(small, "/browse/nodes", expected=("413",))
    menu = opened(visit)
    assert said["message"] in menu.inner_text()
    assert menu.get_by_role("link", name="Files as zip").count() == 0
    assert taken(visit, menu, "CSV")[0].count(b"\n") > 400


def test_a_download_waits_for_a_place(visiting, serve, settings):
    served = serve("demo", name="one", limits=replace(settings.limits, streams=2))
    streams = served.app.extensions["provender"].stores.streams
    visit = visiting(served, f"/browse/nodes?{STRUCTURES}", expected=("503",))
    menu = opened(visit)
    # Two are taken, so that there is one for the download beside the question whether there is one.
    taken = [streams.begin("demo"), streams.begin("demo")]
    with visit.page.expect_download() as got:
        menu.get_by_text("Files as zip", exact=True).click()
        menu.get_by_text("asked for again by itself").wait_for()
        for stream in taken:
            stream.close()
    assert Path(got.value.path()).read_bytes()[:2] == b"PK"


def test_a_page_waits_for_a_store_that_is_made_ready(browser, serve, settings, data, tmp_path):
    large = largearchive.make(data / "lab.aiida", tmp_path / "big.aiida", largearchive.megabytes(5))
    cache = replace(settings.cache, folder=tmp_path / "cache")
    served = serve(large, name="large", cache=cache)
    visit = Visit(browser, served.root)
    visit.expected = ("503",)
    visit.page.goto(f"{served.root}/browse/processes?failed=1")
    told = visit.page.locator(".preparing")
    told.wait_for()
    assert "is being prepared for its first use" in told.inner_text()
    assert visit.faults() == []
    visit.settle()
    assert told.count() == 0
    failed = served.get("/api/v4/processes?failed=1&limit=1").total
    assert f"of {failed} processes" in visit.page.locator("main").inner_text()
    assert visit.page.locator(".failure").count() == 0
    assert visit.problems() == []
    visit.close()


def test_a_guarded_store_gives_files_to_a_token(browser, visiting, serve, with_tokens):
    settings, users = with_tokens
    served = serve(
        None,
        name="tokens",
        profiles=settings.profiles,
        default_profile=settings.default_profile,
        access=settings.access,
    )
    visit = visiting(served, "/lab/browse/nodes", expected=("401",))
    visit.page.get_by_label("Token").fill(users.reader)
    visit.page.keyboard.press("Enter")
    visit.settle()
    menu = opened(visit)
    assert taken(visit, menu, "CSV")[0].count(b"\n") > 300
    assert taken(visit, menu, "Files as zip")[0][:2] == b"PK"
