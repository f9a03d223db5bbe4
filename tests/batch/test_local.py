"""Many submissions at once: any number of workers, any order, and no harm from one to another."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.assignment import Limits
from autograder.course.batch.process_pool import Batch
from autograder.grading.grader import Grader
from autograder.grading.launcher import open_launcher
from autograder.result import Result, Status
from autograder.submission import Submission
from tests.grading import small_assignment

LIMITS = Limits(seconds_per_call=1, seconds_per_submission=10, wall_seconds_per_call=600, memory_mb=1000, output_kb=4)
"""A call that computes for ever is stopped soon; what else runs takes a hundredth of its seconds."""

SOURCES = {
    "right": "def double(n): return 2 * n\ndef triple(n): return 3 * n\n",
    "half": "def double(n): return 2 * n\n",
    "hanging": "def double(n):\n    while True: pass\ndef triple(n): return 3 * n\n",
    "exiting": "import os\ndef double(n): os._exit(0)\ndef triple(n): return 3 * n\n",
    "noisy": "def double(n):\n    print('x' * 10**7)\n    return 2 * n\ndef triple(n): return n\n",
    "not_parsing": "def double(:\n",
    "empty": "",
}
SUBMISSIONS = [Submission(name, source.encode()) for name, source in SOURCES.items()]


class Fragile(Grader):
    """A grader with a bug for each name that asks for one."""

    def grade(self, submission: Submission) -> Result:
        if submission.student == "raising":
            raise ZeroDivisionError("a bug")
        if submission.student == "leaving":
            raise SystemExit("a bug")
        if submission.student == "killing":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().grade(submission)


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    return replace(small_assignment.make(tmp_path_factory.mktemp("small")), limits=LIMITS)


@pytest.fixture(scope="module")
def launcher(assignment):
    with open_launcher(assignment.limits) as opened:
        yield opened


def results(assignment, launcher, submissions, workers) -> dict[str, Result]:
    given = list(Batch(Fragile(assignment, launcher), launcher, workers).grade(submissions))
    by_student = {result.student: result for result in given}
    assert len(by_student) == len(given)  # each once
    return by_student


@pytest.fixture(scope="module")
def one_by_one(assignment, launcher):
    return results(assignment, launcher, SUBMISSIONS, workers=1)


def test_every_submission_gets_what_it_earned(one_by_one):
    assert {name: result.total for name, result in one_by_one.items()} == {
        "right": 12, "half": 4, "hanging": 8, "exiting": 8, "noisy": 4, "not_parsing": 0, "empty": 0,
    }  # fmt: skip


def test_two_workers_and_another_order_give_equal_results(assignment, launcher, one_by_one):
    assert results(assignment, launcher, reversed(SUBMISSIONS), workers=2) == one_by_one


@pytest.mark.thorough
def test_a_bug_of_the_grader_costs_one_submission_its_result_and_no_other_anything(assignment, launcher, one_by_one):
    faulty = [Submission(name, b"") for name in ("raising", "leaving", "killing")]
    mixed = [faulty[0], *SUBMISSIONS[:3], faulty[2], *SUBMISSIONS[3:], faulty[1]]
    got = results(assignment, launcher, mixed, workers=2)
    for submission in faulty:
        result = got.pop(submission.student)
        assert (result.status, result.total, result.possible) == (Status.NOT_GRADED, None, 12)
    assert got == one_by_one
    fault = results(assignment, launcher, faulty[:1], workers=1)["raising"].fault
    assert fault.startswith("ZeroDivisionError: a bug\n") and "line" in fault  # where it was, for us


def test_no_submissions_give_no_results(assignment, launcher):
    assert results(assignment, launcher, [], workers=2) == {}


# Tried again -------------------------------------------------------------------------------------


class Busy:
    """A grader that notes what it does and asks to try some again; `killing` dies whenever it does so."""

    possible = 12

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        self.log.touch()

    def grade(self, submission: Submission) -> Result:
        name = submission.student
        tried = self.note("begin", name).count(f"begin {name}\n")
        time.sleep(0.05)  # room for another to begin
        if name == "killing" and tried > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        self.note("end", name)
        stubborn = name.startswith(("again", "killing"))
        return Result(name, Status.GRADED, f"{tried}", 12, retry_alone=stubborn)

    def note(self, *words: str) -> str:
        with self.log.open("a") as file:
            file.write(" ".join(words) + "\n")
        return self.log.read_text()


@pytest.fixture
def busy(tmp_path) -> tuple[Busy, Batch]:
    grader = Busy(tmp_path)
    return grader, Batch(grader, SimpleNamespace(tier=None, refusals=(), quit=lambda: None), workers=3)


def test_what_asks_for_it_is_graded_once_more_at_the_end_and_alone(busy):
    grader, batch = busy
    names = ["again 1", "once 1", "again 2", "once 2", "again 3", *(f"once {n}" for n in range(3, 20))]
    got = list(batch.grade(Submission(name, b"") for name in names))
    assert sorted(result.student for result in got) == sorted(names)
    second = [result.student for result in got if result.digest == "2"]  # the number of the try
    assert sorted(second) == ["again 1", "again 2", "again 3"]
    assert [result.student for result in got[-3:]] == second  # nothing came after them
    assert not any(result.retry_alone for result in got)  # the second result stands, whatever it asks
    ending = grader.log.read_text().splitlines()[-6:]
    assert ending == [f"{word} {name}" for name in second for word in ("begin", "end")]


def test_a_grading_process_that_dies_at_the_second_try_costs_one_result(busy):
    _, batch = busy
    names = ["killing", "again 1", "once 1"]
    got = {result.student: result for result in batch.grade(Submission(name, b"") for name in names)}
    assert {name: result.status for name, result in got.items()} == {
        "killing": Status.NOT_GRADED, "again 1": Status.GRADED, "once 1": Status.GRADED,
    }  # fmt: skip
