"""The table of grades: one row per student."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from ...assignment import Assignment
from ...io.text import csv_safe, format_points, single_line
from ...result import Result


def grades_csv(results: Iterable[Result], assignment: Assignment) -> str:
    """CSV with `student,status,total,possible` and a column per question.

    `total` is the sum of the filled question columns. What is unmarked is empty, and so is the
    whole row of a submission that was not graded.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    ids = [question.id for question in assignment.questions]
    writer.writerow(["student", "status", "total", "possible", *ids])
    for result in results:
        points = {q.id: q.points for q in result.questions} if result.total is not None else {}
        filled = [points.get(question_id) for question_id in ids]
        total = None if result.total is None else sum(value for value in filled if value is not None)
        student = csv_safe(result.student, single_line)
        writer.writerow([student, _status(result), *map(format_points, [total, assignment.possible, *filled])])
    return file.getvalue()


def _status(result: Result) -> str:
    return f"{result.status} (unconfined)" if result.unconfined else str(result.status)
