"""nbgrader: what its exchange received, or what it collected; a folder per student, under the user name.

Fills the rows of an assignment in `nbgrader export`'s table, or writes such a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath

from ...errors import GraderError
from ...io.csv_file import Table, read_table
from ...io.files import file_names
from ...io.text import format_points, single_line
from ...submission import Member
from ...upload.listing import printable
from ..grades import Grade
from ..students.directory import Person, normalize_id
from .base import TIMESTAMP, Platform, Sorted, Upload, below, first_parts, sort_each, timestamp
from .download import Download, Item
from .export_plan import ExportFiles, ExportOptions, GradeWriter, Zip, fixed_column
from .matching import PersonRow, match
from .plain_csv import points_of, table_of

# The download: who handed in what --------------------------------------------------------------

LABEL = "folder of nbgrader"
SUBMITTED = "submitted"
"""The folder of what was collected: `submitted/{student}/{assignment}/`, with the time in a file beside."""

_RECEIVED = re.compile(r"(?P<student>[^+]+)\+(?P<assignment>[^+]+)\+(?P<when>[^+]+)(?:\+[^+]*)?", re.DOTALL)


def _claims(download: Download) -> int:
    received = sum(item.is_folder and bool(_RECEIVED.fullmatch(item.name)) for item in download.items)
    if received or download.name.casefold() == SUBMITTED:
        return received or sum(bool(_collected(item)) for item in download.items)
    collected = [names for item in download.items if (names := _collected(item))]
    return len(collected) if len(collected) > 1 and all(names == collected[0] for names in collected) else 0


def _collected(item: Item) -> list[str]:
    """The assignments in a student's folder: folders with nbgrader's own file in them."""
    return sorted(parts[0] for parts in first_parts(item) if parts[1:] == (TIMESTAMP,))


def _sort(download: Download) -> Sorted:
    assignments = sorted({name for item in download.items for name in _collected(item)})
    if len(assignments) > 1 and not any(_RECEIVED.fullmatch(item.name) for item in download.items):
        first = printable(assignments[0])
        raise GraderError(
            f"{printable(download.name)} holds several assignments: {', '.join(map(printable, assignments))}. Grade a "
            f"copy with one, which is made there by: mkdir one && cp -r --parents */{first} one"
        )
    return sort_each(download, _uploads)


def _uploads(item: Item) -> list[Upload]:
    received = _RECEIVED.fullmatch(item.name) if item.is_folder else None
    if received:
        student, when = received["student"], _iso(received["when"])
        return [Upload(student, item.name, item.listing, (Member(student),), submitted=when)]
    return [
        Upload(
            item.name,
            f"{item.name}/{name}",
            below(item, name),
            (Member(item.name),),
            submitted=_iso(timestamp(item, name)),
        )
        for name in _collected(item)
    ]


def _iso(when: str) -> str:
    """`2026-03-12 10:11:05.123456 UTC` as `2026-03-12T10:11:05.123456+00:00`; nothing for what is not a time."""
    try:
        return datetime.fromisoformat(when.strip().replace(" UTC", "+00:00")).isoformat()
    except ValueError:
        return ""


# The platform's own file, filled --------------------------------------------------------------

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


def nbgrader(grades: Sequence[Grade], options: ExportOptions) -> ExportFiles:
    """A filled copy of nbgrader's table, or one made anew, and feedback in nbgrader's folders."""
    name = options.name or options.assignment.title
    ids = file_names({_student(grade.person) for grade in grades})
    folder = file_names([name])[name]
    page = f"{PurePath(options.assignment.code_file).stem}.html"
    entries = tuple((g, f"feedback/{ids[_student(g.person)]}/{folder}/{page}") for g in grades)
    zips = (Zip("nbgrader-feedback.zip", "page", entries),)
    if options.into is None:
        rows = ((name, "", "", *_made(grade)) for grade in grades)
        return ExportFiles(
            grades=tuple(grades),
            files=(("nbgrader-grades.csv", table_of(COLUMNS, rows)),),
            zips=zips,
            said=(f"nbgrader-grades.csv has a row per student, as the assignment {single_line(name)!r}.",),
        )
    table = read_table(options.into)
    raw, penalty, score = (fixed_column(table, column) for column in ("raw_score", "late_submission_penalty", "score"))
    rows_here = _rows(table, options)
    filling = GradeWriter(table, table.column("max_score"))
    matching = match(grades, rows_here, "nbgrader", table.name, options.others)
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


def _rows(table: Table, options: ExportOptions) -> list[PersonRow]:
    """The rows of this assignment; the table has one for each student and assignment."""
    of = fixed_column(table, "assignment")
    student = fixed_column(table, "student_id")
    names = list(dict.fromkeys(table.value(row, of) for row in table.rows))
    asked = normalize_id(options.name or (names[0] if len(names) == 1 else options.assignment.title))
    if asked not in {normalize_id(name) for name in names}:
        raise GraderError(
            f"Which assignment of {table.name} is it? Name it with --assignment; "
            f"these are there: {', '.join(repr(single_line(name)) for name in names) or 'none'}."
        )
    last, first, email = (table.column(name) for name in ("last_name", "first_name", "email"))
    return [
        PersonRow(
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


NBGRADER = Platform(
    "nbgrader",
    LABEL,
    "inbound/{student}+{assignment}+{time}/{file} or submitted/{student}/{assignment}/{file}",
    _claims,
    _sort,
    fill=nbgrader,
    ids_are_local=False,
)
