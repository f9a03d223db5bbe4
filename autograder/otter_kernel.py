"""What happens in Otter's kernel: the grader's own run, and then Otter's, on stand-ins.

The cell that `otter_plugin` wrote calls `begin`. The test files of autograder.zip take their
`test_case` from here, so that Otter runs each case as the grader does.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch
from otter.test_files import test_case as OtterCase

from .assignment import Assignment, load_assignment
from .check.cases import Attempt, Case
from .errors import GraderError
from .judge.connection import Connection, OurFault, Stopped
from .judge.grader import Grader, attempt
from .judge.launcher import Launcher, open_launcher
from .judge.session import Session
from .otter_plugin import FAULT, REPORT, read_handed_on
from .reports.gradescope import results_json
from .reports.words import about
from .result import Outcome, Result
from .submission import Submission


class DoesNotPass(Exception):
    """A case does not pass; the text says why."""


class Desk:
    """Where one submission is graded: its functions, once more in a process of their own, for Otter.

    Attributes:
        environment: what the tests find in the kernel.
    """

    def __init__(
        self, submission: Submission, assignment: Assignment, grader: Grader, launcher: Launcher
    ) -> None:
        self._session: Session | None = None
        self._stopped: Stopped | None = None
        self._past_public = False
        names = tuple(name for question in assignment.code_questions for name in question.functions)
        try:
            connection = Connection(launcher, assignment.limits)
            self._session = Session(connection, submission.code or b"", names)
        except Stopped as stop:
            self._stopped = stop
        stand_ins = self._session.environment if self._session else {}
        self.environment: dict[str, Any] = {**stand_ins, "reference": grader.reference}

    def run(self, case: Case, environment: Mapping[str, Any]) -> None:
        """Run one case as the grader does.

        Raises:
            DoesNotPass: if it does not pass.
            OurFault: if a public case comes after a hidden one, whose inputs the student's code could
                have remembered and could now show.
        """
        self._past_public |= case.hidden
        if self._past_public and not case.hidden:
            raise OurFault(f"a public case came after a hidden one: {case.title}")
        ended: Attempt | Stopped | None = self._stopped
        if self._session:
            ended = attempt(self._session, case, environment)
        if isinstance(ended, Stopped):
            raise DoesNotPass(ended.reason)
        if ended and ended.outcome != Outcome.PASSED:
            raise DoesNotPass(ended.outcome if case.hidden else ended.message)

    def close(self) -> None:
        """Let the student's process go."""
        if self._session:
            self._session.close()


_desk: Desk | None = None
_folder: Path | None = None
_open = ExitStack()
"""Open until the kernel ends, whose end the students' processes do not outlive."""


def begin(house: str, folder: str) -> dict[str, Any]:
    """Grade what lies in `folder`, write the report there, and get ready for Otter's run.

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
        launcher = _open.enter_context(open_launcher(assignment.limits))
        grader = Grader(assignment, launcher)
        submission = read_handed_on(_folder)
        result = grader.grade(submission)
        if result.fault:
            raise GraderError(result.fault)
        _desk = Desk(submission, assignment, grader, launcher)
        (_folder / REPORT).write_text(_report(result, assignment, launcher), encoding="utf-8")
        return _desk.environment
    except BaseException as problem:
        _fail(problem)
        raise


def test_case(**told: Any) -> Callable[[Callable[..., None]], OtterCase]:
    """Otter's decorator of this name, for a case that is run as the grader runs it."""

    def decorate(function: Callable[..., None]) -> OtterCase:
        body = OtterCase(**told)(function)
        parameters = body._get_func_params()
        case = Case(
            question=function.__globals__["name"],
            title=body.name,
            hidden=body.hidden,
            share=body.points,
            needs=tuple(name for name in parameters if name != "env"),
            body=body,
        )

        def run(env: dict[str, Any]) -> None:
            assert _desk is not None
            try:
                _desk.run(case, env)
            except OurFault as fault:
                _fail(fault)
                raise

        return OtterCase(**told)(run)

    return decorate


def _fail(problem: BaseException) -> None:
    """Leave word of what failed: Otter ends cells that raise, and goes on."""
    assert _folder is not None
    (_folder / FAULT).write_text(str(problem) or repr(problem), encoding="utf-8")


def _report(result: Result, assignment: Assignment, launcher: Launcher) -> str:
    """Gradescope's results.json, and the wall. As Otter has it, short answers are marked elsewhere.

    Students read the output at once and can hand in again: it does not say how hidden cases went.
    """
    report = json.loads(results_json(result, assignment, {}))
    report["tests"] = [test for test in report["tests"] if "status" in test]
    if assignment.hidden_visibility != "visible":
        cases = [case for question in result.questions for case in question.cases]
        public = [case for case in cases if not case.hidden]
        right = sum(case.outcome is Outcome.PASSED for case in public)
        first = f"{right} of {len(public)} public checks pass; {len(cases) - len(public)} more ran, too."
        report["output"] = "\n".join([first, *about(result)[1:]])
    report["extra_data"]["wall"] = launcher.tier.value
    return json.dumps(report)
