"""Joins results and the marks that were given."""

from __future__ import annotations

from dataclasses import replace

from ..answers import fingerprint
from ..gradebook import Mark, Marks
from ..result import QuestionResult, Result, Status


def with_marks(result: Result, marks: Marks) -> Result:
    """The result with the marks that fit its answers; `graded` once nothing is left to mark."""
    if result.status not in (Status.GRADED, Status.NEEDS_MARKING):
        return result
    questions = tuple(_with_mark(result.student, question, marks) for question in result.questions)
    is_complete = all(question.points is not None for question in questions)
    status = Status.GRADED if is_complete else Status.NEEDS_MARKING
    return replace(result, questions=questions, status=status)


def mark_of(student: str, question: QuestionResult, marks: Marks) -> Mark | None:
    """The mark that fits this answer of this student."""
    return marks.get((student, question.id, fingerprint(question.answer))) if question.answer else None


def _with_mark(student: str, question: QuestionResult, marks: Marks) -> QuestionResult:
    mark = mark_of(student, question, marks) if question.points is None else None
    if mark is None:
        return question
    # The question may be worth something else by now: the mark is a share of what it was worth.
    return replace(question, points=round(mark.points * question.possible / mark.possible, 2))
