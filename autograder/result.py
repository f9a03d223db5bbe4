"""What grading one submission found: the plain values that grading passes on.

Everything a report shows is read off these. Whatever a student's code printed or raised stands
in the fields named `untrusted`, and is escaped wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Outcome(StrEnum):
    """How one case ended. Where the grader itself fails, the whole submission is `NOT_GRADED`."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not attempted"  # the function is missing or still the handed-out stub
    BLOCKED = "blocked"  # it needs a function that hung or crashed before
    TIMED_OUT = "timed out"
    CRASHED = "crashed"  # the student's process died or called exit


class Status(StrEnum):
    """How far a submission got."""

    GRADED = "graded"
    NEEDS_MARKING = "needs marking"
    SET_ASIDE = "set aside"  # it is not clear which file is meant
    NOT_GRADED = "not graded"  # our fault


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case of one code question.

    Attributes:
        title: the sentence of the conventions that the case tests.
        hidden: whether only grading runs it; then the student sees title, outcome and hint alone.
        points: what the case is worth, in points of the assignment.
        message: what was called, expected and got, for the student when the case is public.
        hint: which idea went wrong, when that is known; safe to show for hidden cases, too.
        untrusted: what the student's code raised and printed, for instructors.
        carried: the earlier functions that do not pass, so that the case was tried again on right ones,
            where it passes: an error carried forward costs once.
        despite: the ids of the known mistakes by whose values it was judged, where it passes: one mistake
            costs once. Its hint is that of the mistakes then.
        unseen: why what its title speaks of was not looked at, where that is so.
    """

    title: str
    hidden: bool
    points: float
    outcome: Outcome
    message: str = ""
    hint: str = ""
    untrusted: str = ""
    carried: tuple[str, ...] = ()
    despite: tuple[str, ...] = ()
    unseen: str = ""

    @property
    def earned(self) -> float:
        return self.points if self.outcome is Outcome.PASSED else 0.0


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question.

    Attributes:
        points: what was earned, to the cent; None while unmarked or not graded.
        note: one sentence on the question as a whole, for the student.
        cases: the cases of a code question, public ones first; empty for a short answer.
        answer: the text of a short answer, as handed in (untrusted); empty for code.
        failing_inputs: what the failing inputs of its functions have in common, for students who see hidden cases
            in sum: it tells nothing of these but that points are missing.
    """

    id: str
    possible: float
    points: float | None
    note: str = ""
    cases: tuple[CaseResult, ...] = ()
    answer: str = ""
    failing_inputs: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One submission, graded.

    Attributes:
        digest: the submission's SHA-256.
        questions: one entry per enabled question, in order; empty when set aside.
        notes: sentences for the student on the submission as a whole.
        fault: what went wrong in the grader, for the instructor, when not graded.
        unconfined: whether an instructor let the student's code run without the wall.
        retry_alone: whether the machine may have been too busy for it: a batch grades it once more,
            with nothing beside it, and takes what comes of that.
        seconds: how long grading took, if that was measured; it differs from run to run, so it makes no
            two results different, and only the gradebook and the instructor's report know it.
    """

    student: str
    status: Status
    digest: str
    possible: float
    questions: tuple[QuestionResult, ...] = ()
    notes: tuple[str, ...] = ()
    fault: str = ""
    unconfined: bool = False
    retry_alone: bool = False
    seconds: float | None = field(default=None, compare=False)

    @property
    def total(self) -> float | None:
        """The sum of the points that stand; None where nothing was graded."""
        if self.status in (Status.SET_ASIDE, Status.NOT_GRADED):
            return None
        return round(sum(q.points for q in self.questions if q.points is not None), 2)


MOST_SAID = 2_000_000
"""Characters that a result's cases say together: fifty times what an honest one's do."""


def bounded(result: Result, most: int = MOST_SAID) -> Result:
    """The result; what its cases say is cut, in each to the same length, where it is more than `most`."""
    cases = [case for question in result.questions for case in question.cases]
    said = sum(len(case.message) + len(case.untrusted) for case in cases)
    if said <= most:
        return result
    each = most // (2 * len(cases))
    note = f"What the checks say of this submission was cut: {said:,} characters, where {most:,} are kept."
    questions = tuple(
        replace(
            question,
            cases=tuple(
                replace(case, message=case.message[:each], untrusted=case.untrusted[:each]) for case in question.cases
            ),
        )
        for question in result.questions
    )
    return replace(result, questions=questions, notes=(*result.notes, note))


def rescaled(question: QuestionResult, possible: float, shares: Sequence[float] = ()) -> QuestionResult:
    """The question's result where it is worth other points now.

    Args:
        shares: what its cases count, if that is known of all of them: then it is to the last digit as a run
            would give it.
    """
    if question.possible in (possible, 0):
        return question
    worth = [case.points * possible / question.possible for case in question.cases]
    points = None if question.points is None else rescaled_points(question.points, question.possible, possible)
    if question.cases and len(shares) == len(question.cases):
        worth = [possible * share / sum(shares) for share in shares]
        passed = (case.outcome is Outcome.PASSED for case in question.cases)
        points = round(sum(each for each, is_earned in zip(worth, passed, strict=True) if is_earned), 2)
    cases = tuple(replace(case, points=each) for case, each in zip(question.cases, worth, strict=True))
    return replace(question, possible=possible, points=points, cases=cases)


def rescaled_points(points: float, was: float, possible: float) -> float:
    """So many of `was` points, to the cent, of what is possible now."""
    return round(points * possible / was, 2)


def tried_again(cases: Iterable[CaseResult]) -> str:
    """For the student: which of their functions were replaced for cases that pass only so; empty if none."""
    wrong = sorted({name for case in cases for name in case.carried})
    if not wrong:
        return ""
    names = " and ".join(f"`{name}`" for name in wrong)
    does, ones = ("does", "a right one") if len(wrong) == 1 else ("do", "right ones")
    return (
        f"Your {names} {does} not pass every check, so what builds on it was tried again on {ones}: "
        "what passes there counts."
    )
