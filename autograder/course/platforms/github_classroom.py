"""GitHub Classroom: a folder per repository, in a folder named after the assignment.

Fills `points_awarded` in its own grades.csv; the repository's name decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from ...io.files import file_names
from ...io.text import single_line
from ...submission import Member
from ..grades import Grade
from ..students.directory import normalize_id
from .base import Platform, Sorted, Upload
from .download import Download
from .export_plan import (
    ExportFiles,
    ExportOptions,
    GradeWriter,
    Zip,
    column_of,
    differs_in_points,
    fixed_column,
    platform_csv,
)
from .matching import PersonRow, match

# The download: who handed in what --------------------------------------------------------------

LABEL = "GitHub Classroom download"
_ROOT = re.compile(r"(?P<assignment>.+)-submissions( ?\(\d+\))?")


def assignment_of(download_name: str) -> str:
    """The assignment that a folder `{assignment}-submissions` is named after; else nothing."""
    found = _ROOT.fullmatch(download_name)
    return found["assignment"] if found else ""


def _claims(download: Download) -> int:
    assignment = assignment_of(download.name)
    repositories = [item for item in download.folders if item.name.startswith(f"{assignment}-")]
    return len(repositories) if assignment else 0


def _sort(download: Download) -> Sorted:
    uploads = tuple(
        # Only the roster knows whose a repository is: user names and assignments both hold hyphens.
        Upload(student=item.name, name=item.name, listing=item.listing, members=(Member(),))
        for item in download.folders
    )
    files = tuple(item for item in download.items if not item.is_folder)
    return Sorted(uploads, left=files)


# The platform's own file, filled --------------------------------------------------------------


def github_classroom(grades: Sequence[Grade], options: ExportOptions) -> ExportFiles:
    """A filled copy of grades.csv, and a feedback page for each repository."""
    table = platform_csv(options, "in GitHub Classroom, the assignment's page, Download, Download grades (CSV).")
    column = column_of(table, options.grade_column, "--grade-column", "points_awarded")
    repository = fixed_column(table, "student_repository_name")
    who = [table.column("roster_identifier"), table.column("github_username")]
    rows = [PersonRow(row, ids=tuple(table.value(row, i) for i in who if i is not None), name="") for row in table.rows]
    in_repository = defaultdict(list)
    for row in rows:
        in_repository[normalize_id(table.value(row.number, repository))].append(row)

    by_repository = defaultdict(list)
    for grade in grades:
        by_repository[_repository(grade)].append(grade)
    available = table.column("points_available")
    filling, elsewhere = GradeWriter(table, available), []
    pairs: list[tuple[Grade, int]] = []
    for name, theirs in by_repository.items():
        if name and in_repository[name]:
            found, problems = _members(theirs, in_repository[name])
            pairs += found
            filling.problems += problems
        else:
            elsewhere += theirs
    matching = match(elsewhere, rows, "github-classroom", table.name, options.others)
    matching.pairs += pairs
    for grade, number in matching.pairs:
        filling.points(number, column, grade.total)
    filling.sum_up(matching, len(rows), table.header[column])
    if available is not None and rows:
        theirs_possible = table.value(rows[0].number, available)
        filling.said += differs_in_points(table, options.assignment.possible, theirs_possible)
    folders = file_names({_repository(grade) or grade.person.student for grade in grades})
    return ExportFiles(
        grades=tuple(grade for grade, _ in matching.pairs),
        table=table,
        zips=(
            Zip(
                "github-classroom-feedback.zip",
                "page",
                tuple(
                    (grade, f"{folders[_repository(grade) or grade.person.student]}/feedback.html") for grade in grades
                ),
            ),
        ),
        said=tuple(filling.said),
        problems=tuple(filling.problems),
    )


def _repository(grade: Grade) -> str:
    origin = grade.person.origin
    return normalize_id(Path(origin.upload).name) if origin.platform == "github-classroom" else ""


def _members(grades: Sequence[Grade], rows: Sequence[PersonRow]) -> tuple[list[tuple[Grade, int]], list[str]]:
    """All who share a repository get its grade, each with their own deduction where it is known whose."""
    pairs, problems = [], []
    for row in rows:
        ids = {normalize_id(key) for key in row.ids} - {""}
        own = [grade for grade in grades if normalize_id(grade.person.member.id) in ids]
        if own or len({grade.total for grade in grades}) == 1:
            pairs.append(((own or list(grades))[0], row.number))
        else:
            key = single_line(grades[0].person.student)
            problems.append(f"{key}: row {row.number + 1} is of the group, but whose extension counts there?")
    return pairs, problems


CLASSROOM = Platform(
    "github-classroom",
    LABEL,
    "{assignment}-submissions/{repository}/",
    _claims,
    _sort,
    fill=github_classroom,
    ids_are_local=False,
)
