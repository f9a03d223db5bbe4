"""Pages can be read by everybody: axe-core finds no serious fault, in light and dark, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import load_assignment
from autograder.course.gradebook.database import open_gradebook
from autograder.course.reports.write import write_reports
from tests.browser import new_page
from tests.hand_made import typical
from tests.representatives import representatives

from .made_class import make_class
from .served import marked, press, serving

LOOKS: list[dict[str, Any]] = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
]


@pytest.fixture(autouse=True)
def axe() -> None:
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")


def faults(page: Any) -> list[str]:
    """The serious faults that axe-core finds on a page, with the first element of each."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary'][:300]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def sideways(page: Any) -> int:
    """Pixels by which a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.thorough
def test_the_marking_page_has_no_serious_fault(tmp_path, browser):
    out = make_class(tmp_path / "out", 12)
    with serving(out, "--markers", "anna,ben") as server:
        anna, ben = (new_page(browser, address) for address in server.addresses)
        for page, keys in ((anna, "1"), (ben, "2")):
            for _ in range(5):
                press(page, "c")
                page.keyboard.type("Name one model.")
                press(page, "Escape")
                marked(page, keys)
        found = []
        for look in LOOKS:
            page = new_page(browser, server.addresses[0], **look)
            for place in ("", "settle", "progress"):
                page.goto(f"{server.addresses[0].partition('?')[0]}{place}")
                page.locator("h1").wait_for()
                for part in page.locator("summary").all():
                    part.click()
                found += [f"{place or 'mark'}, {look}: {fault}" for fault in faults(page)]
                assert sideways(page) <= 0, (place, look)
            press(page, "?")
            found += [f"keys, {look}: {fault}" for fault in faults(page)]
    assert found == []


@pytest.mark.parametrize("look", representatives(LOOKS), ids=["light", "dark", "phone"])
def test_the_report_and_a_students_page_have_no_serious_fault(tmp_path, browser, look):
    out = make_class(tmp_path / "out", 3)
    with open_gradebook(out) as gradebook:
        gradebook.save(typical("ada"))
        write_reports(out, gradebook, load_assignment())
    found = []
    for file in ("report.html", "feedback/ada.html", "feedback/student0001.html"):
        page = new_page(browser, (Path(out) / file).as_uri(), **look)
        found += [f"{file}: {fault}" for fault in faults(page)]
    assert found == []
