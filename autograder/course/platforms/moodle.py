"""Moodle: a folder per participant, or files that carry what would be the folder's name.

Fills Grade and Feedback comments of the assignment's own grading worksheet.

Read in Moodle's importer: it finds the participant by the number at the end of `Identifier`, the same
as in the download's folders; skips a row without a grade; takes a point as the decimal sign whatever
the language; compares `Last modified (grade)`, which therefore stays. Feedback comments are HTML.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from html import escape

from ...errors import GraderError
from ...io.csv_file import Table
from ...io.text import escape_control, format_points, single_line
from ...submission import Member
from ..grades import Grade
from ..students.directory import Person, contradict, name_tokens, normalize_id
from .base import Platform, Sorted, Upload, gathered
from .download import Download, Item
from .export_plan import ExportFiles, ExportOptions, GradeWriter, Zip, column_of, differs_in_points, platform_csv
from .matching import PersonRow, match
from .moodle_words import Words, headings, languages

# The download: who handed in what --------------------------------------------------------------

LABEL = "Moodle download"

# Moodle takes underscores out of names. The folder may end in an underscore; without folders, the
# file follows it.
_NAMED = re.compile(r"(?P<name>[^_]+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?P<file>_.*)?", re.S)
_BLIND = "Participant"


def _claims(download: Download) -> int:
    return sum(bool(_NAMED.fullmatch(item.name)) for item in download.items)


def _sort(download: Download) -> Sorted:
    files: dict[str, list[tuple[str, Item]]] = defaultdict(list)
    typed: dict[str, str] = {}
    names: dict[str, str] = {}
    folders: dict[str, str] = {}
    others = []
    for item in download.items:
        found = _NAMED.fullmatch(item.name)
        if not found:
            others.append(item)
            continue
        number, file = found["id"], (found["file"] or "").removeprefix("_")
        names[number] = found["name"]
        if found["kind"] == "file":
            folders[number] = item.name if item.is_folder else item.name.removesuffix(file)
            files[number].append((file, item))
        else:
            typed[number] = item.name
            files[number].append(("text typed into Moodle.html", item))
    is_blind = _are_blind(names)
    uploads = []
    for number, name in names.items():
        uploads.append(
            Upload(
                student=f"{name}_{number}",
                name=folders.get(number) or typed[number],
                listing=gathered(files[number]),
                members=(Member(id=number, name="" if is_blind else name),),
            )
        )
    return Sorted(tuple(uploads), left=tuple(others))


def _are_blind(names: dict[str, str]) -> bool:
    """Whether everybody is called the same: "Participant", or that in the site's language."""
    different = Counter(names.values())
    return set(different) == {_BLIND} or (len(different) == 1 and len(names) > 2)


# The platform's own file, filled --------------------------------------------------------------

_WORKSHEET = "on the assignment's page in Moodle, Submissions, Actions, Download grading worksheet."

_NUMBER_ALONE = re.compile(r"\d+(?:[.,]\d+)?")
_COUNT = re.compile(r"(?<!\d)(\d{1,9}) ?([^\W\d]+\.?)")
_BREAK, _NUMBER = r"<br ?/?>", r"(?<![\d.])[\d.]+ of [\d.]+"
_OURS = re.compile(
    rf"(?:{_BREAK})?{_NUMBER} points\.(?:{_BREAK}(?:(?! points\.)[^<])*)*?"
    rf"(?:{_BREAK}\w+: (?:not marked yet|{_NUMBER}))+"
)
"""A comment as `comment` writes it, also after Moodle's editor has closed the breaks."""


