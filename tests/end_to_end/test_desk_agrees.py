"""The self-check, grading and Otter pass the same public cases of a file, whatever it does around them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from otter.test_files.exception_test import ExceptionTestFile

from autograder.assignment import ROOT
from autograder.check.running.report import Report
from autograder.course.intake.uploads import collect
from autograder.grading.grader import Grader
from autograder.grading.isolation import IsolationLevel
from autograder.misconceptions import apply
from autograder.otter_plugin import kernel
from autograder.otter_plugin.autograder_zip import autograder_zip
from autograder.otter_plugin.grade_one import report
from autograder.otter_plugin.plugin import name_in_otter
from autograder.result import Outcome, Result
from autograder.submission import Submission
from tests.end_to_end import surroundings
from tests.end_to_end.at_the_desk import ASSIGNMENT, Desk, open_desk
from tests.end_to_end.test_behind_the_wall import MISTAKES, REFERENCE, VARIANTS, over_reference
from tests.representatives import representatives

BATCH = ROOT / "tests" / "example_batch" / "submissions"
SLOW = {"el-amrani_sofia", "haddad_omar"}
"""They take half a minute each, in each of the three."""

LOST_ONLY_WHEN_GRADED = {
    "files: a log": "No file can be written",
    "files: temporary folder": "No file can be written",
    "files: data by name": "Only files of Python and the libraries can be read",
    "processes: data loader": "No other process can be started",
    "network: socket": "There is no network",
    "libraries: pytest": "`pytest` is not available when your file is graded",
    "settings: grad off in a function": "has no effect beyond `embedding_lookup`",
    "settings: alarm": "`signal.alarm(1)` has no effect when graded",
    "settings: device without a card": "`torch.set_default_device('cuda')` has no effect when graded",
}

Passed = Mapping[tuple[str, str], bool]
"""Whether each public case passes, by its question and title."""


class Three:
    """The three that run public cases on a file, each with torch loaded once."""

    def __init__(
        self, desk: Desk, grader: Grader, tier: IsolationLevel, tests: list[ExceptionTestFile], folder: Path
    ) -> None:
        self._desk = desk
        self._tier = tier
        self._tests = tests
        self._report = folder / "report.json"
        self._grader = grader

    def at_the_desk(self, source: bytes) -> Report:
        return self._desk.check(source)

    def when_graded(self, source: bytes) -> Result:
        result = self._grader.grade(Submission("somebody", source))
        assert result.fault == ""
        return result

    def under_otter(self, result: Result) -> Passed:
        """What Otter's kernel makes of the report of a graded file."""
        self._report.write_text(report(result, ASSIGNMENT, self._tier), encoding="utf-8")
        kernel.begin(str(self._report))
        passed: dict[tuple[str, str], bool] = {}
        for question in ASSIGNMENT.code_questions:
            (file,) = [one for one in self._tests if one.name == name_in_otter(question.id, False)]
            file.run({})
            for case in file.test_case_results:
                passed[question.id, case.test_case.name] = case.passed
        return passed

    def differ(self, source: bytes) -> dict[tuple[str, str], tuple[bool, bool, bool]]:
        """The cases that do not pass in all three or in none, with what each says.

        What passes only on right earlier functions, of which the self-check says that they are tried, or by a known
        mistake's values is left out.
        """
        checked, result = self.at_the_desk(source), self.when_graded(source)
        assert untold(checked, result) == []
        desk, graded = passed_in_report(checked), passed_in_result(result)
        otter = {**self.under_otter(result), **dict.fromkeys(passed_later(result), False)}
        assert desk.keys() == graded.keys() == otter.keys()
        assert len(desk) > 50
        said = {key: (desk[key], graded[key], otter[key]) for key in desk}
        return {key: three for key, three in said.items() if len(set(three)) > 1}


def passed_in_report(report: Report) -> Passed:
    return {(check.question, check.title): check.outcome == "passed" for check in report.checks}


def passed_in_result(result: Result) -> Passed:
    return {
        (question.id, case.title): case.outcome is Outcome.PASSED and not case.carried and not case.despite
        for question in result.questions
        for case in question.cases
        if not case.hidden
    }


def passed_later(result: Result) -> list[tuple[str, str]]:
    """The public cases that passed on right earlier functions, or by a known mistake's values."""
    return [
        (question.id, case.title)
        for question in result.questions
        for case in question.cases
        if (case.carried or case.despite) and not case.hidden
    ]


