"""The page for one student: what was found in each question and what to do next.

Nothing that the student's code raised or printed stands on it, and of a hidden case only its title,
its outcome and the hint, or not even these (`hidden`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..assignment import Assignment, Question
from ..mark import Mark, Marks, mark_of
from ..result import CaseResult, Outcome, QuestionResult, Result, Status
from .hidden_outcomes import Summed, as_students_see
from .templating import TEMPLATES, render
from .wording import about, checks, cost_of_mistakes, next_steps, outcome_words


@dataclass(frozen=True)
class _Line:
    """What a student may see of one case.

    Attributes:
        earned, points: what it gave, and what it is worth.
        hints: one for each known mistake; again: whether all of them stand above, in the same question.
    """

    title: str
    hidden: bool
    earned: float
    points: float
    outcome: Outcome
    words: str
    message: str
    hints: tuple[str, ...]
    again: bool = False

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED


@dataclass(frozen=True)
class _Part:
    """One question on the page."""

    question: Question
    result: QuestionResult
    checks: str
    mistakes: list[str]
    lines: tuple[_Line, ...]
    mark: Mark | None

    @property
    def passed(self) -> list[_Line]:
        return [line for line in self.lines if line.passed]

    @property
    def lost(self) -> list[_Line]:
        return [line for line in self.lines if not line.passed]


def feedback_page(result: Result, assignment: Assignment, marks: Marks, *, counts: float | None = None) -> str:
    """One HTML file, readable alone and without a network.

    Args:
        counts: the points that count, where some of those earned are deducted.
    """
    result = as_students_see(result, assignment)
    is_graded = result.total is not None
    parts = [_part(result, question, assignment, marks) for question in result.questions] if is_graded else []
    return render(
        TEMPLATES / "feedback.html",
        title=assignment.title,
        result=result,
        total=result.total if counts is None else counts,
        is_graded=is_graded,
        is_provisional=result.status is Status.NEEDS_MARKING,
        possible=assignment.possible,
        about=about(result),
        steps=next_steps(result, assignment) if is_graded else [],
        parts=[part for part in parts if part],
    )


def _part(result: Result, found: QuestionResult, assignment: Assignment, marks: Marks) -> _Part | None:
    try:
        question = assignment.question(found.id)
    except KeyError:
        return None  # it was switched off after this was graded
    lines = tuple(_each_hint_once(_line(case) for case in found.cases))
    return _Part(
        question,
        found,
        checks(found.cases),
        cost_of_mistakes(found.cases),
        lines,
        mark_of(result.student, found, marks),
    )


def _each_hint_once(lines: Iterable[_Line]) -> Iterator[_Line]:
    """One mistake fails many cases: its hint is read beside the first."""
    shown: set[str] = set()
    for line in lines:
        yield replace(line, again=bool(line.hints) and shown.issuperset(line.hints))
        shown.update(line.hints)


def _line(case: CaseResult) -> _Line:
    message = case.message if not case.hidden and case.outcome is not Outcome.PASSED else ""
    words = "" if isinstance(case, Summed) else outcome_words(case)  # its points say it
    if case.outcome is Outcome.NOT_ATTEMPTED and message and "\n" not in message:
        words, message = message.rstrip("."), ""  # "`encode` is not defined in your file" needs no box
    return _Line(
        case.title,
        case.hidden,
        case.earned,
        case.points,
        case.outcome,
        words,
        message,
        tuple(case.hint.splitlines()) if case.outcome is not Outcome.PASSED else (),
    )
