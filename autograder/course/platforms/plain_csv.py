"""A table of its own, for whoever takes CSV: who, the points earned, what was deducted, what counts."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from ...errors import GraderError
from ...io.csv_file import read_table
from ...io.files import file_names
from ...io.text import csv_safe, format_points, pluralize, single_line
from ..grades import Grade
from ..students.column_names import EMAILS, FIRST, IDS, LAST, LOGINS, NAMES, known_headings
from .base import Platform
from .export_plan import ExportFiles, ExportOptions, GradeWriter, Zip, column_of
from .matching import PersonRow, match

HANDED_BACK = "handed-back.csv"
"""What the table is called that every export writes; see `table_name`."""

COLUMNS = ("student", "name", "email", "id", "raw", "late_deduction", "total", "possible", "remarks")


_IDS = (*IDS, *LOGINS, *EMAILS, "student")
"""Headings of columns that hold an id, a login or an address; ours call the key so."""


def plain_csv(grades: Sequence[Grade], options: ExportOptions) -> ExportFiles:
    """`handed-back.csv` alone, which every export writes; or a copy of any table with one column filled."""
    zips = (Zip("feedback.zip", "page", tuple(file_for_each(grades))),)
    if options.into is None:
        return ExportFiles(grades=tuple(grades), zips=zips, said=(_rows_said(len(grades)),))
    table = read_table(options.into)
    column = column_of(table, options.grade_column, "--grade-column")
    feedback = column_of(table, options.feedback_column, "--feedback-column") if options.feedback_column else None
    known = known_headings(table.header)
    ids = [i for i, name in enumerate(known) if name in _IDS]
    names = _name_columns(known)
    if not ids and not names:
        raise GraderError(
            f"{table.name} has no column that says who a row is about; "
            "these are known: id, sid, username, email, name, first name, last name, student."
        )
    rows = [
        PersonRow(
            number=row,
            ids=tuple(table.value(row, i) for i in ids),
            name=" ".join(table.value(row, i) for i in names),
        )
        for row in table.rows
    ]
    filling = GradeWriter(table)
    matching = match(grades, rows, "csv", table.name, options.others)
    for grade, row in matching.pairs:
        filling.points(row, column, grade.total)
        if feedback is not None:
            table.set(row, feedback, csv_safe(" ".join(grade.remarks), single_line))
    filling.sum_up(matching, len(rows), table.header[column])
    return ExportFiles(
        grades=tuple(grade for grade, _ in matching.pairs),
        table=table,
        zips=zips,
        said=tuple(filling.said),
        problems=tuple(filling.problems),
    )


def _name_columns(headings: Sequence[str]) -> list[int]:
    """Where a name stands: its two parts, if there are both, or the whole."""
    first, last, whole = ([headings.index(h) for h in kind if h in headings][:1] for kind in (FIRST, LAST, NAMES))
    return first + last if first and last else whole


def table_name(platform: str) -> str:
    """What an export calls its table: another platform's export leaves it as it is."""
    return HANDED_BACK if platform == CSV.name else HANDED_BACK.replace(".", f"-{platform}.")


def _rows_said(count: int) -> str:
    return f"{HANDED_BACK} has {pluralize(count, 'row')}, one for each grade that is exported."


def handed_back(grades: Iterable[Grade]) -> str:
    """The table of all that is handed back, with the points before any deduction."""
    return table_of(
        COLUMNS,
        (
            (
                grade.person.student,
                grade.person.member.name,
                grade.person.member.email,
                grade.person.member.id,
                *points_of(grade),
                format_points(grade.possible),
                " ".join(grade.remarks),
            )
            for grade in grades
        ),
    )


def points_of(grade: Grade) -> tuple[str, str, str]:
    """Raw, deducted and total, as texts."""
    deducted = grade.deduction.points if grade.deduction else 0.0
    return format_points(grade.raw), format_points(deducted), format_points(grade.total)


def table_of(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV in which no cell is a formula, nor a part of one, wherever a program parts them."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([csv_safe(value, single_line) for value in row] for row in rows)
    return file.getvalue()


def file_for_each(grades: Sequence[Grade]) -> list[tuple[Grade, str]]:
    """A file name for each grade: the submission's key, with the member where there are several."""
    members = Counter(grade.person.student for grade in grades)
    keys = [
        g.person.student
        if members[g.person.student] == 1
        else f"{g.person.student}, {g.person.member.id or g.person.member.email or g.person.member.name}"
        for g in grades
    ]
    names = file_names(keys)
    return [(grade, f"{names[key]}.html") for grade, key in zip(grades, keys, strict=True)]


CSV = Platform("csv", fill=plain_csv)
