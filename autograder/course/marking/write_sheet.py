"""Writes the sheets that markers fill in."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from ...assignment import Assignment, Question
from ...check.loading.answers import word_count
from ...errors import GraderError
from ...io.files import write_atomically
from ...io.program import program
from ...io.text import csv_safe, escape_control, format_points, guarded, in_alphabet, single_line, truncate
from ...mark import Mark, fingerprint
from ..gradebook.database import Gradebook
from ..gradebook.records import SheetRow
from .earlier_answers import earlier_answers
from .groups import AnswerIndex, Group, short_answer_questions
from .rubric import Item, Rubric, load_rubric, weighed_now
from .sheet_rows import POSSIBLE

FIXED_COLUMNS = ("row", "question", "students", "count", "words", "note", "answer")
EARLIER = "earlier answer"
"""The column with what its students had written before, the mark for that, and the difference; only where there is
any."""

LONGEST_CELL = 30_000
"""Characters; spreadsheets hold no more than 32,767 in a cell."""


@dataclass(frozen=True)
class SheetOptions:
    """What the instructor asked for.

    Attributes:
        anonymous: show made-up names, the same ones each time.
        markers: split among as many sheets.
        question: only this one.
        marked_too: write also what is marked already.
    """

    anonymous: bool = False
    markers: int = 1
    question: str | None = None
    marked_too: bool = False


def write_sheets(
    gradebook: Gradebook,
    assignment: Assignment,
    sheet: Path,
    options: SheetOptions = SheetOptions(),
) -> list[tuple[Path, int]]:
    """Write what needs marking to `sheet`, or to one sheet per marker (SHEET-1.csv ...).

    Returns: each file written and its number of rows to mark.

    Raises:
        GraderError: if the question is not one of the short answers, a file is there already or
            there is nothing to mark.
    """
    asked = list(short_answer_questions(assignment, options.question))
    paths = [sheet]
    if options.markers > 1:
        paths = [sheet.with_name(f"{sheet.stem}-{i}{sheet.suffix}") for i in range(1, options.markers + 1)]
    for path in paths:
        if path.suffix.lower() != ".csv":
            raise GraderError(f"A sheet is a CSV file, which every spreadsheet opens: --write {sheet.stem}.csv")
        if path.exists():
            raise GraderError(f"{path} already exists and may contain marks. Choose another name.")
    if not any(gradebook.results()):
        raise GraderError(f"No submission is graded yet: run `{program()} grade` first.")
    marks = weighed_now(gradebook.marks(), assignment)
    answers = AnswerIndex(gradebook)
    answers.refresh()
    found = [group for group in answers.groups(assignment, marks) if group.question in asked]
    wanted = [group for group in found if options.marked_too or not group.mark]
    if not wanted:
        raise GraderError(
            "No short answer was handed in."
            if options.marked_too
            else "Nothing is left to mark; --all writes what is marked."
        )
    students = sorted({student for group in wanted for student in group.students})
    shown = (
        gradebook.pseudonyms(students) if options.anonymous else {student: single_line(student) for student in students}
    )
    rubric = load_rubric(assignment)
    gradebook.save_sheet_rows(
        SheetRow(
            g.row,
            g.question.id,
            fingerprint(g.answer),
            tuple((student, shown[student]) for student in g.students),
        )
        for g in wanted
    )
    earlier = earlier_answers(gradebook, wanted, marks)
    written = []
    for index, path in enumerate(paths):
        part = [g for q in asked for g in [g for g in wanted if g.question == q][index :: len(paths)]]
        write_atomically(path, _sheet(part, asked, rubric, shown, earlier), "utf-8-sig")
        written.append((path, len(part)))
    return written


def _sheet(
    part: list[Group],
    asked: list[Question],
    rubric: dict[str, Rubric],
    shown: dict[str, str],
    earlier: dict[str, str],
) -> str:
    """The CSV text: question by question, each opened by a row that says what to look for."""
    before = [EARLIER] if any(group.row in earlier for group in part) else []
    items = [(question, item) for question in asked for item in rubric[question.id].items]
    columns = [*FIXED_COLUMNS, *before, *(column(*one) for one in items), "points", POSSIBLE, "comment"]
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for question in asked:
        rows = [group for group in part if group.question == question]
        if not rows:
            continue
        writer.writerow(_guide(question, rubric[question.id]))
        for group in rows:
            names = "; ".join(sorted((shown[student] for student in group.students), key=in_alphabet))
            writer.writerow(
                {
                    "row": group.row,
                    "question": question.id,
                    "students": csv_safe(truncate(names, LONGEST_CELL)),
                    "count": len(group.students),
                    "words": word_count(group.answer),
                    "note": csv_safe(group.note),
                    "answer": csv_safe(truncate(group.answer, LONGEST_CELL)),
                    **({EARLIER: csv_safe(truncate(earlier[group.row], LONGEST_CELL))} if group.row in earlier else {}),
                    POSSIBLE: format_points(question.points),
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
        **{column(question, item): guarded(escape_control(item.text)) for item in rubric.items},
        "points": f"0 to {format_points(question.points)}; empty: the items' sum",
        POSSIBLE: format_points(question.points),
        "comment": "the student reads this",
    }


def _as_marked(question: Question, rubric: Rubric, mark: Mark | None) -> dict[str, str]:
    """The mark that stands, as its marker would enter it; the items only where they say all of it."""
    if mark is None:
        return {}
    given = {item.id: item for item in mark.items}
    if mark.items and given.keys() == {item.id for item in rubric.items}:
        cells = {column(question, item): format_points(given[item.id].points) for item in rubric.items}
    else:
        cells = {"points": format_points(mark.points)}
    return cells | {"comment": guarded(escape_control(mark.comment))}


def column(question: Question, item: Item) -> str:
    """What the column of a rubric's item is called."""
    return f"{question.id}: {item.id} ({format_points(item.points)})"
