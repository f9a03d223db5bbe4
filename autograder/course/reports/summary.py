"""The end of a run, in the terminal: a row per student in a small batch, the statuses, the means, what to open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...assignment import Assignment
from ...io.terminal import MOST_ROWS, say, short
from ...io.text import format_points, in_alphabet, pluralize, single_line, truncate
from ...result import Result, Status
from .questions import Questions

COLOURS = {
    Status.GRADED: "green",
    Status.NEEDS_MARKING: "yellow",
    Status.SET_ASIDE: "red",
    Status.NOT_GRADED: "red",
}


def show_results(results: Sequence[Result], assignment: Assignment, out: Path) -> None:
    console = Console()
    if len(results) <= MOST_ROWS:
        console.print(_students(results, assignment))
    console.print(_questions(results, assignment))
    counts = Counter(result.status for result in results)
    said = ", ".join(f"{counts[status]:,} {_said(status, counts[status])}" for status in Status if counts[status])
    say(f"{pluralize(len(results), 'submission')}: {said}", console)
    for result in results:
        if result.status is Status.SET_ASIDE:
            _held_up(result, " ".join(result.notes), console)  # whole: what to type stands at its end
        elif result.status is Status.NOT_GRADED:
            _held_up(result, truncate(result.fault.partition("\n")[0], 400), console)  # the report has all of it
    say(f"Report: {out / 'report.html'}", console)


def _said(status: Status, count: int) -> str:
    return "need marking" if status is Status.NEEDS_MARKING and count > 1 else str(status)


def _held_up(result: Result, why: str, console: Console) -> None:
    text = Text(f"{result.status}: ", style=COLOURS[result.status])
    text.append(f"{short(result.student)}: {single_line(why)}", style="default")
    console.print(text, soft_wrap=True)


def _students(results: Sequence[Result], assignment: Assignment) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim", expand=True)
    names = max((cell_len(short(result.student)) for result in results), default=0)
    table.add_column("student", no_wrap=True, min_width=names)
    table.add_column("status", no_wrap=True, min_width=max(map(len, Status)))
    table.add_column(f"of {format_points(assignment.possible)}", justify="right", no_wrap=True, min_width=6)
    table.add_column("notes", overflow="ellipsis", no_wrap=True, ratio=1)  # the rest of the line
    for result in sorted(results, key=lambda result: in_alphabet(result.student)):
        table.add_row(
            Text(short(result.student)),
            Text(str(result.status), style=COLOURS[result.status]),
            format_points(result.total),
            Text(single_line(" ".join(result.notes)), style="dim"),
        )
    return table


def _questions(results: Sequence[Result], assignment: Assignment) -> Table:
    """The mean of each question, as the report has it, and how many wait for a mark."""
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("question", no_wrap=True)
    table.add_column("mean", justify="right", no_wrap=True)
    table.add_column("of", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    questions = Questions(assignment)
    for result in results:
        if result.total is not None:
            questions.add(result)
    for row in questions.rows():
        table.add_row(
            row.question.id,
            format_points(row.mean) or "-",
            format_points(row.question.points),
            Text(f"{pluralize(row.unmarked, 'answer')} to mark" if row.unmarked else "", style="yellow"),
        )
    return table
