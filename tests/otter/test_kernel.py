"""Otter's own classes run autograder.zip's tests on proxies as the grader runs the original ones.

What happens in the kernel, without a kernel: so many submissions can be compared.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch
from otter.test_files.exception_test import ExceptionTestFile

from autograder.assignment import Limits
from autograder.course.intake.uploads import collect
from autograder.grading.connection import InternalError
from autograder.grading.grader import Grader
from autograder.grading.launcher import Launcher, open_launcher
from autograder.otter_plugin import kernel
from autograder.otter_plugin.kernel import CaseRunner
from autograder.otter_plugin.plugin import name_in_otter
from autograder.result import Outcome, Result
from autograder.submission import Submission
from tests.hostile.collection import ATTACKS, HALF, Attack
from tests.hostile.conftest import limits_for
from tests.otter.test_run import ASSIGNMENT, mistaken
from tests.otter.test_soak import BATCH, MISTAKES_TOGETHER


@pytest.fixture(scope="module")
def files(archive: Path, tmp_path_factory) -> list[ExceptionTestFile]:
    """The test files of the archive, in Otter's order."""
    folder = tmp_path_factory.mktemp("source")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return [ExceptionTestFile.from_file(str(path)) for path in sorted((folder / "tests").glob("*.py"))]


@pytest.fixture(scope="module")
def started() -> Iterator[Callable[[Limits], tuple[Launcher, Grader]]]:
    """A launcher and a grader with these limits, started when first asked for."""
    torch.set_num_threads(1)
    with ExitStack() as stack:

        @cache
        def start(limits: Limits) -> tuple[Launcher, Grader]:
            launcher = stack.enter_context(open_launcher(limits))
            return launcher, Grader(replace(ASSIGNMENT, limits=limits), launcher)

        yield start


def shown(result: Result) -> list[tuple]:
    """All that counts and all that a student reads."""
    return [
        (question.id, question.points, case.title, case.outcome, case.message, case.hint)
        for question in result.questions
        for case in question.cases
    ]


def counted(result: Result) -> list[tuple]:
    """All that counts."""
    return [
        (question.id, question.points, case.title, case.outcome is Outcome.PASSED)
        for question in result.questions
        for case in question.cases
    ]


@pytest.fixture
def alike(files, started, monkeypatch) -> Callable[..., None]:
    """Demands that Otter and the grader pass the same cases and tell a student the same."""

    def alike(
        submission: Submission,
        limits: Limits = ASSIGNMENT.limits,
        compared: Callable[[Result], list[tuple]] = shown,
    ) -> None:
        launcher, grader = started(limits)
        given: list[Result] = []
        desk = CaseRunner(submission, replace(ASSIGNMENT, limits=limits), grader, launcher, given.append)
        monkeypatch.setattr(kernel, "_desk", desk)
        by_otter: dict[str, list[tuple[str, bool]]] = {}
        try:
            for file in files:
                file.run(dict(desk.environment))
                by_otter[file.name] = [(case.test_case.name, case.passed) for case in file.test_case_results]
        finally:
            desk.close()
        by_grader: dict[str, list[tuple[str, bool]]] = {}
        result = grader.grade(submission)
        for question in result.questions:
            for case in question.cases:
                name = name_in_otter(question.id, case.hidden)
                at_once = case.outcome is Outcome.PASSED and not case.carried  # Otter tries nothing again
                by_grader.setdefault(name, []).append((case.title, at_once))
        assert by_otter == by_grader
        (reported,) = given
        assert compared(reported) == compared(result)

    return alike


SLOW = {"el-amrani_sofia", "haddad_omar"}
"""They take half a minute each, twice."""

SUBMISSIONS = [
    pytest.param(one, id=one.student, marks=pytest.mark.soak if one.student in SLOW else ())
    for one in collect(BATCH, ASSIGNMENT)
]
SOME_ATTACKS = [
    pytest.param(attack, id=attack.name, marks=pytest.mark.soak if number % 5 else ())
    for number, attack in enumerate(ATTACKS)
]


TELLS_OF_ITS_WAY = {
    "leaking/remembered": "raises every call that it has seen, and Otter runs all public cases first",
    "leaking/class_of_a_module": "hides its class, so that a call which did not run ahead is of a `Module`",
    "parser/slow_drip": "is stopped by the clock or by the parser, whichever is first",
}
"""Attacks by whose own doing texts depend on the order of the cases or on the clock; points must be equal."""


@pytest.mark.parametrize("submission", SUBMISSIONS)
def test_the_example_batch_gets_the_same(submission: Submission, alike):
    alike(submission)


@pytest.mark.parametrize("ids", MISTAKES_TOGETHER, ids=" ".join)
def test_known_mistakes_get_the_same(ids, alike):
    alike(Submission("mistaken", mistaken(*ids)))


@pytest.mark.parametrize("attack", SOME_ATTACKS)
def test_a_hostile_file_gets_the_same(attack: Attack, alike):
    alike(attack.submission(), limits_for(attack), counted if attack.name in TELLS_OF_ITS_WAY else shown)


def test_the_attacks_that_are_compared_by_points_alone_exist():
    assert TELLS_OF_ITS_WAY.keys() <= {attack.name for attack in ATTACKS}


@pytest.mark.parametrize("code", [b"", b"def (", b"\xff\xfe\x00", b"import os; os._exit(3)", b"import nothing"])
def test_a_file_that_cannot_be_used_gets_the_same(code, alike):
    alike(Submission("odd", code))


def test_without_a_file_every_case_fails_by_name(alike):
    alike(Submission("none", None))


def test_a_public_case_behind_a_hidden_one_is_not_run(files, started, monkeypatch):
    launcher, grader = started(ASSIGNMENT.limits)
    desk = CaseRunner(Submission("half", HALF.encode()), ASSIGNMENT, grader, launcher, lambda result: None)
    monkeypatch.setattr(kernel, "_desk", desk)
    monkeypatch.setattr(kernel, "_fail", lambda problem: None)
    public, hidden = files[0], files[-1]
    try:
        public.run(dict(desk.environment))
        hidden.run(dict(desk.environment))
        with pytest.raises(InternalError, match="a public case came after a hidden one"):
            files[1].run(dict(desk.environment))
        with pytest.raises(InternalError, match="runs twice"):
            hidden.run(dict(desk.environment))
    finally:
        desk.close()
