"""Grades one submission: runs Otter's test files against the student's functions behind the wall."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np

from ..assignment import Assignment, Question, import_file
from ..check.data import look_in
from ..check.hints.diagnosis import OutcomeRow, hint_for
from ..check.loading import notebook
from ..check.testing.cases import Case, CaseRun, read_cases, run_case
from ..check.testing.comparison import judged_by
from ..errors import AssignmentError
from ..result import CaseResult, Outcome, QuestionResult, Result, Status, tried_again
from ..sandbox.mirror import SEED
from ..submission import Submission
from .budget import Budget
from .connection import Connection, InternalError, Stopped
from .error_carried_forward import NONE, Retries, Substitutes
from .hints import Hints
from .known_mistakes import KnownMistakes, Presumed, judge_by
from .launcher import Launcher
from .memorized_answers import SAID, Agreement, suspects
from .replay.kept import Kept
from .replay.memo import MemoizedRunner
from .replay.recording import Replay
from .session import Session
from .short_answers import handed_out_words, read_answers

REHEARSAL_SECONDS = 600
"""What running the reference for the first time may take: it imports what nothing needed before."""

SHOWN_PRINTS = 500

LONGEST_MESSAGE = 10_000
"""Characters of a case's message: whatever a student's code does, a result stays small."""

LONGEST_UNTRUSTED = 100_000
"""Characters of what it raised and printed, which a course may let be this long."""


@dataclass(frozen=True)
class Run:
    """What came of a student's code.

    Attributes:
        notes: sentences on the file as a whole.
        starved: whether the wall clock ended a call that had not used its processor time.
        failing_inputs: by question what its result has under this name.
    """

    outcomes: dict[Case, CaseResult]
    notes: tuple[str, ...] = ()
    starved: bool = False
    failing_inputs: Mapping[str, str] = field(default_factory=dict)


class Grader:
    """Grades submissions one after the other.

    Args:
        assignment: what is asked.
        launcher: starts the students' processes.

    Attributes:
        reference: the module of the reference solution, which cases ask for by this name.

    Raises:
        AssignmentError: if a question has no tests, if what they compare with is missing, or if
            the reference does not pass them.
    """

    def __init__(self, assignment: Assignment, launcher: Launcher) -> None:
        self._assignment = assignment
        self._launcher = launcher
        _look_for_files(assignment)
        look_in(assignment.root / "assignment" / "data")
        self.reference = import_file(assignment.reference)
        self._template = handed_out_words(assignment)
        self.possible = assignment.possible
        self._names = tuple(name for question in assignment.code_questions for name in question.functions)
        self._cases = {
            question.id: read_cases(assignment.public_tests(question.id))
            + read_cases(assignment.hidden_tests(question.id))
            for question in assignment.code_questions
        }
        for question_id, cases in self._cases.items():
            if not cases:
                raise AssignmentError(f"`{question_id}` has no case that can earn its points.")
        self._retries = Retries(assignment, self.cases)
        self._judged = MemoizedRunner(self._judge)
        self._judged_once_more = MemoizedRunner(self._judge_presumed)
        self._hints = Hints(assignment)
        self._known_mistakes = KnownMistakes(assignment, self._cases, self.reference)
        self._rehearse()

    def grade(self, submission: Submission) -> Result:
        """Run everything on one submission. Whatever the student's code does, a result comes back."""
        possible = self.possible
        if submission.set_aside:
            asked = (submission.set_aside,)
            return Result(submission.student, Status.SET_ASIDE, submission.digest, possible, notes=asked)
        try:
            run = self._run_code(submission.code)
        except InternalError as fault:
            return not_graded(submission, possible, str(fault))
        return self._result(submission, run)

    def _result(self, submission: Submission, run: Run) -> Result:
        """Add up what came of the code, and read the short answers."""
        code: dict[str, QuestionResult] = {}
        for question in self._assignment.code_questions:
            cases = [run.outcomes[case] for case in self._cases[question.id]]
            found = self._question_result(question, cases, code)
            code[question.id] = replace(found, failing_inputs=run.failing_inputs.get(question.id, ""))
        answers = read_answers(submission.answers, self._template, self._assignment)
        by_id = {**code, **{answer.id: answer for answer in answers.questions}}
        questions = tuple(by_id[question.id] for question in self._assignment.questions)
        unmarked = any(question.points is None for question in questions)
        return Result(
            student=submission.student,
            status=Status.NEEDS_MARKING if unmarked else Status.GRADED,
            digest=submission.digest,
            possible=self.possible,
            questions=questions,
            notes=submission.notes + run.notes + answers.notes,
            unconfined=not self._launcher.tier.confined,
            retry_alone=run.starved,
        )

    def _rehearse(self) -> None:
        """Run the reference: what the cases ask of it becomes their scripts, unless they are kept.

        Raises:
            AssignmentError: if the reference does not pass, since no right solution would.
        """
        kept, probes = Kept(self._assignment, self._launcher.tier.value), self._hints.probes
        if scripts := kept.read(len(self.cases) + len(probes)):
            waiting = iter(scripts)
            for case in self.cases:
                self._judged.expect(case, next(waiting))
            for probe in probes:
                self._hints.expect(probe, next(waiting))
            return
        source = self._assignment.reference.read_bytes()
        try:
            at_leisure = Connection(self._launcher, self._assignment.limits, Budget(REHEARSAL_SECONDS))
            with self._session(source, at_leisure) as session:
                self._judged.rehearse(session, self.cases)
                self._hints.rehearse(session)
            with self._session(source, self._connection()) as session:
                for case, result in self._run_cases(session).items():
                    _expect_pass(case, result)
            for substitutes, cases in self._retries.after(self.cases).items():
                with self._session(source, self._connection(), substitutes) as session:
                    for case, result in self._judged.verdicts(session, cases).items():
                        _expect_pass(case, result, " on the functions of solutions/substitutes.py")
        except (Stopped, InternalError) as error:
            raise AssignmentError(f"The reference solution cannot be graded: {error}") from None
        kept.write([*map(self._judged.script, self.cases), *map(self._hints.script, probes)])

    def _run_code(self, source: bytes | None) -> Run:
        if source is None:
            return Run(self._all_alike(self._no_file()))
        connection = self._connection()
        try:
            with self._session(source, connection) as session:
                outcomes, notes = self._run_cases(session), self._notes(source, session)
        except Stopped as stop:
            outcomes, notes = self._all_alike(stop), self._notes(source, stop)
        outcomes = self._retried(outcomes, source, connection)
        outcomes, starved = self._without_memorized(outcomes, source, connection), connection.starved
        if self._assignment.hidden_outcomes != "sum":
            return Run(self._with_what_fails(outcomes, source, connection), notes, starved)
        outcomes = self._with_what_fails(outcomes, source, self._connection_of_its_own())
        return Run(outcomes, notes, starved, self._failing_inputs(outcomes, source))

    def _retried(self, done: dict[Case, CaseResult], source: bytes, connection: Connection) -> dict[Case, CaseResult]:
        """The results, better where cases pass once the functions that they build on are right ones."""
        failed = [case for case, result in done.items() if result.outcome is not Outcome.PASSED]
        better = {}
        for substitutes, cases in self._retries.after(failed).items():
            try:
                with self._session(source, connection, substitutes) as session:
                    again = self._judged.verdicts(session, cases, one_by_one=True)
            except Stopped:
                continue
            for case, result in again.items():
                if result.outcome is Outcome.PASSED:
                    better[case] = replace(result, untrusted="", carried=substitutes.names)
        return done | better

    def _without_memorized(
        self, done: dict[Case, CaseResult], source: bytes, connection: Connection
    ) -> dict[Case, CaseResult]:
        """The results; public cases fail that pass where nothing else that their function gives is right."""
        tried = [case for case, result in done.items() if result.outcome is not Outcome.NOT_ATTEMPTED]
        passed = [case for case in tried if done[case].outcome is Outcome.PASSED]
        for hidden, public in suspects(tried, passed).items():
            if not any(self._agrees(case, source, connection) for case in hidden):
                said = SAID.format(public[0].needs[0])
                done |= {case: replace(done[case], outcome=Outcome.FAILED, message=said) for case in public}
        return done

    def _agrees(self, case: Case, source: bytes, connection: Connection) -> bool:
        """Whether a value that a case compares is right, in a process that no other case has ended."""
        agreement = Agreement()
        try:
            with self._session(source, connection) as session, judged_by(agreement):
                _attempt(session, case, {**session.environment, "reference": self.reference})
        except Stopped:
            pass
        return agreement.is_some

    def _with_what_fails(
        self, done: dict[Case, CaseResult], source: bytes, connection: Connection
    ) -> dict[Case, CaseResult]:
        """The results; where no known mistake explains a case, with what its functions' failing inputs share."""
        unexplained = [case for case, result in done.items() if result.outcome is Outcome.FAILED and not result.hint]
        told = self._in_common([name for case in unexplained for name in case.needs], source, connection)
        hints = {case: "\n".join(told[name] for name in case.needs if name in told) for case in unexplained}
        return done | {case: replace(done[case], hint=hint) for case, hint in hints.items()}

    def _failing_inputs(self, done: dict[Case, CaseResult], source: bytes) -> dict[str, str]:
        """What failing inputs have in common, for each question that lost hidden points.

        Which functions are asked, in which order and with how much time, follows from public cases and from which
        sums are full: a file that chose among hidden cases would choose nothing that is said.
        """
        asked: dict[str, list[str]] = {}
        for question in self._assignment.code_questions:
            results = [(case, done[case]) for case in self._cases[question.id]]
            failed = [case for case, result in results if result.outcome is not Outcome.PASSED]
            spoken_of = {name for case, result in results if result.hint and not case.hidden for name in case.needs}
            if any(case.hidden for case in failed):
                asked[question.id] = [name for name in question.functions if name not in spoken_of]
        of_all = [name for names in asked.values() for name in names]
        told = self._in_common(of_all, source, self._connection_of_its_own())
        return {id: "\n".join(told[name] for name in names if name in told) for id, names in asked.items()}

    def _in_common(self, functions: Iterable[str], source: bytes, connection: Connection) -> dict[str, str]:
        """What failing inputs have in common, function by function; a process that stops says nothing.

        It is a new one, so that what it gives cannot depend on hidden inputs.
        """
        if not (names := dict.fromkeys(functions)):
            return {}
        try:
            with self._session(source, connection) as session:
                return self._hints.in_common(names, session)
        except Stopped:
            return {}

    def _no_file(self) -> CaseRun:
        """What came of every case where there is no code."""
        return CaseRun("not attempted", f"There is no {self._assignment.code_file}.")

    def _notes(self, source: bytes, loaded: Session | Stopped) -> tuple[str, ...]:
        """Sentences on the file as a whole: what of it could not be loaded."""
        lines = source.decode("utf-8", "replace").split("\n")
        file = self._assignment.code_file
        if notebook.is_from_notebook(lines):
            file = file.removesuffix(".py") + notebook.SUFFIX
        if isinstance(loaded, Stopped):
            return (f"{file}: {loaded.reason}",)
        return tuple(f"{file}, {notebook.place(lines, line)}: {text}" for line, text in loaded.file.problems)

    def _connection(self) -> Connection:
        return Connection(self._launcher, self._assignment.limits)

    def _connection_of_its_own(self) -> Connection:
        """One whose time does not hang on what hidden cases have left of a submission's."""
        limits = self._assignment.limits
        return Connection(self._launcher, limits, Budget(limits.seconds_per_call))

    def _session(self, source: bytes, connection: Connection, substitutes: Substitutes = NONE) -> closing[Session]:
        return closing(Session(connection, source, self._names, substitutes, self._assignment.code_file))

    def _run_cases(self, session: Session) -> dict[Case, CaseResult]:
        """Public cases of all questions, with their hints, before the first hidden one.

        A student's code can remember what a hidden case handed to it; nothing that the student reads
        beside public cases comes after.
        """
        done: dict[Case, CaseResult] = {}
        rows: dict[str, OutcomeRow] = {}
        for hidden in (False, True):
            cases = [case for case in self.cases if case.hidden == hidden]
            done |= self._hinted(self._judged.verdicts(session, cases, one_by_one=hidden), session, rows)
        return done

    def _hinted(
        self, done: dict[Case, CaseResult], session: Session, rows: dict[str, OutcomeRow]
    ) -> dict[Case, CaseResult]:
        """Results with hints beside the failed ones; what one mistake alone makes fail costs once.

        Args:
            rows: keeps how functions did on their probes.
        """
        failed = [case for case, result in done.items() if result.outcome is Outcome.FAILED]
        hints = self._hints.found(failed, session, rows) if failed else ()
        presumed = []
        for case in failed:
            own = [hint for hint in hints if hint.function in case.needs]
            mistakes = tuple(dict.fromkeys(hint.mistake for hint in own))
            done = done | {case: replace(done[case], hint=hint_for(case.needs, own))}
            if self._known_mistakes.values(case, mistakes) is not None:
                presumed.append(Presumed(case, mistakes))
                self._judged_once_more.expect(presumed[-1], self._judged.script(case))
        is_hidden = any(case.hidden for case in failed)
        again = self._judged_once_more.verdicts(session, presumed, one_by_one=is_hidden)
        return done | {
            one.case: replace(result, untrusted="", hint=done[one.case].hint, despite=one.mistakes)
            for one, result in again.items()
            if result.outcome is Outcome.PASSED
        }

    def _judge(self, session: Session, case: Case, replay: Replay | None) -> CaseResult:
        """Run one case."""
        environment = {**session.environment, "reference": self.reference}
        return self._case_result(case, _attempt(session, case, environment, replay), session.printed)

    def _judge_presumed(self, session: Session, presumed: Presumed, replay: Replay | None) -> CaseResult:
        """Run one case and judge it by the values of known mistakes."""
        values = self._known_mistakes.values(presumed.case, presumed.mistakes)
        with judged_by(judge_by(values or ())):
            return self._judge(session, presumed.case, replay)

    @property
    def cases(self) -> tuple[Case, ...]:
        """All cases, question by question."""
        return tuple(chain.from_iterable(self._cases.values()))

    def _case_result(self, case: Case, ended: CaseRun | Stopped, printed: str = "") -> CaseResult:
        """What a case is worth and what is said of it; `printed` is what the student's code printed."""
        if isinstance(ended, Stopped):
            outcome, message, untrusted, unseen = ended.outcome, ended.reason, ended.detail, ""
        else:
            outcome, message, unseen = Outcome(ended.outcome), ended.message, ended.unseen
            untrusted = getattr(ended.error, "student_trace", "")
        if printed:
            untrusted += f"\nprinted:\n{printed}"
        shares = sum(other.share for other in self._cases[case.question])
        points = self._assignment.question(case.question).points * case.share / shares
        if case.hidden and isinstance(ended, CaseRun):
            # The student's own words may hold a hidden input: instructors alone see them.
            message, untrusted = "", f"{message}\n{untrusted}"
        elif printed and not case.hidden and outcome is not Outcome.PASSED:
            message += f"\nyour code printed:\n{printed[:SHOWN_PRINTS]}"
        return CaseResult(
            title=case.title,
            hidden=case.hidden,
            points=points,
            outcome=outcome,
            message=message[:LONGEST_MESSAGE],
            untrusted=untrusted.strip()[:LONGEST_UNTRUSTED],
            unseen=unseen,
        )

    def _all_alike(self, ended: CaseRun | Stopped) -> dict[Case, CaseResult]:
        return {case: self._case_result(case, ended) for case in self.cases}

    def _question_result(
        self, question: Question, cases: list[CaseResult], earlier: dict[str, QuestionResult]
    ) -> QuestionResult:
        unfinished = [name for name in question.builds_on if name in earlier and not _is_complete(earlier[name].cases)]
        notes = [tried_again(cases)]
        if unfinished and not _is_complete(cases):
            names = " and ".join(f"`{name}`" for name in unfinished)
            notes.append(f"This builds on {names}, where checks do not pass yet: fix those first.")
        return QuestionResult(
            id=question.id,
            possible=question.points,
            points=round(sum(case.earned for case in cases), 2),
            note=" ".join(filter(None, notes)),
            cases=tuple(cases),
        )


