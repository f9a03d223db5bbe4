"""What the plugin does where something is not as it should be: it says so, and nobody gets a silent zero."""

from __future__ import annotations

import json
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import dill
import nbformat
import pytest
from otter.run import AutograderConfig
from otter.test_files import GradingResults
from otter.test_files.abstract_test import TestCase, TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile

from autograder.assignment import ROOT, load_assignment
from autograder.errors import GraderError
from autograder.grading.isolation import IsolationLevel
from autograder.otter_plugin import grade_one
from autograder.otter_plugin import plugin as plugin_module
from autograder.otter_plugin.job_files import CASES, REPORT
from autograder.otter_plugin.plugin import HOUSE, WalledGrading, name_in_otter
from autograder.result import Outcome
from tests.otter.gradescope import complaints
from tests.reports.test_hidden import graded


def told(number: str, passed: bool, hidden: bool) -> dict:
    return {
        "number": number,
        "name": f"lookup: case {number}",
        "score": 2.0 * passed,
        "max_score": 2.0,
        "status": "passed" if passed else "failed",
        "output": "",
        "visibility": "hidden" if hidden else "visible",
        "extra_data": {
            "question": "lookup",
            "outcome": "passed" if passed else "failed",
            "hidden": hidden,
            "carried": [],
        },
    }


def results_of(public: list[bool], hidden: list[bool]) -> GradingResults:
    """Otter's own results of one question."""
    return GradingResults([file_of("lookup", False, public), file_of("lookup", True, hidden)])


def file_of(question: str, is_hidden: bool, verdicts: list[bool]) -> ExceptionTestFile:
    """One of Otter's files, when its cases have run."""
    name = name_in_otter(question, is_hidden)
    cases = [
        TestCase(
            f"case {n}",
            body=None,
            hidden=is_hidden,
            points=2.0,
            success_message=None,
            failure_message=None,
        )
        for n in range(len(verdicts))
    ]
    file = ExceptionTestFile(name, f"{name}.py", cases)
    file.test_case_results = [TestCaseResult(case, "", passed) for case, passed in zip(cases, verdicts, strict=True)]
    return file


@pytest.fixture
def plugin(tmp_path: Path) -> WalledGrading:
    """A plugin that has a report: one case passed, one failed."""
    plugin = WalledGrading("embeddings.py", {}, {})
    plugin._opened = plugin_module.tempfile.TemporaryDirectory(dir=tmp_path)
    plugin._desk = Path(plugin._opened.name)
    tests = [told("1.1", True, False), told("1.2", False, True)]
    report = {"score": 2.0, "output": "1 of 1", "extra_data": {"wall": "tier 1"}, "tests": tests}
    report[CASES] = tests
    (plugin._desk / REPORT).write_text(json.dumps(report))
    return plugin


def test_the_report_of_the_run_is_shown_as_it_is(plugin):
    results = results_of([True], [False])
    plugin.after_grading(results)
    shown = results.to_gradescope_dict(AutograderConfig())
    assert (shown["score"], len(shown["tests"])) == (2.0, 2) and complaints(shown) == []
    assert plugin.generate_report() == "Wall around the student's code: tier 1"
    assert not plugin._desk.exists()


def test_where_hidden_cases_are_shown_in_sum_no_single_one_goes_on(plugin):
    result = graded({"lookup": [Outcome.FAILED]})
    assignment = replace(load_assignment(), hidden_outcomes="sum")
    (plugin._desk / REPORT).write_text(grade_one.report(result, assignment, IsolationLevel.NAMESPACES))
    results = GradingResults(
        [
            file_of(question.id, hidden, [case.earned > 0 for case in question.cases if case.hidden == hidden])
            for question in result.questions
            for hidden in (False, True)
        ]
    )
    plugin.after_grading(results)
    shown = results.to_gradescope_dict(AutograderConfig())
    assert CASES not in shown and complaints(shown) == []
    hidden = [test for test in shown["tests"] if test["visibility"] != "visible"]
    assert len(hidden) == len(assignment.code_questions)
    assert {test["name"].partition(": ")[2] for test in hidden} == {"What ran only when it was graded, in total"}


