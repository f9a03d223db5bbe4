"""What there is to mark: answers, the same ones together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from ...assignment import Assignment, Question
from ...errors import GraderError
from ...mark import Mark, Marks, fingerprint
from ...result import QuestionResult, Status
from ..gradebook.database import Gradebook
from ..gradebook.ratings import latest_rows, result_of_row


@dataclass(frozen=True)
class Group:
    """The same answer, by one student or several.

    Attributes:
        row: the name of its row in a sheet.
        fingerprint: the answer's.
        mark: the mark it has already, if any.
    """

    row: str
    question: Question
    answer: str
    note: str
    students: tuple[str, ...]
    fingerprint: str
    mark: Mark | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.question.id, self.fingerprint


class AnswerIndex:
    """The short answers of everybody who counts; of a result that was read before nothing is read again."""

    def __init__(self, gradebook: Gradebook) -> None:
        self._gradebook = gradebook
        self._found: dict[str, tuple[int, tuple[tuple[QuestionResult, str], ...]]] = {}

    def refresh(self) -> None:
        """Read what is new."""
        rows = latest_rows(self._gradebook)
        self._found = {
            student: known if (known := self._found.get(student)) and known[0] == row else (row, self._answers(row))
            for student, row in rows.items()
        }

    def groups(self, assignment: Assignment, marks: Marks) -> list[Group]:
        """All answers that a person marks, the same ones together, question by question.

        Within a question they stand in an order that says nothing about who wrote them.
        """
        asked = {question.id: place for place, question in enumerate(assignment.questions) if not question.is_code}
        answers: dict[tuple[str, str], list[tuple[str, QuestionResult]]] = {}
        for student, (_, found) in self._found.items():
            for question, print_ in found:
                if question.id in asked:
                    answers.setdefault((question.id, print_), []).append((student, question))
        groups = [_group(assignment.question(key[0]), key[1], given, marks) for key, given in answers.items()]
        return sorted(groups, key=lambda group: (asked[group.question.id], group.row))

    def _answers(self, row: int) -> tuple[tuple[QuestionResult, str], ...]:
        result = result_of_row(self._gradebook, row)
        if result.status not in (Status.GRADED, Status.NEEDS_MARKING):
            return ()
        return tuple((q, fingerprint(q.answer)) for q in result.questions if q.points is None and q.answer)


def short_answer_questions(assignment: Assignment, question_id: str | None) -> tuple[Question, ...]:
    """The short-answer questions, or the one that is named; GraderError where there is none of that name."""
    found = tuple(q for q in assignment.answer_questions if question_id in (None, q.id))
    if question_id is not None and not found:
        ids = ", ".join(q.id for q in assignment.answer_questions) or "none"
        raise GraderError(f"{question_id!r} is not a short-answer question. These are: {ids}.")
    return found


def groups(gradebook: Gradebook, assignment: Assignment) -> list[Group]:
    """`AnswerIndex.groups`, read once."""
    index = AnswerIndex(gradebook)
    index.refresh()
    return index.groups(assignment, gradebook.marks())


def _group(question: Question, print_: str, given: Iterable[tuple[str, QuestionResult]], marks: Marks) -> Group:
    students, results = zip(*given, strict=True)
    known = [marks.get((student, question.id, print_)) for student in students]
    row = f"{question.id}-{hashlib.sha256(f'{question.id} {print_}'.encode()).hexdigest()[:12]}"
    mark = known[0] if all(known) else None
    return Group(row, question, results[0].answer, results[0].note, students, print_, mark)
