"""A headless Chromium, the one that is installed here, driven by playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

PATIENCE = 300_000
"""Milliseconds after which a page is given up: a backstop, and no measurement."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-quic")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser, which ends with the block; the test is skipped where there is none, or it does not start."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium here")
    playwright.expect.set_options(timeout=PATIENCE)
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        except playwright.Error as error:
            pytest.skip(f"Chromium does not start here: {str(error)[-300:]}")
        try:
            yield browser
        finally:
            browser.close()


def new_page(browser: Any, address: str = "about:blank", **options: Any) -> Any:
    """A page with cookies and storage of its own; `options` are those of a browser context."""
    context = browser.new_context(**{"viewport": {"width": 1360, "height": 950}, **options})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    return page
