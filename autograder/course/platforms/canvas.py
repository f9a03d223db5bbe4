"""Canvas: one flat zip; name, lateness, user and attachment stand before each file's own name.

Fills the assignment's column in the instructor's own export of the gradebook.

Read in Canvas' importer: the ID decides; a blank over a score counts as a change; a column it does
not know becomes a new assignment. Comments go by the re-upload of the downloaded submissions, whose
file names carry the ids of user and attachment.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ...errors import GraderError
from ...io.csv_file import Table
from ...io.text import single_line
from ...submission import Member
from ...upload.listing import ARCHIVE_SUFFIXES
from ..grades import Grade
from .base import Platform, Sorted, Upload, gathered
from .download import Download, Item
from .export_plan import (
    ExportFiles,
    ExportOptions,
    GradeWriter,
    Zip,
    differs_in_points,
    in_path,
    platform_csv,
    titled_column,
)
from .matching import PersonRow, match

# The download: who handed in what --------------------------------------------------------------

LABEL = "Canvas download"

# Canvas drops what is not a letter, mark on a letter, digit or underscore from the first part and lowers its
# letters, so that LATE in capitals is never a name's, and takes digits between underscores out of names.
_NAME = r"(?P<name>[\w\x80-\U0010ffff]*?)"  # for Python, the marks of Hindi or Thai are not part of a word
_FILE = re.compile(_NAME + r"(?P<late>_LATE)?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>.+)", re.S)
_ANONYMOUS = re.compile(r"(?P<late>LATE_)?anon_(?P<user>[^\W_]+)_(?P<attachment>\d+)_(?P<file>.+)", re.S)
_TYPED = re.compile(
    rf"((?P<anonymous>(LATE_)?anon_(?P<code>[^\W_]+))|{_NAME}(?P<late>_LATE)?_(?P<user>\d+))"
    r"_(?P<kind>text|link)\.html"
)


def _parsed(item: Item) -> tuple[str, str, bool, str] | None:
    """An item's student name, user id, lateness and file name."""
    if item.is_folder:
        return None
    if found := _TYPED.fullmatch(item.name):
        late = bool(found["late"]) or item.name.startswith("LATE_anon_")
        name = "text typed into Canvas.html" if found["kind"] == "text" else "link typed into Canvas.url"
        return found["name"] or "", found["user"] or f"anon_{found['code']}", late, name
    if found := _ANONYMOUS.fullmatch(item.name):
        return "", f"anon_{found['user']}", bool(found["late"]), found["file"]
    if found := _FILE.fullmatch(item.name):
        return found["name"], found["user"], bool(found["late"]), found["file"]
    return None


def _claims(download: Download) -> int:
    return sum(_parsed(item) is not None for item in download.items)


def _sort(download: Download) -> Sorted:
    files: dict[str, list[tuple[str, Item]]] = defaultdict(list)
    names: dict[str, str] = {}
    late: set[str] = set()
    others = []
    for item in download.items:
        parsed = _parsed(item)
        if parsed is None:
            others.append(item)
            continue
        name, user, is_late, file = parsed
        files[user].append((file, item))
        names[user] = name
        late |= {user} if is_late else set()
    uploads = tuple(_upload(user, names[user], user in late, found) for user, found in files.items())
    return Sorted(uploads, left=tuple(others))


def _upload(user: str, name: str, late: bool, files: list[tuple[str, Item]]) -> Upload:
    # Feedback goes back under the name of an attachment, best that of the work itself.
    first = min(files, key=lambda found: not found[0].lower().endswith((".py", ".ipynb", *ARCHIVE_SUFFIXES)))
    is_anonymous = user.startswith("anon_")
    return Upload(
        student=user if is_anonymous else f"{name}_{user}",
        name=first[1].name,
        listing=gathered(files),
        members=(Member(id=user.removeprefix("anon_"), name=name),),
        late=late,
    )


# The platform's own file, filled --------------------------------------------------------------

_NO_ASSIGNMENT = re.compile(
    r"(Unposted )?(Current|Final|Override) (Score|Points|Grade|Status)|(Override (Score|Status))"
)


def canvas(grades: Sequence[Grade], options: ExportOptions) -> ExportFiles:
    """A filled copy of the gradebook export, and the feedback for the re-upload."""
    table = platform_csv(options, "in Canvas, Grades, Export, Export Entire Gradebook.")
    is_split = table.header[:2] == ["LastName", "FirstName"]
    own = table.column("ID")
    if own is None or table.column("Section") is None:
        raise GraderError(
            f"{table.name} is not a gradebook export of Canvas: it has no columns ID and Section. "
            "In Canvas, open Grades and choose Export."
        )
    column = _column(table, options)
    ids = [table.column("SIS User ID"), table.column("SIS Login ID"), table.column("Integration ID")]
    rows = [
        PersonRow(
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
    matching = match(named, rows, "canvas", table.name, options.others)
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
            filling.said += differs_in_points(table, options.assignment.possible, table.value(row, column))
    entries = tuple((grade, name) for grade in grades if (name := _comment_file(grade)))
    return ExportFiles(
        grades=tuple(grade for grade, _ in matching.pairs),
        table=table,
        zips=(Zip("canvas-feedback.zip", "page", entries),),
        said=tuple(filling.said),
        problems=tuple(filling.problems),
    )


def _column(table: Table, options: ExportOptions) -> int:
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
    return titled_column(table, {i: _names_of(table.header[i]) for i in candidates}, options)


def _names_of(header: str) -> set[str]:
    """What a column may be called: "Embeddings (4711)", "Embeddings" or 4711."""
    title, _, number = header.rpartition(" (")
    return {header, title, number.rstrip(")")}


TEST_STUDENT = "Student, Test"
"""Nobody: whom Canvas makes for an instructor who looks at the course as students see it."""


def _is_no_student(table: Table, row: int) -> bool:
    """The row of points possible, the one that says which assignments are posted by hand, and Canvas' own student."""
    if "Points Possible" in table.value(row, 0) or table.value(row, 0).strip() == TEST_STUDENT:
        return True
    values = (table.value(row, column).strip() for column in range(len(table.header)))
    return all(re.fullmatch(r"(Muted|Manual Posting.*)?", value, re.IGNORECASE) for value in values)


def _is_anonymous(grade: Grade) -> bool:
    person = grade.person
    return person.platform == "canvas" and person.origin.upload.startswith(("anon_", "LATE_anon_"))


def _comment_file(grade: Grade) -> str | None:
    """The upload's name up to the ids, by which Canvas finds the submission that a file comments on."""
    parts = grade.person.origin.upload.split("_")
    if grade.person.platform != "canvas":
        return None
    if _is_anonymous(grade):
        end = parts.index("anon") + 3
    else:
        numbers = [i for i, part in enumerate(parts) if part.isascii() and part.isdigit()]
        end = numbers[1] + 1 if len(numbers) > 1 else 0
    if not 0 < end <= len(parts):
        return None
    return in_path("_".join([*parts[:end], "feedback.html"]))


CANVAS = Platform(
    "canvas", LABEL, "{name}[_LATE]_{user id}_{attachment id}_{file}", _claims, _sort, fill=canvas, tells_lateness=True
)
