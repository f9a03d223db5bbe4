"""The archive, made once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.assignment import ROOT
from autograder.otter_plugin.autograder_zip import autograder_zip
from tests.otter.running import Run, otter_run


@pytest.fixture(scope="session")
def archive(tmp_path_factory) -> Path:
    """autograder.zip, as `autograder release` writes it."""
    path = tmp_path_factory.mktemp("dist") / "autograder.zip"
    path.write_bytes(autograder_zip(ROOT))
    return path


@pytest.fixture
def run(archive: Path, tmp_path: Path) -> Callable[..., Run]:
    """Runs a submission through `otter run`."""
    runs = 0

    def run(submission: Path, lacking: tuple[str, int] | None = None) -> Run:
        nonlocal runs
        runs += 1
        return otter_run(submission, archive, tmp_path / f"run {runs}", lacking)

    return run