def test_results_that_are_not_what_was_graded_are_refused(plugin):
    with pytest.raises(GraderError, match=r"not what was graded: lookup: case 1\.2"):
        plugin.after_grading(results_of([True], [True]))


def test_pickled_they_are_results_that_anybody_can_read(plugin):
    results = results_of([True], [False])
    plugin.after_grading(results)
    for pickler in (pickle, dill):
        read = pickler.loads(pickler.dumps(results))
        assert type(read) is GradingResults and read.total == 2.0


@pytest.mark.parametrize("public, hidden", [([True], []), ([True, True], [False])])
def test_cases_that_otter_did_not_run_are_no_failed_ones(plugin, public, hidden):
    with pytest.raises(GraderError, match="Otter did not run the cases that were graded"):
        plugin.after_grading(results_of(public, hidden))


@pytest.mark.parametrize(
    "program, reason",
    [
        (
            "import pathlib; pathlib.Path(sys.argv[2], 'fault.txt').write_text('No wall can be built.')",
            "No wall can be",
        ),
        ("import os; os.kill(os.getpid(), 9)", r"Nothing was graded \(exit status -9\)"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_what_kept_it_from_being_graded_is_said(plugin, tmp_path, monkeypatch, program, reason):
    (plugin._desk / REPORT).unlink()
    plugin._house = tmp_path
    (tmp_path / "fails.py").write_text(f"import sys\n{program}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(plugin_module, "GRADE_ONE", "fails")
    with pytest.raises(GraderError, match=reason):
        plugin._grade()


def test_a_kernel_that_never_began_is_no_zero(plugin):
    results = results_of([False], [False])
    failed = nbformat.v4.new_output("error", traceback=["\x1b[31mModuleNotFoundError\x1b[0m: autograder"])
    cell = nbformat.v4.new_code_cell(outputs=[failed])
    results.notebook = nbformat.v4.new_notebook(cells=[cell])
    with pytest.raises(GraderError, match=r"gave no results\.\nModuleNotFoundError: autograder"):
        plugin.after_grading(results)


@pytest.fixture
def layout(tmp_path: Path, monkeypatch) -> Path:
    """Otter's folders as a run has them, without the tests; this process stands in the submission."""
    house = tmp_path / "source" / "files" / HOUSE
    for name in ("autograder", "assignment", "solutions", "student_template"):
        shutil.copytree(ROOT / name, house / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "submission" / "tests").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "submission")
    return tmp_path


def test_an_archive_of_another_version_is_refused_by_name(layout):
    changed = layout / "source" / "files" / HOUSE / "autograder" / "result.py"
    changed.write_text("# older\n")
    with pytest.raises(GraderError, match=r"another version than is installed here: result\.py differs"):
        WalledGrading("embeddings.py", {}, {}).before_grading(None)


def test_a_link_to_a_hidden_test_is_not_followed(layout):
    target = layout / "source" / "files" / HOUSE / "assignment" / "hidden_tests" / "lookup.py"
    link = layout / "submission" / "embeddings.py"
    link.symlink_to(target)
    with pytest.raises(GraderError, match="links are not followed"):
        WalledGrading(str(link), {}, {}).before_grading(None)


def test_nothing_that_was_handed_in_stays_within_reach_of_the_kernel(layout, monkeypatch):
    folder = layout / "submission"
    (folder / "otter").mkdir()
    for name in ("otter/__init__.py", ".OTTER_LOG", "answers.md", "embeddings.py"):
        (folder / name).write_text("1 / 0")
    plugin = WalledGrading(str(folder / "embeddings.py"), {}, {})
    plugin.before_grading(None)
    assert {path.name for path in folder.iterdir()} == {"tests", "embeddings.py"}
    assert (folder / "embeddings.py").read_text() == ""
    monkeypatch.setattr(plugin, "_grade", lambda: None)
    notebook = plugin.before_execution(None)
    assert [path.name for path in folder.iterdir()] == ["tests"]
    assert len(notebook.cells) == 1 and "1 / 0" not in notebook.cells[0].source
