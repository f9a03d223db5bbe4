"""Takes filled sheets back."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...assignment import Assignment
from ...io.text import format_points, pluralize, single_line
from ...mark import Mark
from ..gradebook.database import Gradebook
from ..gradebook.records import SheetRow
from .groups import groups
from .rubric import Rubric, load_rubric, weighed_now, weighed_said
from .sheet_rows import Filled, filled_in, rows_of

MOST_ZEROS = 5
"""Rows with empty items that are named."""


@dataclass(frozen=True)
class Reading:
    """What taking sheets back did.

    Attributes:
        marks: the marks now in the gradebook from these sheets, new ones and changed ones, that count.
        known: how many marks stood there already, the same.
        empty: how many rows are still unmarked.
        zeros: one sentence for each row that was taken though some of its items are empty.
        problems: one sentence for each row that was not taken, or not for everybody, and why.
        weighed: one sentence, if some of the marks were given for other points or by another rubric than now.
    """

    marks: tuple[Mark, ...]
    known: int
    empty: int
    zeros: tuple[str, ...]
    problems: tuple[str, ...]
    weighed: str = ""


@dataclass(frozen=True)
class _Entry:
    """A row that a marker filled in.

    Attributes:
        where: the sheet and the row, for messages.
        question: the id of the row's question.
        students: whom the sheet names there.
    """

    where: str
    question: str
    filled: Filled
    students: str

    def name(self, handed_out: SheetRow | None, student: str) -> str:
        """A student as this sheet names them; the last one written may have been anonymous, or not."""
        shown = dict(handed_out.shown) if handed_out else {}
        return single_line(student) if single_line(student) in self.students else shown.get(student, "another student")

    @property
    def taken_as_zero(self) -> str:
        """A sentence on the items that were left empty."""
        items = ", ".join(f"`{item}`" for item in self.filled.taken_as_zero)
        return f"{self.where}: {items} left empty, taken as 0: {format_points(self.filled.points)} points."

    def mark(self, student: str, answer: str) -> Mark:
        filled = self.filled
        return Mark(student, self.question, answer, filled.points, filled.possible, filled.items, filled.comment)


def read_sheets(
    gradebook: Gradebook, assignment: Assignment, sheets: Sequence[Path], *, replace_marks: bool = False
) -> Reading:
    """Take filled sheets back, each by the points and the rubric that it was written for. Every row is taken or
    named in `problems`.

    A row is known by its answer: a sheet of another gradebook of this class is taken, too. One that is at odds
    with another or with a mark given before is not taken at all, unless `replace_marks` lets it take the earlier
    one's place. Where a student has changed the answer since, the mark is kept for the earlier text.

    Raises:
        GraderError: if a file cannot be read or is not a marking sheet.
    """
    rubrics = load_rubric(assignment)
    handed_out = gradebook.sheet_rows()
    current = {group.row: group for group in groups(gradebook, assignment)}
    filled, empty, problems = _entries(assignment, rubrics, sheets, {*handed_out, *current})
    earlier, counting = gradebook.marks(), set(gradebook.students())
    before = weighed_now(earlier, assignment)
    marks: list[Mark] = []
    kept: list[Mark] = []
    zeros: list[str] = []
    known = 0
    for row, entries in filled.items():
        entry, shown, group = entries[0], handed_out.get(row), current.get(row)
        if any(other.filled != entry.filled for other in entries):
            problems.append(_differ(row, entries))
            continue
        if shown and (gone := [s for s, _ in shown.shown if s in counting and not (group and s in group.students)]):
            problems.append(_changed(entry, shown, gone))
            kept += [mark for mark in (entry.mark(s, shown.answer) for s in gone) if mark.key not in earlier]
        fresh = {m.key: m for m in (entry.mark(s, group.fingerprint) for s in group.students)} if group else {}
        now = weighed_now(fresh, assignment)
        conflicts = [key for key in now if key in before and not _is_same(before[key], now[key])]
        if conflicts and not replace_marks:
            problems.append(_conflict(entry, shown, [(before[key], now[key]) for key in conflicts]))
            continue
        new = [fresh[key] for key in fresh if key in conflicts or key not in before]
        zeros += [entry.taken_as_zero] if new and entry.filled.taken_as_zero else []
        known += len(fresh) - len(new)
        marks += new
    gradebook.save_marks([*marks, *kept], ", ".join(sheet.name for sheet in sheets))
    weighed = weighed_said(marks, assignment)
    return Reading(tuple(marks), known, empty, tuple(zeros), tuple(problems), weighed)


def _entries(
    assignment: Assignment, rubrics: Mapping[str, Rubric], sheets: Sequence[Path], rows: Container[str]
) -> tuple[dict[str, list[_Entry]], int, list[str]]:
    """What the markers entered by row, how many rows are empty, and a sentence for each that is not right."""
    entries: dict[str, list[_Entry]] = {}
    problems: list[str] = []
    empty = 0
    for sheet in sheets:
        read = rows_of(sheet, rubrics)
        for where, row in read.rows:
            name = row["row"].strip().removeprefix("'")
            question = name.rpartition("-")[0]
            if name not in rows:
                problems.append(
                    f"{where}: `{single_line(name)}` is neither an answer of this class nor a row of its sheets."
                )
                continue
            if question not in rubrics:
                problems.append(f"{where}: `{question}` is not a short-answer question now.")
                continue
            possible = read.possible(row, question, assignment.question(question).points)
            try:
                found = filled_in(row, question, read.items.get(question, ()), possible)
            except ValueError as error:
                problems.append(f"{where}: {error}")
                continue
            if found is None:
                empty += 1
            else:
                entries.setdefault(name, []).append(_Entry(where, question, found, row.get("students", "")))
    return entries, empty, problems


def _is_same(one: Mark, other: Mark) -> bool:
    """Whether a mark and one of a sheet say the same: it has no column for replies, and may have points alone."""
    return replace(one, replies=(), items=one.items if other.items else ()) == other


def _differ(row: str, entries: Sequence[_Entry]) -> str:
    given = " and ".join(f"{format_points(entry.filled.points)} in {entry.where}" for entry in entries)
    return f"{row}: the markers differ ({given}). Agree on one and read it again."


def _changed(entry: _Entry, handed_out: SheetRow, gone: Sequence[str]) -> str:
    """A sentence on the students that the row showed and whose answer is another now, of those who count."""
    names = "; ".join(entry.name(handed_out, student) for student in gone)
    return (
        f"{entry.where}: the answer of {names} has changed since the sheet was written, so this mark does not "
        "apply to it. It is kept for the earlier text: a new sheet shows both, and what is different."
    )


def _conflict(entry: _Entry, handed_out: SheetRow | None, pairs: list[tuple[Mark, Mark]]) -> str:
    before, fresh = pairs[0]
    shown = entry.name(handed_out, fresh.student)
    who = shown if len(pairs) == 1 else f"{shown} and {len(pairs) - 1} more"
    if before.points != fresh.points:
        differs = f"{format_points(before.points)} points before, {format_points(fresh.points)} here"
    else:
        differs = "the points are the same, but the items or the comment are not"
    return (
        f"{entry.where}: the answer of {who} already has a mark ({differs}). "
        "It stays; --replace puts this one in its place."
    )


def summary(reading: Reading) -> list[str]:
    """What was read, in a sentence; before it, what markers may not have meant."""
    said = list(reading.zeros[:MOST_ZEROS])
    if len(reading.zeros) > len(said):
        said.append(f"The same in {pluralize(len(reading.zeros) - len(said), 'more row')}.")
    if said:
        said.append("If that is not intended, fill them in and read the sheet again with --replace.")
    if reading.weighed:
        said.append(reading.weighed)
    return [
        *said,
        f"{pluralize(len(reading.marks), 'mark')} read, {reading.known:,} already there, "
        f"{pluralize(reading.empty, 'row')} still empty, {pluralize(len(reading.problems), 'problem')}.",
    ]
