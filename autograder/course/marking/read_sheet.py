"""Takes filled sheets back."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...assignment import Assignment
from ...io.text import format_points, pluralize, single_line
from ...mark import Mark, fingerprint
from ..gradebook.database import Gradebook
from ..gradebook.records import SheetRow
from .groups import Group, groups
from .rubric import load_rubric
from .sheet_rows import Filled, filled_in, rows_of

MOST_ZEROS = 5
"""Rows with empty items that are named."""


@dataclass(frozen=True)
class Reading:
    """What taking sheets back did.

    Attributes:
        marks: the marks now in the gradebook from these sheets, new ones and changed ones.
        known: how many marks stood there already, the same.
        empty: how many rows are still unmarked.
        zeros: one sentence for each row that was taken though some of its items are empty.
        problems: one sentence for each row that was not taken, and why.
    """

    marks: tuple[Mark, ...]
    known: int
    empty: int
    zeros: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class _Entry:
    """A row that a marker filled in.

    Attributes:
        where: the sheet and the row, for messages.
        students: whom the sheet names there.
    """

    where: str
    filled: Filled
    students: str

    def name(self, handed_out: SheetRow, student: str) -> str:
        """A student as this sheet names them; the last one written may have been anonymous, or not."""
        shown = dict(handed_out.shown)
        return single_line(student) if single_line(student) in self.students else shown.get(student, "another student")


def read_sheets(
    gradebook: Gradebook, assignment: Assignment, sheets: Sequence[Path], *, replace_marks: bool = False
) -> Reading:
    """Take filled sheets back. Every row is taken or named in `problems`.

    A row that is at odds with another or with a mark given before is not taken at all, unless
    `replace_marks` lets it take the earlier one's place. Of a row whose answer some students have
    changed, the others get the mark.

    Raises:
        GraderError: if a file cannot be read or is not a marking sheet.
    """
    rubric = load_rubric(assignment)
    handed_out = gradebook.sheet_rows()
    current = {group.row: group for group in groups(gradebook, assignment)}
    problems: list[str] = []
    filled: dict[str, list[_Entry]] = {}
    empty = 0
    for sheet in sheets:
        for where, row in rows_of(sheet):
            name = row["row"].strip().removeprefix("'")
            if name not in handed_out:
                problems.append(f"{where}: `{single_line(name)}` is not a row that a sheet of this gradebook had.")
                continue
            question_id = handed_out[name].question
            if question_id not in rubric:
                problems.append(f"{where}: `{question_id}` is not a short-answer question now.")
                continue
            try:
                found = filled_in(row, assignment.question(question_id), rubric[question_id])
            except ValueError as error:
                problems.append(f"{where}: {error}")
                continue
            if found is None:
                empty += 1
            else:
                filled.setdefault(name, []).append(_Entry(where, found, row.get("students", "")))
    marks: list[Mark] = []
    zeros: list[str] = []
    known = 0
    earlier, counting = gradebook.marks(), set(gradebook.students())
    for name, entries in filled.items():
        first = entries[0]
        where, mark = first.where, first.filled
        if any(entry.filled != mark for entry in entries):
            given = " and ".join(f"{format_points(entry.filled.points)} in {entry.where}" for entry in entries)
            problems.append(f"{name}: the markers differ ({given}). Agree on one and read it again.")
            continue
        problems += _changed(first, handed_out[name], current.get(name), counting)
        fresh = _marks(current.get(name), mark)
        conflicts = [m for m in fresh if earlier.get(m.key, m) != m]
        if conflicts and not replace_marks:
            problems.append(_conflict(first, handed_out[name], [(earlier[m.key], m) for m in conflicts]))
            continue
        if mark.taken_as_zero and any(earlier.get(m.key) != m for m in fresh):
            empty_items = ", ".join(f"`{item}`" for item in mark.taken_as_zero)
            zeros.append(f"{where}: {empty_items} left empty, taken as 0: {format_points(mark.points)} points.")
        known += sum(earlier.get(m.key) == m for m in fresh)
        marks += [m for m in fresh if earlier.get(m.key) != m]
    gradebook.save_marks(marks, ", ".join(sheet.name for sheet in sheets))
    return Reading(tuple(marks), known, empty, tuple(zeros), tuple(problems))


def _marks(group: Group | None, filled: Filled) -> list[Mark]:
    """The mark of each student who gives this answer now."""
    if group is None:
        return []
    print_ = fingerprint(group.answer)
    return [
        Mark(
            student,
            group.question.id,
            print_,
            filled.points,
            group.question.points,
            filled.items,
            filled.comment,
        )
        for student in group.students
    ]


def _changed(entry: _Entry, handed_out: SheetRow, group: Group | None, counting: Container[str]) -> list[str]:
    """A sentence on the students that the row showed and whose answer is another now, of those who count."""
    gone = [s for s, _ in handed_out.shown if s in counting and not (group and s in group.students)]
    changed = [entry.name(handed_out, student) for student in gone]
    if not changed:
        return []
    return [
        f"{entry.where}: the answer of {'; '.join(changed)} has changed since the sheet was written, so this "
        "mark does not stand for it. Write a new sheet for what is left."
    ]


def _conflict(entry: _Entry, handed_out: SheetRow, pairs: list[tuple[Mark, Mark]]) -> str:
    before, fresh = pairs[0]
    shown = entry.name(handed_out, fresh.student)
    who = shown if len(pairs) == 1 else f"{shown} and {len(pairs) - 1} more"
    if before.points != fresh.points:
        differs = f"{format_points(before.points)} points before, {format_points(fresh.points)} here"
    else:
        differs = "the points are the same, the items or the comment are not"
    return (
        f"{entry.where}: the answer of {who} has a mark already ({differs}). "
        "It stays; --replace puts this one in its place."
    )


def summary(reading: Reading) -> str:
    """What was read, in a sentence; before it, what markers may not have meant."""
    zeros = list(reading.zeros[:MOST_ZEROS])
    if len(reading.zeros) > len(zeros):
        zeros.append(f"The same in {pluralize(len(reading.zeros) - len(zeros), 'more row')}.")
    if zeros:
        zeros.append("Where that is not meant, fill them in and read the sheet again with --replace.")
    last = (
        f"{pluralize(len(reading.marks), 'mark')} taken, {reading.known:,} already there, "
        f"{pluralize(reading.empty, 'row')} still empty, {pluralize(len(reading.problems), 'problem')}."
    )
    return "\n".join([*zeros, last])
