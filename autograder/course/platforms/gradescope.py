"""Gradescope takes no table of grades, but runs what an instructor uploads as the autograder.

So the zip holds a results.json for each submission and a small program that hands each student
theirs: uploaded as the assignment's autograder and run on all submissions, it brings every point
there, the marks of short answers included. The CSV is for other ways, by email address and SID.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from ...io.files import file_names
from ...io.text import format_points, single_line
from ..grades import Grade
from ..students.directory import Person
from .export_plan import ExportFiles, ExportOptions, Zip, shortened
from .matching import university_id
from .plain_csv import file_for_each, points_of, table_of

COLUMNS = ("email", "sid", "name", "submission", "raw", "late_deduction", "total", "possible", "remarks")
PROGRAM = Path(__file__).parent / "gradescope_run.py"


def gradescope(grades: Sequence[Grade], wish: ExportOptions) -> ExportFiles:
    """The zip to upload as the autograder, and the table."""
    by_submission: dict[str, list[Grade]] = defaultdict(list)
    for grade in grades:
        by_submission[grade.person.student].append(grade)
    apart = [key for key, group in by_submission.items() if len({grade.total for grade in group}) > 1]
    names = file_names(by_submission)
    entries = [
        (grade, f"results/{names[grade.person.student]}.json") for grade in grades if grade.person.student not in apart
    ]
    index: dict[str, set[str]] = defaultdict(set)
    for grade, name in entries:
        for key in _keys(grade.person):
            index[key].add(name)
    ambiguous = sorted(key for key, files in index.items() if len(files) > 1)
    nameless = [grade for grade in grades if not _keys(grade.person)]
    rows = (
        (
            grade.person.member.email,
            university_id(grade.person),
            grade.person.member.name or grade.person.student,
            Path(grade.person.origin.upload).name,
            *points_of(grade),
            format_points(grade.possible),
            " ".join(grade.remarks),
        )
        for grade in grades
    )
    texts = (
        ("setup.sh", "#!/usr/bin/env bash\n# Nothing is installed: run_autograder needs Python alone.\n"),
        ("run_autograder", PROGRAM.read_text(encoding="utf-8")),
        (
            "index.json",
            json.dumps({key: min(files) for key, files in index.items() if len(files) == 1}, indent=1),
        ),
    )
    return ExportFiles(
        grades=tuple(grades),
        files=(("gradescope-grades.csv", table_of(COLUMNS, rows)),),
        zips=(
            Zip("gradescope-results.zip", "results", tuple(entries), texts),
            Zip("gradescope-feedback.zip", "page", tuple(file_for_each(grades))),
        ),
        said=("gradescope-results.zip can be uploaded as the assignment's autograder.",),
        problems=(
            *(
                f"{single_line(key)}: the members' extensions differ, but Gradescope has one score for a group. "
                "Enter theirs there by hand."
                for key in apart
            ),
            *(f"{single_line(key)}: several of the graded are so known, so none gets it by this." for key in ambiguous),
            *(
                [
                    "Gradescope cannot find who has no submission number, email address or SID: "
                    f"{shortened(grade.person.shown for grade in nameless)}."
                ]
                if nameless
                else []
            ),
        ),
    )


def _keys(person: Person) -> list[str]:
    """What Gradescope's submission_metadata.json may say of this student, or of the submission."""
    name = Path(person.origin.upload).name
    number = name.removeprefix("submission_")
    return [
        *([f"submission {number}"] if person.layout == "gradescope" and number != name else []),
        *([f"email {person.member.email.strip().casefold()}"] if person.member.email.strip() else []),
        *([f"sid {sid}"] if (sid := university_id(person).strip().casefold()) else []),
    ]
