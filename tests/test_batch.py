"""Many submissions at once: any number of workers, any order, and no harm from one to another."""

from __future__ import annotations

import os
import signal

import pytest

from autograder.batch import Batch
from autograder.judge.grader import Grader
from autograder.judge.launcher import launcher
from autograder.result import Result, Status
from autograder.submission import Submission
from tests.judge import small_assignment

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
    return small_assignment.make(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def start(assignment):
    with launcher(assignment.limits) as started:
        yield started


def results(assignment, start, submissions, workers) -> dict[str, Result]:
    given = list(Batch(Fragile(assignment, start), start, workers).grade(submissions))
    by_student = {result.student: result for result in given}
    assert len(by_student) == len(given)  # each once
    return by_student


@pytest.fixture(scope="module")
def one_by_one(assignment, start):
    return results(assignment, start, SUBMISSIONS, workers=1)


def test_every_submission_gets_what_it_earned(one_by_one):
    assert {name: result.total for name, result in one_by_one.items()} == {
        "right": 12, "half": 4, "hanging": 8, "exiting": 8, "noisy": 4, "not_parsing": 0, "empty": 0,
    }  # fmt: skip


def test_two_workers_and_another_order_give_equal_results(assignment, start, one_by_one):
    assert results(assignment, start, reversed(SUBMISSIONS), workers=2) == one_by_one


def test_a_bug_of_the_grader_costs_one_submission_its_result_and_no_other_anything(
    assignment, start, one_by_one
):
    faulty = [Submission(name, b"") for name in ("raising", "leaving", "killing")]
    mixed = [faulty[0], *SUBMISSIONS[:3], faulty[2], *SUBMISSIONS[3:], faulty[1]]
    got = results(assignment, start, mixed, workers=2)
    for submission in faulty:
        result = got.pop(submission.student)
        assert (result.status, result.total, result.possible) == (Status.NOT_GRADED, None, 12)
    assert got == one_by_one
    fault = results(assignment, start, faulty[:1], workers=1)["raising"].fault
    assert fault.startswith("ZeroDivisionError: a bug\n") and "line" in fault  # where it was, for us


def test_no_submissions_give_no_results(assignment, start):
    assert results(assignment, start, [], workers=2) == {}
