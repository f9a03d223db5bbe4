"""nbgrader: fills the rows of an assignment in `nbgrader export`'s table, or writes such a table."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import GraderError
from ...io.csv_file import Table, read_table
from ...io.files import file_names
from ...io.text import format_points, single_line
from ..grades import Grade
from ..students.directory import Person, normalize_id
from .base import Platform
from .export_plan import ExportFiles, ExportOptions, GradeWriter, Zip, fixed_column
from .matching import Row, match
from .plain_csv import points_of, table_of

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def nbgrader(grades: Sequence[Grade], wish: ExportOptions) -> ExportFiles:
    """A filled copy of nbgrader's table, or one made anew, and feedback in nbgrader's folders."""
    name = wish.name or wish.assignment.title
    ids = file_names({_student(grade.person) for grade in grades})
    folder = file_names([name])[name]
    entries = tuple((g, f"feedback/{ids[_student(g.person)]}/{folder}/embeddings.html") for g in grades)
    zips = (Zip("nbgrader-feedback.zip", "page", entries),)
    if wish.into is None:
        rows = ((name, "", "", *_made(grade)) for grade in grades)
        return ExportFiles(
            grades=tuple(grades),
            files=(("nbgrader-grades.csv", table_of(COLUMNS, rows)),),
            zips=zips,
            said=(f"nbgrader-grades.csv has a row per student, as the assignment {single_line(name)!r}.",),
        )
    table = read_table(wish.into)
    raw, penalty, score = (fixed_column(table, column) for column in ("raw_score", "late_submission_penalty", "score"))
    rows_here = _rows(table, wish)
    filling = GradeWriter(table, table.column("max_score"))
    matching = match(grades, rows_here, "nbgrader", table.name, wish.university_ids)
    for grade, row in matching.pairs:
        filling.points(row, raw, grade.raw)
        filling.points(row, penalty, grade.deduction.points if grade.deduction else 0.0)
        filling.points(row, score, grade.total)
    filling.sum_up(matching, len(rows_here), "score")
    return ExportFiles(
        grades=tuple(grade for grade, _ in matching.pairs),
        table=table,
        zips=zips,
        said=tuple(filling.said),
        problems=tuple(filling.problems),
    )


def _rows(table: Table, wish: ExportOptions) -> list[Row]:
    """The rows of this assignment; the table has one for each student and assignment."""
    of = fixed_column(table, "assignment")
    student = fixed_column(table, "student_id")
    names = list(dict.fromkeys(table.value(row, of) for row in table.rows))
    asked = normalize_id(wish.name or (names[0] if len(names) == 1 else wish.assignment.title))
    if asked not in {normalize_id(name) for name in names}:
        raise GraderError(
            f"Which assignment of {table.name} is it? Name it with --assignment; "
            f"these are there: {', '.join(repr(single_line(name)) for name in names) or 'none'}."
        )
    last, first, email = (table.column(name) for name in ("last_name", "first_name", "email"))
    return [
        Row(
            number=row,
            ids=tuple(table.value(row, i) for i in (student, email) if i is not None),
            name=" ".join(table.value(row, i) for i in (first, last) if i is not None),
        )
        for row in table.rows
        if normalize_id(table.value(row, of)) == asked
    ]


def _made(grade: Grade) -> tuple[str, ...]:
    """The cells of a row from the student on. A name is not parted: nobody knows where."""
    person = grade.person
    who = (_student(person), person.member.name, "", person.member.email)
    return *who, *points_of(grade), format_points(grade.possible)


def _student(person: Person) -> str:
    return person.member.id or person.member.email or person.student


NBGRADER = Platform("nbgrader", fill=nbgrader)
