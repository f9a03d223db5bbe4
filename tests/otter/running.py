"""Runs submissions through a plain `otter run`, as a course's own tools would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.io.text import single_line
from autograder.result import Outcome, Result

OTTER = Path(sys.executable).parent / "otter"

CACHES = {"XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")}
"""Where copies of what students' code may read are kept: not made anew for every run."""

OF_IPYTHON = {"README", "history.sqlite"}
"""What any kernel leaves in a home."""

LACKING = """
import os, sys
from seccompy import Action, Filter
calls = Filter(default=Action.ALLOW)
calls.errno(sys.argv[1], int(sys.argv[2]))
calls.load()
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Runs a program on what looks like a kernel without a system call."""


@dataclass(frozen=True)
class Run:
    """What came of one `otter run`.

    Attributes:
        results: results.json; None if Otter wrote none.
        said: all that it printed.
        left: what it left in the folder for temporary files and in the home.
    """

    status: int
    results: dict[str, Any] | None
    said: str
    left: tuple[str, ...]

    @property
    def cases(self) -> dict[str, bool]:
        """Whether each case passed, by its number and name."""
        assert self.results is not None, self.said
        return {f"{test['number']} {test['name']}": test["status"] == "passed" for test in self.results["tests"]}


def otter_run(submission: Path, archive: Path, place: Path, lacking: tuple[str, int] | None = None) -> Run:
    """Run one submission.

    Args:
        place: an empty folder, which becomes the home, the working folder and more.
        lacking: a system call that the kernel is to refuse, and by which error.
    """
    folders = {name: place / name for name in ("home", "tmp", "out")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    wrapped = (sys.executable, "-c", LACKING, lacking[0], str(lacking[1])) if lacking else ()
    ran = subprocess.run(
        [
            *wrapped,
            sys.executable,
            str(OTTER),
            "run",
            str(submission),
            "-a",
            str(archive),
            "-o",
            str(folders["out"]),
        ],
        cwd=place,
        env={**os.environ, **CACHES, "HOME": str(folders["home"]), "TMPDIR": str(folders["tmp"])},
        capture_output=True,
        text=True,
    )
    return _of(ran, folders["out"] / "results.json", place)


def _of(ran: subprocess.CompletedProcess[str], written: Path, place: Path) -> Run:
    results = json.loads(written.read_text(encoding="utf-8")) if written.exists() else None
    left = [path for name in ("home", "tmp") for path in (place / name).rglob("*") if path.is_file()]
    left = [path for path in left if path.name not in OF_IPYTHON]
    return Run(ran.returncode, results, ran.stdout + ran.stderr, tuple(sorted(map(str, left))))


def gradescope_run(files: Mapping[str, bytes], archive: Path, place: Path) -> Run:
    """Run a submission as Gradescope does, which unpacks a zip itself: by the archive's own script.

    Args:
        files: what lies in Gradescope's folder of the submission.
        place: an empty folder, which stands for `/autograder`.
    """
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(place / "source")
    for folder in ("submission", "results", "home", "tmp"):
        (place / folder).mkdir()
    for name, content in files.items():
        path = place / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (place / "submission_metadata.json").write_text("{}")
    script = place / "source" / "run_otter.py"
    script.write_text(script.read_text("utf-8").replace('"/autograder"', repr(str(place))), "utf-8")
    ran = subprocess.run(
        [sys.executable, str(script)],
        cwd=place,
        env={**os.environ, **CACHES, "HOME": str(place / "home"), "TMPDIR": str(place / "tmp")},
        capture_output=True,
        text=True,
    )
    return _of(ran, place / "results" / "results.json", place)


def packed(files: Mapping[str, bytes], path: Path) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def cases_of(result: Result) -> dict[str, bool]:
    """Whether each case passed in the grader's own run, by the number and name that reports give it."""
    return {
        f"{number}.{place} {question.id}: {single_line(case.title)}": case.outcome is Outcome.PASSED
        for number, question in enumerate(result.questions, 1)
        for place, case in enumerate(question.cases, 1)
    }


def code_points(result: Result) -> float:
    return round(sum(question.points or 0 for question in result.questions if question.cases), 2)
