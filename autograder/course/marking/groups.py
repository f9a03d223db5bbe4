"""What there is to mark: answers, the same ones together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ...assignment import Assignment, Question
from ...mark import Mark, fingerprint
from ...result import QuestionResult, Status
from ..gradebook.database import Gradebook


@dataclass(frozen=True)
class Group:
    """The same answer, by one student or several.

    Attributes:
        row: the name of its row in a sheet.
        mark: the mark it has already, if any.
    """

    row: str
    question: Question
    answer: str
    note: str
    students: tuple[str, ...]
    mark: Mark | None = None


def groups(gradebook: Gradebook, assignment: Assignment) -> list[Group]:
    """All answers that a person marks, the same ones together, question by question.

    Within a question they stand in an order that says nothing about who wrote them.
    """
    answers: dict[tuple[str, str], list[tuple[str, QuestionResult]]] = {}
    for result in gradebook.results():
        if result.status in (Status.GRADED, Status.NEEDS_MARKING):
            for question in result.questions:
                if question.points is None and question.answer:
                    key = (question.id, fingerprint(question.answer))
                    answers.setdefault(key, []).append((result.student, question))
    marks = gradebook.marks()
    found = []
    for (question_id, print_), given in answers.items():
        known = [marks.get((student, question_id, print_)) for student, _ in given]
        if question_id in {question.id for question in assignment.answer_questions}:
            found.append(
                Group(
                    row=_row_name(question_id, print_),
                    question=assignment.question(question_id),
                    answer=given[0][1].answer,
                    note=given[0][1].note,
                    students=tuple(student for student, _ in given),
                    mark=known[0] if all(known) else None,
                )
            )
    order = [question.id for question in assignment.questions]
    return sorted(found, key=lambda group: (order.index(group.question.id), group.row))


def _row_name(question_id: str, print_: str) -> str:
    return f"{question_id}-{hashlib.sha256(f'{question_id} {print_}'.encode()).hexdigest()[:12]}"
