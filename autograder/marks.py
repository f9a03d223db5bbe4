"""Marking by hand: writes the sheets that markers fill in, and takes them back.

A mark stands for one text of an answer. Whoever gave the same text, but for letter case and white
space, gets the same mark; a text that changes later needs a new one.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .answers import fingerprint
from .assignment import Assignment, Question
from .check.answers import word_count
from .errors import GraderError
from .files import write_atomically
from .gradebook import Gradebook, ItemMark, Mark, Marks, SheetRow
from .plain import cell, clip, counted, line, number
from .result import QuestionResult, Result, Status
from .rubric import Item, Rubric, load_rubric

FIXED_COLUMNS = ("row", "question", "students", "count", "words", "note", "answer")
FULL = ("x", "X", "✓")
"""What gives an item its full points."""

LONGEST_CELL = 30_000
"""Characters; spreadsheets hold no more than 32,767 in a cell."""


@dataclass(frozen=True)
class Group:
    """The same answer, by one student or several.

    Attributes:
        row: the name of its row in a sheet.
        mark: the mark it has already, if any.
    """

    row: str
    question: Question
    answer: str
    note: str
    students: tuple[str, ...]
    mark: Mark | None = None


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


def with_marks(result: Result, marks: Marks) -> Result:
    """The result with the marks that fit its answers; `graded` once nothing is left to mark."""
    if result.status not in (Status.GRADED, Status.NEEDS_MARKING):
        return result
    questions = tuple(_with_mark(result.student, question, marks) for question in result.questions)
    is_complete = all(question.points is not None for question in questions)
    status = Status.GRADED if is_complete else Status.NEEDS_MARKING
    return replace(result, questions=questions, status=status)


def mark_of(student: str, question: QuestionResult, marks: Marks) -> Mark | None:
    """The mark that fits this answer of this student."""
    return marks.get((student, question.id, fingerprint(question.answer))) if question.answer else None


def _with_mark(student: str, question: QuestionResult, marks: Marks) -> QuestionResult:
    mark = mark_of(student, question, marks) if question.points is None else None
    if mark is None:
        return question
    # The question may be worth something else by now: the mark is a share of what it was worth.
    return replace(question, points=round(mark.points * question.possible / mark.possible, 2))


def groups(book: Gradebook, assignment: Assignment) -> list[Group]:
    """All answers that a person marks, the same ones together, question by question.

    Within a question they stand in an order that says nothing about who wrote them.
    """
    answers: dict[tuple[str, str], list[tuple[str, QuestionResult]]] = {}
    for result in book.results():
        if result.status in (Status.GRADED, Status.NEEDS_MARKING):
            for question in result.questions:
                if question.points is None and question.answer:
                    key = (question.id, fingerprint(question.answer))
                    answers.setdefault(key, []).append((result.student, question))
    marks = book.marks()
    found = []
    for (question_id, print_), given in answers.items():
        known = [marks.get((student, question_id, print_)) for student, _ in given]
        if question_id in {question.id for question in assignment.answer_questions}:
            found.append(
                Group(
                    row=_row_name(question_id, print_),
                    question=assignment.question(question_id),
                    answer=given[0][1].answer,
                    note=given[0][1].note,
                    students=tuple(student for student, _ in given),
                    mark=known[0] if all(known) else None,
                )
            )
    order = [question.id for question in assignment.questions]
    return sorted(found, key=lambda group: (order.index(group.question.id), group.row))


def write_sheets(
    book: Gradebook,
    assignment: Assignment,
    sheet: Path,
    *,
    anonymous: bool = False,
    markers: int = 1,
    question: str | None = None,
    marked_too: bool = False,
) -> list[tuple[Path, int]]:
    """Write what needs marking to `sheet`, or to one sheet per marker (SHEET-1.csv ...).

    Returns: each file written and its number of rows to mark.

    Raises:
        GraderError: if the question is none of the short answers, a file is there already or
            there is nothing to mark.
    """
    asked = [q for q in assignment.answer_questions if question in (None, q.id)]
    if not asked:
        ids = ", ".join(q.id for q in assignment.answer_questions) or "none"
        raise GraderError(f"{question!r} is no short-answer question. These are: {ids}.")
    paths = [sheet]
    if markers > 1:
        paths = [sheet.with_name(f"{sheet.stem}-{i}{sheet.suffix}") for i in range(1, markers + 1)]
    for path in paths:
        if path.exists():
            raise GraderError(f"{path} is there already and may hold marks. Choose another name.")
    wanted = [g for g in groups(book, assignment) if g.question in asked and (marked_too or not g.mark)]
    if not wanted:
        raise GraderError(
            "Nothing is left to mark."
            if marked_too
            else "Nothing is left to mark; --all writes what is marked."
        )
    students = sorted({student for group in wanted for student in group.students})
    shown = book.pseudonyms(students) if anonymous else {student: line(student) for student in students}
    rubric = load_rubric(assignment)
    book.save_sheet_rows(
        SheetRow(
            g.row,
            g.question.id,
            fingerprint(g.answer),
            tuple((student, shown[student]) for student in g.students),
        )
        for g in wanted
    )
    written = []
    for index, path in enumerate(paths):
        part = [g for q in asked for g in [g for g in wanted if g.question == q][index :: len(paths)]]
        write_atomically(path, _sheet(part, asked, rubric, shown), "utf-8-sig")
        written.append((path, len(part)))
    return written


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
    filled: dict[str, list[tuple[str, _Filled]]] = {}
    empty = 0
    for sheet in sheets:
        for where, row in _rows(sheet):
            name = row["row"].strip().removeprefix("'")
            if name not in handed_out:
                problems.append(f"{where}: `{line(name)}` is no row that a sheet of this gradebook had.")
                continue
            question_id = handed_out[name].question
            if question_id not in rubric:
                problems.append(f"{where}: `{question_id}` is no short-answer question now.")
                continue
            try:
                found = _filled(row, assignment.question(question_id), rubric[question_id])
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


@dataclass(frozen=True)
class _Filled:
    """What a marker entered in one row."""

    points: float
    items: tuple[ItemMark, ...]
    comment: str


def _row_name(question_id: str, print_: str) -> str:
    return f"{question_id}-{hashlib.sha256(f'{question_id} {print_}'.encode()).hexdigest()[:12]}"


def _sheet(part: list[Group], asked: list[Question], rubric: dict[str, Rubric], shown: dict[str, str]) -> str:
    """The CSV text: question by question, each opened by a row that says what to look for."""
    items = [(question, item) for question in asked for item in rubric[question.id].items]
    columns = [*FIXED_COLUMNS, *(_column(question, item) for question, item in items), "points", "comment"]
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for question in asked:
        rows = [group for group in part if group.question == question]
        if not rows:
            continue
        writer.writerow(_guide(question, rubric[question.id]))
        for group in rows:
            names = "; ".join(sorted(shown[student] for student in group.students))
            writer.writerow(
                {
                    "row": group.row,
                    "question": question.id,
                    "students": cell(clip(names, LONGEST_CELL)),
                    "count": len(group.students),
                    "words": word_count(group.answer),
                    "note": cell(group.note),
                    "answer": cell(clip(group.answer, LONGEST_CELL)),
                    **_as_marked(question, rubric[question.id], group.mark),
                }
            )
    return file.getvalue()


def _guide(question: Question, rubric: Rubric) -> dict[str, str]:
    """The row that says what to look for; reading back skips it, as it starts with #."""
    text = question.title
    if rubric.weak_arguments:
        text += "\nWeak arguments: " + " / ".join(rubric.weak_arguments)
    return {
        "row": f"# {question.id}",
        "question": question.id,
        "note": "what to look for",
        "answer": text,
        **{_column(question, item): cell(item.text) for item in rubric.items},
        "points": f"0 to {number(question.points)}; empty: the items' sum",
        "comment": "the student reads this",
    }


