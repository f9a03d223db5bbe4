"""Grades one submission: runs Otter's test files against the student's functions behind the wall."""

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np
import torch

from ..answers import read_answers
from ..assignment import Assignment, Question, import_file
from ..check.cases import Attempt, Case, read_cases, run_case
from ..errors import AssignmentError
from ..result import CaseResult, Outcome, QuestionResult, Result, Status
from ..submission import Submission
from .launcher import Launcher
from .session import OurFault, Session, Stopped

SEED = 20240229
"""The random states at the start of every case, so that a case never depends on those before it."""

SHOWN_PRINTS = 500


class Grader:
    """Grades submissions one after the other.

    Args:
        assignment: what is asked.
        launcher: starts the students' processes.

    Raises:
        AssignmentError: if a question has no tests, or what they compare with is missing.
    """

    def __init__(self, assignment: Assignment, launcher: Launcher) -> None:
        self._assignment = assignment
        self._launcher = launcher
        _look_for_files(assignment)
        self._reference = import_file(assignment.reference)
        self._template = (assignment.root / "student_template" / assignment.answers_file).read_text("utf-8")
        self.possible = assignment.possible
        self._names = tuple(name for question in assignment.code_questions for name in question.functions)
        self._cases = {
            question.id: read_cases(assignment.public_tests(question.id))
            + read_cases(assignment.hidden_tests(question.id))
            for question in assignment.code_questions
        }
        for question_id, cases in self._cases.items():
            if not cases:
                raise AssignmentError(f"`{question_id}` has no case that could earn its points.")

    def grade(self, submission: Submission) -> Result:
        """Run everything on one submission. Whatever the student's code does, a result comes back."""
        possible = self.possible
        if submission.set_aside:
            asked = (submission.set_aside,)
            return Result(submission.student, Status.SET_ASIDE, submission.digest, possible, notes=asked)
        try:
            outcomes, notes = self._run_code(submission.code)
        except OurFault as fault:
            return not_graded(submission, possible, str(fault))
        code: dict[str, QuestionResult] = {}
        for question in self._assignment.code_questions:
            code[question.id] = self._question_result(question, outcomes[question.id], code)
        answers = read_answers(submission.answers, self._template, self._assignment)
        by_id = {**code, **{answer.id: answer for answer in answers.questions}}
        questions = tuple(by_id[question.id] for question in self._assignment.questions)
        unmarked = any(question.points is None for question in questions)
        return Result(
            student=submission.student,
            status=Status.NEEDS_MARKING if unmarked else Status.GRADED,
            digest=submission.digest,
            possible=possible,
            questions=questions,
            notes=submission.notes + notes + answers.notes,
            unconfined=not self._launcher.tier.confined,
        )

    def _run_code(self, source: bytes | None) -> tuple[dict[str, list[CaseResult]], tuple[str, ...]]:
        """All cases by question, and what is to say of the file."""
        if source is None:
            missing = Attempt("not attempted", f"There is no {self._assignment.code_file}.")
            return self._all_alike(missing), ()
        try:
            session = Session(self._launcher, source, self._names, self._assignment.limits)
        except Stopped as stop:
            return self._all_alike(stop), (f"{self._assignment.code_file}: {stop.reason}",)
        try:
            outcomes = self._run_cases(session)
        finally:
            session.end()
        problems = [
            f"{self._assignment.code_file}, line {line}: {text}" for line, text in session.file.problems
        ]
        return outcomes, tuple(problems)

    def _run_cases(self, session: Session) -> dict[str, list[CaseResult]]:
        """Public cases of all questions before the first hidden one.

        A student's code can remember what a hidden case handed to it; no public case, whose
        messages the student reads, comes after.
        """
        done: dict[str, list[CaseResult]] = {question: [] for question in self._cases}
        for hidden in (False, True):
            for question, cases in self._cases.items():
                for case in cases:
                    if case.hidden == hidden:
                        done[question].append(self._run_case(session, case))
        return done

    def _run_case(self, session: Session, case: Case) -> CaseResult:
        environment = {**session.environment, "reference": self._reference}
        torch.default_generator.manual_seed(SEED)  # torch.manual_seed notes each call, for GPUs, for good
        np.random.seed(SEED)
        random.seed(SEED)
        try:
            session.begin_case()
            ended: Attempt | Stopped = run_case(case, environment)
        except Stopped as stop:
            ended = stop
        return self._case_result(case, ended, session.printed)

    def _case_result(self, case: Case, ended: Attempt | Stopped, printed: str = "") -> CaseResult:
        if isinstance(ended, Stopped):
            outcome, message, untrusted = ended.outcome, ended.reason, ended.detail
        else:
            outcome, message = Outcome(ended.outcome), ended.message
            untrusted = getattr(ended.error, "student_trace", "")
        if printed:
            untrusted += f"\nprinted:\n{printed}"
        shares = sum(other.share for other in self._cases[case.question])
        points = self._assignment.question(case.question).points * case.share / shares
        if case.hidden and isinstance(ended, Attempt):
            # The student's own words may hold a hidden input: instructors alone see them.
            message, untrusted = "", f"{message}\n{untrusted}"
        elif printed and not case.hidden and outcome is not Outcome.PASSED:
            message += f"\nyour code printed:\n{printed[:SHOWN_PRINTS]}"
        return CaseResult(
            title=case.title,
            hidden=case.hidden,
            points=points,
            outcome=outcome,
            message=message,
            untrusted=untrusted.strip(),
        )

    def _all_alike(self, ended: Attempt | Stopped) -> dict[str, list[CaseResult]]:
        return {
            question: [self._case_result(case, ended) for case in cases]
            for question, cases in self._cases.items()
        }

    def _question_result(
        self, question: Question, cases: list[CaseResult], earlier: dict[str, QuestionResult]
    ) -> QuestionResult:
        unfinished = [
            name for name in question.builds_on if name in earlier and not _is_complete(earlier[name].cases)
        ]
        note = ""
        if unfinished and not _is_complete(cases):
            names = " and ".join(f"`{name}`" for name in unfinished)
            note = f"This builds on {names}, where checks do not pass yet: mend those first."
        return QuestionResult(
            id=question.id,
            possible=question.points,
            points=round(sum(case.earned for case in cases), 2),
            note=note,
            cases=tuple(cases),
        )


def _look_for_files(assignment: Assignment) -> None:
    """Name the first file that grading needs and that is not there."""
    tests = [
        path(question.id)
        for question in assignment.code_questions
        for path in (assignment.public_tests, assignment.hidden_tests)
    ]
    template = assignment.root / "student_template" / assignment.answers_file
    for needed in (assignment.reference, template, *tests):
        if not needed.is_file():
            raise AssignmentError(f"{needed} is missing: assignment.yml asks for it.")


def not_graded(submission: Submission, possible: float, fault: str) -> Result:
    """The result that says it was our fault."""
    return Result(submission.student, Status.NOT_GRADED, submission.digest, possible, fault=fault)


def _is_complete(cases: Iterable[CaseResult]) -> bool:
    return all(case.outcome is Outcome.PASSED for case in cases)
