"""What students see of hidden cases: each outcome, or each question's points in sum.

Whoever hands in again can have a file say something by which hidden cases it lets fail, a hidden input,
say. Each outcome that is shown carries as much as there are ways for a case to end; a sum carries no more
than which sum it is. Every known mistake is seen by a public case, too, so a sum withholds no hint of one. Beside a
sum that is not full stands what failing inputs have in common. It follows from the file and from the examples that are
handed out: a new process is asked, which has seen no hidden input, for all functions of the question alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..assignment import Assignment
from ..result import CaseResult, Outcome, QuestionResult, Result, tried_again

WAYS = len(Outcome) + 4
"""How many ways for a case to end students can tell apart: it may also pass on a right earlier function or by the
values of a known mistake, and fail before what it asks is looked at, by a wrong value or by an error."""


@dataclass(frozen=True, slots=True)
class Summed(CaseResult):
    """All hidden cases of a question in one.

    Attributes:
        count: how many they are.
        got: their points in sum.
    """

    count: int = 0
    got: float = 0.0

    @property
    def earned(self) -> float:
        return self.got


def as_students_see(result: Result, assignment: Assignment) -> Result:
    """The result with as much of hidden cases as `hidden_outcomes` lets students see."""
    if assignment.hidden_outcomes == "each":
        return result
    return replace(result, questions=tuple(map(_in_sum, result.questions)))


def bits(result: Result, assignment: Assignment) -> float:
    """How many bits about hidden inputs the outcomes of one submission can carry out to its author.

    For each function it is one more: its public cases count only if something in hidden ones was right.

    Args:
        result: any that has all cases; only what they are worth matters.
    """
    hidden = {question.id: [case.points for case in question.cases if case.hidden] for question in result.questions}
    functions = sum(len(assignment.question(id).functions) for id in hidden)
    if assignment.hidden_outcomes == "each":
        return math.log2(WAYS) * sum(map(len, hidden.values())) + functions
    return sum(math.log2(_sums(points)) for points in hidden.values()) + functions


def _sums(points: Sequence[float]) -> int:
    """How many sums, to the cent, can come of cases that each give their points or none."""
    sums = {0.0}
    for some in points:
        sums |= {round(known + some, 6) for known in sums}
    return len({round(known, 2) for known in sums})


def _in_sum(question: QuestionResult) -> QuestionResult:
    """A question whose hidden cases are one. It says no more of hidden inputs than the points do.

    Not by which title, nor how a case ended, nor by a hint: a file can choose which of its functions
    makes which known mistake.
    """
    public = tuple(case for case in question.cases if not case.hidden)
    hidden = [case for case in question.cases if case.hidden]
    if not hidden:
        return question
    possible = sum(case.points for case in hidden)
    got = round(sum(case.earned for case in hidden), 2)
    all_pass = got >= round(possible, 2)
    whole = Summed(
        title="What ran only when it was graded, in total",
        hidden=True,
        points=possible,
        outcome=Outcome.PASSED if all_pass else Outcome.FAILED,
        count=len(hidden),
        got=got,
        hint="" if all_pass else question.failing_inputs,
    )
    note = question.note.replace(tried_again(question.cases), tried_again(public)).strip()
    return replace(question, note=note, cases=(*public, whole))
