"""What every command shows in a terminal: a bar with the rate and what remains, plain lines, short names."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.progress import TimeRemainingColumn as Remaining
from rich.text import Text

from .text import first_few, pluralize, single_line

MOST_ROWS = 30
"""Rows of a table that are shown in a terminal; the files have all of them."""

LONGEST_NAME = 32
PLAIN_LINES = 10
"""How many lines of progress stand in a log, where there is no terminal to draw a bar in."""


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


def say(text: str, console: Console | None = None) -> None:
    """One sentence, on one line of any length: never wrapped, never read as markup."""
    (console or Console()).print(Text(single_line(text)), soft_wrap=True)


def short(name: str) -> str:
    """A student's key, harmless and short enough for a column."""
    name = single_line(name)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 3] + "..."


def named(students: Sequence[str], most: int = 10) -> str:
    """The first of them, and how many more there are."""
    return first_few(map(short, students), most)
