"""What the commands show in a terminal: a bar with the rate and what remains, tables, plain lines."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.progress import TimeRemainingColumn as Remaining
from rich.table import Table
from rich.text import Text

from ..assignment import Assignment
from ..result import Result, Status
from .text import format_points, pluralize, single_line, truncate

SMALL_BATCH = 30
"""Up to this many submissions, the table has a row for each."""

LONGEST_NAME = 32
PLAIN_LINES = 10
"""How many lines of progress stand in a log, where there is no terminal to draw a bar in."""

COLOURS = {
    Status.GRADED: "green",
    Status.NEEDS_MARKING: "yellow",
    Status.SET_ASIDE: "red",
    Status.NOT_GRADED: "red",
}


class _Rate(ProgressColumn):
    """Submissions per second, since the start."""

    def render(self, task: Task) -> Text:
        rate = task.completed / task.elapsed if task.elapsed else 0.0
        return Text(f"{rate:.1f}/s" if rate else "", style="cyan")


@contextmanager
def progress(total: int, console: Console | None = None, noun: str = "submission") -> Iterator[Callable[[], None]]:
    """A function to call once per finished submission; it moves a bar, or in a log writes few lines."""
    console = console or Console(stderr=True)
    if console.is_terminal:
        columns = (
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            Remaining(compact=True),
            TextColumn("left"),
        )
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=total)
            yield lambda: bar.advance(task)
        return
    done, started = 0, time.monotonic()

    def advance() -> None:
        nonlocal done
        done += 1
        if done == total or done * PLAIN_LINES // total > (done - 1) * PLAIN_LINES // total:
            seconds = max(time.monotonic() - started, 1e-9)
            console.print(
                f"{done:,} of {pluralize(total, noun)}, {done / seconds:.1f} per second, "
                f"{(total - done) * seconds / done:.0f} s left",
                highlight=False,
            )

    yield advance


def show_results(results: Sequence[Result], assignment: Assignment, out: Path) -> None:
    """The end of a run: a row per student in a small batch, the statuses, the means, what to open."""
    console = Console()
    if len(results) <= SMALL_BATCH:
        console.print(_students(results, assignment))
    console.print(_questions(results, assignment))
    counts = Counter(result.status for result in results)
    said = ", ".join(f"{counts[status]:,} {status}" for status in Status if counts[status])
    say(f"{pluralize(len(results), 'submission')}: {said}", console)
    for result in results:
        if result.status is Status.SET_ASIDE:
            _held_up(result, " ".join(result.notes), console)
        elif result.status is Status.NOT_GRADED:
            _held_up(result, result.fault.partition("\n")[0], console)  # the report has all of it
    say(f"Report: {out / 'report.html'}", console)


def say(text: str, console: Console | None = None) -> None:
    """One sentence, on one line of any length: never wrapped, never read as markup."""
    (console or Console()).print(Text(single_line(text)), soft_wrap=True)


def _held_up(result: Result, why: str, console: Console) -> None:
    text = Text(f"{result.status}: ", style=COLOURS[result.status])
    text.append(f"{short(result.student)}: {truncate(single_line(why), 400)}", style="default")
    console.print(text, soft_wrap=True)


def _students(results: Sequence[Result], assignment: Assignment) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim", expand=True)
    names = max((cell_len(short(result.student)) for result in results), default=0)
    table.add_column("student", no_wrap=True, min_width=names)
    table.add_column("status", no_wrap=True, min_width=max(map(len, Status)))
    table.add_column(f"of {format_points(assignment.possible)}", justify="right", no_wrap=True, min_width=6)
    table.add_column("notes", overflow="ellipsis", no_wrap=True, ratio=1)  # the rest of the line
    for result in sorted(results, key=lambda result: result.student):
        table.add_row(
            Text(short(result.student)),
            Text(str(result.status), style=COLOURS[result.status]),
            format_points(result.total),
            Text(single_line(" ".join(result.notes)), style="dim"),
        )
    return table


def _questions(results: Sequence[Result], assignment: Assignment) -> Table:
    """The mean of each question over those who have points for it."""
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("question", no_wrap=True)
    table.add_column("mean", justify="right", no_wrap=True)
    table.add_column("of", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    graded = [result for result in results if result.total is not None]
    for question in assignment.questions:
        found = [q for result in graded for q in result.questions if q.id == question.id]
        points = [q.points for q in found if q.points is not None]
        mean = sum(points) / len(points) if points else None
        unmarked = len(found) - len(points)
        table.add_row(
            question.id,
            format_points(mean) or "-",
            format_points(question.points),
            Text(f"{pluralize(unmarked, 'answer')} to mark" if unmarked else "", style="yellow"),
        )
    return table


def short(name: str) -> str:
    """A student's key, harmless and short enough for a column."""
    name = single_line(name)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 3] + "..."


def named(students: Sequence[str], most: int = 10) -> str:
    """The first of them, and how many more there are."""
    names = ", ".join(short(student) for student in students[:most])
    return names if len(students) <= most else f"{names} and {len(students) - most:,} more"
