"""Earlier results as the assignment asks now."""

from __future__ import annotations

from dataclasses import replace

from ...assignment import Assignment
from ...result import Result, Status, rescaled


def rescale(result: Result, assignment: Assignment) -> Result:
    """The result with the questions that are asked now, each at what it is worth now.

    An instructor may have switched a question off or changed its points since, and not graded again: no
    two places of the reports may differ by that.
    """
    worth = {question.id: question.points for question in assignment.questions}
    questions = tuple(rescaled(q, worth[q.id]) for q in result.questions if q.id in worth)
    status = result.status
    if status is Status.NEEDS_MARKING and all(question.points is not None for question in questions):
        status = Status.GRADED
    return replace(result, status=status, possible=assignment.possible, questions=questions)
