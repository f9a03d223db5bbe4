"""A table of its own, for whoever takes CSV: who, the points earned, what was deducted, what counts."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from ..files import file_names
from ..plain import cell, line, number
from .grades import Grade
from .plan import Plan, Wish, Zip

COLUMNS = ("student", "name", "email", "id", "raw", "late_deduction", "total", "possible", "remarks")


def plain_csv(grades: Sequence[Grade], wish: Wish) -> Plan:
    """The table alone: `handed-back.csv`, which every export writes, holds all there is."""
    return Plan(
        grades=tuple(grades),
        zips=(Zip("feedback.zip", "page", tuple(file_for_each(grades))),),
        said=("handed-back.csv has a row per student.",),
    )


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
                number(grade.possible),
                " ".join(grade.remarks),
            )
            for grade in grades
        ),
    )


def points_of(grade: Grade) -> tuple[str, str, str]:
    """Raw, deducted and total, as texts."""
    deducted = grade.deduction.points if grade.deduction else 0.0
    return number(grade.raw), number(deducted), number(grade.total)


def table_of(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV in which no cell is a formula."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(value, line) for value in row] for row in rows)
    return file.getvalue()


def file_for_each(grades: Sequence[Grade], suffix: str = ".html") -> list[tuple[Grade, str]]:
    """A file name for each grade: the submission's key, with the member where there are several."""
    members = Counter(grade.person.student for grade in grades)
    keys = [
        g.person.student
        if members[g.person.student] == 1
        else f"{g.person.student}, {g.person.member.id or g.person.member.email or g.person.member.name}"
        for g in grades
    ]
    names = file_names(keys)
    return [(grade, names[key] + suffix) for grade, key in zip(grades, keys, strict=True)]
