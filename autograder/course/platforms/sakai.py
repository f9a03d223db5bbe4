"""Sakai: a folder per student in the assignment's folder, the work in a folder of its own in it.

Fills `grade` in the `grades.csv` that lies in the download. Read in Sakai's `zipSubmissions`: the folder is the
sortable name, without accents, and the user name in brackets, or a group's title and number; `timestamp.txt` holds
the time in UTC; the folders of attachments are called so in the site's language. Its import of a zip finds the
student by what stands in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from ...submission import Member
from ..grades import Grade
from .base import TIMESTAMP, Platform, Sorted, Upload, renamed, sort_each, timestamp
from .download import Download, Item
from .export_plan import (
    ExportFiles,
    ExportOptions,
    GradeWriter,
    Zip,
    column_of,
    in_path,
    page_beside_upload,
    platform_csv,
)
from .matching import PersonRow, match

# The download: who handed in what --------------------------------------------------------------

LABEL = "Sakai download"
GRADES = "grades.csv"

_FOLDER = re.compile(r"(?P<name>.+)\((?P<user>[^()]+)\)", re.DOTALL)
_OWN = frozenset({TIMESTAMP, "comments.txt", "feedbacktext.html"})
_TYPED = "_submissiontext.html"
_RETURNED = re.compile(
    r"feedback|retro|rückmeld|comentario|commentaire|opmerking|återkoppling|フィードバック|返却", re.IGNORECASE
)
"""What the folder of an instructor's own attachments is called."""


def _parsed(item: Item) -> re.Match[str] | None:
    found = _FOLDER.fullmatch(item.name) if item.is_folder else None
    if found is None:
        return None
    tops = {entry.parts[0].casefold() for entry in item.listing().entries}
    is_sakais = bool(tops & _OWN) or any(top.endswith((_TYPED, "attachment(s)")) for top in tops)
    return found if is_sakais else None


def _claims(download: Download) -> int:
    return sum(_parsed(item) is not None or _is_own(item) for item in download.items) if _any(download) else 0


def _any(download: Download) -> bool:
    return any(_parsed(item) for item in download.items)


def _is_own(item: Item) -> bool:
    return item.name.casefold() in (GRADES, "grades.xls", "grades.xlsx")


def _sort(download: Download) -> Sorted:
    found = sort_each(download, _uploads)
    return Sorted(found.uploads, left=tuple(item for item in found.left if not _is_own(item)))


def _uploads(item: Item) -> list[Upload]:
    found = _parsed(item)
    if not found:
        return []
    last, comma, first = found["name"].partition(",")
    name = f"{first} {last}".strip() if comma else found["name"].strip()
    return [
        Upload(
            student=found["user"],
            name=item.name,
            listing=renamed(item, _students),
            members=(Member(found["user"], name),),
            submitted=_time(item),
        )
    ]


def _students(parts: tuple[str, ...]) -> tuple[str, ...] | None:
    """A file's path as its student had it; None for what Sakai and the instructor put beside."""
    top = parts[0].casefold()
    if len(parts) == 1:
        if top.endswith(_TYPED):
            return ("text typed into Sakai.html",)
        return None if top in _OWN else parts
    return None if _RETURNED.search(parts[0]) else parts[1:]


def _time(item: Item) -> str:
    """`20260312101105000` as `2026-03-12T10:11:05+00:00`."""
    try:
        when = datetime.strptime(timestamp(item)[:14], "%Y%m%d%H%M%S")
    except ValueError:
        return ""
    return when.isoformat() + "+00:00"


# The platform's own file, filled --------------------------------------------------------------


def sakai(grades: Sequence[Grade], options: ExportOptions) -> ExportFiles:
    """A filled copy of grades.csv; and the pages where Sakai's import of a zip looks for them, with that copy."""
    table = platform_csv(options, f"the {GRADES} that lies in Sakai's download.", heading="Last Name")
    column = column_of(table, options.grade_column, "--grade-column", "grade")
    ids = [i for i in (table.column("ID", "Group ID"), table.column("Display ID")) if i is not None]
    names = [table.column("First Name"), table.column("Last Name")]
    rows = [
        PersonRow(
            number=row,
            ids=tuple(table.value(row, i) for i in ids),
            name=" ".join(table.value(row, i) for i in names if i is not None),
        )
        for row in table.rows
    ]
    filling = GradeWriter(table)
    matching = match(grades, rows, "csv", table.name, options.others)
    for grade, row in matching.pairs:
        filling.points(row, column, grade.total)
    filling.sum_up(matching, len(rows), table.header[column])
    title = in_path(table.title or options.assignment.title)
    pages = page_beside_upload(grades, "sakai", "Feedback Attachment(s)/feedback.html")
    return ExportFiles(
        grades=tuple(grade for grade, _ in matching.pairs),
        table=table,
        zips=(
            Zip(
                "sakai-feedback.zip",
                "page",
                tuple((grade, f"{title}/{name}") for grade, name in pages),
                ((f"{title}/{GRADES}", table.text),),
            ),
        ),
        said=tuple(filling.said),
        problems=tuple(filling.problems),
    )


SAKAI = Platform(
    "sakai",
    LABEL,
    "{assignment}/{Last, First}({user name})/Submission attachment(s)/{file}",
    _claims,
    _sort,
    fill=sakai,
    ids_are_local=False,
)