def moodle(grades: Sequence[Grade], options: ExportOptions) -> ExportFiles:
    """A filled copy of the grading worksheet, and the feedback files for its upload."""
    table = platform_csv(options, _WORKSHEET)
    who = _identifier(table)
    most = _maximum(table)
    column = _grade(table, options, most)
    feedback = table.column(*headings("feedback"))
    if options.feedback_column:
        feedback = column_of(table, options.feedback_column, "--feedback-column")
    name, group = table.column(*headings("name")), table.column("Group", "Groups", "Gruppe", "Grupo", "Groupe")
    ids = [table.column("ID number"), table.column("Email address"), table.column("Username")]
    numbers = {row: found for row in table.rows if (found := _participant(table.value(row, who)))}
    rows = [
        PersonRow(
            number=row,
            own=(participant,),
            ids=tuple(table.value(row, i) for i in ids if i is not None),
            name="" if name is None else table.value(row, name),
        )
        for row, participant in numbers.items()
    ]
    filling = GradeWriter(table, most)
    teams = {} if group is None else _teams(table, grades, rows, group)
    single = [grade for grade in grades if grade.person.student not in teams]
    matching = match(single, rows, "moodle", table.name, options.others)
    matching.pairs += [(grade, row) for grade in grades for row in teams.get(grade.person.student, ())]
    _each_row_once(matching.pairs, matching.problems, table)
    for grade, row in matching.pairs:
        filling.points(row, column, grade.total)
        if feedback is not None:
            table.set(row, feedback, _beside(table.value(row, feedback), comment(grade)))
    filling.sum_up(matching, len(rows), table.header[column])
    if most is not None and rows:
        theirs = table.value(rows[0].number, most)
        filling.said += differs_in_points(table, options.assignment.possible, theirs)
    pages = tuple(
        (grade, _feedback_file("" if name is None else table.value(row, name), numbers[row]))
        for grade, row in matching.pairs
    )
    return ExportFiles(
        grades=tuple(grade for grade, _ in matching.pairs),
        table=table,
        zips=(Zip("moodle-feedback.zip", "page", pages),),
        said=tuple(filling.said),
        problems=tuple(filling.problems),
    )


def lateness(grades: Sequence[Grade], options: ExportOptions) -> dict[Person, float | None]:
    """How late each student was, in seconds, as the worksheet's `Status` says in a language that is known here.

    None for who was late, but it is not certain how late.

    "Submitted for grading - 1 day 2 hours late": Moodle's own due date counts, and it leaves out what is
    less than the second unit. Of a team, whose number may be a participant's, too, and of a status in another
    language it tells nothing. After an extension it is not certain: some versions count from the due date,
    some from the extension.
    """
    table = platform_csv(options, _WORKSHEET)
    who, status, name = _identifier(table), table.column(*headings("status")), table.column(*headings("name"))
    if status is None:
        return {}
    rows = {_participant(table.value(row, who)): row for row in table.rows}
    told: dict[Person, float | None] = {}
    for person in (grade.person for grade in grades):
        row = rows.get(person.member.id)
        if row is None or person.platform != "moodle" or person.member.is_rosters or not person.member.id:
            continue
        theirs = "" if name is None else table.value(row, name)
        if _is_handed_in(table.value(row, status)) and not contradict(theirs, person.member.name):
            told[person] = _seconds_late(table.value(row, status).strip())
    return told


def comment(grade: Grade) -> str:
    """The feedback comment: points by question and what was deducted, as HTML."""
    parts = [f"{format_points(grade.total)} of {format_points(grade.possible)} points.", *grade.remarks]
    for question, points, possible in grade.questions:
        earned = "not marked yet" if points is None else f"{format_points(points)} of {format_points(possible)}"
        parts.append(f"{question}: {earned}")
    return "<br>".join(escape(escape_control(part)) for part in parts)


def _identifier(table: Table) -> int:
    """The column of "Participant 123", by its name or, in another language, by what it holds."""
    column = table.column("Identifier")
    if column is None and table.rows:
        values = [table.value(row, 0).strip() for row in table.rows]
        if all(re.fullmatch(r"\D+\d+", value) for value in values):
            column = 0
    if column is None:
        raise GraderError(f"{table.name} is not a grading worksheet: it has no column Identifier. Get it {_WORKSHEET}")
    return column


def _maximum(table: Table) -> int | None:
    """The column of the points possible, by its name or by what it holds: one number in all rows."""
    column = table.column(*headings("maximum"))
    if column is not None or not table.rows:
        return column
    for place in range(1, len(table.header)):
        values = {table.value(row, place).strip() for row in table.rows}
        if len(values) == 1 and _NUMBER_ALONE.fullmatch(next(iter(values))):
            return place
    return None


