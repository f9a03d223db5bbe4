"""Writes what people read: the table, the results for platforms, a page per student and the report."""

from __future__ import annotations

from pathlib import Path

from ..assignment import Assignment
from ..files import file_names, replacing, write_atomically
from ..gradebook import Gradebook
from ..marks import with_marks
from ..result import Result
from .asked import as_asked
from .feedback import feedback_page
from .gradescope import results_json
from .overview import Overview
from .table import grades_csv

__all__ = ["write_reports"]


def write_reports(out: Path, book: Gradebook, assignment: Assignment) -> list[Result]:
    """Write grades.csv, results/, feedback/ and report.html into `out` from the gradebook.

    Each file is replaced whole, so a reader never sees half of one; those of students who count no more
    are removed.

    Returns:
        Everybody's points, by student, without the cases.
    """
    marks = book.marks()
    forgotten = book.forgotten()
    names = file_names([*book.students(), *forgotten])
    overview = Overview(assignment)
    for graded in book.results():
        result = as_asked(with_marks(graded, marks), assignment)
        overview.add(result, book.code(result.digest))
        name = names[result.student]
        write_atomically(out / "results" / f"{name}.json", results_json(result, assignment, marks))
        write_atomically(out / "feedback" / f"{name}.html", feedback_page(result, assignment, marks))
    for student in forgotten:
        (out / "results" / f"{names[student]}.json").unlink(missing_ok=True)
        (out / "feedback" / f"{names[student]}.html").unlink(missing_ok=True)
    write_atomically(out / "grades.csv", grades_csv(overview.results, assignment))
    with replacing(out / "report.html") as report:
        for piece in overview.page(names, str(out), book.walls(), book.code):
            report.write(piece.encode())
    return overview.results
