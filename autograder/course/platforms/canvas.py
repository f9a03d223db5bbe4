"""Canvas: fills the assignment's column in the instructor's own export of the gradebook.

Read in Canvas' importer: the ID decides; a blank over a score counts as a change; a column it does
not know becomes a new assignment. Comments go by the re-upload of the downloaded submissions, whose
file names carry the ids of user and attachment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...errors import GraderError
from ...io.csv_file import Table
from ...io.text import single_line
from ..grades import Grade
from ..students.directory import normalize_id
from .export_plan import ExportFiles, ExportOptions, GradeWriter, Zip, differs_in_points, platform_csv
from .matching import Row, match

_NO_ASSIGNMENT = re.compile(
    r"(Unposted )?(Current|Final|Override) (Score|Points|Grade|Status)|(Override (Score|Status))"
)


def canvas(grades: Sequence[Grade], wish: ExportOptions) -> ExportFiles:
    """A filled copy of the gradebook export, and the feedback for the re-upload."""
    table = platform_csv(wish, "in Canvas, Grades, Export, Export Entire Gradebook.")
    is_split = table.header[:2] == ["LastName", "FirstName"]
    own = table.column("ID")
    if own is None or table.column("Section") is None:
        raise GraderError(
            f"{table.name} is no gradebook export of Canvas: it has no columns ID and Section. "
            "In Canvas, open Grades and choose Export."
        )
    column = _column(table, wish)
    ids = [table.column("SIS User ID"), table.column("SIS Login ID"), table.column("Integration ID")]
    rows = [
        Row(
            number=row,
            own=(table.value(row, own),),
            ids=tuple(table.value(row, i) for i in ids if i is not None),
            name=" ".join(table.value(row, i) for i in ((0, 1) if is_split else (0,))),
        )
        for row in table.rows
        if not _is_no_student(table, row)
    ]
    filling = GradeWriter(table)
    named = [grade for grade in grades if not _is_anonymous(grade)]
    filling.problems += [
        f"{single_line(grade.person.student)}: handed in anonymously; the gradebook does not tell whose it is. "
        "Show the names in Canvas, download the submissions and grade them again."
        for grade in grades
        if _is_anonymous(grade)
    ]
    matching = match(named, rows, "canvas", table.name)
    excused = {row for _, row in matching.pairs if table.value(row, column).strip().casefold() == "ex"}
    filling.problems += [
        f"{single_line(grade.person.shown)}: excused in Canvas (EX), so nothing is written."
        for grade, row in matching.pairs
        if row in excused
    ]
    matching.pairs = [(grade, row) for grade, row in matching.pairs if row not in excused]
    for grade, row in matching.pairs:
        filling.points(row, column, grade.total)
    filling.sum_up(matching, len(rows), table.header[column])
    for row in table.rows:
        if "Points Possible" in table.value(row, 0):
            filling.said += differs_in_points(table, wish.assignment.possible, table.value(row, column))
    entries = tuple((grade, name) for grade in grades if (name := _comment_file(grade)))
    return ExportFiles(
        grades=tuple(grade for grade, _ in matching.pairs),
        table=table,
        zips=(Zip("canvas-feedback.zip", "page", entries),),
        said=tuple(filling.said),
        problems=tuple(filling.problems),
    )


def _column(table: Table, wish: ExportOptions) -> int:
    """The assignment's column: named by its title, with or without the id that Canvas puts behind it."""
    first = (table.column("Section") or 0) + 1
    possible = next((row for row in table.rows if "Points Possible" in table.value(row, 0)), None)
    candidates = [
        i
        for i, name in enumerate(table.header)
        if i >= first
        and re.search(r" \(\d+\)$", name)
        and not _NO_ASSIGNMENT.search(name)
        and not (possible and "read only" in table.value(possible, i))
    ]
    asked = wish.name or wish.grade_column
    if asked:
        found = [i for i in candidates if normalize_id(asked) in _names_of(table.header[i])]
    else:
        found = [i for i in candidates if normalize_id(wish.assignment.title) in _names_of(table.header[i])]
        found = found or (candidates if len(candidates) == 1 else [])
    if len(found) != 1:
        names = ", ".join(repr(single_line(table.header[i])) for i in found or candidates) or "none"
        raise GraderError(
            f"Which column of {table.name} is the assignment's? Name it with --assignment, best with the "
            f"number behind it. {'These are so called' if found else 'These are there'}: {names}."
        )
    return found[0]


def _names_of(header: str) -> set[str]:
    """What a column may be called: "Embeddings (4711)", "Embeddings" or 4711."""
    title, _, number = header.rpartition(" (")
    return {normalize_id(header), normalize_id(title), number.rstrip(")")}


def _is_no_student(table: Table, row: int) -> bool:
    """The row of points possible, and the one that says which assignments are posted by hand."""
    if "Points Possible" in table.value(row, 0):
        return True
    values = (table.value(row, column).strip() for column in range(len(table.header)))
    return all(re.fullmatch(r"(Muted|Manual Posting.*)?", value, re.IGNORECASE) for value in values)


def _is_anonymous(grade: Grade) -> bool:
    person = grade.person
    return person.layout == "canvas" and person.origin.upload.startswith(("anon_", "LATE_anon_"))


def _comment_file(grade: Grade) -> str | None:
    """The upload's name up to the ids, by which Canvas finds the submission that a file comments on."""
    parts = grade.person.origin.upload.split("_")
    if grade.person.layout != "canvas":
        return None
    if _is_anonymous(grade):
        end = parts.index("anon") + 3
    else:
        numbers = [i for i, part in enumerate(parts) if part.isascii() and part.isdigit()]
        end = numbers[1] + 1 if len(numbers) > 1 else 0
    if not 0 < end <= len(parts):
        return None
    return re.sub(r"[/\\]", "-", single_line("_".join([*parts[:end], "feedback.html"])))
