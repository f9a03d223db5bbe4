"""Takes filled sheets back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..answers import fingerprint
from ..assignment import Assignment
from ..gradebook import Gradebook, Mark, SheetRow
from ..plain import counted, line, number
from ..rubric import load_rubric
from .groups import Group, groups
from .rows import Filled, filled_in, rows_of


@dataclass(frozen=True)
class Reading:
    """What taking sheets back did.

    Attributes:
        marks: the marks now in the gradebook from these sheets, new ones and changed ones.
        known: how many marks stood there already, the same.
        empty: how many rows are still unmarked.
        problems: one sentence for each row that was not taken, and why.
    """

    marks: tuple[Mark, ...]
    known: int
    empty: int
    problems: tuple[str, ...]


def read_sheets(
    book: Gradebook, assignment: Assignment, sheets: Sequence[Path], *, replace_marks: bool = False
) -> Reading:
    """Take filled sheets back. Every row is taken or named in `problems`.

    A row that is at odds with another or with a mark given before is not taken at all, unless
    `replace_marks` lets it take the earlier one's place. Of a row whose answer some students have
    changed, the others get the mark.

    Raises:
        GraderError: if a file cannot be read or is no marking sheet.
    """
    rubric = load_rubric(assignment)
    handed_out = book.sheet_rows()
    current = {group.row: group for group in groups(book, assignment)}
    problems: list[str] = []
    filled: dict[str, list[tuple[str, Filled]]] = {}
    empty = 0
    for sheet in sheets:
        for where, row in rows_of(sheet):
            name = row["row"].strip().removeprefix("'")
            if name not in handed_out:
                problems.append(f"{where}: `{line(name)}` is no row that a sheet of this gradebook had.")
                continue
            question_id = handed_out[name].question
            if question_id not in rubric:
                problems.append(f"{where}: `{question_id}` is no short-answer question now.")
                continue
            try:
                found = filled_in(row, assignment.question(question_id), rubric[question_id])
            except ValueError as problem:
                problems.append(f"{where}: {problem}")
                continue
            if found is None:
                empty += 1
            else:
                filled.setdefault(name, []).append((where, found))
    marks: list[Mark] = []
    known = 0
    earlier = book.marks()
    for name, entries in filled.items():
        where, mark = entries[0]
        if any(other != mark for _, other in entries):
            given = " and ".join(f"{number(other.points)} in {place}" for place, other in entries)
            problems.append(f"{name}: the markers differ ({given}). Agree on one and read it again.")
            continue
        problems += _changed(where, handed_out[name], current.get(name))
        fresh = _marks(current.get(name), mark)
        conflicts = [m for m in fresh if earlier.get(m.key, m) != m]
        if conflicts and not replace_marks:
            problems.append(_conflict(where, handed_out[name], [(earlier[m.key], m) for m in conflicts]))
            continue
        known += sum(earlier.get(m.key) == m for m in fresh)
        marks += [m for m in fresh if earlier.get(m.key) != m]
    book.save_marks(marks, ", ".join(sheet.name for sheet in sheets))
    return Reading(tuple(marks), known, empty, tuple(problems))


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


def _changed(where: str, handed_out: SheetRow, group: Group | None) -> list[str]:
    now = group.students if group else ()
    changed = [shown for student, shown in handed_out.shown if student not in now]
    if not changed:
        return []
    return [
        f"{where}: the answer of {'; '.join(changed)} has changed since the sheet was written, so this "
        "mark does not stand for it. Write a new sheet for what is left."
    ]


def _conflict(where: str, handed_out: SheetRow, pairs: list[tuple[Mark, Mark]]) -> str:
    before, fresh = pairs[0]
    shown = dict(handed_out.shown).get(fresh.student, "another student with this answer")
    who = shown if len(pairs) == 1 else f"{shown} and {len(pairs) - 1} more"
    if before.points != fresh.points:
        differs = f"{number(before.points)} points before, {number(fresh.points)} here"
    else:
        differs = "the points are the same, the items or the comment are not"
    return (
        f"{where}: the answer of {who} has a mark already ({differs}). "
        "It stays; --replace puts this one in its place."
    )


def summary(reading: Reading) -> str:
    """One sentence on what was read."""
    return (
        f"{counted(len(reading.marks), 'mark')} taken, {reading.known:,} already there, "
        f"{counted(reading.empty, 'row')} still empty, {counted(len(reading.problems), 'problem')}."
    )