def _grade(table: Table, options: ExportOptions, most: int | None) -> int:
    """The column of the grades, by its name; in a language not known here, that before the points possible."""
    column = table.column(*headings("grade")) if not options.grade_column else None
    if column is None and most and not options.grade_column:
        values = (table.value(row, most - 1).strip() for row in table.rows)
        column = most - 1 if all(_NUMBER_ALONE.fullmatch(value) for value in values if value not in ("", "-")) else None
    return column_of(table, options.grade_column, "--grade-column", "Grade") if column is None else column


def _is_handed_in(status: str) -> bool:
    starts = tuple(start.casefold() for start in headings("submitted"))
    return status.strip().casefold().startswith(starts)


def _participant(identifier: str) -> str:
    """The number at the end, as Moodle's importer takes it; empty if there is none."""
    return identifier[len(identifier.rstrip("0123456789")) :]


def _seconds_late(status: str) -> float | None:
    """What a `Status` of something handed in tells; None where that is not certain, in no language known here."""
    for words in languages():
        for start in words.submitted.split("/"):
            if status.casefold().startswith(start.casefold()):
                return _told(status[len(start) :].strip(" .\n\t-").casefold(), words)
    return None


def _told(rest: str, words: Words) -> float | None:
    """What follows the words that something was handed in: nothing, or how late it was."""
    is_extended = words.extension.casefold() in rest
    for way in words.late.split("/"):
        before, _, after = way.casefold().partition("{}")
        if rest.startswith(before) and after in rest:
            seconds = _seconds(
                rest.removeprefix(before).partition(after)[0] if after else rest.removeprefix(before), words
            )
            return None if is_extended else seconds
    return None if any(character.isdigit() for character in rest) and not is_extended else 0.0


def _seconds(time: str, words: Words) -> float | None:
    """`1 day 2 hours` in seconds; nothing for what is no such time."""
    units = dict(words.seconds)
    counts = _COUNT.findall(time)
    if not counts or _COUNT.sub("", time).strip(" .,"):
        return None
    told = [(int(count), units.get(unit.rstrip("."))) for count, unit in counts]
    return float(sum(count * unit for count, unit in told if unit)) if all(unit for _, unit in told) else None


def _teams(table: Table, grades: Sequence[Grade], rows: Sequence[PersonRow], group: int) -> dict[str, list[int]]:
    """The rows of all members, for each submission that a group handed in.

    A group's folder carries the group's number, which may be a participant's, too: the name decides.
    """
    by_number = {row.own[0]: row for row in rows}
    groups = defaultdict(list)
    for row in rows:
        groups[normalize_id(table.value(row.number, group))].append(row.number)
    teams = {}
    for person in (grade.person for grade in grades):
        participant = by_number.get(person.member.id)
        is_a_person = participant and name_tokens(participant.name) == name_tokens(person.member.name)
        members = groups.get(normalize_id(person.member.name)) if person.member.name else None
        if person.platform == "moodle" and members and not is_a_person:
            teams[person.student] = members
    return teams


def _each_row_once(pairs: list[tuple[Grade, int]], problems: list[str], table: Table) -> None:
    """Take out what a group's and a member's own submission both claim."""
    counts = Counter(row for _, row in pairs)
    for taken in sorted(row for row, count in counts.items() if count > 1):
        names = " and ".join(single_line(grade.person.student) for grade, row in pairs if row == taken)
        problems.append(f"{names}: all belong to row {taken + 1} of {table.name}; which one counts?")
    pairs[:] = [(grade, row) for grade, row in pairs if counts[row] == 1]


def _beside(before: str, new: str) -> str:
    """What somebody wrote into the comments stays; a comment of ours from an earlier export goes."""
    kept = _OURS.sub("", before).strip()
    return f"{kept}<br>{new}" if kept else new


def _feedback_file(name: str, participant: str) -> str:
    """Moodle parts the name at the underscores and finds the participant by the second part."""
    kept = re.sub(r'[\x00-\x1f\x7f_/\\:*?"<>|&`\']', " ", name).strip(" .~") or "Participant"
    return f"{escape_control(kept)[:80]}_{participant}_assignfeedback_file_feedback.html"


MOODLE = Platform(
    "moodle", LABEL, "{Full Name}_{id}_assignsubmission_file/{file}", _claims, _sort, fill=moodle, lateness=lateness
)
