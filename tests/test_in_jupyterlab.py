"""The notebook, opened in JupyterLab in a real browser, runs a first check."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .browser import chromium, new_page
from .handed_out import NOTEBOOK, REFERENCE, copy_of_folder, work_in_notebook


@pytest.fixture
def lab(tmp_path) -> Iterator[str]:
    """The address of the notebook in a JupyterLab that serves a handed-out folder and nobody else."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
    folder = copy_of_folder(tmp_path / "student_template")
    work_in_notebook(folder, REFERENCE)
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "HOME")
    environment = {**os.environ, **{name: str(tmp_path / name.lower()) for name in homes}}
    log = tmp_path / "log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
        options = ["--port=0", f"--ServerApp.root_dir={folder}", "--LabApp.news_url="]
        server = subprocess.Popen(
            [*command, *options], env=environment, cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _address(server, log)
    finally:
        server.terminate()
        server.wait()


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    while server.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/lab\?token=(\w+)", log.read_text(errors="replace"))
        if found:
            return f"http://127.0.0.1:{found[1]}/lab/tree/{NOTEBOOK}?token={found[2]}"
        time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace"))


@pytest.mark.thorough
def test_the_notebook_runs_a_first_check_in_jupyterlab(lab):
    with chromium() as browser:
        page = new_page(browser, lab, viewport={"width": 1200, "height": 1600})
        cells = page.locator(".jp-Notebook .jp-Cell")
        cells.nth(5).wait_for()
        page.get_by_text("(ipykernel) | Idle").wait_for()  # else it asks for a kernel
        cells.first.click()
        for _ in range(7):
            page.keyboard.press("Shift+Enter")
        check = cells.filter(has_text='grader.check("lookup")').first
        shown = check.locator(".jp-OutputArea-output", has_text="lookup").first.inner_text()
    assert "All test cases passed!" in shown or "lookup passed!" in shown
