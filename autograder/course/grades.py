"""What is handed back: one grade for each student, with what was deducted for being late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from ..assignment import Assignment
from ..io.text import format_points, pluralize
from ..result import Result, Status
from ..submission import UploadInfo
from .students.directory import Person, persons_of


@dataclass(frozen=True)
class Deduction:
    """What being late costs, in points, and the sentence that says so."""

    points: float
    words: str


@dataclass(frozen=True)
class Grade:
    """What one student gets.

    Attributes:
        raw: the points earned, before any deduction.
        possible: what the assignment is worth.
        questions: id, points (None while unmarked) and points possible of each question.
        unmarked: how many short answers still wait for a marker.
        deduction: None where nothing is deducted.
    """

    person: Person
    raw: float
    possible: float
    questions: tuple[tuple[str, float | None, float], ...] = ()
    unmarked: int = 0
    unconfined: bool = False
    deduction: Deduction | None = None

    @property
    def total(self) -> float:
        return round(self.raw - (self.deduction.points if self.deduction else 0.0), 2)

    @property
    def remarks(self) -> tuple[str, ...]:
        """The sentences that a student reads beside the points."""
        said = []
        if self.unmarked:
            said.append(f"Provisional: {pluralize(self.unmarked, 'short answer')} not marked yet.")
        if self.deduction:
            said.append(
                f"{self.deduction.words} {format_points(self.raw)} - {format_points(self.deduction.points)} = "
                f"{format_points(self.total)} points count."
            )
        return tuple(said)


@dataclass(frozen=True)
class Skipped:
    """A submission that no grade is handed out for, and why."""

    student: str
    why: str
    persons: tuple[Person, ...] = ()


def grades_of(result: Result, persons: Iterable[Person], assignment: Assignment) -> list[Grade]:
    """The grade of each student behind a result that has a total."""
    assert result.total is not None
    enabled = {question.id for question in assignment.questions}
    questions = tuple((q.id, q.points, q.possible) for q in result.questions if q.id in enabled)
    return [
        Grade(
            person=person,
            raw=round(sum(points for _, points, _ in questions if points is not None), 2),
            possible=assignment.possible,
            questions=questions,
            unmarked=sum(points is None for _, points, _ in questions),
            unconfined=result.unconfined,
        )
        for person in persons
    ]


def sort_out(
    results: Iterable[Result],
    origins: Mapping[str, UploadInfo],
    assignment: Assignment,
    *,
    provisional: bool = False,
    sharing_ids: Set[str] = frozenset(),
) -> tuple[list[Grade], list[Skipped]]:
    """The grades to hand out, and the submissions that get none.

    Args:
        provisional: hand out also what still needs marking, with the points there are.
        sharing_ids: the platforms whose ids are the university's.
    """
    grades, left = [], []
    for result in results:
        persons = persons_of(result.student, origins.get(result.student), sharing_ids)
        if result.status is Status.GRADED or (provisional and result.status is Status.NEEDS_MARKING):
            grades += grades_of(result, persons, assignment)
        else:
            left.append(Skipped(result.student, str(result.status), persons))
    return grades, left


def with_remarks(result: Result, grade: Grade) -> Result:
    """The result as this student reads it: what is deducted stands beside the points, which stay."""
    return replace(result, notes=(*grade.remarks, *result.notes)) if grade.remarks else result
