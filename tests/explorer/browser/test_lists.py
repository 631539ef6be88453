"""Lists: what they show is what the API says, and their addresses say what they show."""

from __future__ import annotations

from support.waiting import wait_until


def rows(visit):
    return visit.page.locator("main tbody tr")


def test_a_list_shows_the_nodes_that_the_api_gives(visiting, on_demo):
    filters = 'node_type="data.core.structure.StructureData."'
    answer = on_demo.get(f"/api/v4/nodes?{filters}")
    visit = visiting(on_demo, f"/browse/nodes?{filters}")
    wait_until(lambda: rows(visit).count() > 0)
    assert f"of {answer.total} nodes" in visit.page.locator("main").inner_text()


def test_a_facet_narrows_the_list_and_back_widens_it(visiting, on_demo):
    facets = on_demo.get("/api/v4/nodes/facets?facet=node_type").data["facets"]["node_type"]
    dicts = next(one for one in facets["buckets"] if one["value"] == "data.core.dict.Dict.")
    visit = visiting(on_demo, "/browse/nodes")
    visit.page.locator("main").get_by_text("Dict", exact=True).first.click()
    wait_until(lambda: f"of {dicts['count']} nodes" in visit.page.locator("main").inner_text())
    assert "data.core.dict.Dict." in visit.page.url
    visit.page.go_back()
    total = on_demo.get("/api/v4/nodes?limit=1").total
    assert wait_until(lambda: f"of {total} nodes" in visit.page.locator("main").inner_text())


def test_a_wrong_filter_says_what_the_server_says(visiting, on_demo):
    said = on_demo.get("/api/v4/nodes?labell=3").json["message"]
    visit = visiting(on_demo, "/browse/nodes?labell=3", expected=("400",))
    assert said in visit.page.locator("main").inner_text()


def test_pages_follow_one_another_by_keys(visiting, on_demo):
    visit = visiting(on_demo, "/browse/nodes")
    wait_until(lambda: rows(visit).count() > 0)
    first = rows(visit).first.inner_text()
    visit.page.get_by_role("button", name="Next").first.click()
    visit.settle()
    wait_until(lambda: rows(visit).first.inner_text() != first)
    visit.page.go_back()
    assert wait_until(lambda: rows(visit).first.inner_text() == first)


def test_a_uuid_in_the_search_box_leads_to_its_node(visiting, on_demo):
    node = on_demo.get("/api/v4/nodes?limit=1&orderby=-id").rows()[0]
    visit = visiting(on_demo, "/browse/groups")
    visit.page.locator("#search").fill(node["uuid"][:8])
    visit.page.locator("#search").press("Enter")
    assert wait_until(lambda: node["uuid"] in visit.address())


def test_suggestions_are_those_of_the_api(visiting, on_demo):
    visit = visiting(on_demo, "/")
    visit.page.locator("#search").press_sequentially("silicon", delay=30)
    visit.page.get_by_role("option").first.wait_for()
    shown = visit.page.get_by_role("listbox").inner_text()
    answer = on_demo.get("/api/v4/nodes/suggest?field=label&q=silicon").data["suggest"]
    assert len(answer) > 0
    assert answer[0]["value"] in shown
