"""Pages of nodes: what they say is what the API says, and they can be used by everybody."""

from __future__ import annotations

import pytest

from support.waiting import wait_until

STRUCTURE = 'node_type="data.core.structure.StructureData."'
FAILED = "attributes.exit_status=410"
JOB = 'node_type="process.calculation.calcjob.CalcJobNode."&attributes.exit_status=0'
WORKFLOW = 'node_type=like="process.workflow.workchain.%25"'

# Name: what finds a node, and the tab.
TABS = {
    "structure": (STRUCTURE, ""),
    "attributes": (STRUCTURE, "/attributes"),
    "graph": (WORKFLOW, "/graph"),
    "process": (WORKFLOW, "/process"),
    "log": (WORKFLOW, "/logs"),
    "why": (FAILED, "/traceback"),
    "files": (JOB, "/files"),
    "inputs and outputs": (JOB, "/inputs-outputs"),
}


def uuid_of(served, filters):
    return served.get(f"/api/v4/nodes?{filters}&limit=1&orderby=id").column("uuid")[0]


def opened(visiting, served, name, **options):
    filters, tab = TABS[name]
    return visiting(served, f"/browse/nodes/{uuid_of(served, filters)}{tab}", **options)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", TABS)
def test_a_tab_is_accessible(visiting, on_demo, name, scheme):
    visit = opened(visiting, on_demo, name, color_scheme=scheme)
    assert visit.page.locator("h1").count() == 1
    assert visit.faults() == []


@pytest.mark.parametrize("name", TABS)
def test_a_tab_fits_a_phone(visiting, on_demo, name):
    visit = opened(visiting, on_demo, name, viewport={"width": 360, "height": 740})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", TABS)
def test_a_tab_takes_few_requests(visiting, on_demo, name):
    visit = opened(visiting, on_demo, name)
    assert len(visit.asked) <= 4, visit.asked


def test_the_beginning_of_a_uuid_becomes_the_whole_one(visiting, on_demo):
    uuid = uuid_of(on_demo, STRUCTURE)
    visit = visiting(on_demo, f"/browse/nodes/{uuid[:8]}")
    assert wait_until(lambda: uuid in visit.address())


def test_an_unknown_node_is_told_from_an_empty_one(visiting, on_demo):
    unknown = "00000000-0000-4000-8000-000000000000"
    visit = visiting(on_demo, f"/browse/nodes/{unknown}", expected=("404",))
    assert unknown[:8] in visit.page.locator("main").inner_text()


def test_a_failed_process_says_why_first(visiting, on_demo):
    node = on_demo.get(f"/api/v4/processes?{FAILED}&include=summary&limit=1").rows()[0]
    visit = visiting(on_demo, f"/browse/nodes/{node['uuid']}")
    assert "410" in visit.page.locator("main").inner_text()
    assert node["exit_message"] in visit.page.locator("main").inner_text()


def test_a_file_is_shown_and_taken_away(visiting, on_demo):
    uuid = uuid_of(on_demo, JOB)
    files = on_demo.get(f"/api/v4/calcjobs/{uuid}/files?side=outputs").data["files"]
    held = next(one for one in files if one["name"] == "aiida.out")
    content = on_demo.get(f'/api/v4/nodes/{held["uuid"]}/repo/contents?filename="aiida.out"').body
    visit = visiting(on_demo, f"/browse/nodes/{uuid}/files")
    visit.page.get_by_text("aiida.out").first.click()
    visit.settle()
    assert content.decode().strip() in visit.page.locator("main").inner_text()
    with visit.page.expect_download() as got:
        visit.page.get_by_role("link", name="Download").or_(
            visit.page.get_by_role("button", name="Download")
        ).last.click()
    assert got.value.path().read_bytes() == content


def test_attributes_are_searched(visiting, on_demo):
    uuid = uuid_of(on_demo, STRUCTURE)
    visit = visiting(on_demo, f"/browse/nodes/{uuid}/attributes")
    visit.page.get_by_role("searchbox").last.fill("kind_name")
    visit.settle()
    assert wait_until(lambda: "kind_name" in visit.page.locator("main").inner_text())
