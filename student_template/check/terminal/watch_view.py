"""The one page that `python check --watch` shows: how far each question is, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..loading.settings import Question, Settings
from ..running.report import Check, Report
from . import display
from .screen import Screen

LEAST = 4
"""Lines for what to look at, at least; where the table takes them, it gives way."""


@dataclass(frozen=True)
class View:
    """What there is to show.

    Attributes:
        report: what is known of the functions; None before the first check.
        unfinished: what is still to be done to the short answers, a sentence for each.
        doing: what goes on, or when the last check was, in a few words.
        trouble: why checking is not possible, if it is not.
    """

    report: Report | None
    unfinished: Sequence[str]
    doing: str
    trouble: str = ""


def table(screen: Screen, settings: Settings, questions: Sequence[Question], view: View, program: str) -> list[str]:
    """The page's lines, as many as the terminal has at most, or all of them where it is none."""
    if view.trouble:  # what was known of another file says nothing of this one
        view = replace(view, report=None)
    checks = view.report.checks if view.report else ()
    first = display.first_left(checks)
    counts = _counts(screen, settings, questions, view)
    heading = _line(screen, screen.paint(settings.title, "bold"), len(settings.title), view.doing)
    body = _body(screen, settings, questions, view, first)
    bottom = _bottom(screen, settings, view, first, program)
    if not screen.is_terminal:
        return [heading, "", *counts, *body, *bottom]
    height = screen.size()[1]
    dense = [*body[:1], *filter(None, body)]
    named = _line(screen, counts[0], _length(counts[0]), view.doing)
    layouts = [  # from airy to dense
        ([heading, "", *counts], body, bottom),
        ([heading, *counts], dense, bottom),
        ([named, *counts[1:]], dense, bottom[:-1]),
        ([named, *counts[1:]], dense, bottom[1:-1]),
        ([heading], dense, bottom[1:-1]),
    ]
    for top, body, bottom in layouts:
        room = height - len(top) - len(bottom)
        if len(body) <= room:
            return [*top, *body, *bottom]
    top, body, bottom = layouts[-2 if height - len(counts) - len(bottom) >= LEAST else -1]
    room = max(1, height - len(top) - len(bottom))
    more = f"    ... {len(body) - room + 1} more lines: {program}" + (f" {first.question}" if first else "")
    return [*top, *body[: room - 1], screen.paint(more, "dim"), *bottom][:height]


def _line(screen: Screen, left: str, length: int, right: str) -> str:
    """One line with something at both ends; what stands left gives way."""
    width = screen.page().width
    right = right[:width]
    if length + 2 + len(right) > width:
        left, length = "", 0
    return left + " " * (width - length - len(right)) + screen.paint(right, "dim")


def _length(line: str) -> int:
    """Characters that are seen."""
    return len(re.sub(r"\033\[[\d;]*m", "", line))


COLUMNS = ("passed", "failed", "not attempted")


def _counts(screen: Screen, settings: Settings, questions: Sequence[Question], view: View) -> list[str]:
    """A line per question with what passed, failed and is not attempted, and one for the answers."""
    page = screen.page()
    width = max(len(name) for name in (settings.answers, *(question.id for question in questions)))
    page.line(page.paint(f"    {'':<{width}}  " + "  ".join(COLUMNS), "dim"))
    for question in questions:
        own = [check for check in view.report.checks if check.question == question.id] if view.report else []
        passed = sum(check.outcome == "passed" for check in own)
        waiting = sum(check.outcome == "not attempted" for check in own)
        cells = zip(COLUMNS, (passed, len(own) - passed - waiting, waiting), ("green", "red", ""), strict=True)
        counts = "  ".join(_cell(page, name, count, style) for name, count, style in cells) if own else ""
        page.line(f"  {display.mark(page, own)} {question.id:<{width}}  {counts}".rstrip())
    asked = len(settings.answer_questions)
    if asked:
        done = asked - len(view.unfinished)
        mark = page.mark("passed" if done == asked else "to do")
        page.line(
            f"  {page.paint(mark, 'green' if done == asked else 'dim')} {settings.answers:<{width}}  "
            f"{done} of {asked} answers written"
        )
    return page.lines()


def _cell(page: Screen, name: str, count: int, style: str) -> str:
    text = f"{count:>{len(name)}}"
    styles = [style] if style and count else [] if count else ["dim"]
    return page.paint(text, *styles) if styles else text


def _body(
    screen: Screen, settings: Settings, questions: Sequence[Question], view: View, first: Check | None
) -> list[str]:
    """The one thing to look at now."""
    page = screen.page()
    if view.trouble:
        page.line()
        for line in view.trouble.split("\n"):
            page.sentences(line)
    elif view.report and view.report.problems:
        display.show_problems(page, settings, view.report.problems[:1])
    elif first:
        display.show_checks(page, [first])
    elif view.report:
        page.line()
        display.show_summary(page, questions, view.report.checks)
        for sentence in view.unfinished:
            page.sentences(sentence, "  ")
    return page.lines()


def _bottom(screen: Screen, settings: Settings, view: View, first: Check | None, program: str) -> list[str]:
    """What to do next, and how to leave."""
    page = screen.page()
    page.line()
    if view.report and not view.trouble:
        pack = f"{program} --pack"
        page.sentences(
            display.next_step(settings, view.report, first, "save", answers_left=bool(view.unfinished), pack=pack)
        )
    page.line(page.paint(f"Watching {settings.code} and {settings.answers}. Ctrl-C ends."[: page.width], "dim"))
    return page.lines()
