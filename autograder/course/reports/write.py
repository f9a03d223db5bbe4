"""Writes what people read: the table, the results for platforms, a page per student and the report."""

from __future__ import annotations

from pathlib import Path

from ...assignment import Assignment
from ...feedback.results_json import results_json
from ...feedback.student_page import feedback_page
from ...io.files import file_names, replacing, write_atomically
from ...mark import apply_marks
from ...result import Result
from ..gradebook.database import Gradebook
from ..gradebook.ratings import read_ratings
from ..known_works import known_works
from ..marking.rubric import weighed_now
from .class_report import Overview
from .grades_csv import grades_csv
from .rescale import rescale


def write_reports(out: Path, gradebook: Gradebook, assignment: Assignment) -> list[Result]:
    """Write grades.csv, results/, feedback/ and report.html into `out` from the gradebook.

    Each file is replaced whole, so a reader never sees half of one; those of students who count no more
    are removed.

    Returns:
        Everybody's points, by student, without the cases.
    """
    marks = weighed_now(gradebook.marks(), assignment)
    forgotten = gradebook.forgotten()
    names = file_names([*gradebook.students(), *forgotten])
    overview = Overview(assignment, known_works(gradebook, assignment))
    for graded in gradebook.results():
        result = rescale(apply_marks(graded, marks), assignment)
        overview.add(result, gradebook.code(result.digest))
        name = names[result.student]
        write_atomically(out / "results" / f"{name}.json", results_json(result, assignment, marks))
        write_atomically(out / "feedback" / f"{name}.html", feedback_page(result, assignment, marks))
    for student in forgotten:
        (out / "results" / f"{names[student]}.json").unlink(missing_ok=True)
        (out / "feedback" / f"{names[student]}.html").unlink(missing_ok=True)
    write_atomically(out / "grades.csv", grades_csv(overview.results, assignment))
    with replacing(out / "report.html") as report:
        for piece in overview.page(names, str(out), gradebook.walls(), gradebook.code, read_ratings(gradebook)):
            report.write(piece.encode())
    return overview.results
