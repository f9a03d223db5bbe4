"""Marks that people gave for short answers, and results with them.

A mark stands for one text of an answer. Whoever gave the same text, but for letter case and white
space, gets the same mark; a text that changes later needs a new one.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .result import QuestionResult, Result, Status, rescaled_points


@dataclass(frozen=True)
class ItemMark:
    """The points given for one item of the rubric."""

    id: str
    text: str
    points: float
    possible: float


@dataclass(frozen=True)
class Mark:
    """The points that a person gave for one short answer.

    Attributes:
        answer: the answer's fingerprint: the mark stands for this text and for no other.
        possible: what the question was worth when it was marked.
        comment: for the student.
        replies: to the weak arguments that it holds, for the student.
        withdrawn: whether it says that the answer has no mark any more.
    """

    student: str
    question: str
    answer: str
    points: float
    possible: float
    items: tuple[ItemMark, ...] = ()
    comment: str = ""
    replies: tuple[str, ...] = ()
    withdrawn: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.student, self.question, self.answer


Marks = Mapping[tuple[str, str, str], Mark]
"""The marks that count, by student, question and the answer's fingerprint."""


def standing(marks: Iterable[Mark]) -> dict[tuple[str, str, str], Mark]:
    """The last mark of each answer, unless it was withdrawn; `marks` come oldest first."""
    latest = {mark.key: mark for mark in marks}
    return {key: mark for key, mark in latest.items() if not mark.withdrawn}


def weighed(mark: Mark, items: Sequence[ItemMark], possible: float) -> Mark:
    """The mark by the rubric of now: each item keeps its fraction, whatever it is worth now.

    What an item that is new would have earned nobody has said: so the points are those of the items that were
    judged, as a share of what is possible. Where none of these is left, the mark as a whole keeps its share.

    Args:
        items: the rubric's items as it is now, with what each is worth.
        possible: what the question is worth now.
    """
    judged = {item.id: item.points / item.possible for item in mark.items if item.possible}
    now = [replace(item, points=round(judged[item.id] * item.possible, 2)) for item in items if item.id in judged]
    if not now:
        return replace(mark, points=rescaled_points(mark.points, mark.possible, possible), possible=possible)
    share = sum(judged[item.id] * item.possible for item in now) / sum(item.possible for item in now)
    return replace(mark, points=round(share * possible, 2), possible=possible, items=tuple(now))


def apply_marks(result: Result, marks: Marks) -> Result:
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
    return replace(question, points=rescaled_points(mark.points, mark.possible, question.possible))


def fingerprint(answer: str) -> str:
    """A digest that is the same for answers that differ in letter case and white space alone."""
    text = " ".join(unicodedata.normalize("NFC", answer).casefold().split())
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
