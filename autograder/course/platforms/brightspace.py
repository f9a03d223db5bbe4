"""Brightspace (D2L): a folder per attempt, or files that carry what would be the folder's name.

Fills the item's column in an export of the grade book. Brightspace knows its rows by `OrgDefinedId` and
`Username`, before which it may put a `#`; the number in the download's names stands nowhere in them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ...io.csv_file import Table
from ...submission import Member
from ..grades import Grade
from .base import Platform, Sorted, Upload, gathered
from .download import Download, Item
from .export_plan import (
    ExportFiles,
    ExportOptions,
    GradeWriter,
    Zip,
    differs_in_points,
    fixed_column,
    page_beside_upload,
    platform_csv,
    titled_column,
)
from .matching import PersonRow, match

# The download: who handed in what --------------------------------------------------------------

LABEL = "Brightspace download"

_IDS = re.compile(r"(\d+)-\d+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_INDEX = "index.html"
"""Brightspace's own list of what it hands over."""

_MONTHS = (
    *("jan ene", "feb fév fev", "mar mär mrt", "apr avr abr", "may mai mei", "jun juin"),
    *("jul juil", "aug aoû ago", "sep set", "oct okt out", "nov", "dec dez dic déc"),
)
"""How the months begin in English, French, German, Spanish, Portuguese and Dutch."""


@dataclass(frozen=True)
class _Attempt:
    """What stands before a file's own name, or is the folder's."""

    user: str
    name: str
    when: str


def _parsed(item: Item) -> tuple[_Attempt, str] | None:
    """The attempt that an item belongs to, and the file's own name."""
    ids, *parts = item.name.split(" - ")
    user = _IDS.fullmatch(ids)
    place = next((i for i, part in enumerate(parts) if i and _YEAR.search(part)), None)
    if user is None or place is None or item.is_folder != (len(parts) == place + 1):
        return None
    return _Attempt(user[1], " - ".join(parts[:place]), parts[place]), " - ".join(parts[place + 1 :])


def _claims(download: Download) -> int:
    return sum(_parsed(item) is not None for item in download.items)


def _sort(download: Download) -> Sorted:
    attempts: dict[_Attempt, list[tuple[str, Item]]] = defaultdict(list)
    others = []
    for item in download.items:
        if found := _parsed(item):
            attempts[found[0]].append((found[1], item))
        elif item.name != _INDEX:
            others.append(item)
    uploads = tuple(
        Upload(
            student=f"{attempt.name}_{attempt.user}",
            name=files[0][1].name.removesuffix(f" - {files[0][0]}"),
            listing=gathered(files),
            members=(Member(attempt.user, attempt.name),),
            submitted=_iso(attempt.when),
        )
        for attempt, files in attempts.items()
    )
    return Sorted(uploads, left=tuple(others))


def _iso(when: str) -> str:
    """`12 March, 2026 1012 AM` or `Mar 12, 2026 1012 AM` as `2026-03-12T10:12:00`; nothing for what is not a time."""
    found = re.search(r"(\d{4})\D+(\d{1,2})[ :.h]?(\d\d)\b\s*([ap]?)", when, re.IGNORECASE)
    day = re.search(r"\b\d{1,2}\b", when)
    words = re.findall(r"[^\W\d]{3,}", when.casefold())
    months = [
        place for word in words for place, starts in enumerate(_MONTHS, 1) if word.startswith(tuple(starts.split()))
    ]
    if not (found and day and months):
        return ""
    hour = int(found[2]) % 12 + 12 * (found[4].casefold() == "p") if found[4] else int(found[2])
    try:
        return datetime(int(found[1]), months[0], int(day[0]), hour, int(found[3])).isoformat()
    except ValueError:
        return ""


# The platform's own file, filled --------------------------------------------------------------

_POINTS = " Points Grade"
"""What follows an item's title in its heading."""

_MOST = re.compile(r"\bMaxPoints:([\d.,]+)")


def brightspace(grades: Sequence[Grade], options: ExportOptions) -> ExportFiles:
    """A filled copy of the grade book's export, and the pages beside the files that they are about."""
    table = platform_csv(options, "in Brightspace, Grades, Enter Grades, Export.")
    ids = [i for name in ("OrgDefinedId", "Username", "Email") if (i := table.column(name)) is not None]
    if not ids:
        fixed_column(table, "OrgDefinedId")
    titles = {i: (name.partition(_POINTS)[0], name) for i, name in enumerate(table.header) if _POINTS in name}
    column = titled_column(table, titles, options)
    filling = GradeWriter(table)
    matching = match(grades, _rows(table, ids), "brightspace", table.name, options.others)
    for grade, row in matching.pairs:
        filling.points(row, column, grade.total)
    filling.sum_up(matching, len(table.rows), table.header[column])
    if most := _MOST.search(table.header[column]):
        filling.said += differs_in_points(table, options.assignment.possible, most[1])
    return ExportFiles(
        grades=tuple(grade for grade, _ in matching.pairs),
        table=table,
        zips=(Zip("brightspace-feedback.zip", "page", page_beside_upload(grades, "brightspace")),),
        said=tuple(filling.said),
        problems=tuple(filling.problems),
    )


def _rows(table: Table, ids: Sequence[int]) -> list[PersonRow]:
    names = [table.column("First Name"), table.column("Last Name")]
    return [
        PersonRow(
            number=row,
            ids=tuple(table.value(row, i).strip().removeprefix("#") for i in ids),
            name=" ".join(table.value(row, i) for i in names if i is not None),
        )
        for row in table.rows
    ]


BRIGHTSPACE = Platform(
    "brightspace", LABEL, "{user id}-{item id} - {First Last} - {time}/{file}", _claims, _sort, fill=brightspace
)
