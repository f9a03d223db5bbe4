"""Shows in a terminal what is to be graded again and why, and what a regrade changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...io.program import program, typed
from ...io.terminal import MOST_ROWS, named, say, short
from ...io.text import format_points, in_alphabet, pluralize, single_line
from .diff import Change, Flip

GAIN, LOSS = "green", "red"


def say_without_files(students: Sequence[str], out: Path, console: Console | None = None) -> None:
    if students:
        say(
            f"Not graded again: {named(students)}. An older version wrote this gradebook and did not keep "
            f"their files. Grade them from the download: {program()} grade SUBMISSIONS --output {typed(out)}",
            console,
        )


def show_changes(changes: Sequence[Change], *, all_students: bool, console: Console | None = None) -> None:
    """The cases that flipped, who gains and who loses, and a last line that adds it up."""
    console = console or Console()
    different = [change for change in changes if not change.is_none]
    if flips := [flip for change in different for flip in change.flips]:
        console.print(_cases(flips))
        console.print()
    if different:
        order = sorted(different, key=lambda change: (-abs(change.gain), in_alphabet(change.student)))
        shown = order if all_students else order[:MOST_ROWS]
        console.print(_students(shown))
        if len(shown) < len(order):
            say(f"{len(order) - len(shown):,} more change, by less: --all shows them.", console)
        console.print()
    gain, lose = (sum(sign * change.gain > 0 for change in changes) for sign in (1, -1))
    text = Text.assemble(
        (f"{pluralize(gain, 'student')} gain{'s' if gain == 1 else ''}", GAIN if gain else ""),
        ", ",
        (f"{lose:,} lose{'s' if lose == 1 else ''}", LOSS if lose else ""),
        f", {len(changes) - gain - lose:,} keep their points.",
    )
    if totals := [(c.before, c.after) for c in changes if c.before is not None and c.after is not None]:
        before, after = (sum(column) / len(totals) for column in zip(*totals, strict=True))
        text.append(f" Mean: {format_points(before)} before, {format_points(after)} after.")
    console.print(text, soft_wrap=True)
    for was, now in sorted({change.possible for change in changes}):
        if was != now:
            say(f"The assignment is worth {format_points(now)} points now and was worth {format_points(was)}.", console)


def _cases(flips: Iterable[Flip]) -> Table:
    """One row for each case that flipped for anybody."""
    groups: dict[tuple[str, str], list[Flip]] = {}
    for flip in flips:
        groups.setdefault((flip.question, flip.title), []).append(flip)
    table = Table(box=None, padding=(0, 1), header_style="dim", expand=True)
    table.add_column("question", no_wrap=True)
    table.add_column("case that flipped", ratio=2)
    table.add_column("gain", justify="right", no_wrap=True)
    table.add_column("lose", justify="right", no_wrap=True)
    table.add_column("why, for example", ratio=3)
    for (question_id, title), group in groups.items():
        gain = sum(flip.is_gain for flip in group)
        lose = sum(flip.is_loss for flip in group)
        example = next((flip for flip in group if flip.is_loss and flip.why), group[0])
        table.add_row(
            Text(question_id),
            Text(single_line(title)),
            Text(f"{gain:,}" if gain else "", style=GAIN),
            Text(f"{lose:,}" if lose else "", style=LOSS),
            Text(_why(example), style="dim"),
        )
    return table


def _why(flip: Flip) -> str:
    if flip.after is None:
        return "This case no longer exists."
    when = "New case. " if flip.before is None else "Before: " if flip.is_gain else "Now: "
    return (when + ("\n" if "\n" in flip.why else "") + flip.why).strip()


def _students(changes: Iterable[Change]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim", expand=True)
    table.add_column("student", no_wrap=True)
    table.add_column("before", justify="right", no_wrap=True)
    table.add_column("after", justify="right", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("by question", ratio=1)
    for change in changes:
        parts = [
            f"{question_id} {_signed((now or 0) - (was or 0))}" for question_id, (was, now) in change.questions.items()
        ]
        if change.statuses[0] is not change.statuses[1]:
            parts.append(f"{change.statuses[0]} → {change.statuses[1]}")
        table.add_row(
            Text(short(change.student)),
            format_points(change.before) or "-",
            Text(format_points(change.after) or "-", style="bold"),
            Text(_signed(change.gain), style=GAIN if change.gain > 0 else LOSS if change.gain < 0 else "dim"),
            Text(", ".join(parts) or pluralize(len(change.flips), "case") + " flipped", style="dim"),
        )
    return table


def _signed(points: float) -> str:
    return f"+{format_points(points)}" if points > 0 else format_points(points)