def _attempt(
    session: Session, case: Case, environment: Mapping[str, Any], replay: Replay | None = None
) -> CaseRun | Stopped:
    """Run one case, from random states that are the same for every submission.

    Args:
        environment: the session's proxies, and the reference.
        replay: answers that came already.
    """
    np.random.seed(SEED)
    random.seed(SEED)
    try:
        session.begin_case(replay)
        return run_case(case, environment, session.file.unreadable)
    except Stopped as stop:
        return stop
    except InternalError as fault:
        raise InternalError(f"{fault} ({case.question}: {case.title})") from None


def _look_for_files(assignment: Assignment) -> None:
    """Name the first file that grading needs and that is not there."""
    tests = [
        path(question.id)
        for question in assignment.code_questions
        for path in (assignment.public_tests, assignment.hidden_tests)
    ]
    if assignment.answer_questions:
        tests.append(assignment.template / assignment.answers_file)
    for needed in (assignment.reference, *tests):
        if not needed.is_file():
            raise AssignmentError(f"{needed} is missing: assignment.yml asks for it.")


def _expect_pass(case: Case, result: CaseResult, where: str = "") -> None:
    if result.outcome is not Outcome.PASSED:
        raise AssignmentError(
            f"The reference solution does not pass a case of `{case.question}`{where}, so no right "
            f"solution would: {case.title}\n{result.message}\n{result.untrusted}".rstrip()
        )


def not_graded(submission: Submission, possible: float, fault: str) -> Result:
    """The result that says it was our fault."""
    return Result(submission.student, Status.NOT_GRADED, submission.digest, possible, fault=fault)


def _is_complete(cases: Iterable[CaseResult]) -> bool:
    return all(case.outcome is Outcome.PASSED for case in cases)
