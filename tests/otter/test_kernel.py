"""Otter's own classes, running autograder.zip's tests, pass the cases that passed when the file was graded.

What happens in the kernel, without a kernel: so many submissions can be compared.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from otter.test_files.exception_test import ExceptionTestFile

from autograder.course.intake.uploads import collect
from autograder.grading.isolation import IsolationLevel
from autograder.otter_plugin import kernel
from autograder.otter_plugin.grade_one import report
from autograder.otter_plugin.plugin import name_in_otter
from autograder.result import Outcome
from autograder.submission import Submission
from tests.hostile.collection import HALF
from tests.otter.test_run import ASSIGNMENT, MISTAKES, mistaken
from tests.otter.test_soak import BATCH

SUBMISSIONS = {one.student: one for one in collect(BATCH, ASSIGNMENT)}


@pytest.fixture(scope="module")
def files(archive: Path, tmp_path_factory) -> list[ExceptionTestFile]:
    """The test files of the archive, in Otter's order."""
    folder = tmp_path_factory.mktemp("source")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return [ExceptionTestFile.from_file(str(path)) for path in sorted((folder / "tests").glob("*.py"))]


@pytest.fixture
def alike(files, course_grader, tmp_path) -> Callable[[Submission], None]:
    """Demands that Otter passes the cases that the grader passed, and shows the same of the others."""

    def alike(submission: Submission) -> None:
        result = course_grader.grade(submission)
        written = tmp_path / "report.json"
        written.write_text(report(result, ASSIGNMENT, IsolationLevel.NAMESPACES), encoding="utf-8")
        kernel.begin(str(written))
        by_otter: dict[str, list[tuple[str, bool]]] = {}
        for file in files:
            file.run({})
            by_otter[file.name] = [(case.test_case.name, case.passed) for case in file.test_case_results]
        by_grader: dict[str, list[tuple[str, bool]]] = {}
        for question in result.questions:
            for case in question.cases:
                name = name_in_otter(question.id, case.hidden)
                by_grader.setdefault(name, []).append((case.title, case.outcome is Outcome.PASSED))
        assert by_otter == by_grader

    return alike


@pytest.mark.parametrize("student", ["bergstrom_lina", "garcia_lucia", "larsen_tom", "moreau_chloe"])
def test_the_example_batch_gets_the_same(student, alike):
    alike(SUBMISSIONS[student])


@pytest.mark.parametrize(
    "code",
    [mistaken(*MISTAKES), HALF.encode(), b"", b"def (", b"\xff\xfe\x00", b"import os; os._exit(3)", b"import nothing"],
    ids=["mistakes", "half", "empty", "no Python", "no text", "ends", "lacks a module"],
)
def test_any_file_gets_the_same(code, alike):
    alike(Submission("any", code))


def test_without_a_file_every_case_fails_by_name(alike):
    alike(Submission("none", None))


def test_the_kernel_needs_no_torch_and_no_test():
    loads = "import sys; from autograder.otter_plugin import kernel; print('torch' in sys.modules, *sys.modules)"
    said = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True).stdout
    assert said.startswith("False ") and "hidden_tests" not in said and "autograder.grading" not in said