def untold(report: Report, result: Result) -> list[str]:
    """What passed only on right earlier functions, where the self-check could know it and said nothing."""
    failing = {check.question for check in report.checks if check.outcome != "passed"}
    told = {(check.question, check.title): check.builds_on for check in report.checks}
    return [
        case.title
        for question in result.questions
        for case in question.cases
        if case.carried and not case.hidden and not told[question.id, case.title]
        if any(question_of(name) in failing - {question.id} for name in case.carried)
    ]


def question_of(function: str) -> str:
    return next(one.id for one in ASSIGNMENT.code_questions if function in one.functions)


@pytest.fixture(scope="module")
def three(tmp_path_factory, course_launcher, course_grader) -> Iterator[Three]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "autograder.zip").write_bytes(autograder_zip(ROOT))
    with zipfile.ZipFile(folder / "autograder.zip") as opened:
        opened.extractall(folder / "source")
    tests = [ExceptionTestFile.from_file(str(path)) for path in (folder / "source" / "tests").glob("*.py")]
    with open_desk(folder / "student") as desk:
        yield Three(desk, course_grader, course_launcher.tier, tests, folder)


def sources() -> dict[str, bytes]:
    """Every file that is compared, by its kind and name."""
    found = {f"batch: {one.student}": one.code for one in collect(BATCH, ASSIGNMENT) if one.code is not None}
    for question, mistake in MISTAKES:
        found[f"mistake: {question} {mistake.id}"] = apply(REFERENCE, [mistake]).encode()
    for path in VARIANTS:
        found[f"right: {path.parent.name}/{path.stem}"] = over_reference(path).encode()
    return found | {name: source.encode() for name, source in surroundings.ALL.items()}


SOURCES = sources()
SAMPLE = {
    *list(SOURCES)[12::47],
    *("batch: bergstrom_lina", "batch: garcia_lucia", "right: lookup/gather"),
    *(name for names in (list(surroundings.ALL)[::4], LOST_ONLY_WHEN_GRADED) for name in names),
} - {f"batch: {student}" for student in SLOW}


@pytest.mark.parametrize(
    "name",
    [
        *representatives([name for name in SOURCES if name in SAMPLE], lambda name: name.partition(":")[0]),
        *(pytest.param(name, marks=pytest.mark.soak) for name in SOURCES if name not in SAMPLE),
    ],
)
def test_the_same_public_cases_pass_at_the_desk_when_graded_and_under_otter(name, three):
    assert three.differ(SOURCES[name]) == {}


def test_at_least_five_hundred_files_are_compared_and_every_kind_is_in_the_sample():
    assert len(SOURCES) >= 500
    assert {name.partition(":")[0] for name in SOURCES} == {name.partition(":")[0] for name in SAMPLE}


@pytest.mark.parametrize("name", representatives(LOST_ONLY_WHEN_GRADED, lambda name: name.partition(":")[0]))
def test_the_self_check_names_the_line_and_the_reason_for_what_grading_refuses(name, three):
    report = three.at_the_desk(SOURCES[name])
    (place, _), *_ = [one for one in report.problems if LOST_ONLY_WHEN_GRADED[name] in one[1]]
    line = SOURCES[name].decode().split("\n")[int(place.removeprefix("line ")) - 1]
    assert line.strip() and line not in REFERENCE.split("\n")


@pytest.mark.parametrize("name", representatives(name for name in LOST_ONLY_WHEN_GRADED if "settings" not in name))
def test_the_same_reason_stands_in_the_result(name, three):
    result = three.when_graded(SOURCES[name])
    messages = [case.message for question in result.questions for case in question.cases]
    assert any(LOST_ONLY_WHEN_GRADED[name] in text for text in (*result.notes, *messages))


@pytest.mark.parametrize(
    "name", representatives(["pictures: first", "pictures: saved to memory", "streams: built anew"])
)
def test_nothing_is_said_of_what_works_when_graded(name, three):
    report = three.at_the_desk(SOURCES[name])
    assert report.problems == () and report.all_pass
    result = three.when_graded(SOURCES[name])
    assert [note for note in result.notes if note.startswith(ASSIGNMENT.code_file)] == []
    assert [case.untrusted for question in result.questions for case in question.cases if case.untrusted] == []
