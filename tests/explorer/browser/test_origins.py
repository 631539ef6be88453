"""What the explorer says of who wrote an archive: in the list of stores, and on its first page."""

from __future__ import annotations

import shutil

import pytest

from support.server import ask
from support.waiting import wait_until


@pytest.fixture(scope="module")
def on_several(serve, data, tmp_path_factory):
    """A server of an older archive, and of one of today."""
    folder = tmp_path_factory.mktemp("archives")
    shutil.copy(data / "edge" / "legacy_0.3.aiida", folder / "old.aiida")
    shutil.copy(data / "lab.aiida", folder / "lab.aiida")
    served = serve(None, name="several", archives=(folder,), default_profile="lab")

    def are_known():
        answer = ask(f"{served.root}/profiles")
        return all(one["written_as"] and one["nodes"] for one in answer.data["profiles"])

    wait_until(are_known)
    return served


def test_the_list_of_stores_has_it_in_a_column(visiting, on_several):
    visit = visiting(on_several, "/")
    cells = visit.page.locator('td[data-label="Written by"]').all_inner_texts()
    assert cells == ["AiiDA 2.9.4 version main_0001", "AiiDA 1.1.1 version 0.3"]
    assert visit.faults() == []


def test_the_list_of_stores_fits_a_phone(visiting, on_several):
    visit = visiting(on_several, "/", viewport={"width": 360, "height": 740})
    assert visit.page.locator('td[data-label="Written by"]').count() == 2
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize(
    ("name", "words"),
    [("old", "written by AiiDA 1.1.1, version 0.3"), ("lab", "written by AiiDA 2.9.4")],
)
def test_the_first_page_of_a_store_says_it(visiting, on_several, name, words):
    visit = visiting(on_several, f"/{name}/")
    assert visit.page.locator(".home-numbers").get_by_text(words, exact=True).count() == 1
