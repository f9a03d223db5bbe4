"""What happens in Otter's kernel: the tests run on proxies for the student's functions.

The cell that the plugin wrote calls `begin`. The cases in autograder.zip's test files are made by
`case`, so that Otter runs each as the grader does. The student's code runs in one process and once: a
second run would tell a first one's hidden cases from its own, and could show them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from otter.test_files import test_case as OtterCase

from ..assignment import Assignment, load_assignment
from ..check.hints.diagnosis import Row
from ..check.testing.cases import Case, CaseRun
from ..feedback.results_json import results_json
from ..feedback.wording import about
from ..grading.connection import Connection, InternalError, Stopped
from ..grading.grader import Grader, Run, attempt
from ..grading.launcher import Launcher, open_launcher
from ..grading.session import Session
from ..result import CaseResult, Outcome, Result
from ..submission import Submission
from .plugin import CASES, FAULT, REPORT, read_handed_on


class DoesNotPass(Exception):
    """A case does not pass; the text says why."""


class CaseRunner:
    """Where one submission is graded, case by case, as Otter asks for them.

    Args:
        done: gets the result when the last case has run.

    Attributes:
        environment: what the tests find in the kernel.
    """

    def __init__(
        self,
        submission: Submission,
        assignment: Assignment,
        grader: Grader,
        launcher: Launcher,
        done: Callable[[Result], None],
    ) -> None:
        self._submission = submission
        self._grader = grader
        self._done = done
        self._waiting = list(grader.cases)
        self._ran: dict[Case, CaseResult] = {}  # all public ones, or all hidden ones
        self._hinted: dict[Case, CaseResult] = {}
        self._past_public = False
        self._rows: dict[str, Row] = {}
        self._notes: tuple[str, ...] = ()
        self._instead: CaseRun | Stopped | None = None
        self._session: Session | None = None
        self._connection = Connection(launcher, assignment.limits)
        names = tuple(name for question in assignment.code_questions for name in question.functions)
        if submission.code is None:
            self._instead = grader.no_file()
        else:
            try:
                self._session = Session(self._connection, submission.code, names, file=assignment.code_file)
                self._notes = grader.notes(submission.code, self._session)
            except Stopped as stop:
                self._instead = stop
                self._notes = grader.notes(submission.code, stop)
        stand_ins = self._session.environment if self._session else {}
        self.environment: dict[str, Any] = {**stand_ins, "reference": grader.reference}

    def run(self, question_id: str, title: str, hidden: bool, environment: Mapping[str, Any]) -> None:
        """Run one case as the grader does; of several with one title, the first that has not run.

        Raises:
            DoesNotPass: if it does not pass.
            InternalError: if it is not a case that is still to be run, or if a public one comes after a hidden
                one, whose inputs the student's code could have remembered and could now show.
        """
        wanted = (question_id, title, hidden)
        case = next((one for one in self._waiting if (one.question, one.title, one.hidden) == wanted), None)
        if case is None:
            raise InternalError(f"a case is unknown here, or runs twice: {title}")
        self._waiting.remove(case)
        if self._past_public and not hidden:
            raise InternalError(f"a public case came after a hidden one: {title}")
        if hidden and not self._past_public:
            self._hint()
            self._past_public = True
        ended, printed = self._instead, ""
        if self._session:
            ended, printed = attempt(self._session, case, environment), self._session.printed
        assert ended is not None
        self._ran[case] = result = self._grader.case_result(case, ended, printed)
        if not self._waiting:
            self._hint()
            outcomes = self._hinted
            if self._submission.code is not None:
                self.close()
                outcomes = self._grader.retried(outcomes, self._submission.code, self._connection)
            run = Run(outcomes, self._notes, self._connection.starved)
            self._done(self._grader.result(self._submission, run))
        if result.outcome is not Outcome.PASSED:
            raise DoesNotPass(result.message or str(result.outcome))

    def close(self) -> None:
        """Let the student's process go."""
        if self._session:
            self._session.close()

    def _hint(self) -> None:
        """Put hints beside what ran, before anything else runs."""
        if self._session:
            self._ran = self._grader.hinted(self._ran, self._session, self._rows)
        self._hinted |= self._ran
        self._ran = {}


_desk: CaseRunner | None = None
_folder: Path | None = None
_open = ExitStack()
"""Open until the kernel ends, whose end the students' processes do not outlive."""


def begin(house: str, folder: str) -> dict[str, Any]:
    """Get ready to grade what lies in `folder`; the report is written there when the last case has run.

    Args:
        house: where the assignment lies.

    Returns:
        what the tests should find in the kernel.
    """
    global _desk, _folder
    _folder = Path(folder)
    tempfile.tempdir = folder  # Otter kills the kernel: nothing would be tidied up elsewhere
    torch.set_num_threads(1)
    try:
        assignment = load_assignment(Path(house))
        launcher = _open.enter_context(open_launcher(assignment.limits, secret=assignment.secret))
        grader = Grader(assignment, launcher)
        report = _folder / REPORT

        def done(result: Result) -> None:
            report.write_text(_report(result, assignment, launcher), encoding="utf-8")

        _desk = CaseRunner(read_handed_on(_folder), assignment, grader, launcher, done)
        return _desk.environment
    except BaseException as error:
        _fail(error)
        raise


def case(question_id: str, title: str, points: float, hidden: bool) -> OtterCase:
    """What a test file of autograder.zip holds: a case that is run as the grader runs it."""

    def run(env: dict[str, Any]) -> None:
        assert _desk is not None
        try:
            _desk.run(question_id, title, hidden, env)
        except DoesNotPass:
            raise
        except BaseException as error:
            _fail(error)
            raise

    return OtterCase(title, points, hidden)(run)


def _fail(problem: BaseException) -> None:
    """Leave word of what failed: Otter ends cells that raise, and goes on."""
    assert _folder is not None
    (_folder / FAULT).write_text(str(problem) or repr(problem), encoding="utf-8")


def _report(result: Result, assignment: Assignment, launcher: Launcher) -> str:
    """Gradescope's results.json, and the wall. As Otter has it, short answers are marked elsewhere.

    Students read the output at once and can hand in again: it does not say how hidden cases went.
    """
    report = json.loads(results_json(result, assignment, {}))
    every_case = json.loads(results_json(result, replace(assignment, hidden_outcomes="each"), {}))
    for told in (report, every_case):
        told["tests"] = [test for test in told["tests"] if "status" in test]
    report[CASES] = every_case["tests"]
    if assignment.hidden_visibility != "visible":
        cases = [case for question in result.questions for case in question.cases]
        public = [case for case in cases if not case.hidden]
        right = sum(case.outcome is Outcome.PASSED for case in public)
        first = f"{right} of {len(public)} public checks pass; {len(cases) - len(public)} more ran, too."
        report["output"] = "\n".join([first, *about(result)[1:]])
    report["extra_data"]["wall"] = launcher.tier.value
    return json.dumps(report)
