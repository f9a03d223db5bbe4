"""What happened to a student's result, and when: handed in, graded again, marked by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...grading.cache_keys import reasons_for, reasons_said
from ...io.text import format_points, pluralize, single_line
from ...mark import Mark, apply_marks, standing
from ...result import Result
from ..gradebook.records import Entry, MarkEvent
from ..reports.summary import COLOURS
from .diff import Change, Flip, difference
from .diff_view import GAIN, LOSS

MOST_FLIPS = 10
"""Cases that are listed of one event."""


@dataclass(frozen=True)
class Event:
    """Something that gave a student another result.

    Attributes:
        saved: when, in UTC.
        what: in words.
        result: what the student had from then on, with the marks that there were.
        change: from the result before; None for the first one.
    """

    saved: str
    what: str
    result: Result
    change: Change | None


def events(entries: Sequence[Entry], given: Sequence[MarkEvent]) -> Iterator[Event]:
    """All that happened to one student, the earliest first.

    Args:
        entries: every row of the student's.
        given: every mark that the student's answers ever got.
    """
    order: list[Entry | MarkEvent] = sorted([*entries, *given], key=lambda one: one.saved)
    marks: list[Mark] = []
    entry: Entry | None = None
    before: Result | None = None
    # The marks of one sheet are one event.
    for key, group in groupby(order, key=lambda one: one.sheet if isinstance(one, MarkEvent) else one.id):
        *_, last = together = list(group)
        if isinstance(last, Entry):
            what, entry = _what_changed(entry, last), last
        else:
            what = f"marked by hand ({single_line(str(key))})"
            marks += [one.mark for one in together if isinstance(one, MarkEvent)]
        if entry is None:
            continue
        result = apply_marks(entry.result, standing(marks))
        change = difference(before, result) if before else None
        if last is entry or (change and not change.is_none):
            yield Event(last.saved, what, result, change)
            before = result


def show_history(entries: Sequence[Entry], given: Sequence[MarkEvent], console: Console | None = None) -> None:
    """A row for each event: what it was, and what it changed."""
    table = Table(box=None, padding=(0, 1), header_style="dim", expand=True)
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("total", justify="right", no_wrap=True)
    table.add_column("of", justify="right", no_wrap=True)
    table.add_column("what changed", ratio=1)
    for event in events(entries, given):
        what = Text(event.what, "dim")
        if event.change:
            for question_id, (was, now) in event.change.questions.items():
                what.append(f"\n{question_id}: {format_points(was) or '-'} → {format_points(now) or '-'}")
            for text in _flips(event.change.flips):
                what.append("\n").append(text)
        table.add_row(
            event.saved.replace("T", " ")[:19],
            Text(str(event.result.status), style=COLOURS[event.result.status]),
            format_points(event.result.total) or "-",
            format_points(event.result.possible),
            what,
        )
    (console or Console()).print(table)


def _what_changed(before: Entry | None, after: Entry) -> str:
    if after.set_aside is not None:
        return f"set aside: {single_line(after.set_aside)}"  # whole: what to type stands at its end
    if before is None:
        return "first result"
    if before.set_aside is not None:
        return "graded after being set aside"
    if before.result.digest != after.result.digest:
        return "other files were handed in, or chosen"
    if not before.cache_keys:
        return "graded again, by a newer version"
    reasons = {name: parts for name, parts in reasons_for(before.cache_keys, after.cache_keys).items() if parts}
    return f"graded again, changed: {reasons_said(reasons)}" if reasons else "graded again, nothing had changed"


def _flips(flips: Sequence[Flip]) -> Iterator[Text]:
    """The cases that flipped; none where the whole result came or went, as when one is set aside."""
    if not any(flip.before and flip.after for flip in flips):
        return
    for flip in flips[:MOST_FLIPS]:
        how = f"{flip.before or 'new'} → {flip.after or 'gone'}"
        style = GAIN if flip.is_gain else LOSS if flip.is_loss else "dim"
        yield Text(f"{how}: {single_line(flip.title)}", style=style)
    if len(flips) > MOST_FLIPS:
        yield Text(f"and {pluralize(len(flips) - MOST_FLIPS, 'more case')}", style="dim")