def _as_marked(question: Question, rubric: Rubric, mark: Mark | None) -> dict[str, str]:
    if mark is None:
        return {}
    ids = {item.id for item in rubric.items}
    if mark.items and all(item.id in ids for item in mark.items):
        given = {item.id: number(item.points) for item in mark.items}
        cells = {_column(question, item): given.get(item.id, "") for item in rubric.items}
    else:
        cells = {"points": number(mark.points)}
    return cells | {"comment": cell(mark.comment)}


def _column(question: Question, item: Item) -> str:
    return f"{question.id}: {item.id} ({number(item.points)})"


def _rows(sheet: Path) -> Iterable[tuple[str, dict[str, str]]]:
    """Each row of a sheet and where it stands, for messages; guides and empty lines are left out."""
    try:
        text = sheet.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise GraderError(f"{sheet} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise GraderError(f"{sheet} is not UTF-8. Save it as CSV UTF-8 and read it again.") from None
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        columns, *records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as problem:
        raise GraderError(f"{sheet} is not valid CSV: {problem}.") from None
    except ValueError:
        columns, records = [], []
    missing = [column for column in ("row", "points", "comment") if column not in columns]
    if missing:
        raise GraderError(
            f"{sheet} is no marking sheet: it has no column `{missing[0]}`. "
            "Write one with: autograder marks OUT --write SHEET.csv"
        )
    rows = []
    for index, record in enumerate(records, 2):  # counted as a spreadsheet does, the header being 1
        row = dict.fromkeys(columns, "") | dict(zip(columns, record, strict=False))
        is_guide = row["row"].lstrip("'").startswith("#")
        if not is_guide and any(value.strip() for value in record):
            rows.append((f"{sheet.name}, row {index}", row))
    return rows


def _filled(row: dict[str, str], question: Question, rubric: Rubric) -> _Filled | None:
    """What the row holds; None while it is empty. ValueError with a sentence where it is not right."""
    entered = _entered(row, question, rubric)
    items = []
    for item in rubric.items:
        points = _points(entered.get(item.id, ""), item.points, f"`{item.id}`")
        items.append(None if points is None else ItemMark(item.id, item.text, points, item.points))
    comment = row["comment"].strip()
    if cell(comment[1:]) == comment:
        comment = comment[1:]  # the apostrophe that `cell` puts before what looks like a formula
    total = _points(row["points"], question.points, "`points`")
    if all(item is None for item in items):
        if total is None and comment:
            raise ValueError("there is a comment but no points.")
        return None if total is None else _Filled(total, (), comment)
    given = tuple(
        mark or ItemMark(item.id, item.text, 0.0, item.points)
        for mark, item in zip(items, rubric.items, strict=True)
    )
    added = round(sum(item.points for item in given), 2)
    if total is not None and total != added:
        raise ValueError(
            f"`points` says {number(total)}, but the items add up to {number(added)}. Leave one side empty."
        )
    return _Filled(added, given, comment)


def _entered(row: dict[str, str], question: Question, rubric: Rubric) -> dict[str, str]:
    """The items' cells by item id: the points in a column's name may have changed since."""
    ids = {item.id for item in rubric.items}
    entered = {}
    for column, value in row.items():
        of, colon, item_id = column.rpartition(" (")[0].partition(": ")
        if not colon or not value.strip():
            continue
        if of != question.id:
            raise ValueError(f"`{line(column)}` is filled, but the row is one of `{question.id}`.")
        if item_id not in ids:
            raise ValueError(f"`{line(item_id)}` is no item of the rubric now: {', '.join(sorted(ids))}.")
        entered[item_id] = value
    return entered


def _points(text: str, most: float, what: str) -> float | None:
    text = text.strip()
    if not text:
        return None
    if text in FULL:
        return most
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value <= most:
        raise ValueError(f"{what} should be a number from 0 to {number(most)}, but it is {line(text)!r}.")
    return round(value, 2)


def _marks(group: Group | None, filled: _Filled) -> list[Mark]:
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
