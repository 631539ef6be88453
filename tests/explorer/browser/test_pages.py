"""Each page of the explorer is opened in a real browser, and says what the API says."""

from __future__ import annotations

import pytest

PAGES = ["", "nodes", "processes", "groups", "computers", "codes", "people", "views", "api"]
# The start page also looks at the last seven days, after its first glance.
REQUESTS = {"": 5}
SIZES = {"desk": (1280, 900), "phone": (360, 740)}


def path_of(page):
    return f"/browse/{page}" if page else "/"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_with_few_requests(visiting, on_demo, page):
    visit = visiting(on_demo, path_of(page))
    assert visit.page.locator("h1").count() >= 1
    assert len(visit.asked) <= REQUESTS.get(page, 3), visit.asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible(visiting, on_demo, page, scheme):
    assert visiting(on_demo, path_of(page), color_scheme=scheme).faults() == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_a_phone(visiting, on_demo, page):
    width, height = SIZES["phone"]
    visit = visiting(on_demo, path_of(page), viewport={"width": width, "height": height})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_rail_leads_to_each_page_and_back(visiting, on_demo):
    visit = visiting(on_demo, "/")
    for name in ("Nodes", "Groups", "Codes"):
        visit.page.get_by_role("navigation", name="Pages").get_by_text(name, exact=True).click()
        visit.settle()
        assert visit.page.url.endswith(f"/browse/{name.lower()}")
    visit.page.go_back()
    visit.settle()
    assert visit.page.url.endswith("/browse/groups")
    visit.page.reload()
    visit.settle()
    assert visit.page.locator("[aria-current=page]").first.inner_text().strip().endswith("Groups")


def test_a_page_that_is_none_says_so(visiting, on_demo):
    visit = visiting(on_demo, "/browse/nowhere")
    assert "no page" in visit.page.locator("main").inner_text()


def test_the_whole_shell_is_used_by_keys(visiting, on_demo):
    visit = visiting(on_demo, "/")
    visit.page.keyboard.press("g")
    visit.page.keyboard.press("n")
    visit.settle()
    assert visit.page.url.endswith("/browse/nodes")
    visit.page.keyboard.press("/")
    assert visit.page.evaluate("document.activeElement.id") == "search"
    visit.page.keyboard.press("Escape")
    visit.page.locator("main").focus()
    visit.page.keyboard.press("?")
    assert visit.page.get_by_role("dialog").is_visible()
